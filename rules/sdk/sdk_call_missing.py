"""A handler of the call system lacks a call that an SDK needs from it."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.sdk_contracts import broken, owed_call, report
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for verdict in broken(program, "handler"):
        name, owed = verdict.contract.name, verdict.obligation
        yield report(RULE, verdict, f"{name} learns nothing here: {owed.why}. Call {owed_call(verdict)}")


RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://twilio.github.io/twilio-voice-ios/6.13.8/Classes/TVODefaultAudioDevice.html",
        "https://developer.vonage.com/en/opentok/sdks/ios/reference/protocols/otaudiosessionmanager",
    ),
    kind="absence",
    trigger="the handler, and an app that uses the SDK",
    replaces=("activation-not-forwarded",),
)
