"""The app makes a provider of its own beside an SDK that has one."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.sdk_contracts import broken, owed_call, report
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for verdict in broken(program, "owner"):
        name, owed = verdict.contract.name, verdict.obligation
        remedy = f", or switch that off: {owed_call(verdict)}" if owed_call(verdict) else ""
        message = f"the app makes a provider of its own, and {owed.why}; the system shows calls twice"
        yield report(RULE, verdict, f"{message}. Use the provider of {name} alone{remedy}")


RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://github.com/jitsi/jitsi-meet",
        "https://github.com/GetStream/stream-video-swift",
    ),
)
