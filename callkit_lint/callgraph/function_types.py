"""Swift's function types: what a closure's parameters are where their types stand only in what it is given to.

A type is text as the frontend leaves it: without attributes, effects, optionals and generic arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LABEL = re.compile(r"^(?:_\s+)?\w+\s*:\s*(?!:)")


def parameter_types(kind: str, count: int) -> list[str]:
    """The types of a closure's `count` parameters where a value of this type is wanted: of `(UUID, CXAction) -> Void`
    UUID and CXAction; none where it is no function type. A closure of several parameters takes a tuple apart."""
    arrow = next(_outside(kind, "->"), None)
    if arrow is None:
        return []
    parts = _items(kind[:arrow].strip())
    if len(parts) == 1 and count > 1:
        parts = _items(parts[0])
    return [_LABEL.sub("", part) for part in parts]


def _items(text: str) -> list[str]:
    """The items of a parameter list or tuple; what is neither is its own only one."""
    if not text.startswith("(") or next(_outside(text, "->"), None) is not None:
        return [text]
    inner = text[1:-1]
    ends = [*_outside(inner, ","), len(inner)]
    starts = [0, *(end + 1 for end in ends)]
    return [item for start, end in zip(starts, ends, strict=False) if (item := inner[start:end].strip())]


def _outside(text: str, mark: str) -> Iterator[int]:
    """Where a mark stands in a type outside of all brackets."""
    depth = 0
    for index, char in enumerate(text):
        if depth == 0 and text.startswith(mark, index):
            yield index
        depth += (char in "([") - (char in ")]")
