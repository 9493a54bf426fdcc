"""Looking through the neutral form: the parts of a node, all that is in it, and the way to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from callkit_lint.ir import Call, Literal, Location, Name


def parts(node: object) -> Iterator[object]:
    """The parts of a node, in source order; of a tuple its items."""
    if isinstance(node, tuple) and not isinstance(node, Location):
        yield from node
    elif is_dataclass(node):
        for item in fields(node):
            part = getattr(node, item.name)
            if isinstance(part, tuple) and not isinstance(part, Location):
                yield from part
            else:
                yield part


def within(node: object) -> Iterator[object]:
    """A node and everything in it, closures included; in no order that means anything."""
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        stack += parts(part)


def way_to_call(node: object, location: Location) -> tuple[object, ...]:
    """The nodes from this one to the call at a location, which comes last; empty where there is none."""
    if isinstance(node, Call) and node.location == location:
        return (node,)
    for part in parts(node):
        if way := way_to_call(part, location):
            return (node, *way)
    return ()


def mentions(node: object, name: str) -> bool:
    """Whether a name stands somewhere in a node."""
    return any(isinstance(part, Name) and part.name == name for part in within(node))


def is_starting_value(value: object) -> bool:
    """Whether a variable only starts with a value: a truth or a number, which other code exists to change. Texts are
    names most of the time, and stay what they are."""
    return isinstance(value, Literal) and isinstance(value.value, bool | int | float)
