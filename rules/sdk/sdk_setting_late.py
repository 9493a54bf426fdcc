"""A setting that an SDK needs before its calls is made only when a call goes on."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.sdk_contracts import broken, report
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for verdict in broken(program, "setting"):
        if verdict.text == "late" and verdict.run is not None:
            name, owed = verdict.contract.name, verdict.obligation
            when = program.vocabulary.phases[verdict.run.phase].text
            yield report(RULE, verdict, f"{name} is told too late, {when}: {owed.why}. Do this before")


RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://pub.dev/documentation/nertc_core/5.9.11+2/nertc/NERtcEngine/setAudioSessionOperationRestriction.html",
    ),
)
