"""The handler of the mute action asks for another mute action."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.actions import echoed_mutes
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run in echoed_mutes(program):
        yield RULE.at(run, MESSAGE, confidence=Confidence.medium)


MESSAGE = (
    "the handler of a mute action asks for a mute action again; the system answers each request with another call of "
    "the handler, so the two go on for ever, or the microphone ends up other than the user set it. Ask only when a "
    "button of the app was tapped, and in the handler only mute"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://github.com/jitsi/jitsi-meet/pull/3167",
        "https://github.com/hiennguyen92/flutter_callkit_incoming/issues/801",
    ),
)
