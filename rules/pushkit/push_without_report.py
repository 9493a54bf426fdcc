"""A VoIP push can go by without a call being reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.model.debts import Leak
from callkit_lint.model.program import Program
from callkit_lint.questions.pushes import (
    PushCallback,
    handed_pushes,
    looks_at_duty,
    push_callbacks,
    unreported,
    unreported_there,
)
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for push in push_callbacks(program):
        if push.metadata and not looks_at_duty(program, push):
            continue  # must-report-ignored tells that
        found = unreported(program, push, waits=True)
        shown = [leak for leak in found.leaks if leak.confidence >= Confidence.medium] or found.leaks
        if found.known and shown:
            yield report(push.procedure, "PushKit delivers a push", shown, ever=found.met)
        elif found.known:
            yield from _in_front(program, push)
    for procedure, name in handed_pushes(program):
        found = unreported_there(program, procedure, name)
        shown = [leak for leak in found.leaks if leak.confidence >= Confidence.medium]
        if found.known and found.met and shown:
            yield report(procedure, HANDED_ON, shown, ever=True)


HANDED_ON = "the code that uses this hands a push on"


def _in_front(program: Program, push: PushCallback) -> Iterator[Diagnostic]:
    """What only an app that is in front leaves unreported: against the rule, but tolerated."""
    found = unreported(program, push, waits=True, in_front=True)
    shown = [leak for leak in found.leaks if leak.confidence >= Confidence.medium]
    if found.known and found.met and shown:
        told = report(push.procedure, "PushKit delivers a push", shown, ever=True)
        yield replace(told, severity=Severity.note, message=IN_FRONT)


def report(entry: Procedure, comes: str, leaks: list[Leak] | tuple[Leak, ...], *, ever: bool) -> Diagnostic:
    first = leaks[0]
    start = Place(entry.path, entry.location, f"{comes}: {entry.display}")
    exits = dict.fromkeys((leak.exit.path, leak.exit.location) for leak in leaks)
    others = [Place(path, location, "no call on this way either") for path, location in list(exits)[1:]]
    where = first.exit if ever else start
    crashes = first.kind == "crash"
    end = () if crashes else (Place(first.path, first.location, ENDS.get(first.kind, "and ends here without a call")),)
    return Diagnostic(
        rule=RULE.id,
        severity=Severity.warning if crashes else Severity.note if first.depth > 1 else Severity.error,
        confidence=first.confidence,
        path=where.path,
        location=where.location,
        message=CRASHES if crashes else SOMETIMES if ever else NEVER,
        phase="report",
        chain=(start, *first.turns, *end),
        related=tuple(others),
    )


ENDS = {"end": "and comes to its end without a call"}
SOMETIMES = (
    "a VoIP push that takes this way is never reported as a call; the system kills the app for it, and after a few "
    "such pushes delivers none any more: the phone does not ring. Report a call here too, and end it at once if there "
    "is none"
)
CRASHES = (
    "the identifier of a push is unwrapped by force; a text that is no UUID crashes the app before the call is "
    "reported: the phone does not ring, and after a few such pushes the system delivers none any more. Report the call "
    "under a new UUID() then, and end it at once if there is none"
)
IN_FRONT = (
    "while the app is in front, a VoIP push that takes this way is not reported as a call. Apple asks for a report of "
    "every VoIP push; in practice the system lets an app in front go, but the phone then neither rings nor shows the "
    "call when the screen is locked in that moment. Report the call here too, or ask metadata.mustReport (iOS 26.4)"
)
NEVER = (
    "VoIP pushes come in here and no call is reported; the system kills the app for each, and after a few delivers "
    "none any more: the phone does not ring. Report a call before this method returns, and end it at once if there "
    "is none"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/pushkit/responding-to-voip-notifications-from-pushkit",
        "https://developer.apple.com/forums/thread/817976",
    ),
)
