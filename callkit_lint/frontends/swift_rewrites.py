"""Length-preserving rewrites of Swift that the grammar cannot parse; see `repair.parse_best`.

They only have to parse: names, types and values are read from the file's own text, so what a rewrite puts in is never
seen. `0` stands for a value, and reads as unknown where the file has something else there. Lines may be joined or
broken: places are computed from byte offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from callkit_lint.frontends.repair import Rewrite

# Every repetition that can fail is bounded or possessive, so that no file takes long: what is longer is not repaired.
_STRINGS_AND_COMMENTS = rb"""
      (?P<comment> //[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<string> (?P<hashes>\#{1,9})"(?!"")[^\n]{0,2000}?"(?P=hashes) | \#{0,9}\"\"\".*?(?:\"\"\"|\Z)
        | "(?:\\.|[^"\\\n])*+"? )
"""
_PLACEHOLDER = rb"(?P<value> <\#[^\n]{0,300}?\#> )"
# In the order in which they are tried at each place. A group's name is the rule that rewrites its text.
_RULES = rb"""
    | (?P<where> \bwhere\s(?:[^{},\n]{0,200}+,){0,9}?[^{},\n]{0,200}+,[ \t]*\n[^{}]{0,400}+(?=\{) )  # on several lines
    | (?P<test> ^[ \t]*+\#(?:else)?if\b[ \t]*+(?:(?!//|/\*)[^\n])*+ )               # any condition will do
    | (?P<header> \bfunc\s(?:(?!\bwhere\b)[^\n{;])*+ )
    | (?P<keyword> (?<![.\w])(?:final|prefix|postfix|infix|optional|dynamic)\b
        (?=[ \t]{0,20}+(?:[-+*/]?=(?!=)|\.\w|\()) )
    | (?P<blank> \bnonisolated\(unsafe\) | @convention\([^)\n]{0,200}\) | \b\w{1,100}+::(?=\w)
        | @available\([^)\n]{0,200}\)(?=\s{0,100}+(?:@\w{1,50}+\s{0,100}+){0,5}+\#Preview)
        | (?:@objc\([^)\n]{0,200}\)\s{0,100}+)?@NSManaged\b[^\n{}]{0,300}?\bfunc\b[^\n{}]*+   # a method without a body
        | (?<=->)[ ]?sending\b | ^[ \t]*+\#(?:error|warning)\b[^\n]*+ | &[ ]?Sendable\b | @_(?:inherit|implicit)\w++ )
    | (?P<newline> ; )
    | (?P<join> \}[ \t\r]*+\n\s{0,200}+\w{1,100}+:[ \t]{0,20}+(?=\{) )              # a trailing closure's label
    | (?P<operator> \n[ \t]*+(?:[*/%|^]|[<>]=?|<<|>>)(?=[ \t]) )                    # begins a line
    | (?P<associated> \bassociatedtype\s\w{1,100}+[ ]?:[^\n=,]{0,200}+,[^\n=]{0,400}+ )
    | (?P<condition> (?<!\#)\b(?:if|guard|while|switch|for)\s[^{"]*+ )
    | (?P<empty_case> \bcase\s(?:let\s)?[\w.]{1,200}+\(\)(?=[ \t]{0,20}+[:,=]) )
    | (?P<value_case>                                                               # a ternary or a range as pattern
        \bcase\s?\([^()\n]{0,100}\?[^()\n]{0,100}:[^()\n]{0,100}\)(?=[ \t]{0,20}+[:,])
        | \bcase\s?\((?:[^()\n]|\([^()\n]{0,100}+\)){0,200}+\)[ ]?(?:\?|\.\.)[^\n]{0,200}?(?=:[ \t]{0,20}+(?:\n|//)) )
    | (?P<catches> \bcatch\b[^{\n,]{0,200}+,[^{\n]{0,400}+ )
    | (?P<unit> (?:[(,={:\[]\s{0,200}+|\?\s{1,200}+|\b(?:in|return)\b\s{0,200}+)\(\)
        (?!\s{0,100}+(?:->|async\b|throws\b|rethrows\b|[.=>{])) )
    | (?P<closure> \{\s{0,100}+(?:\[[^\]\n]{0,200}+\]\s{0,100}+)?\((?:[^(){}\n]|\([^(){}\n]{0,200}+\)){0,500}+\)
        [^{}\n]{0,200}?\bin\b )
    | (?P<metatype> (?<=[\s(,])\((?:[^()\n]|\([^()\n]{0,100}+\)){1,300}+\)(?=\.self\b) )
    | (?P<labels> \(\s{0,20}+_\s{0,20}+:[^(){}\n]{0,300}+\)(?=\s{0,20}+(?:throws\s{1,20}+)?->) )
    | (?P<regex> (?:(?<=[=(,:])|(?<=[=(,:]\ ))/(?![/*\s])(?:\\.|[^\\/\n])++/(?=[ \t]{0,20}+[\n,).]) )
"""
_REWRITES = re.compile(rb"(?xsm)" + _STRINGS_AND_COMMENTS + rb"|" + _PLACEHOLDER + _RULES)
_EFFECTS = re.compile(rb"(?xs)" + _STRINGS_AND_COMMENTS + rb"| (?P<blank> \bawait\b | \btry\b[?!]? )")
_TEXTS = re.compile(rb"(?xs)" + _STRINGS_AND_COMMENTS)
_COMMENT_MARKS = re.compile(rb"/\*|\*/")
_MOST_OPEN_COMMENTS = 20
_HASHES = re.compile(rb"#{20,}+")
_PLACEHOLDERS = re.compile(rb"(?xs)" + _STRINGS_AND_COMMENTS + rb"|" + _PLACEHOLDER)
_UNKNOWN_TEST = re.compile(
    rb"""(?mx) (?P<test> ^[ \t]*\#(?:else)?if[ \t]+ (?:(?!//|/\*)[^\n])*?
        (?: \b(?!(?:os|arch|swift|compiler|canImport|targetEnvironment)\b)\w+\( | , | (?<![\w.=(<>])\d )
        (?:(?!//|/\*)[^\n])* )"""
)
_OLD_BINDING = re.compile(rb"(?<=,)\s{0,200}+\b\w{1,100}+\s{0,20}+=(?!=)")
_EFFECT = re.compile(rb"\bawait\b|\btry\b[?!]?")
# Characters that are no space to the grammar; and a line of a string that ends with `\` and a space, or with CRLF.
_INVISIBLE = re.compile(
    rb"\x00|\xc2\xa0|\xe2\x80[\x8b\x8c\x8d\x8e\x8f\xa8\xa9]|\xef\xbb\xbf|\\(?=[ \t]{1,100}+\n|\r\n)"
)


def prepared(data: bytes) -> bytes:
    """The text to parse first: without what the grammar reads as something else, so that it sees no error.

    Xcode's placeholders become values, and conditions of `#if` that it does not know a name. Many comments that are
    opened and not closed, and long rows of `#`, go too: the grammar reads on from each of them, several times over.
    """
    if b"#" * 20 in data:
        data = _HASHES.sub(_spaces, data)
    if data.count(b"/*") > _MOST_OPEN_COMMENTS:
        marks = _COMMENT_MARKS.findall(data)
        if 2 * marks.count(b"/*") - len(marks) > _MOST_OPEN_COMMENTS:
            data = _flat_comments(data)
    if b"<#" in data:
        data = _PLACEHOLDERS.sub(_rewrite, data)
    return _UNKNOWN_TEST.sub(_rewrite, data) if b"#if" in data else data


def _flat_comments(data: bytes) -> bytes:
    """Comments emptied, unclosed ones removed, and no `/*` in strings."""
    text = bytearray(data)
    at = 0
    while match := _TEXTS.search(data, at):
        at = match.end()
        if not match[0].startswith(b"/*"):
            text[match.start() : at] = match[0].replace(b"/*", b"  ")
            continue
        depth, at = 0, len(data)
        for mark in _COMMENT_MARKS.finditer(data, match.start()):
            depth += 1 if mark[0] == b"/*" else -1
            if not depth:
                at = mark.end()
                break
        # What is left of a closed one are its own marks.
        first, last = (match.start(), at) if depth else (match.start() + 2, at - 2)
        _blank(text, first, last)
    return bytes(text)


@lru_cache(maxsize=1)  # several variants of a file begin with it
def _text_rules(data: bytes) -> bytes:
    """All the rewrites that concern a single construct."""
    data = _INVISIBLE.sub(_spaces, data)
    return _REWRITES.sub(_rewrite, data)


def _without_effects(data: bytes) -> bytes:
    """Besides, no `try` and `await` anywhere: the grammar lets them take a following `{` for a closure."""
    return _EFFECTS.sub(_rewrite, _text_rules(data))


def _rewrite(match: re.Match[bytes]) -> bytes:
    text = match[0]
    match _rule_of(match):
        case "metatype" if b"<" not in text and not text.startswith(b"(@"):
            return text
        case "value" | "metatype" | "regex":
            return b"0" + _spaces_for(text[1:])
        case "blank":
            return _spaces_for(text)
        case "newline":
            return b"\n"
        case "keyword":
            return text[:-1] + b"_"
        case "test":
            head, condition = _split_test(text)
            return head + b"Z" * len(condition.rstrip()) + b" " * (len(condition) - len(condition.rstrip()))
        case "join" | "where":
            return text.replace(b"\n", b" ").replace(b"\r", b" ")
        case "operator":
            return text.replace(b"\n", b" ", 1)
        case "condition":
            # Swift 2 bound several names after one `let`: the values are kept.
            return _OLD_BINDING.sub(_spaces, _EFFECT.sub(_spaces, text))
        case "empty_case":
            return text[:-2] + b"  "
        case "value_case":
            return text[:4] + b" 0" + _spaces_for(text[6:])
        case "catches":
            end = _end_of_first(text)
            return text[:end] + _spaces_for(text[end:])
        case "associated":
            return text.replace(b",", b"&")
        case "labels":
            return re.sub(rb"_\s*:", _spaces, text)
        case "unit":
            return text[:-2] + b"0 "
        case "closure":
            return _closure_parameters(text)
    return text


def _split_test(text: bytes) -> tuple[bytes, bytes]:
    """`#if` with the spaces around it, and the condition."""
    end = text.index(b"if") + 2
    while text[end : end + 1].isspace():
        end += 1
    return text[:end], text[end:]


def _rule_of(match: re.Match[bytes]) -> str:
    """The rule whose group matched; groups inside it do not count."""
    return next(name for name in match.re.groupindex if name != "hashes" and match[name] is not None)


def _end_of_first(text: bytes) -> int:
    """Where the first pattern of several ends."""
    depth = 0
    for position, byte in enumerate(text):
        depth += (byte == 0x28) - (byte == 0x29)
        if byte == 0x2C and not depth:
            return position
    return len(text)


def _closure_parameters(text: bytes) -> bytes:
    """`{ (a: A!) in` and `{ (self: A) in`, which the grammar allows everywhere but in closures."""
    start = text.index(b"(")
    head = re.sub(rb"\bself(?=\s*:)", b"zelf", text[start:])
    return text[:start] + re.sub(rb"(?<=[\w)\]>])!(?=\s*[,)])|(?<=[\w)\]>])!(?=\s*in\b)", b"?", head)


def _spaces(match: re.Match[bytes]) -> bytes:
    return _spaces_for(match[0])


def _spaces_for(text: bytes) -> bytes:
    """As many spaces, newlines kept."""
    return re.sub(rb"[^\n]", b" ", text)


# ---- #if ------------------------------------------------------------------------------------------------------------

_DEEPEST = 30
_ATTRIBUTES = re.compile(rb"(?:@\w{1,50}+(?:\([^()\n]{0,200}+\)|\([^\n]{0,200}\))?\s{0,100}+){1,5}")
_DIRECTIVE = re.compile(rb"^[ \t]*#(if|elseif|else|endif)\b([^\n]*)", re.MULTILINE)


class _Directive(NamedTuple):
    keyword: bytes
    condition: bytes
    start: int
    end: int


def _groups(data: bytes) -> Iterator[list[_Directive]]:
    """Each `#if` with its `#elseif`, `#else` and `#endif`, inner ones first; very deep ones are left alone."""
    open_: list[list[_Directive]] = []
    for match in _DIRECTIVE.finditer(data):
        directive = _Directive(match[1], match[2].strip(), match.start(), match.end())
        if directive.keyword == b"if":
            open_.append([directive])
        elif open_:
            open_[-1].append(directive)
            if directive.keyword == b"endif":
                group = open_.pop()
                if len(open_) < _DEEPEST:
                    yield group


def _blank(text: bytearray, start: int, end: int) -> None:
    text[start:end] = _spaces_for(bytes(text[start:end]))


def _keep_branch(text: bytearray, group: list[_Directive], last: bool) -> None:
    """Only one branch of a group stays: the first or last that is not `#if 0`."""
    never = {position for position, item in enumerate(group) if item.condition in (b"0", b"false")}
    branches = [position for position in range(len(group) - 1) if position not in never]
    kept = (branches[-1] if last else branches[0]) if branches else -1
    for position, (here, following) in enumerate(zip(group, group[1:], strict=False)):
        _blank(text, here.start, here.end if position == kept else following.start)
    _blank(text, group[-1].start, group[-1].end)


def _directives_blanked(data: bytes) -> bytes:
    """The code of all branches, one after another."""
    return _DIRECTIVE.sub(_spaces, _text_rules(data))


def _misplaced_blanked(data: bytes) -> bytes:
    """Only the `#if`s that stand where the grammar has no place for them: inside lists and expressions.

    The others stay alternatives. Where a branch opens braces that it does not close, the first branch alone is kept.
    """
    text = bytearray(_text_rules(data))
    for group in _groups(bytes(text)):
        bodies = [bytes(text[here.end : there.start]) for here, there in zip(group, group[1:], strict=False)]
        if any(body.count(b"{") != body.count(b"}") for body in bodies):
            _keep_branch(text, group, last=False)
        elif _is_misplaced(text, group, bodies):
            for directive in group:
                _blank(text, directive.start, directive.end)
    return bytes(text)


def _is_misplaced(text: bytearray, group: list[_Directive], bodies: list[bytes]) -> bool:
    before = bytes(text[max(0, group[0].start - 500) : group[0].start]).rstrip()[-1:]
    after = bytes(text[group[-1].end : group[-1].end + 500]).lstrip()[:1]
    inner = [body.strip() for body in bodies]
    return (
        before in (b"(", b",", b"[", b"=", b"&", b"|", b"+", b"?", b"<")
        or (before == b":" and after in (b"{", b","))
        or after in (b")", b",", b"]", b"{")
        or (before == b"{" and inner[0].startswith(b"case"))  # the grammar wants a case first
        or any(body[:1] in (b",", b"&", b"|", b"+", b"?", b"{") or body[-1:] in (b",", b"=") for body in inner)
        or any(_ATTRIBUTES.fullmatch(body) for body in inner)
    )


def _first_branches(data: bytes) -> bytes:
    """The first branch of every `#if`."""
    text = bytearray(_text_rules(data))
    for group in _groups(bytes(text)):
        _keep_branch(text, group, last=False)
    return bytes(text)


def _last_branches(data: bytes) -> bytes:
    """The last branch of every `#if`."""
    text = bytearray(_text_rules(data))
    for group in _groups(bytes(text)):
        _keep_branch(text, group, last=True)
    return bytes(text)


VARIANTS: tuple[Rewrite, ...] = (
    _text_rules,
    _misplaced_blanked,
    _without_effects,
    _directives_blanked,
    _first_branches,
    _last_branches,
)


def dropped(data: bytes, rewritten: bytes) -> list[tuple[int, int]]:
    """The byte ranges of lines that a variant left out of the text because they are in another branch of an `#if`."""
    if data == rewritten:
        return []
    reference = _text_rules(data)
    found: list[tuple[int, int]] = []
    start = 0
    for line in reference.split(b"\n"):
        end = start + len(line)
        if line.strip() and not rewritten[start:end].strip() and not _DIRECTIVE.match(line):
            if found and not data[found[-1][1] : start].strip():
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        start = end + 1
    return found
