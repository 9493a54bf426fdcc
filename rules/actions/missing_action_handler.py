"""A call offers something for which the delegate of the call system has no handler."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.absence import weight_of_calls
from callkit_lint.model.program import Program
from callkit_lint.questions.action_handlers import Gap, gaps, idle_handlers
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for gap in gaps(program):
        related = tuple(Place(site.procedure.path, site.location, f"{site.text} offers it") for site in gap.offers)
        if gap.handled:
            last = max(gap.handled, key=lambda handler: (handler.path == gap.delegate.path, handler.location))
            related += (Place(last.path, last.location, "its handler would stand beside this one"),)
        severity = Severity.note if gap.actions == ("CXSetMutedCallAction",) else Severity.warning  # as Apple's sample
        yield RULE.at_place(Place(gap.delegate.path, gap.delegate.location, message(gap)), severity, related=related)
    for kind, handler in idle_handlers(program):
        text = (
            f"this handler completes its action and does nothing else: {DONE_NOTHING[kind]}. Do what the user asks for"
        )
        yield RULE.at_place(Place(handler.path, handler.location, text), weight_of_calls(program))


def message(gap: Gap) -> str:
    """What the user finds, action by action."""
    named = " and ".join(filter(None, (", ".join(gap.actions[:-1]), gap.actions[-1])))
    found = "; ".join(FOUND[kind] for kind in gap.actions)
    return f"{gap.delegate.text} does not handle {named}: {found}. Handle it, or do not offer what has no handler"


FOUND = {
    "CXStartCallAction": "a call that the app starts fails at once",
    "CXAnswerCallAction": "the user answers and the call fails",
    "CXEndCallAction": "the user hangs up and the other side stays in the call",
    "CXSetMutedCallAction": "the system's mute button does nothing, and the user is still heard",
    "CXSetHeldCallAction": "a call that is to wait goes on or fails when the user takes another",
    "CXPlayDTMFCallAction": "what the user types on the keypad is not sent",
    "CXSetGroupCallAction": "calls that the user merges stay apart",
    "PauseConversationAction": "a conversation that the user pauses goes on",
    "PlayToneAction": "what the user types on the keypad is not sent",
    "MergeConversationAction": "conversations that the user merges stay apart",
    "UnmergeConversationAction": "conversations that the user takes apart stay together",
}
DONE_NOTHING = {
    "CXEndCallAction": "the call system shows that the call has ended, and the other side stays in it",
    "CXSetMutedCallAction": "the call system shows that the user is muted, and the other side goes on hearing the user",
    "CXSetHeldCallAction": "the call system shows that the call waits, and to the other side it goes on",
    "CXPlayDTMFCallAction": "the user types on the keypad, and nothing is sent",
}

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxproviderdelegate",
        "https://github.com/hiennguyen92/flutter_callkit_incoming/issues/119",
        "https://github.com/hiennguyen92/flutter_callkit_incoming/issues/209",
    ),
    kind="absence",
    trigger="a delegate of the call system, and calls that are reported, requested or given a feature",
)
