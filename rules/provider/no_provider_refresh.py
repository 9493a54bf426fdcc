"""An incoming call is reported without sending the provider's configuration again first."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.provider_refresh import stale_reports
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for first, *others in stale_reports(program):
        places = tuple(Place(site.procedure.path, site.location, "the same here") for site in others)
        yield RULE.at_site(first, MESSAGE, related=places)


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
