"""Outgoing calls never become connected for the call system, or too early, or an incoming one is reported as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model import absence
from callkit_lint.model.program import Program
from callkit_lint.questions import progress
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    requests = [site for site in program.sites("request start") if not program.is_dead(site)]
    calls = [site for site in requests if site.api.owner != "PTChannelManager"]
    handler = next(absence.start_handlers(program), None)
    if calls and handler and absence.reports_no_connection(program):
        related = (Place(calls[0].procedure.path, calls[0].location, "outgoing calls are requested here"),)
        found = RULE.at_site(calls[0], MISSING, related=related)
        yield replace(found, path=handler.path, location=handler.location, confidence=Confidence.medium)
    for site in progress.connected_while_answering(program):
        yield RULE.at_site(site, WRONG)
    for runs in progress.connected_for_all(program):
        callers = (run.fact.root for run in runs[1:])
        others = tuple(Place(root.procedure.path, root.location, f"also when {root.text}") for root in callers)
        yield RULE.at(runs[0], FOR_ALL, confidence=Confidence.medium, related=others)
    reversed_reports = list(progress.reversed_reports(program))
    for connected, connecting in reversed_reports:
        place = Place(connecting.procedure.path, connecting.location, "only here is it reported as connecting")
        yield RULE.at_site(connected, REVERSED, related=(place,))
    told = {connected for connected, _ in reversed_reports}
    for run in progress.connected_while_starting(program):
        if run.site not in told:
            yield RULE.at(run, AT_ONCE, absence.weight_of_calls(program))


MISSING = (
    "outgoing calls start here, but nothing in this app reports one as connected; the call system goes on showing "
    '"calling", its timer never starts, and the history says that the call was cancelled. Call '
    "reportOutgoingCall(with:connectedAt:), or report conversationConnected, when the other side answers"
)
WRONG = (
    "an incoming call that is being answered is reported as a connected outgoing call; the call system gets the report "
    "of a call that it did not start, and its timer counts from here. Answering is reported by fulfilling the action; "
    "delete this report"
)
FOR_ALL = (
    "every call that connects is reported as a connected outgoing call, incoming ones included; the call system gets "
    "the report of a call that it did not start. Report only calls that this side has started, and let the answer "
    "action connect the others"
)
AT_ONCE = (
    "an outgoing call is reported as connected while it is only being started; nobody can have answered yet: the call "
    "screen counts the time while the other side still rings, and the history shows a talk that never was. Report it "
    "as connecting here, and as connected when the other side answers"
)
REVERSED = (
    "an outgoing call is reported as connected before it is reported as connecting; the call system counts its time "
    "from the wrong moment. Report it as connecting when the invitation goes out, as connected when the other side "
    "answers"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/making-and-receiving-voip-calls",
        "https://github.com/doneservices/flutter_callkeep/issues/70",
        "https://github.com/hiennguyen92/flutter_callkit_incoming/issues/265",
    ),
    kind="absence",
    trigger="an app that requests outgoing calls and has a start handler which completes them",
)
