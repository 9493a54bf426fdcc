"""The paths of a tree: which files lie below a directory, and which one a project file means."""

from __future__ import annotations

import posixpath
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator


class Paths:
    """The files of a tree. Names are compared as macOS does: without case, and however accents are written."""

    def __init__(self, files: Iterable[str]) -> None:
        self._ordered = sorted((folded(path), path) for path in files)
        self._by_path = dict(self._ordered)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for key, path in self._ordered:
            self._by_name[posixpath.basename(key)].append(path)

    def below(self, directory: str) -> list[str]:
        """All files in a directory and below it; "." is the root."""
        if directory == ".":
            return [path for _, path in self._ordered]
        prefix = folded(directory) + "/"
        start = bisect_left(self._ordered, (prefix,))
        end = bisect_left(self._ordered, (prefix[:-1] + "0",))  # "0" comes after "/"
        return [path for _, path in self._ordered[start:end]]

    def find(self, path: str, home: str) -> str | None:
        """The file at this path; else the only one of its name below `home`, for projects whose groups are wrong."""
        if found := self._by_path.get(folded(path)):
            return found
        named = [one for one in self._by_name.get(folded(posixpath.basename(path)), ()) if is_below(one, home)]
        return named[0] if len(named) == 1 else None


def folded(path: str) -> str:
    """A path as macOS compares it."""
    return unicodedata.normalize("NFC", path).casefold()


def is_below(path: str, directory: str) -> bool:
    return directory == "." or path == directory or path.startswith(directory + "/")


def ancestors(path: str) -> Iterator[str]:
    """The path and the directories above it, nearest first, "." last."""
    while path and path != ".":
        yield path
        path = posixpath.dirname(path)
    yield "."
