"""What a reporter is given, and how it shows paths and columns. One module a format, each with a function `render`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from callkit_lint.ir import Location
from callkit_lint.rule import Diagnostic, Place

if TYPE_CHECKING:
    from callkit_lint.rulebook import Entry


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was and was not seen. `unparsed` are paths with the reason; `notes` are remarks on files that were read."""

    files_seen: int = 0
    files_parsed: int = 0
    lost_bytes: int = 0
    unparsed: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


class Failure(NamedTuple):
    """An error of our own that costs a file or a rule, not the run. For a user's file the trace is shown on request."""

    headline: str
    trace: str
    of_file: bool = False


def _no_line(path: str, line: int) -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run. Paths are relative to `root`; `line` gives a source line's bytes, `help` a rule's address,
    `rules` those that ran.

    `remarks` are for the user (path, line or 0, text): a comment that silences nothing, a path that is excluded.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    coverage: Coverage = Coverage()
    root: Path = Path()
    line: Callable[[str, int], bytes] = _no_line
    help: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Entry] = field(default_factory=dict)
    suppressed: int = 0
    remarks: tuple[tuple[str, int, str], ...] = ()
    failures: tuple[Failure, ...] = ()


def shown_path(report: Report, path: str) -> str:
    """The path relative to the working directory, with forward slashes."""
    full = os.path.join(report.root, path)
    try:
        return os.path.relpath(full).replace(os.sep, "/")
    except ValueError:  # another drive
        return full.replace(os.sep, "/")


def told(diagnostic: Diagnostic) -> Iterator[tuple[str, Place]]:
    """The chain in words, each step with its place: the first says because of what, the others go on from there."""
    for index, step in enumerate(diagnostic.chain):
        yield (step.text if index else f"because {step.text}"), step


def told_beside(diagnostic: Diagnostic) -> Iterator[tuple[str, Place]]:
    """The related places in words."""
    return ((f"see {place.text}", place) for place in diagnostic.related)


def shown_location(report: Report, path: str, location: Location) -> Location:
    """The location with its columns in characters instead of UTF-8 bytes."""
    return Location(
        location.line,
        _character(report.line(path, location.line), location.column),
        location.end_line,
        _character(report.line(path, location.end_line), location.end_column),
    )


def _character(line: bytes, column: int) -> int:
    """The 1-based column in Unicode code points. Beyond the line's end every byte counts as a character."""
    before = line[: max(column - 1, 0)]
    return column - len(before) + len(before.decode("utf-8", "replace"))
