"""An observer of interruptions activates the audio session without making sure that the interruption has ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.activations import at_interruptions, certainty
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for found in at_interruptions(program):
        sure = Confidence.high if found.kind == "began" else Confidence.medium
        diagnostic = RULE.at(found.run, MESSAGES[found.kind], confidence=min(sure, certainty(found.run)))
        yield replace(diagnostic, path=found.path, location=found.location)


MESSAGES = {
    "untested": (
        "an observer of interruptions activates the audio session without looking whether the interruption has ended; "
        "at its beginning that fails, or takes the session from the call that interrupts: no sound, or sound one way "
        "only. Test the interruption's type for ended"
    ),
    "began": (
        "the app activates the audio session when an interruption begins; that fails, or takes the session from the "
        "call that interrupts: no sound, or sound one way only. Stop the audio here, and activate at the end"
    ),
}

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/810385", "https://developer.apple.com/forums/thread/783870"),
    replaces=("direct-activation", "wrapped-activation"),
)
