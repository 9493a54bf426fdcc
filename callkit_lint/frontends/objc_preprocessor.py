"""What the C preprocessor sees of an Objective-C file: imports, macros, and which bytes stand under which `#if`.

Read from the text and not from the tree: the grammar nests `#if` as nodes only where both branches are well formed, and
most repairs of a file blank its directives. With the conditions known by offset, declarations and statements get them
back whichever variant of the text was parsed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

# Comments, strings and character literals are matched so that nothing inside them counts. All alternatives begin with
# a literal character: Python's regex engine then skips quickly over everything else.
_TOKEN = re.compile(
    rb"""/\*(?:.*?\*/|.*)            # an unclosed comment runs to the end of the file
    |//(?:[^\n\\]|\\\r?\n|\\)*
    |"(?:[^"\\\n]|\\.)*"?
    |'(?:[^'\\\n]|\\.)*'?
    |\#[ \t]*(?P<directive>[a-z]+)(?P<rest>(?:[^\n\r\\]|\\\r?\n|\\|\r(?!\n))*)
    |@import[ \t]+(?P<module>[\w.]+)
    |@(?P<container>interface|protocol|end)\b(?!\s*[\w, \t]*;|\s*\()
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMENT_OR_STRING = re.compile(rb'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_NOT_NEWLINE = re.compile(rb"[^\r\n]")
_BRACKETS = re.compile(rb"[(){}\[\]]")
_FALSE, _TRUE = ("0", "false", "NO"), ("1", "true", "YES")


@dataclass(slots=True)
class Alternative:
    """One branch of an `#if`: its condition ("" for `#else`) and the bytes it governs."""

    condition: str
    start: int
    end: int


@dataclass(slots=True)
class Conditional:
    """One `#if … #endif`: the bytes of the whole, its branches, and the bytes of its directive lines."""

    start: int
    end: int
    alternatives: list[Alternative]
    directives: list[tuple[int, int]]
    include_guard: bool = False


@dataclass(slots=True)
class Preprocessed:
    """A file's text ready to be parsed (as long as the file), and what its directives say.

    `conditionals` are in source order, an outer one before those inside it.
    """

    text: bytes
    imports: list[str] = field(default_factory=list)
    macros: list[tuple[str, str]] = field(default_factory=list)
    conditionals: list[Conditional] = field(default_factory=list)

    def outermost(self, start: int, end: int) -> Iterator[Conditional]:
        """The conditionals that lie between two offsets, without those inside another one of them."""
        first = bisect_left(self.conditionals, start, key=lambda found: found.start)
        for index in range(first, len(self.conditionals)):
            found = self.conditionals[index]
            if found.start >= end:
                return
            if found.start >= start and found.end <= end:
                yield found
                start = found.end

    def branches_of(self, offset: int) -> list[tuple[Alternative, bool]]:
        """The branches whose conditions decide whether the byte at an offset is compiled, outermost first: its own
        ones, and with False those before them, which must not hold."""
        found: list[tuple[Alternative, bool]] = []
        for conditional in self.conditionals:
            if conditional.start > offset:
                break
            for index, branch in enumerate(conditional.alternatives):
                if branch.start <= offset < branch.end:
                    found += [(passed, False) for passed in conditional.alternatives[:index]]
                    found += [(branch, True)] if branch.condition else []
        return found


def blank(text: bytes) -> bytes:
    """The same length of spaces, with the line ends kept."""
    return _NOT_NEWLINE.sub(b" ", text)


def cuts_brackets(text: bytes) -> bool:
    """Does a piece of source open or close a bracket whose partner lies outside of it?"""
    stack: list[bytes] = []
    partners = {b")": b"(", b"]": b"[", b"}": b"{"}
    for match in _BRACKETS.finditer(_COMMENT_OR_STRING.sub(b"", text)):
        bracket = match[0]
        if bracket not in partners:
            stack.append(bracket)
        elif not stack or stack.pop() != partners[bracket]:
            return True
    return bool(stack)


def preprocess(data: bytes) -> Preprocessed:
    """Read the directives of a file, and blank what the parser must not see.

    Blanked are branches that are never compiled (`#if 0`), `#ifdef __cplusplus` branches that hold half of an
    `extern "C" { }`, and directive lines inside `@interface` and `@protocol`, where the grammar takes methods under
    an `#if` for expressions.
    """
    result = Preprocessed(data)
    containers = _read(data, result)
    if result.conditionals:
        result.conditionals.sort(key=lambda conditional: conditional.start)
        _drop_dead_branches(result)
        _blank_directives_in(containers, result)
    return result


def _read(data: bytes, result: Preprocessed) -> list[tuple[int, int]]:
    """Fill `result`; the return value says where interfaces and protocols stand."""
    containers: list[tuple[int, int]] = []
    opened: list[Conditional] = []
    container = -1
    for match in _TOKEN.finditer(data):
        kind = match.lastgroup
        if kind is None:
            continue
        if kind == "module":
            result.imports.append(match["module"].decode().partition(".")[0])
        elif kind == "container":
            if match["container"] != b"end":
                container = match.start()
            elif container >= 0:
                containers.append((container, match.end()))
                container = -1
        elif not data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()].strip(b" \t\xef\xbb\xbf"):
            _directive(match, opened, result)
    return containers


def _directive(match: re.Match[bytes], opened: list[Conditional], result: Preprocessed) -> None:
    word = match["directive"].decode()
    rest = match["rest"]
    if word in ("import", "include"):
        result.imports += _imported(rest)
    elif word == "define":
        _macro(rest, opened, match.start(), result)
    elif word in ("if", "ifdef", "ifndef"):
        conditional = Conditional(match.start(), len(result.text), [], [match.span()])
        conditional.alternatives.append(Alternative(_condition(word, rest), match.end(), len(result.text)))
        opened.append(conditional)
    elif word in ("elif", "else", "endif") and opened:
        conditional = opened[-1]
        conditional.directives.append(match.span())
        conditional.alternatives[-1].end = match.start()
        if word == "endif":
            conditional.end = match.end()
            opened.pop()
            if not conditional.include_guard:
                result.conditionals.append(conditional)
        else:
            condition = _condition("if", rest) if word == "elif" else ""
            conditional.alternatives.append(Alternative(condition, match.end(), len(result.text)))


def _imported(rest: bytes) -> list[str]:
    """`<CallKit/CallKit.h>` -> CallKit, `"Own.h"` -> Own.h, `<stdio.h>` -> stdio.h."""
    found = re.match(rb'\s*(?:<([^>\n]+)>|"([^"\n]+)")', rest)
    if not found:
        return []
    if found[2]:
        return [found[2].decode(errors="replace")]
    path = found[1].decode(errors="replace").strip()
    return [path.partition("/")[0]]


def _macro(rest: bytes, opened: list[Conditional], offset: int, result: Preprocessed) -> None:
    """`#define NAME value`, the value "" where there is none; a macro with parameters is no constant."""
    found = re.match(rb"\s+(\w+)(?!\()(?:\s+(.*))?$", rest, re.DOTALL)
    if not found:
        return
    name, value = found[1].decode(), _without_comments(found[2] or b"")
    if not value and opened and opened[-1].alternatives[-1].condition == f"!defined({name})":
        # `#ifndef X_H` and then at once `#define X_H` is an include guard and no condition.
        between = result.text[opened[-1].directives[0][1] : offset]
        if len(opened[-1].directives) == 1 and not _COMMENT_OR_STRING.sub(b"", between).strip():
            opened[-1].include_guard = True
            return
    result.macros.append((name, value))


def _condition(word: str, rest: bytes) -> str:
    text = _without_comments(rest)
    if word == "ifdef":
        return f"defined({text})"
    if word == "ifndef":
        return f"!defined({text})"
    return text


def _without_comments(text: bytes) -> str:
    text = _COMMENT_OR_STRING.sub(lambda match: match[0] if match[0].startswith(b'"') else b" ", text)
    return " ".join(text.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").decode(errors="replace").split())


def _drop_dead_branches(result: Preprocessed) -> None:
    kept = []
    dropped: list[tuple[int, int]] = []
    for conditional in result.conditionals:
        if any(start <= conditional.start < end for start, end in dropped):
            continue
        dead = _dead_branches(conditional, result.text)
        dropped += [(alternative.start, alternative.end) for alternative in dead]
        conditional.alternatives = [branch for branch in conditional.alternatives if branch not in dead]
        if any(branch.condition for branch in conditional.alternatives):
            kept.append(conditional)
        else:
            dropped += conditional.directives
    result.conditionals = kept
    result.text = _blank_ranges(result.text, dropped)


def _dead_branches(conditional: Conditional, text: bytes) -> list[Alternative]:
    """Branches that are never compiled; one that always is becomes an `#else`, which ends the conditional."""
    dead = []
    decided = False
    for branch in conditional.alternatives:
        half = branch.condition == "defined(__cplusplus)" and cuts_brackets(text[branch.start : branch.end])
        if decided or half or branch.condition in _FALSE:
            dead.append(branch)
        elif branch.condition in _TRUE:
            branch.condition = ""
            decided = True
    return dead


def _blank_directives_in(containers: list[tuple[int, int]], result: Preprocessed) -> None:
    lines: list[tuple[int, int]] = []
    for conditional in result.conditionals:
        if any(start < conditional.start and conditional.end < end for start, end in containers):
            lines += conditional.directives
    result.text = _blank_ranges(result.text, lines)


def _blank_ranges(text: bytes, ranges: list[tuple[int, int]]) -> bytes:
    if not ranges:
        return text
    pieces = bytearray(text)
    for start, end in ranges:
        pieces[start:end] = blank(text[start:end])
    return bytes(pieces)


def blank_directives(text: bytes, keep: str = "all") -> bytes:
    """Blank the `#if` lines of a text; `keep` says which branches stay: "all", "first" or "last".

    With "all", a conditional that cuts through a statement keeps only its first branch: two branches of one
    expression would read as one expression that nobody wrote.
    """
    found = Preprocessed(text)
    _read(text, found)
    ranges: list[tuple[int, int]] = []
    for conditional in found.conditionals:
        ranges += conditional.directives
        branches = conditional.alternatives
        if keep == "last":
            removed = branches[:-1]
        elif keep == "first" or _cuts_statement(text, conditional):
            removed = branches[1:]
        else:
            removed = []
        ranges += [(branch.start, branch.end) for branch in removed]
    return _blank_ranges(text, ranges)


def _cuts_statement(text: bytes, conditional: Conditional) -> bool:
    if len(conditional.alternatives) < 2:
        return False
    if any(cuts_brackets(text[branch.start : branch.end]) for branch in conditional.alternatives):
        return True
    before = _COMMENT_OR_STRING.sub(b"", text[max(0, conditional.start - 200) : conditional.start]).rstrip()
    return before[-1:] in (b",", b"(", b"[", b"=", b"|", b"&", b"+", b"?", b"<")
