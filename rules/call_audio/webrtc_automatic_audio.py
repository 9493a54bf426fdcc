"""WebRTC is left to start its audio by itself in an app whose calls the call system handles."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    factories = [site for site in program.sites("peer factory") if not program.is_dead(site)]
    if not program.armed or not factories or program.graph.incomplete:
        return
    switched = any(site.constant("on") not in (False, 0) for site in program.sites("manual audio"))
    if not switched:
        first = factories[0]
        related = (
            *(Place(site.procedure.path, site.location, "another factory") for site in factories[1:]),
            *(Place(site.procedure.path, site.location, BESIDE) for site in program.sites("handover")),
        )
        yield Diagnostic(
            RULE.id, RULE.severity, Confidence.high, first.procedure.path, first.location, MESSAGE, related=related
        )


MESSAGE = (
    "WebRTC starts its audio unit by itself as soon as a track is ready, and activates the session for that; in a call "
    "of CallKit's it races the activation, and whoever loses is silent. Set useManualAudio on RTCAudioSession to true "
    "before the first connection, and isAudioEnabled in didActivate"
)

BESIDE = "isAudioEnabled belongs beside this"

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/783870", "https://github.com/webrtc-sdk/webrtc"),
    kind="absence",
    trigger="a program whose calls the call system handles, and that makes a peer connection factory",
)
