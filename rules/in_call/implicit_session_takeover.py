"""A capture session with a microphone configures the audio session by itself in a call."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    if any(site.constant("automatic") in (False, 0, None) for site in program.sites("capture configuration")):
        return  # which of several capture sessions it is, is not followed
    sessions = {site.procedure.function.owner: site for site in program.sites("capture")}
    for runs in program.told(IN_CALL, "capture device", accept=_is_microphone):
        session = sessions.get(runs[0].site.procedure.function.owner)
        if session is not None:
            related = Place(session.procedure.path, session.location, "the capture session is made here")
            phase = program.vocabulary.phases[runs[0].phase].text
            yield RULE.at(runs[0], MESSAGE.format(phase=phase), confidence=Confidence.medium, related=(related,))


def _is_microphone(run: Run) -> bool:
    return run.value("media") == "audio"


IN_CALL = ("active", "call", "answer", "start", "answered", "started", "call screen")

MESSAGE = (
    "a microphone goes into a capture session {phase}; a capture session that records sound sets category and mode of "
    "the shared session for itself, and the call's sound jumps to another output or stops. Set "
    "automaticallyConfiguresApplicationAudioSession to false before it starts"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/avfoundation/avcapturesession/automaticallyconfiguresapplicationaudiosession",
    ),
)
