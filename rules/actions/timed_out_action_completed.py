"""An action that has timed out is fulfilled or failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.actions import late_completions
from callkit_lint.questions.mending import removal
from callkit_lint.rule import Diagnostic, Fix, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run in late_completions(program):
        edit = removal(run.site.procedure, run.location)
        fix = Fix("delete the call", (edit,)) if edit else None
        yield replace(RULE.at(run, MESSAGE.format(call=run.text)), fix=fix)


MESSAGE = (
    "{call} completes an action that has timed out; the system has failed it already, may have ended the call with it, "
    "and Apple says that it should be neither fulfilled nor failed any more. Delete the call, and only clean up here"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxproviderdelegate/provider(_:timedoutperforming:)",
    ),
)
