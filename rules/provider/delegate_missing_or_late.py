"""The provider has no delegate, or gets it when the first callbacks may be over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.callgraph.graph import Site
from callkit_lint.model.program import Program
from callkit_lint.questions.provider_delegates import behind_hop, classless, lost_delegates, missing, too_late
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for bare in missing(program):
        yield replace(RULE.at_site(bare.site, MISSING), confidence=bare.site.confidence)
    for site in lost_delegates(program):
        yield RULE.at_site(site, LOST)
    for site, report in too_late(program):
        yield late(site, AFTER_REPORT, report, "the call is reported here")
    for site, creation in behind_hop(program):
        yield late(site, POSTED, creation, "the provider is created here")
    for site, report in classless(program):
        yield late(site, NOBODY, report, "a call is reported here")


def late(site: Site, message: str, other: Site, text: str) -> Diagnostic:
    related = Place(other.procedure.path, other.location, text)
    return replace(RULE.at_site(site, message, related=(related,)), severity=Severity.warning)


FIX = "Set the delegate where the provider is created, in the next statement"
MISSING = (
    "this provider never gets a delegate: when the user answers, ends or mutes a call on the system's screen, nothing "
    f"happens in the app, and the call never connects. {FIX}"
)
LOST = (
    "nothing keeps this delegate, and the provider does not either: when the function is over the callbacks for "
    "answer, end and mute reach nobody. Keep it in a property of an object that lives as long as the provider"
)
AFTER_REPORT = (
    "the delegate is set after a call was reported; a user who answers at once is not heard by the app, and the call "
    f"never connects. {FIX}"
)
POSTED = (
    "the delegate is set in code that runs later than the creation of the provider, which connects to the system at "
    f"once: callbacks in between are lost. {FIX}"
)
NOBODY = (
    "a class method can create the provider here and report a call before any object has set the delegate; a user "
    f"who answers at once is not heard by the app, and the call never connects. {FIX}"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxprovider/setdelegate(_:queue:)",
        "https://developer.apple.com/forums/thread/797563",
    ),
    kind="absence",
    trigger="an app that creates a provider",
)
