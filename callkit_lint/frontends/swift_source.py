"""What every part of the Swift frontend needs of a source: the text and the place of a node, and names of types."""

from __future__ import annotations

import re
from functools import lru_cache

from tree_sitter import Node

from callkit_lint.ir import Location

COMMENTS = frozenset({"comment", "multiline_comment"})
# Nodes that stand beside the ones the grammar asks for: comments, and what the parser skipped to go on.
BESIDE = COMMENTS | {"ERROR"}


class Source:
    """One file's text by byte range, and the nodes the parser could not place.

    The text is the file's own, never a rewritten one: what a rewrite put in is only read as the bytes it stands for.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        # One character a byte, so that byte offsets index it: slices are decoded only where they are not ASCII.
        self._latin = data.decode("latin-1")
        self.line_of: list[int] = []
        self.before_line: list[int] = [0]
        start = 0
        for number, line in enumerate(data.split(b"\n"), 1):
            self.line_of.extend([number] * (len(line) + 1))
            self.before_line.append(start - 1)
            start += len(line) + 1
        self.strays: list[Node] = []

    def slice(self, start: int, end: int) -> str:
        """The source text between two byte offsets."""
        text = self._latin[start:end]
        return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")

    def text(self, node: Node) -> str:
        """The source text of a node."""
        text = self._latin[node.start_byte : node.end_byte]
        return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")

    def identifier(self, node: Node) -> str:
        """The name an identifier node spells, without the backticks that quote a keyword."""
        return self.text(node).strip("`")

    def span(self, start: int, end: int) -> Location:
        """The location of a byte range."""
        line, end_line = self.line_of[start], self.line_of[end]
        before = self.before_line
        return Location(line, start - before[line], end_line, end - before[end_line])

    def location(self, node: Node) -> Location:
        """The location of a node."""
        return self.span(node.start_byte, node.end_byte)

    def children(self, node: Node) -> list[Node]:
        """A node's children without comments; skipped text goes to `strays`, to be kept by the statement around it."""
        found = node.children
        for child in found:
            if child.type in BESIDE:
                self.strays.extend(child for child in found if child.type == "ERROR")
                return [child for child in found if child.type not in BESIDE]
        return found


def join(first: Location, last: Location) -> Location:
    """From the start of one place to the end of another."""
    return Location(first.line, first.column, last.end_line, last.end_column)


_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# `@escaping(A) -> B` may be written without a space: those parentheses are the type's.
_ATTRIBUTE = re.compile(r"@(?:escaping|autoclosure|Sendable)\b\s*|@\w+(?:\([^()]*\))?\s*")
_WORDS = re.compile(
    r"\b(?:any|some|inout|borrowing|consuming|sending|isolated|each|repeat|async|throws|rethrows|__owned|__shared)\b\s*"
)
_TYPED_THROWS = re.compile(r"\bthrows\s*\([^()]*\)")
_SUGARED = {"Optional": "{}", "ImplicitlyUnwrappedOptional": "{}", "Array": "[{}]", "Set": "[{}]"}


@lru_cache(maxsize=8192)
def type_name(text: str) -> str:
    """The bare name of a type as written: `(any Foo.Bar<T>)?` is `Foo.Bar`; see `Field.type`.

    Generic arguments go, except that `Optional<T>` is `T` and `Array<T>` and `Set<T>` are `[T]`. Effects of function
    types go too: whether a closure throws is not asked of its type.
    """
    if text.isidentifier():
        return text
    if "/" in text:
        text = _COMMENT.sub(" ", text)
    text = _TYPED_THROWS.sub("", text.strip())
    if text.endswith("..."):
        text = f"[{text[:-3]}]"
    text = _ATTRIBUTE.sub("", text)
    text = _WORDS.sub("", text).replace("?", "").replace("!", "").replace("`", "")
    text = " ".join(_without_generics(text).split())
    text = text.replace(" ->", "->").replace("->", " -> ").replace("  ", " ").replace(" ,", ",").replace("( ", "(")
    return _without_parentheses(text)


def _without_generics(text: str) -> str:
    """Generic argument lists removed, in one pass so that deep ones cost no more."""
    if "<" not in text:
        return text
    for sugar, form in _SUGARED.items():
        if text.startswith(sugar + "<") and text.endswith(">"):
            return form.format(_without_generics(text[len(sugar) + 1 : -1].strip()))
    kept = []
    depth = 0
    before = ""
    for character in text:
        if character == "<":
            depth += 1
        elif character == ">" and before != "-":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(character)
        before = character
    return "".join(kept).replace("- ", "-> ")


def _without_parentheses(text: str) -> str:
    """`(T)` as `T`: parentheses around a whole type only group."""
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for position, character in enumerate(text):
            depth += (character == "(") - (character == ")")
            if depth == 0 and position < len(text) - 1:
                return text
            if depth == 1 and character == ",":
                return text
        inner = text[1:-1].strip()
        if not inner or inner == text:
            return text
        text = inner
    return text
