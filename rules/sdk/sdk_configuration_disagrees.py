"""An SDK is given another configuration of the session than the app's own."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.sdk_contracts import broken, report
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for verdict in broken(program, "agreement"):
        owed, (theirs, ours) = verdict.obligation, verdict.values
        what = f"{verdict.contract.name} is given the {owed.compares} {theirs}, the app itself sets {ours}"
        yield report(RULE, verdict, f"{what}: {owed.why}. Give both the same")


RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://github.com/webrtc-sdk/webrtc",),
)
