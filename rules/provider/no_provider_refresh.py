"""An incoming call is reported without sending the provider's configuration again first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.mending import refresh
from callkit_lint.questions.provider_refresh import stale_reports
from callkit_lint.rule import Diagnostic, Fix, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for first, *others in stale_reports(program):
        places = tuple(Place(site.procedure.path, site.location, "the same here") for site in others)
        sites = (first, *others)
        edits = tuple(edit for site in sites if (edit := refresh(site.procedure, site.location)))
        fix = Fix("send the configuration again", edits, safe=False) if len(edits) == len(sites) else None
        yield replace(RULE.at_site(first, MESSAGE, related=places), fix=fix)


MESSAGE = (
    "the provider's configuration is not sent again before this report. Now and then the call system has lost the "
    "app's session, and then the answered call has no sound in either direction; Apple's support recommends to assign "
    "provider.configuration to itself right before each report"
)

RULE = Rule(
    check,
    severity=Severity.note,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/783870",),
    profile="strict",
)
