"""A delegate of the call system never learns that the audio session became active, or that it no longer is."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.activation_callbacks import Delegate, brings_call_audio, delegates
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for delegate in delegates(program) if brings_call_audio(program) else ():
        if not delegate.activated:
            yield _at(delegate, delegate.place, MISSING, Severity.error)
        elif not delegate.learns_of_activation:
            body = delegate.activated[0]
            yield _at(delegate, Place(body.path, body.location, ""), EMPTY, Severity.error)
        elif not delegate.deactivated:
            yield _at(delegate, delegate.place, NEVER_STOPPED, Severity.warning)


def _at(delegate: Delegate, place: Place, message: str, severity: Severity) -> Diagnostic:
    last = delegate.callbacks[-1]
    related = (Place(last.path, last.location, f"the last of {delegate.name}'s callbacks"),)
    told = message.format(name=delegate.name)
    return Diagnostic(RULE.id, severity, Confidence.medium, place.path, place.location, told, related=related)


MISSING = (
    "{name} answers or starts calls, but has no didActivate, so nothing tells the app when the call's audio may start; "
    "audio that starts by guess comes too early at times, and then the call is silent. Implement didActivate and "
    "didDeactivate: start and stop the audio there, or pass both on to the SDK"
)
EMPTY = (
    "this didActivate does nothing, while calls have audio in this app; audio that does not wait for it starts too "
    "early at times, and then the call is silent. Start the call's audio here, or pass the activation on to the SDK"
)
NEVER_STOPPED = (
    "{name} has didActivate but no didDeactivate, so the call's audio does not learn that the session is gone; it runs "
    "on, or the next call finds it in the wrong state. Stop the audio in didDeactivate, or pass it on to the SDK"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxproviderdelegate/provider(_:didactivate:)",
        "https://github.com/AlexKMDev/WebRTC/issues/10",
    ),
    kind="absence",
    trigger="a delegate that answers or starts calls, and audio of the app or of an SDK that must wait",
)
