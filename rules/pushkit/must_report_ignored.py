"""A push callback that is told whether it must report a call does not look."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.pushes import looks_at_duty, push_callbacks, unreported
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for push in push_callbacks(program):
        if not push.metadata or looks_at_duty(program, push):
            continue
        found = unreported(program, push, waits=True)
        if found.known and found.leaks:
            leak, procedure = found.leaks[0], push.procedure
            start = Place(procedure.path, procedure.location, f"PushKit delivers a push: {procedure.display}")
            yield Diagnostic(
                RULE.id,
                RULE.severity,
                min(leak.confidence, Confidence.medium),
                procedure.path,
                procedure.location,
                MESSAGE,
                "report",
                (start, *leak.turns, Place(leak.path, leak.location, "and ends here without a call")),
            )


MESSAGE = (
    "this push callback reports a call on some ways only and never asks metadata.mustReport; where that is true and no "
    "call is reported, the system kills the app and after a few times delivers no more pushes. Report whenever it is "
    "true, and skip a report only when it is false"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/pushkit/pkpushregistrydelegate/"
        "pushregistry(_:didreceiveincomingvoippushwith:metadata:withcompletionhandler:)",
    ),
)
