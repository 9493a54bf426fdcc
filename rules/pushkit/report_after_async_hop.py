"""A call is reported only after the push callback has returned."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.lifecycle import Fact
from callkit_lint.model.program import Program
from callkit_lint.questions.pushes import late_reports, push_callbacks, unreported
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for push in push_callbacks(program):
        before = unreported(program, push, waits=False)
        if not before.known or not any(leak.confidence >= Confidence.medium for leak in before.leaks):
            continue
        told = set()
        for start, edge in late_reports(program, push):
            place = (edge.caller.path, edge.location)
            if place not in told:
                told.add(place)
                confidence = min(step.confidence for _, step in start.steps())
                chain = (*start.chain(), *_to_report(program, start))
                yield Diagnostic(RULE.id, RULE.severity, confidence, *place, MESSAGE, "report", chain)


def _to_report(program: Program, start: Fact) -> Iterator[Place]:
    for run in program.runs_from(start, "report"):
        yield from run.chain()[len(start.steps()) + 1 :]
        return


MESSAGE = (
    "the call for this push is reported only in a closure that runs after the push callback has returned; by then the "
    "system may have killed the app, and on a locked phone the call never shows. Report it before the callback returns"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/forums/thread/817976",
        "https://developer.apple.com/documentation/pushkit/responding-to-voip-notifications-from-pushkit",
    ),
)
