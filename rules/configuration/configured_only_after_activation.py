"""The session is configured for a call only when CallKit has already activated it."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import CONFIGURES, Program, first
from callkit_lint.questions.configuration_times import beginnings, configured_before_activation, surest_configurations
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    if configured_before_activation(program):
        return
    configurations = surest_configurations(program)
    earlier = beginnings(program)
    for runs in program.runs(*CONFIGURES):
        run = first(runs, ("active", "call", "route change"))
        if run is not None and run.site in configurations:
            yield RULE.at(run, MESSAGE, related=earlier)


MESSAGE = (
    "the session is configured for a call only here, when CallKit has already activated it; the call opens in the "
    "wrong category, so the microphone may be missing or the first seconds silent. Set category, mode and options "
    "before a call is reported or requested"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/810385", "https://developer.apple.com/forums/thread/758386"),
    replaces=("category-change-in-call",),
)
