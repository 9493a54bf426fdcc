"""A call is ended, changed or reported under an identifier that no call has, or that all calls have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.callgraph.conditions import Fresh
from callkit_lint.model.program import Program
from callkit_lint.questions import identities
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run in identities.of_no_call(program):
        steps, made = run.fact.steps(), run.values["call"]
        stands_in = isinstance(made, Fresh) and made.presumed  # `known ?? UUID()`
        found = RULE.at(run, STAND_IN) if stands_in else RULE.at(run, FRESH, Severity.error)
        if steps:  # where the identifier is given away, not the helper that takes it from others too
            found = replace(found, path=steps[0][1].caller.path, location=steps[0][1].location)
        if isinstance(made, Fresh) and made.location.line != found.location.line:
            found = replace(found, related=(Place(made.path, made.location, "the identifier is made here"),))
        yield found
    for site in identities.of_all_calls(program):
        yield RULE.at_site(site, SAME)
    for procedure, call in identities.written_into_call(program):
        yield replace(RULE.at_place(Place(procedure.path, call.location, SAME)), confidence=Confidence.medium)


FRESH = (
    "this speaks of a call under an identifier that is made here, so no call has it; the call system does nothing, and "
    "the call that was meant goes on. Keep the identifier under which the call was reported or requested, and use that"
)
STAND_IN = (
    "where the app has no identifier for the call, this speaks of it under a new one, which no call has; the call "
    "system does nothing, and a call that it still shows goes on. Keep the identifier under which the call was "
    "reported or requested until the call has ended; without one there is nothing to say"
)
SAME = (
    "every call gets the identifier that is written here; while the system still knows an earlier one, the report of "
    "the next is refused or mixed up with it. Make a new UUID for each call and keep it"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://github.com/twilio/voice-quickstart-ios/issues/474",
        "https://github.com/hiennguyen92/flutter_callkit_incoming/issues/521",
    ),
)
