"""An app that takes calls never tells the call system that one has ended on the other side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model import absence
from callkit_lint.model.program import Program
from callkit_lint.questions import remote_ends
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    yield from _never(program)
    for site, end in absence.ended_by_the_user_alone(program):
        related = (Place(end.procedure.path, end.location, "an end is reported only here, when the user acts"),)
        yield replace(RULE.at_site(site, RINGS_ON, related=related), confidence=Confidence.medium)


def _never(program: Program) -> Iterator[Diagnostic]:
    creations = [site for site in program.sites("provider") if not program.is_dead(site)]
    if not creations or not any(program.sites("report", "request start")) or not absence.reports_no_end(program):
        return
    if absence.other_side(program):
        owner = absence.owner_of(program, creations[0])
        asked = [remote_ends.place_of(runs) for runs in remote_ends.asked_for_together(program, "request end")]
        related = (
            Place(creations[0].procedure.path, creations[0].location, "the provider is made here"),
            *(Place(site.procedure.path, site.location, "another provider") for site in creations[1:]),
            *(Place(place.path, place.location, "a remote end is requested here, as the user's") for place in asked),
        )
        found = RULE.at_site(creations[0], AS_THE_USERS if asked else MESSAGE, related=related)
        severity = absence.weight_of_calls(program)
        yield replace(found, path=owner.path, location=owner.location, severity=severity, confidence=Confidence.medium)


MESSAGE = (
    "nothing in this app tells the call system that a call has ended on the other side: when the caller hangs up, "
    "cancels or loses the network, the user keeps a call that is over, on the screen and as busy for the next one. "
    "Call reportCall(with:endedAt:reason:), or report conversationEnded, when the signalling says that a call is over"
)
AS_THE_USERS = (
    "nothing in this app reports to the call system that a call has ended on the other side; what it hears of such "
    "ends it requests as if the user had hung up: the history blames the user, the end handler hangs up once more, and "
    "where the request fails the call stays. Call reportCall(with:endedAt:reason:) with the reason instead"
)
RINGS_ON = (
    "of the calls that are reported here an end is reported only when the user acts; when the caller gives up, or "
    "nobody answers, the call rings on for ever, and the next one is refused. Report the end then too, and after a "
    "timeout at the latest"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/pushkit/responding-to-voip-notifications-from-pushkit",
        "https://github.com/twilio/voice-quickstart-ios/issues/190",
        "https://github.com/twilio/voice-quickstart-ios/issues/187",
    ),
    kind="absence",
    trigger="an app that makes a provider, reports or requests a call, and has another side that could end it",
)
