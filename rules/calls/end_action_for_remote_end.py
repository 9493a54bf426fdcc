"""A call that is over without its user is ended as if the user had hung up, or the user's end is told again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model import absence
from callkit_lint.model.program import Program
from callkit_lint.questions import remote_ends
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    if absence.reports_an_end(program):  # else that the report is missing is told, or it is nobody's business here
        for asked in remote_ends.asked_for_together(program, "request end"):
            first, place = asked[0], remote_ends.place_of(asked)
            others = tuple(
                Place(run.fact.root.procedure.path, run.fact.root.location, f"also when {run.fact.root.text}")
                for run in asked[1:]
            )
            found = RULE.at(first, REQUESTED, confidence=Confidence.medium, related=others)
            yield replace(found, path=place.path, location=place.location)
    for run in remote_ends.reported_by_end_handler(program):
        yield RULE.at(run, REPORTED, confidence=Confidence.medium)
    for run in remote_ends.requested_by_end_handler(program):
        yield RULE.at(run, AGAIN, confidence=Confidence.medium)


REQUESTED = (
    "the call is over without the user, and the app asks the call system to end it as if the user had hung up; the "
    "history blames the user, the end handler hangs up once more, and for a call that is gone the request fails. Call "
    "reportCall(with:endedAt:reason:) with the reason instead"
)
REPORTED = (
    "the user ends the call, and the app reports the same end as an event from outside; fulfilling the action already "
    "tells the call system. Delete this report"
)
AGAIN = (
    "the handler of the end action asks for the same end once more; that runs the handler again for a call that is "
    "gone, hangs up twice, and leaves a request that fails. Hang up here and fulfil the action, and request an end "
    "only where the user asks for it"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/pushkit/responding-to-voip-notifications-from-pushkit",
        "https://github.com/twilio/voice-quickstart-ios/issues/155",
        "https://github.com/react-native-webrtc/react-native-callkeep/issues/26",
    ),
)
