"""The app does nothing when the call system resets and has lost all its calls."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.emptiness import only_logs
from callkit_lint.model.program import Program
from callkit_lint.questions.providers import handlers
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for procedure in handlers(program, "CXProviderDelegate.didReset", "ConversationManagerDelegate.didReset"):
        if only_logs(procedure):
            yield RULE.at_place(Place(procedure.path, procedure.location, MESSAGE))


MESSAGE = (
    "the call system has been reset and has lost every call, and nothing here ends them in the app: a call goes on "
    "without a way to hang it up on the lock screen, and each later request for it fails. Stop the audio, end all "
    "calls, and clear the list of them"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/documentation/callkit/cxproviderdelegate/providerdidreset(_:)",),
)
