"""The session's category is set while a call is active."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.lifecycle import Run
from callkit_lint.program import Program
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.told(("active", "call", "route change", "device change"), "category", accept=changes):
        yield RULE.at_all(runs, MESSAGE.format(where=program.vocabulary.phases[runs[0].phase].text))


def changes(run: Run) -> bool:
    """Behind a look at the category the call is most likely made only where it is not right yet."""
    return "category" not in run.tested()


MESSAGE = (
    "the session's category is set {where}; that re-routes the audio at once: the speaker button flips back, sound can "
    "drop, and other apps may interrupt the call. Set category, mode and options once, before the call is reported or "
    "requested"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/820613", "https://developer.apple.com/forums/thread/810385"),
)
