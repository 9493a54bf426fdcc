"""Where one program of a tree ends and the next begins.

A tree can hold several apps (samples side by side, an app beside a plugin's example). For now a program is an Xcode
project's directory with an application's entry point in it; sources outside all of those belong to every program.
Targets of one project that exclude each other's files are not told apart yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from callkit_lint.ir import Call, Exit, FileSummary, Function


def partition(files: Mapping[str, FileSummary], manifests: Mapping[str, bytes]) -> dict[str, dict[str, FileSummary]]:
    """The programs of a tree: name to files. A tree with at most one application is one program."""
    projects = _project_directories(files, manifests)
    apps = {home for path, summary in files.items() if starts_an_app(summary) and (home := _home(path, projects))}
    if len(apps) <= 1:
        return {_name(next(iter(apps), ".")): dict(files)}
    homes = {path: _home(path, apps) for path in files}
    shared = {path for path, home in homes.items() if home is None}
    return {
        _name(app): {path: files[path] for path in files if homes[path] == app or path in shared}
        for app in sorted(apps)
    }


def _project_directories(files: Mapping[str, FileSummary], manifests: Mapping[str, bytes]) -> set[str]:
    """The directory of each Xcode project; of projects side by side, the directory beside it that bears its name."""
    found: dict[PurePosixPath, list[str]] = {}
    for path in map(PurePosixPath, manifests):
        if path.name == "project.pbxproj" and path.parent.suffix == ".xcodeproj":
            found.setdefault(path.parent.parent, []).append(path.parent.stem)
    directories = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    named = {str(home / name) for home, names in found.items() if len(names) > 1 for name in names}
    return {str(home) for home in found} | (named & directories)


def starts_an_app(summary: FileSummary) -> bool:
    """Whether a file holds an application's entry point: `@main`, `@UIApplicationMain`, or a `main` that runs one."""
    if any({"main", "UIApplicationMain"} & {a.partition("(")[0] for a in decl.attributes} for decl in summary.types):
        return True
    return any(
        function.name.startswith("main(") and not function.owner and _runs_an_app(function)
        for function in summary.functions
    )


def _runs_an_app(function: Function) -> bool:
    stack: list[object] = [function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, Call) and node.name == "UIApplicationMain":
            return True
        if isinstance(node, Exit):
            stack.append(node.value)
        elif hasattr(node, "statements"):
            stack.extend(node.statements)
    return False


def _home(path: str, directories: set[str]) -> str | None:
    """The nearest of the directories above a file."""
    return next((str(parent) for parent in PurePosixPath(path).parents if str(parent) in directories), None)


def _name(directory: str) -> str:
    return "app" if directory == "." else directory
