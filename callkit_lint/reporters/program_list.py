"""`callkit-lint programs`: where one program of a tree ends and the next begins, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from callkit_lint.reporters import Report, shown_path
from callkit_lint.reporters.text import escaped, shown
from callkit_lint.rule import Place

VERSION = 1
MANY_REASONS = 3  # of what arms a program, so many are shown as text


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A program: its files, why they are one program, and what arms it (nothing: its findings are not reported)."""

    name: str
    files: tuple[str, ...]
    evidence: tuple[str, ...]
    armed_by: tuple[Place, ...]
    deployment_target: str = ""
    macros: tuple[str, ...] = ()
    platform: str = ""
    is_without_calls: bool = False  # the platform has no call system for apps


def as_text(programs: Iterable[ListedProgram], root: Path, *, verbose: bool = False) -> str:
    """A headline for each program, and below it its evidence; with `verbose` its files."""
    report = Report(root=root)
    return "".join(f"{line}\n" for program in programs for line in _lines(program, report, verbose))


def _lines(program: ListedProgram, report: Report, verbose: bool) -> Iterator[str]:
    count = len(program.files)
    armed = "armed" if program.armed_by else "not armed"
    yield f"{escaped(program.name)}: {armed}, {count} file{'' if count == 1 else 's'}"
    for reason in program.evidence:
        yield f"    {escaped(reason)}"
    if program.deployment_target:
        yield f"    runs on iOS {program.deployment_target} and later"
    if program.platform:
        yield f"    built for {program.platform}"
    if not program.armed_by:
        reason = "no provider or controller of calls, no delegate of one, and no SDK that has them"
        if program.is_without_calls:
            reason = f"an app for {program.platform} can have no provider of calls"
        yield f"    not armed: {reason}, so rules are silent on it"
    for place in program.armed_by[:MANY_REASONS]:
        yield f"    armed: {escaped(place.text)}   {shown(report, place)}"
    if more := len(program.armed_by[MANY_REASONS:]):
        yield f"    armed: {more} more such place{'' if more == 1 else 's'}"
    for path in program.files if verbose else ():
        yield f"        {escaped(shown_path(report, path))}"


def as_json(programs: Iterable[ListedProgram], root: Path) -> str:
    """One JSON document; paths are relative to the working directory."""
    report = Report(root=root)
    return (
        json.dumps({"version": VERSION, "programs": [_facts(program, report) for program in programs]}, indent=1) + "\n"
    )


def _facts(program: ListedProgram, report: Report) -> dict[str, object]:
    return {
        "name": program.name,
        "armed": bool(program.armed_by),
        "armed_by": [
            {"path": shown_path(report, place.path), "line": place.location.line, "text": place.text}
            for place in program.armed_by
        ],
        "evidence": list(program.evidence),
        "deployment_target": program.deployment_target,
        "macros": list(program.macros),
        "platform": program.platform,
        "files": [shown_path(report, path) for path in program.files],
    }
