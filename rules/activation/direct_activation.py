"""The app activates the audio session that the call system activates for it."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.activations import activations, certainty, is_proxy
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run, *_ in activations(program):
        if not is_proxy(run):  # WebRTC's own session class has a rule of its own
            message = MESSAGES.get(run.phase, TOO_EARLY).format(where=program.vocabulary.phases[run.phase].text)
            severity = Severity.warning if run.phase in ("bridge", "end", "call screen", "screen") else Severity.error
            yield RULE.at(run, message, severity, confidence=certainty(run))


TOO_EARLY = (
    "the app activates the audio session {where}; the call system activates it, and a session that is already open "
    "keeps didActivate from coming: no sound, or sound one way only. Only configure, and start audio in didActivate"
)
DURING_A_CALL = (
    "the app activates the audio session {where}; the sound can drop or jump from the speaker to the receiver, since "
    "the call system already holds the session active. Delete the call"
)
MESSAGES = {
    "active": (
        "the app activates the audio session that the call system has just activated; when it fails it disturbs the "
        "call's audio, and when it succeeds it gains nothing. Delete the call and start audio here"
    ),
    "call": DURING_A_CALL,
    "route change": DURING_A_CALL,
    "device change": DURING_A_CALL,
    "end": DURING_A_CALL,
    "call screen": DURING_A_CALL,
    "screen": (
        "a screen of the app activates the audio session for a call; the call system activates it, and a session that "
        "is already open keeps didActivate from coming: no sound, or sound one way only. Only configure, and start "
        "audio in didActivate"
    ),
    "interruption began": (
        "the app activates the audio session without looking whether an interruption has ended; only its end is "
        "exempt, and an activation at its beginning fails or takes the session from the call. Test the type for ended"
    ),
}

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/783870", "https://developer.apple.com/forums/thread/749202"),
)
