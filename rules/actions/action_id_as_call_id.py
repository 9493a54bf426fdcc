"""The identifier of an action is used as the identifier of its call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.action_identifiers import Identifier, taken_for_calls
from callkit_lint.rule import Diagnostic, Edit, Fix, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for procedure, identifier in taken_for_calls(program):
        text = f"{identifier.action}.{identifier.own}"
        message = MESSAGE.format(text=text, call=of_the_call(identifier))
        found = RULE.at_place(Place(procedure.path, identifier.location, message))
        yield replace(found, fix=_fix(procedure.path, identifier))


def _fix(path: str, identifier: Identifier) -> Fix | None:
    """The call's identifier instead; an action of unknown kind may be about no call."""
    if identifier.kind in ("CXAction", "ConversationAction"):
        return None
    own = "callUUID" if identifier.kind.startswith("CX") else "conversationUUID"
    text = f"[{identifier.action} {own}]" if identifier.is_message else f"{identifier.action}.{own}"
    return Fix(f"use {own}", (Edit(path, identifier.location, text),))


def of_the_call(identifier: Identifier) -> str:
    """What to write instead; an action of unknown kind has to be looked at first."""
    if identifier.kind == "CXAction":
        return f"the callUUID of {identifier.action} as a CXCallAction"
    own = "callUUID" if identifier.kind.startswith("CX") else "conversationUUID"
    return f"{identifier.action}.{own}"


MESSAGE = (
    "{text} identifies the action, not the call: no call is ever found under it, so what the user asked for does not "
    "happen, or the report is about a call that does not exist. Use {call}"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/callkit/cxaction/uuid",
        "https://github.com/GetStream/stream-video-flutter/pull/1044",
    ),
)
