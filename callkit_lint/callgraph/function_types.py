"""Swift's function types: what a closure's parameters are where their types stand only in what it is given to."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LABEL = re.compile(r"^(?:_\s+)?\w+\s*:\s*(?!:)")
_MODIFIERS = re.compile(r"^(?:@\w+\s+|inout\s+|borrowing\s+|consuming\s+|sending\s+)+")


def parameter_types(kind: str, count: int) -> list[str]:
    """The types of a closure's `count` parameters where a value of this type is wanted: of `(UUID, CXAction) -> Void`
    UUID and CXAction; none where it is no function type. A closure of several parameters takes a tuple apart."""
    left, arrow, _ = _arrow(_bare(kind))
    if not arrow:
        return []
    parts = [*_split(_inner(left))]
    if len(parts) == 1 and count > 1 and _inner(parts[0]) != parts[0]:
        parts = [*_split(_inner(parts[0]))]
    return [_MODIFIERS.sub("", _LABEL.sub("", part)).rstrip("?!") for part in parts]


def _bare(kind: str) -> str:
    """A type without attributes, marks of optionals, and parentheses around all of it."""
    kind = _MODIFIERS.sub("", kind.strip()).rstrip("?!")
    while _inner(kind) != kind and _arrow(_inner(kind))[1]:
        kind = _MODIFIERS.sub("", _inner(kind)).rstrip("?!")
    return kind


def _inner(text: str) -> str:
    """What is in the parentheses around a text; the text itself where none go around all of it."""
    text = text.strip()
    if not text.startswith("(") or not text.endswith(")"):
        return text
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and index < len(text) - 1:
            return text
    return text[1:-1].strip()


def _arrow(kind: str) -> tuple[str, str, str]:
    """What is before and after the first arrow that is in no brackets; `async` and `throws` go."""
    for at in _outside(kind, "->"):
        left = re.sub(r"\s*\b(?:async|throws|rethrows)\b(?:\([^()]*\))?\s*", " ", kind[:at]).strip()
        return left, "->", kind[at + 2 :]
    return kind, "", ""


def _split(text: str) -> Iterator[str]:
    start = 0
    for at in _outside(text, ","):
        yield text[start:at].strip()
        start = at + 1
    if text[start:].strip():
        yield text[start:].strip()


def _outside(text: str, mark: str) -> Iterator[int]:
    """Where a mark stands in a type outside of all brackets."""
    depth = 0
    for index, char in enumerate(text):
        if depth == 0 and text.startswith(mark, index):
            yield index
        depth += char in "([<"
        depth -= char in ")]" or (char == ">" and text[index - 1 : index] != "-")
