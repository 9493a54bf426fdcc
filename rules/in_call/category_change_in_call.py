"""The session's category is set while a call is active."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.questions.loudspeaker import is_about_the_route
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.told((*LIVE, "bridge"), "category", accept=changes):
        if runs[0].phase == "bridge":
            yield RULE.at_all(runs, BRIDGE, Severity.warning, confidence=Confidence.medium)
        else:
            yield RULE.at_all(runs, MESSAGE.format(where=program.vocabulary.phases[runs[0].phase].text))


def changes(run: Run) -> bool:
    """Behind a look at the category the call is most likely made only where it is not right yet. What code in the app's
    other language asks for is asked for in a call where it is about the route."""
    return "category" not in run.tested() and (run.phase != "bridge" or is_about_the_route(run))


LIVE = ("active", "call", "route change", "device change")


MESSAGE = (
    "the session's category is set {where}; that re-routes the audio at once: the speaker button flips back, sound can "
    "drop, and other apps may interrupt the call. Set category, mode and options once, before the call is reported or "
    "requested"
)
BRIDGE = (
    "a method about the audio route, for the app's other language, sets the session's category; it is asked for during "
    "calls, and re-routes the audio at once: the speaker button flips back, and sound can drop. Only read the route or "
    "choose the port here, and set category, mode and options before the call is reported or requested"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/820613", "https://developer.apple.com/forums/thread/810385"),
)
