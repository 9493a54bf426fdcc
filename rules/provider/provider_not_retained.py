"""Nothing keeps the provider: it is a local, a weak property, or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.providers import creations, is_lost
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for creation in creations(program):
        site, goes = creation.site, creation.goes
        if goes.weak and goes.field is not None:
            declared = Place(goes.path, goes.field.location, f"{goes.name} is declared here")
            found = RULE.at_site(site, WEAK.format(name=goes.name), related=(declared,))
        elif is_lost(creation):
            found = RULE.at_site(site, LOCAL)
        else:
            continue
        yield replace(found, confidence=site.confidence)


LOCAL = (
    "nothing keeps this provider: when the function is over the app has no hold of it, cannot report that a call "
    "connects or ends, and the call stays on the system's screen. Keep it in a property of an object that lives as "
    "long as the app"
)
WEAK = (
    "{name} is weak and does not keep the provider: it can be gone when a call is to be reported or ended, and the "
    "call stays on the system's screen. Make the property strong"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxprovider",
        "https://developer.apple.com/documentation/pushtotalk/ptchannelmanager",
    ),
    replaces=("delegate-missing-or-late", "multiple-providers"),
)
