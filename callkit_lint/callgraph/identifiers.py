"""Identifiers of calls as a source writes them: made anew at their place, or given as text."""

from __future__ import annotations

import re

from callkit_lint.ir import Assign, Call, Expr, Member, Name
from callkit_lint.nodes import parts

CLASSES = frozenset({"UUID", "NSUUID"})
FROM_TEXT = frozenset({"initWithUUIDString:", "UUID", "NSUUID"})
_WRITTEN = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def makes_identifier(expr: object) -> bool:
    """Whether each evaluation gives another identifier: `UUID()`, `[NSUUID UUID]`, `[[NSUUID alloc] init]`."""
    match expr:
        case Call(name, None, ()):
            return name in CLASSES
        case Call("init" | "new" | "UUID", Name(kind), ()):
            return kind in CLASSES
        case Call("init", Call("alloc", Name(kind)), ()):
            return kind in CLASSES
    return False


def text_of_identifier(expr: Expr) -> Expr | None:
    """The text that an identifier is read from: `UUID(uuidString: text)`, `[[NSUUID alloc] initWithUUIDString:text]`;
    or the identifier of which this is the text."""
    match expr:
        case Call(name, _, (argument,)) if name in FROM_TEXT and (expr.message or argument.label == "uuidString"):
            return argument.value
        case Member(base, "uuidString" | "UUIDString"):
            return base
        case Call("UUIDString", receiver, ()):
            return receiver
    return None


def is_written(value: object) -> bool:
    """Whether a value is an identifier as text, the same in every run of the app."""
    return isinstance(value, str) and _WRITTEN.fullmatch(value) is not None


def reads(node: object, name: str) -> int:
    """How often a body reads a name; what only assigns to it does not."""
    count = 0
    pending: list[object] = [node]
    while pending:
        part = pending.pop()
        count += isinstance(part, Name) and part.name == name
        if isinstance(part, Assign) and isinstance(part.target, Name):
            pending.append(part.value)
        else:
            pending += parts(part)
    return count
