"""The app activates the audio session that the call system activates for it."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.lifecycle import Run
from callkit_lint.program import Program, first
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity

# The phase a message tells of when an activation can run in several, the most telling first. The end of an interruption
# and a reset of the media services are exempt; handing the session to media playback after a call is no mistake.
PHASES = (
    *("answer", "start", "active", "call", "route change", "device change", "answered", "started"),
    *("reported", "requested", "report", "request", "setup", "end", "bridge", "interruption began"),
)


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.runs("activation"):
        run = first((run for run in runs if activates(run)), PHASES)
        if run is not None:
            message = MESSAGES.get(run.phase, TOO_EARLY).format(where=program.vocabulary.phases[run.phase].text)
            severity = Severity.warning if run.phase in ("bridge", "end") else Severity.error
            yield RULE.at(run, message, severity, confidence=confidence(run))


def activates(run: Run) -> bool:
    """WebRTC's own session class has a rule of its own."""
    return run.site.api.owner != "RTCAudioSession" and run.value("active") in (True, 1, None)


def confidence(run: Run) -> Confidence:
    """An argument that the code computes may be false."""
    if run.value("active") is None:
        return Confidence.low
    return Confidence.medium if run.phase == "bridge" else Confidence.high


TOO_EARLY = (
    "the app activates the audio session {where}; the call system activates it, and a session that is already open keeps "
    "didActivate from coming: no sound, or sound one way only. Only configure here, and start audio in didActivate"
)
DURING_A_CALL = (
    "the app activates the audio session {where}; the sound can drop or jump from the speaker to the receiver, since the "
    "call system already holds the session active. Delete the call"
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
    "interruption began": (
        "the app activates the audio session without looking whether an interruption has ended; only its end is exempt, "
        "and an activation at its beginning fails or takes the session from the call. Test the type for ended"
    ),
}

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/783870", "https://developer.apple.com/forums/thread/749202"),
)
