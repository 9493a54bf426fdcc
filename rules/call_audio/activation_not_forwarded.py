"""An app that drives WebRTC does not tell it that the session became active or no longer is, or leaves it off."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.model.program import Program
from callkit_lint.questions.activation_callbacks import delegates, drives_webrtc
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    own = drives_webrtc(program)
    if not own or program.graph.incomplete:
        return
    told = _handed_over(program, "audioSessionDidActivate", active=True)
    untold = _handed_over(program, "audioSessionDidDeactivate", active=False)
    off = _stays_off(program)
    related = (Place(own[0].procedure.path, own[0].location, "WebRTC is used here"),)
    for delegate in delegates(program):
        if not delegate.learns_of_activation:
            continue  # that nothing learns of it is told by missing-activation-callbacks
        if not told:
            yield _at(delegate.activated[0], NOT_TOLD, Severity.error, related)
        elif off:
            yield _at(delegate.activated[0], STAYS_OFF, Severity.error, related)
        elif not untold and delegate.deactivated:
            yield _at(delegate.deactivated[0], NOT_TOLD_OF_THE_END, Severity.warning, related)


def _handed_over(program: Program, name: str, *, active: bool) -> bool:
    """Whether something tells WebRTC, or something of which the type is not known is told so."""
    sites = program.sites("handover")
    return name in program.graph.unresolved or any(site.constant("active") is active for site in sites)


def _stays_off(program: Program) -> bool:
    """Whether audio is in manual mode for certain, and nothing switches it on."""
    manual = any(site.constant("on") in (True, 1) for site in program.sites("manual audio"))
    switched = any(site.constant("on") not in (False, 0) for site in program.sites("call audio"))
    return manual and not switched and SWITCHES.isdisjoint(program.graph.unresolved)


def _at(body: Procedure, message: str, severity: Severity, related: tuple[Place, ...]) -> Diagnostic:
    return Diagnostic(RULE.id, severity, Confidence.high, body.path, body.location, message, related=related)


# The switch on something of which the type is not known.
SWITCHES = frozenset({"isAudioEnabled =", "audioEnabled =", "setIsAudioEnabled", "setAudioEnabled"})

NOT_TOLD = (
    "WebRTC is not told that CallKit has activated the session; it counts activations itself, then activates once more "
    "in the call or opens no audio at all, and the call is silent. Call audioSessionDidActivate on RTCAudioSession here"
)
NOT_TOLD_OF_THE_END = (
    "WebRTC is told of the activation, but not that the session is gone; its count never returns to zero, and later "
    "calls start in the wrong state. Call audioSessionDidDeactivate on RTCAudioSession here"
)
STAYS_OFF = (
    "WebRTC waits for the app to switch its audio on, since useManualAudio is set, and nothing sets isAudioEnabled to "
    "true; every call is silent. Set it here, after audioSessionDidActivate"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://github.com/jitsi/jitsi-meet/pull/4210", "https://developer.apple.com/forums/thread/109373"),
    kind="absence",
    trigger="a didActivate that does something, and WebRTC that the program itself drives",
)
