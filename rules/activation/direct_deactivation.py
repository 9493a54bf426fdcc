"""The app deactivates the audio session that the call system closes itself."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program, first
from callkit_lint.questions.activations import screens_for_calls
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity

# Handing the session back after didDeactivate is no mistake, nor is anything before a call.
PHASES = (
    *("active", "call", "route change", "device change", "answered", "started", "answer", "start"),
    *("end", "call screen", "bridge", "screen"),
)


def check(program: Program) -> Iterator[Diagnostic]:
    screens = screens_for_calls(program)
    for runs in program.runs("activation"):
        own = (run for run in runs if run.phase != "screen" or run.site.procedure.function.owner in screens)
        run = first((run for run in own if deactivates(run)), PHASES)
        if run is not None:
            severity = Severity.warning if run.phase in ("end", "bridge", "call screen", "screen") else Severity.error
            message = MESSAGES.get(run.phase, IN_CALL).format(where=program.vocabulary.phases[run.phase].text)
            yield RULE.at(run, message, severity, confidence=Confidence.medium)


def deactivates(run: Run) -> bool:
    """A session whose category was looked at first is most likely another feature's own."""
    return run.value("active") in (False, 0) and not {"category", "record"} <= run.tested()


IN_CALL = (
    "the app deactivates the audio session {where}; the caller and the user stop hearing each other, since the call "
    "system opened that session and closes it itself. Delete the call"
)
MESSAGES = {
    "screen": (
        "the app deactivates, {where}, the audio session that it has activated for a call; when the call goes on, the "
        "caller and the user stop hearing each other, since the call system closes the session itself. Delete the call"
    ),
    "end": (
        "the app deactivates the audio session {where}; another call that goes on falls silent, and the call system "
        "closes the session itself. Delete the call, and give audio back to other features in didDeactivate"
    ),
}

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://github.com/livekit/client-sdk-flutter/pull/1127",),
)
