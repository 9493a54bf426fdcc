"""A call of an SDK runs when the session is not yet, or no longer, the app's to change."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.sdk_contracts import broken, owed_call, report
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for verdict in broken(program, "forbidden", "order"):
        name, owed = verdict.contract.name, verdict.obligation
        remedy = f". Instead: {owed_call(verdict)}" if owed_call(verdict) else ""
        yield report(RULE, verdict, f"{name} must not be called like this here: {owed.why}{remedy}")


RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://github.com/aws/amazon-chime-sdk-ios/issues/71",
        "https://github.com/100mslive/100ms-docs/pull/799",
    ),
    replaces=("audio-io-before-activation",),
)
