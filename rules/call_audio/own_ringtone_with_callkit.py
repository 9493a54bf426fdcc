"""The app plays a ringtone of its own for a call for which the system rings."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.call_audio import SOUND, rings
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.told(("report", "reported"), SOUND, accept=rings):
        yield RULE.at_all(runs, MESSAGE, confidence=Confidence.medium)


MESSAGE = (
    "the app plays a ringtone itself while the call system rings for the same call; the user hears two, and the "
    "player's session is still open when the call is answered. Give the sound to the provider's configuration as "
    "ringtoneSound and play nothing"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxproviderconfiguration/ringtonesound",
        "https://github.com/opentok/opentok-ios-sdk-samples/pull/262",
    ),
)
