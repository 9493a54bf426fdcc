"""The app does not look whether the system took a call's report or request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.refusals import Unheeded, unheeded
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for case in unheeded(program):
        message = MESSAGES[case.site.api.effect].format(what="only logs" if case.logged else "does not read")
        found = RULE.at_place(Place(case.path, case.location, message), related=handed_on(case))
        yield replace(found, severity=Severity.note, confidence=Confidence.low) if case.logged else found


def handed_on(case: Unheeded) -> tuple[Place, ...]:
    """The call of the API behind a function of the program."""
    site = case.site
    if (case.path, case.location) == (site.procedure.path, site.location):
        return ()
    return (Place(site.procedure.path, site.location, f"{site.text} hands its error on"),)


MESSAGES = {
    "report": (
        "the app {what} the error of this report; the system may refuse a call (do not disturb, a blocked caller, a "
        "call that is there already), and then the app waits in a call that the user never sees. Keep the call only "
        "without an error, else end it"
    ),
    "transaction": (
        "the app {what} the error of this request; the system may refuse it (an unknown call, too many calls), and "
        "then nothing happens while the app goes on as if it had. Take back what was begun when there is an error, "
        "and tell the user"
    ),
}

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxerrorcodeincomingcallerror",
        "https://developer.apple.com/documentation/callkit/cxerrorcoderequesttransactionerror",
        "https://github.com/hiennguyen92/flutter_callkit_incoming/pull/803",
    ),
)
