"""The session is configured for a call only when the call is started or answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import CONFIGURES, Program
from callkit_lint.questions.configuration_times import beginnings, may_configure_in
from callkit_lint.rule import Diagnostic, Rule, Severity

# What runs before each action; of code that a screen or the app's other language calls it is not known. What runs right
# after the report or the request is too late as well, but configured-after-report says so.
EARLIER = {
    "answer": frozenset({"setup", "report", "reported", "screen", "bridge"}),
    "start": frozenset({"setup", "request", "requested", "screen", "bridge"}),
}

OPENING = {"answer": "report", "start": "request"}


def check(program: Program) -> Iterator[Diagnostic]:
    phases = [phase for phase, early in EARLIER.items() if not may_configure_in(program, early)]

    def is_first(run: Run) -> bool:
        return run.site in program.call_configurations

    for runs in program.told(phases, *CONFIGURES, accept=is_first):
        reached = {run.phase for run in program.lifecycle.runs[runs[0].site]}
        told = [program.vocabulary.phases[phase].text for phase in phases if phase in reached]
        found = RULE.at_all(runs, MESSAGE.format(where=" and ".join(told)))
        yield replace(found, related=(*found.related, *beginnings(program, OPENING[runs[0].phase])))


MESSAGE = (
    "the session is configured for a call only here, {where}, as in Apple's sample; should iOS activate it first, the "
    "call opens in the wrong category: silence, or the wrong loudspeaker. It is safer to set category, mode and "
    "options at launch, or before the call is reported or requested"
)

RULE = Rule(
    check,
    severity=Severity.note,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/810385", "https://developer.apple.com/forums/thread/758386"),
)
