"""Calls are reported only when the provider has said that it has begun."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.provider_begin import reports_behind, waiting_reports
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run, name, begin in reports_behind(program):
        places = (Place(begin.path, begin.location, f"{name} is set here"),)
        yield RULE.at(run, BEHIND.format(name=name), confidence=Confidence.medium, related=places)
    for site, begin in waiting_reports(program):
        places = (Place(begin.path, begin.location, "which the call system calls when it likes"),)
        yield RULE.at_site(site, WAITING, related=places)


BEGINS = "providerDidBegin can be missed, and need not come before a push"
BEHIND = (
    "a call is reported only if {name} is set, and that is set in providerDidBegin. "
    f"{BEGINS}; a push that reports nothing gets the app killed, and the phone stays silent. Report without waiting"
)
WAITING = (
    "a call is reported from providerDidBegin, when it has waited for it. "
    f"{BEGINS}; a push that reports nothing gets the app killed, and the phone stays silent. Report without waiting"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/797563",),
)
