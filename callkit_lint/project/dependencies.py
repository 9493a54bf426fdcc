"""What a tree's manifests say of the libraries that it is built with: pods, packages, plugins, with their versions.

Read line by line, without running anything. A library of which only a manifest speaks may be one of another target.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from callkit_lint.project.tree_paths import ancestors


@dataclass(frozen=True, slots=True)
class Dependency:
    """A library by the name that the manifest gives it; `version` is "" where it is not settled there."""

    kind: str  # "pod", "package" or "plugin"
    name: str
    version: str
    path: str
    line: int


_POD = re.compile(r"""^\s*pod[\s(]+['"]([^'"/]+)""")
_LOCKED_POD = re.compile(r"""^ {2}- "?([A-Za-z0-9_.+-]+)(?:/[^ ]*)? \(([0-9][^)]*)\)""")
_PACKAGE_URL = re.compile(r"""(?:url:|repositoryURL\s*=)\s*"([^"]+)\"""")
_YAML_NAME = re.compile(r"^  ([A-Za-z_][A-Za-z0-9_]*):")


def read_dependencies(manifests: Mapping[str, bytes]) -> list[Dependency]:
    """All libraries that the manifests name, by path and line."""
    found: list[Dependency] = []
    for path in sorted(manifests):
        name = posixpath.basename(path)
        reader = _READERS.get(name)
        if reader is not None:
            found += reader(path, manifests[path].decode("utf-8", "replace"))
    return found


def _podfile(path: str, text: str) -> Iterator[Dependency]:
    yield from (Dependency("pod", name, "", path, line) for line, name, _ in _matches(_POD, text))


def _podfile_lock(path: str, text: str) -> Iterator[Dependency]:
    seen: set[str] = set()
    for line, name, version in _matches(_LOCKED_POD, text):
        if name not in seen:
            seen.add(name)
            yield Dependency("pod", name, version, path, line)


def _package_urls(path: str, text: str) -> Iterator[Dependency]:
    for line, url, _ in _matches(_PACKAGE_URL, text):
        yield Dependency("package", _last(url), "", path, line)


def _resolved(path: str, text: str) -> Iterator[Dependency]:
    """`Package.resolved`, in any of its versions: pins with a location, and a version in their state."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    pins = data.get("pins") or (data.get("object") or {}).get("pins") if isinstance(data, dict) else None
    for pin in pins if isinstance(pins, list) else ():
        if isinstance(pin, dict):
            url = pin.get("location") or pin.get("repositoryURL")
            state = pin.get("state")
            version = state.get("version") if isinstance(state, dict) else None
            if isinstance(url, str):
                line = text.count("\n", 0, max(0, text.find(url))) + 1
                yield Dependency("package", _last(url), version if isinstance(version, str) else "", path, line)


def _pubspec(path: str, text: str) -> Iterator[Dependency]:
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith((" ", "#")):
            inside = line.startswith(("dependencies:", "dev_dependencies:"))
        elif inside and (match := _YAML_NAME.match(line)):
            yield Dependency("plugin", match[1], "", path, number)


def _package_json(path: str, text: str) -> Iterator[Dependency]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    names = data.get("dependencies") if isinstance(data, dict) else None
    for name in names if isinstance(names, dict) else ():
        line = text.count("\n", 0, max(0, text.find(f'"{name}"'))) + 1
        yield Dependency("plugin", name, "", path, line)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if match := pattern.search(line[:1000]):
            yield number, match[1], match[2] if pattern.groups > 1 else ""


def _last(url: str) -> str:
    """The last part of a repository's address."""
    return url.rstrip("/").rpartition("/")[2].removesuffix(".git")


def dependencies_of(files: Iterable[str], dependencies: Iterable[Dependency]) -> list[Dependency]:
    """Those whose manifest lies in a directory above one of these files."""
    above = {directory for path in files for directory in ancestors(path)} | {".", ""}
    return [one for one in dependencies if _home(one.path) in above]


def _home(path: str) -> str:
    """The directory that a manifest speaks for: beside Xcode's project or workspace, not inside it."""
    return re.split(r"(?:^|/)[^/]+\.(?:xcodeproj|xcworkspace)/", path)[0] if "xc" in path else posixpath.dirname(path)


_READERS = {
    "Podfile": _podfile,
    "Podfile.lock": _podfile_lock,
    "Package.swift": _package_urls,
    "Package.resolved": _resolved,
    "project.pbxproj": _package_urls,
    "pubspec.yaml": _pubspec,
    "package.json": _package_json,
}
