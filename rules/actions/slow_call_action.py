"""The handler of a call action waits, and holds up everything behind it."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.actions import blocking_waits
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run in blocking_waits(program):
        yield RULE.at(run, MESSAGE.format(call=run.text))


MESSAGE = (
    "{call} holds up the handler of a call action; until it returns no other action gets through, hanging up included, "
    "and when it takes too long the action times out and the user sees a failed call. Complete the action in a "
    "callback instead of waiting"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://github.com/signalapp/Signal-iOS/pull/1734",
        "https://developer.apple.com/documentation/callkit/cxproviderdelegate/provider(_:timedoutperforming:)",
    ),
)
