"""A handler of a call action can end without fulfilling or failing the action."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.paths import GUARD_FAILS
from callkit_lint.model.program import Program
from callkit_lint.questions.action_completion import OpenAction, open_actions
from callkit_lint.questions.mending import completion
from callkit_lint.rule import Diagnostic, Fix, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for found in open_actions(program):
        leak, handler = found.leaks[0], found.handler
        owner = leak.left if found.ever else handler
        in_case = found.one_case and leak.turns
        where = leak.turns[0] if in_case else Place(owner.path, owner.function.location, "")
        sometimes = SOMETIMES if owner.function is handler.function else SOMETIMES_HANDED_ON
        start = Place(handler.path, handler.location, f"the call system asks for an action: {handler.display}")
        yield Diagnostic(
            rule=RULE.id,
            severity=Severity.warning if found.ever else Severity.error,
            confidence=leak.confidence,
            path=where.path,
            location=where.location,
            message=sometimes if found.ever else NEVER,
            phase=found.phase,
            chain=(start, *leak.turns, Place(leak.path, leak.location, ENDS[leak.kind])),
            related=tuple(_others(found)),
            fix=_fix(found),
        )


def _fix(found: OpenAction) -> Fix | None:
    """`fail()` before each `return` that leaves the handler's action open: a guess where no guard does."""
    own = (leak for leak in found.leaks if leak.left is found.handler and not leak.depth)
    returns = [leak for leak in own if leak.kind == "return" and leak.turns]
    if found.one_case or len(returns) < len(found.leaks):
        return None
    places = dict.fromkeys(leak.location for leak in returns)
    edits = tuple(completion(found.handler, place, found.handler.parameters[1].name) for place in places)
    safe = all(leak.turns[-1].text == GUARD_FAILS for leak in returns)
    return Fix("fail the action before leaving", edits, safe)


def _others(found: OpenAction) -> Iterator[Place]:
    """The further places where the action stays open."""
    told = {(found.leaks[0].path, found.leaks[0].location)}
    for leak in found.leaks[1:]:
        if (leak.path, leak.location) not in told:
            told.add((leak.path, leak.location))
            yield Place(leak.path, leak.location, "the action stays open on a way through here too")


ENDS = {
    "return": "and returns here with the action open",
    "throw": "and leaves with an error here, the action open",
    "end": "and ends with the action open",
}
NEVER = (
    "this handler neither fulfils nor fails its action; the call system waits until the action times out, and then the "
    "button seems dead, or the call fails or ends. Call fulfill() when it is done, and fail() when it can't be"
)
SOMETIMES = (
    "on one way through this handler its action is neither fulfilled nor failed; the call system waits until the "
    "action times out, and then the call fails or ends, or its button seems dead. Call fail() before leaving"
)
SOMETIMES_HANDED_ON = (
    "this function is given a call action, and on one way through it the action is neither fulfilled nor failed; the "
    "call system waits until it times out, and then the call fails or ends, or its button seems dead. Call fail() "
    "before leaving"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxproviderdelegate/provider(_:timedoutperforming:)",
        "https://developer.apple.com/documentation/callkit/cxaction",
    ),
)
