"""The app starts a call's audio before the call system has activated the session."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from callkit_lint.model.program import Program
from callkit_lint.questions.call_audio import BEFORE, IO, OUTGOING, SOUND, plays_ringback_early, starts_early
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.told(BEFORE, *IO, accept=partial(starts_early, program)):
        phase = program.vocabulary.phases[runs[0].phase].text
        if runs[0].phase in ("answer", "start"):
            yield RULE.at_all(runs, STARTED.format(phase=phase))
        else:
            yield RULE.at_all(runs, STARTED.format(phase=phase), Severity.warning, confidence=Confidence.medium)
    for runs in program.told(OUTGOING, SOUND, accept=partial(plays_ringback_early, program)):
        phase = program.vocabulary.phases[runs[0].phase].text
        severity = Severity.note if runs[0].phase == "started" else Severity.warning
        yield RULE.at_all(runs, PLAYED.format(phase=phase), severity, confidence=Confidence.medium)


STARTED = (
    "the call's audio starts {phase}, before CallKit has activated the session; then it fails, or runs in an ordinary "
    "session without a call's priority, and the call is silent. Start it in didActivate"
)
PLAYED = (
    "a ringing tone plays {phase}, before CallKit has activated the session; the user does not hear it, or hears it "
    "cut off when the activation comes. Start it in didActivate, and stop it when the other side answers"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/making-and-receiving-voip-calls",
        "https://github.com/matrix-org/matrix-ios-kit/pull/313",
    ),
)
