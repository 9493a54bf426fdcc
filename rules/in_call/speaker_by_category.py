"""The speakerphone is switched by the session's category options or mode."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.loudspeaker import by_speaker_flag, turns_on
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.told(PHASES, "category", "mode", accept=by_speaker_flag):
        if any(turns_on(run) for run in runs):
            live = program.in_group(runs[0], "live")
            severity = Severity.error if live else Severity.warning
            # A screen that is not known to be a call's may switch the speaker of a voice note.
            confidence = Confidence.low if runs[0].phase == "screen" else Confidence.high
            yield RULE.at_all(runs, MESSAGE, severity, confidence=confidence)


PHASES = ("active", "call", "started", "answered", "call screen", "bridge", "screen")

MESSAGE = (
    "the speaker is switched by the session's category options or mode; that re-routes the call, and since it is "
    "persistent the speaker button of the system's call screen cannot switch it off. Use overrideOutputAudioPort "
    "(.speaker, .none) for the button, and leave category and mode alone"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/library/archive/qa/qa1754/_index.html",
        "https://github.com/flutter-webrtc/flutter-webrtc/pull/1995",
    ),
    replaces=("category-change-in-call", "mode-change-in-call", "configured-only-after-activation"),
)
