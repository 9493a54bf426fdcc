"""The app activates the audio session to repair a call's audio: after a delay, a failure, a hold, or a switch-off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.activations import certainty, recoveries
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for recovery in recoveries(program):
        run = recovery.run
        message = MESSAGES[recovery.kind].format(where=program.vocabulary.phases[run.phase].text)
        severity = Severity.warning if run.phase in ("bridge", "call screen") else Severity.error
        found = RULE.at(run, message, severity, confidence=certainty(run))
        yield replace(found, path=recovery.path, location=recovery.location)


FAULT = "Delete it, and look for what keeps didActivate from coming: whoever activated before the call system did"
MESSAGES = {
    "delay": (
        "the app activates the audio session after a delay, {where}; the call can be live by then, and the activation "
        f"only hides a fault and makes new ones: sound one way only, or the speaker choice lost. {FAULT}"
    ),
    "hold": (
        "the app activates the audio session in the handler of a hold; the call system refuses that on purpose (error "
        "561017449), so the call taken off hold stays silent. Start audio in didActivate, and where that does not come "
        "leave it to the user to resume the call"
    ),
    "retry": (
        "the app activates the audio session again {where}, after a failure or in a loop; failing (561017449) is to be "
        f"expected while the call system owns the session, and every try disturbs the call's audio. {FAULT}"
    ),
    "restart": (
        "the app switches the audio session off and on again {where}; both sides fall silent, and the call system may "
        f"not open the session a second time. {FAULT}"
    ),
    "after": (
        "the app opens the session for a call again when the call system has just closed it; the next call then finds "
        "it taken, and didActivate may not come. Hand the session to other features here, or leave it alone"
    ),
}

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/783870", "https://developer.apple.com/forums/thread/749202"),
    replaces=("direct-activation", "wrapped-activation"),
)
