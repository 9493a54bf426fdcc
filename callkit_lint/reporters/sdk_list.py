"""The SDKs of a tree: by what they were recognised, what they do to the session, and what became of the obligations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from callkit_lint.knowledge.contracts import Contract
from callkit_lint.project.dependencies import Dependency
from callkit_lint.questions.sdk_contracts import Verdict
from callkit_lint.reporters import Report, shown_path
from callkit_lint.reporters.text import escaped
from callkit_lint.rule import Place

VERSION = 1
MANY = 3  # files that import it, as far as they are named
SESSION = {
    "yes": "it writes the audio session",
    "no": "it leaves the audio session alone",
    "unknown": "what it does to the audio session is not known",
}


@dataclass(frozen=True, slots=True)
class ListedSdk:
    """An SDK in a program: the files that import it, the manifests that name it, and a verdict on each obligation."""

    program: str
    contract: Contract
    imports: tuple[Place, ...]
    dependencies: tuple[Dependency, ...]
    verdicts: tuple[Verdict, ...]
    armed: bool


def as_text(sdks: Iterable[ListedSdk], root: Path) -> str:
    """A paragraph for each program and SDK."""
    report = Report(root=root)
    found = ["".join(f"{line}\n" for line in _lines(sdk, report)) for sdk in sdks]
    return "\n".join(found) if found else "no VoIP SDK that callkit-lint knows was found\n"


def _lines(sdk: ListedSdk, report: Report) -> Iterator[str]:
    contract = sdk.contract
    yield f"{contract.name} [{contract.id}] in {escaped(sdk.program)}"
    for place in sdk.imports[:MANY]:
        yield f"    {escaped(shown_path(report, place.path))} {escaped(place.text)}"
    if more := len(sdk.imports[MANY:]):
        yield f"    {more} more file{'' if more == 1 else 's'} import{'s' if more == 1 else ''} it"
    for one in _settled(sdk.dependencies):
        version = f" {escaped(one.version)}" if one.version else ""
        yield f"    {one.kind} {escaped(one.name)}{version}   {escaped(shown_path(report, one.path))}:{one.line}"
    yield f"    {SESSION[contract.session]}: {contract.text}   {contract.source}"
    if reason := _unjudged(sdk):
        yield f"    obligations: {reason}"
    for verdict in sdk.verdicts:
        yield f"    {verdict.outcome:<9}  {verdict.obligation.id}: {escaped(_said(verdict, report))}"


def _settled(dependencies: Iterable[Dependency]) -> Iterable[Dependency]:
    """Each library once, where a manifest settles its version if one does."""
    named: dict[tuple[str, str], Dependency] = {}
    for one in dependencies:
        kept = named.setdefault((one.kind, one.name.lower()), one)
        if one.version and not kept.version:
            named[one.kind, one.name.lower()] = one
    return named.values()


def _said(verdict: Verdict, report: Report) -> str:
    owed = verdict.obligation
    what = owed.swift or owed.why
    if verdict.outcome == "undecided":
        return f"{what} ({verdict.text})"
    place = verdict.stands_at
    return f"{what}   {shown_path(report, place.path)}:{place.location.line}" if place else what


def _unjudged(sdk: ListedSdk) -> str:
    """Why nothing is said of its obligations; "" where something is."""
    if sdk.verdicts:
        return ""
    if not sdk.imports:
        return "not judged, since no source imports it"
    if not sdk.armed:
        return "not judged, since the program has no provider of calls"
    return "none are known" if not sdk.contract.obligations else "not judged, since another SDK here stands on it"


def as_json(sdks: Iterable[ListedSdk], root: Path) -> str:
    """One JSON document; paths are relative to the working directory."""
    report = Report(root=root)
    return json.dumps({"version": VERSION, "sdks": [_facts(sdk, report) for sdk in sdks]}, indent=1) + "\n"


def _facts(sdk: ListedSdk, report: Report) -> dict[str, object]:
    contract = sdk.contract
    return {
        "id": contract.id,
        "name": contract.name,
        "program": sdk.program,
        "session": contract.session,
        "text": contract.text,
        "source": contract.source,
        "imports": [{"path": shown_path(report, place.path), "text": place.text} for place in sdk.imports],
        "dependencies": [
            {
                "kind": one.kind,
                "name": one.name,
                "version": one.version,
                "path": shown_path(report, one.path),
                "line": one.line,
            }
            for one in sdk.dependencies
        ],
        "obligations": [_obligation(verdict, report) for verdict in sdk.verdicts],
        "unjudged": _unjudged(sdk),
    }


def _obligation(verdict: Verdict, report: Report) -> dict[str, object]:
    owed = verdict.obligation
    place = verdict.stands_at
    return {
        "id": owed.id,
        "kind": owed.kind,
        "outcome": verdict.outcome,
        "reason": verdict.text,
        "why": owed.why,
        "severity": owed.severity,
        "confidence": owed.confidence,
        "source": owed.source,
        "path": shown_path(report, place.path) if place else None,
        "line": place.location.line if place else None,
    }
