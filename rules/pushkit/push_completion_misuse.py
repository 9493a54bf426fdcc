"""The push callback never runs its completion handler, or only the form without one is there."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.pushes import completes, has_no_completion, push_callbacks, unreported
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for push in push_callbacks(program):
        method = Place(push.procedure.path, push.procedure.location, "")
        if has_no_completion(push):
            yield _at(method, OLD_FORM)
        elif push.completion and not completes(program, push):
            yield _at(method, NEVER)
        elif push.completion:
            for place in dict.fromkeys(unreported(program, push, waits=True).early):
                yield _at(place, EARLY, Severity.note)


def _at(place: Place, message: str, severity: Severity = Severity.warning) -> Diagnostic:
    return Diagnostic(RULE.id, severity, Confidence.medium, place.path, place.location, message, "report")


OLD_FORM = (
    "only the push callback without a completion handler is here, which iOS 11 deprecated; the system cannot know when "
    "a push is dealt with and may suspend the app in the middle of setting up the call. Implement the form with a "
    "completion handler, and run it when the call is reported"
)
NEVER = (
    "this push callback never runs its completion handler; the system takes the push for unfinished and may hold the "
    "next ones back, so calls ring late or not at all. Run it in the completion of the report"
)

EARLY = (
    "the completion handler of the push is run before the call is reported; the app may be suspended in between, and "
    "the call shows late. Run it in the completion of the report"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/documentation/pushkit/pkpushregistrydelegate",),
)
