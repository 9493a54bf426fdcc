"""An outgoing call is requested while the app runs in the background, woken by a push or a task."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions import background
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    told = set()
    for run in background.runs_in_background(program, "request start"):
        if run.site.api.owner != "PTChannelManager" and run.location not in told:
            told.add(run.location)
            yield RULE.at(run, MESSAGE, confidence=Confidence.medium)


MESSAGE = (
    "an outgoing call is requested when a push or a background task has woken the app; in the background the call "
    "system refuses to start calls, and no user asked for this one. Report an incoming call for a push, and request "
    "outgoing ones when the user acts"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/793663",),
)
