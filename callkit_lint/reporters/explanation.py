"""`callkit-lint why-not`: what the model thinks of a line, for people and for machines."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from callkit_lint.reporters import Report, shown_location, shown_path
from callkit_lint.reporters.text import escaped
from callkit_lint.rule import Place

if TYPE_CHECKING:
    from callkit_lint.why_not.verdicts import Phase, Verdict
    from callkit_lint.why_not.whynot import ExplainedCall, Explanation

VERSION = 1
_LABEL, _WIDTH = 12, 116


def as_text(explanations: Sequence[Explanation], report: Report) -> str:
    """The line as each program sees it, and its calls one below the other."""
    lines = [line for explanation in explanations for line in _explanation(explanation, report)]
    if not explanations:
        lines = ["no program has this file: it is built into tests only"]
    return "".join(f"{escaped(line)}\n" for line in lines)


def _explanation(explanation: Explanation, report: Report) -> Iterator[str]:
    source = report.line(explanation.path, explanation.line).decode("utf-8", "replace").strip()
    yield f"{shown_path(report, explanation.path)}:{explanation.line}: {source}"
    yield f"in the program {explanation.program}" + ("" if explanation.armed else ", which is not armed")
    if not explanation.calls:
        lines = ", ".join(map(str, explanation.nearby))
        yield "  no call on this line" + (f"; the nearest are on lines {lines}" if lines else "")
    for call in explanation.calls:
        yield ""
        yield from _call(call, report)


def _call(call: ExplainedCall, report: Report) -> Iterator[str]:
    yield f"  {call.text}"
    if call.receiver or call.receiver_type:
        kind = call.receiver_type or "its type is not known"
        yield from _entry("on", [f"{call.receiver}: {kind}" if call.receiver else kind])
    reached = [_shown(report, place) for place in call.reaches]
    sure = f" (confidence {call.confidence})" if call.confidence not in ("", "high") else ""
    unknown = "nothing that is known: neither the program nor the vocabulary has it, so it has no effect"
    yield from _entry("reaches", [f"{text}{sure}" for text in reached] or [unknown])
    values = ", ".join(f"{name} = {value}" for name, value in call.values)
    yield from _entry("effect", [f"{call.effect}: {values}" if values else call.effect] if call.effect else [])
    yield from _entry("leads to", [_shown(report, place) for place in call.behind])
    yield from _entry("only where", call.guards)
    matters = call.effect or call.behind or len(call.verdicts) > 0
    open_now = _phases(call.phases, report) if matters else [", ".join(phase.name for phase in call.phases)]
    yield from _entry("runs", open_now if call.phases else ["never, as far as is known"])
    yield from _entry("", [_shown(report, place) for place in call.dead_ends])
    yield from _entry("not", [line for phase in call.kept_out for line in _kept_out(phase, report)])
    yield from _entry("rules", _verdicts(call.verdicts, report))


def _phases(phases: Iterable[Phase], report: Report) -> list[str]:
    lines = []
    for phase in phases:
        lines.append(f"{phase.text} [{phase.name}]")
        lines += [
            f"  {'because ' if not index else ''}{_shown(report, step)}" for index, step in enumerate(phase.chain)
        ]
    return lines


def _kept_out(phase: Phase, report: Report) -> Iterator[str]:
    yield f"{phase.text} [{phase.name}]"
    for place in phase.cut:
        yield f"  since it {_shown(report, place)}"


def _verdicts(verdicts: Iterable[Verdict], report: Report) -> Iterator[str]:
    """What the rules say, those that report first; rules that are silent for one reason are told together."""
    together: dict[tuple[bool, str, tuple[Place, ...]], list[str]] = {}
    for verdict in sorted(verdicts, key=lambda one: not one.reports):
        together.setdefault((not verdict.reports, verdict.text, verdict.places), []).append(verdict.rule)
    for (silent, text, places), rules in together.items():
        verb = "silent" if silent else "reports"
        told = f"{', '.join(rules)}: {verb}: {text}"
        yield from textwrap.wrap(told, _WIDTH - _LABEL, subsequent_indent="    ", break_on_hyphens=False)
        for place in places:
            yield f"    {_shown(report, place)}"


def _entry(label: str, lines: Iterable[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        yield f"    {label if not index else '':<{_LABEL}}{line}"


def _shown(report: Report, place: Place) -> str:
    return f"{place.text}   {shown_path(report, place.path)}:{place.location.line}" if place.path else place.text


def as_json(explanations: Sequence[Explanation], report: Report) -> str:
    """One JSON document; columns are 1-based characters."""
    document = {"version": VERSION, "explanations": [_document(one, report) for one in explanations]}
    return json.dumps(document, indent=1) + "\n"


def _document(explanation: Explanation, report: Report) -> dict[str, Any]:
    calls = [_call_document(explanation.path, call, report) for call in explanation.calls]
    return asdict(explanation) | {"path": shown_path(report, explanation.path), "calls": calls}


def _call_document(path: str, call: ExplainedCall, report: Report) -> dict[str, Any]:
    where = shown_location(report, path, call.location)
    return asdict(call) | {
        "location": {
            "line": where.line,
            "column": where.column,
            "end_line": where.end_line,
            "end_column": where.end_column,
        },
        "reaches": _places(call.reaches, report),
        "values": dict(call.values),
        "behind": _places(call.behind, report),
        "phases": [_phase_document(phase, report) for phase in call.phases],
        "kept_out": [_phase_document(phase, report) for phase in call.kept_out],
        "dead_ends": _places(call.dead_ends, report),
        "verdicts": [asdict(one) | {"places": _places(one.places, report)} for one in call.verdicts],
    }


def _phase_document(phase: Phase, report: Report) -> dict[str, Any]:
    return asdict(phase) | {"chain": _places(phase.chain, report), "cut": _places(phase.cut, report)}


def _places(places: Iterable[Place], report: Report) -> list[dict[str, Any]]:
    return [
        {"path": shown_path(report, place.path) if place.path else "", "line": place.location.line, "text": place.text}
        for place in places
    ]
