"""An SDK that the app uses writes the audio session by itself, and is not told that CallKit is in charge."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.sdk_contracts import broken, owed_call, report
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for verdict in broken(program, "setting"):
        if verdict.text == "missing":
            name, owed = verdict.contract.name, verdict.obligation
            remedy = f"Before this: {owed_call(verdict)}"
            yield report(RULE, verdict, f"{name} is not handed over to CallKit: {owed.why}. {remedy}")


RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://github.com/webrtc-sdk/webrtc",
        "https://api-ref.agora.io/en/video-sdk/ios/3.x/Constants/AgoraAudioSessionOperationRestriction.html",
        "https://github.com/ZEGOCLOUD/call_ios",
    ),
    kind="absence",
    trigger="a call that starts the SDK",
)
