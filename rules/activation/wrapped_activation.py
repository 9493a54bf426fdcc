"""The app activates the audio session through WebRTC, or in a method that it exports to another language."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.activations import activations, certainty, is_proxy
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run, *_ in activations(program):
        if is_proxy(run):
            message = MESSAGES.get(run.phase, TOO_EARLY)
        elif run.phase == "bridge":
            message = BRIDGE
        else:
            continue
        severity = Severity.warning if run.phase in ("bridge", "end", "call screen", "screen") else Severity.error
        where = program.vocabulary.phases[run.phase].text
        yield RULE.at(run, message.format(where=where), severity, confidence=certainty(run))


TOO_EARLY = (
    "the app activates the audio session through WebRTC {where}; WebRTC opens the real session, and one that is open "
    "already keeps didActivate from coming: no sound, or sound one way only. Only configure, and pass didActivate on "
    "with audioSessionDidActivate"
)
DURING_A_CALL = (
    "the app activates the audio session through WebRTC {where}; the sound can drop, and WebRTC's count of activations "
    "no longer fits what the call system did. Delete the call, and pass didActivate on with audioSessionDidActivate"
)
BRIDGE = (
    "a method for the app's other language activates the audio session, {where}; when that language calls it around a "
    "call, didActivate may not come: no sound, or sound one way only. Only configure in it"
)
MESSAGES = {
    **dict.fromkeys(("active", "call", "route change", "device change", "end", "call screen"), DURING_A_CALL),
    "interruption began": (
        "the app activates the audio session through WebRTC without looking whether an interruption has ended; only "
        "its end is exempt. Test the type for ended"
    ),
}

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/forums/thread/783870",
        "https://github.com/webrtc-sdk/webrtc/blob/120a1d7268c8a0f5dd1c9e7d5f3dbc8cd1d239d9/sdk/objc/components/audio/RTCAudioSession.h",
    ),
    replaces=("direct-activation",),
)
