"""The session's category is set while a call is active."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.program import Program, first
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.runs("category"):
        run = first(runs, ("active", "call", "route change", "device change"))
        if run is not None:
            compared = "category" in run.tested()  # "unless the category is already right"
            message = MESSAGE.format(where=program.vocabulary.phases[run.phase].text)
            yield RULE.at(run, message, confidence=Confidence.low if compared else Confidence.high)


MESSAGE = (
    "the session's category is set {where}; that re-routes the audio at once: the speaker button flips back, sound can "
    "drop, and other apps may interrupt the call. Set category, mode and options once, before the call is reported or "
    "requested"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/820613", "https://developer.apple.com/forums/thread/810385"),
)
