"""Rewrites of Objective-C text that let the grammar read what it does not know. All keep the length and the line ends.

`prepare` is applied to every file: React Native's export macros parse without error, but as something else. The
`VARIANTS` are only tried where a file has errors. No macro rule touches comments and strings; the C++ rules are
coarser, since a wrong one loses against another variant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from callkit_lint.frontends.objc_preprocessor import blank, blank_directives
from callkit_lint.frontends.repair import Rewrite

Replacement = Callable[[re.Match[bytes]], bytes]

# Balanced parentheses, three deep; possessive, so that a missing one costs no backtracking.
_PARENTHESES = rb"\((?:[^()]++|\((?:[^()]++|\((?:[^()]++|\([^()]*+\))*+\))*+\))*+\)"
_SKIPPED = rb'/\*(?:.*?\*/|.*)|//[^\n]*|@?"(?:[^"\\\n]|\\.)*"?|' + rb"'(?:[^'\\\n]|\\.)*'"


def _padded(text: bytes, length: int) -> bytes | None:
    return text + b" " * (length - len(text)) if len(text) <= length else None


# ---- React Native ---------------------------------------------------------------------------------------------------

_REACT_METHOD = re.compile(
    rb"\b(?P<word>RCT_(?:EXPORT|REMAP|EXTERN)_[A-Z_]*METHOD)[ \t]*\((?P<inside>(?:[^()]++|" + _PARENTHESES + rb")*+)\)"
)
_REACT_MODULE = re.compile(
    rb"(@interface\s+)(RCT_EXTERN_(?:REMAP_)?MODULE)\s*\(\s*((?:\w+\s*,\s*)??)(\w+)\s*,\s*(\w+)\s*\)"
)
_REACT_PROPERTY = re.compile(rb"\bRCT_CUSTOM_VIEW_PROPERTY[ \t]*\([ \t]*(\w+)[^()]*\)(?=\s*\{)")


def prepare(text: bytes) -> bytes:
    """Turn React Native's export macros into the methods and interfaces that they declare."""
    if b"RCT_" not in text:
        return text
    text = _REACT_METHOD.sub(_react_method, text)
    text = _REACT_MODULE.sub(_react_module, text)
    return _REACT_PROPERTY.sub(_react_property, text)


def _react_method(match: re.Match[bytes]) -> bytes:
    """`RCT_EXPORT_METHOD(sel…)` -> `- (void)sel… `, at the same offset; an extern one ends with a semicolon.

    Before the selector a remapped method has its name in JavaScript, and a synchronous one may have its result type.
    """
    word, inside = match["word"], match["inside"]
    named = b"REMAP" in word
    typed = b"TYPED" in word or (named and b"SYNCHRONOUS" in word and b"EXTERN" not in word)
    for _ in range(named + typed):
        first, comma, _rest = inside.partition(b",")
        inside = blank(first + comma) + inside[len(first) + len(comma) :]
    kind = b"- (id)" if b"SYNCHRONOUS" in word else b"- (void)"
    opened = match.start("inside") - match.start()
    return kind + b" " * (opened - len(kind)) + inside + (b";" if b"EXTERN" in word else b" ")


def _react_module(match: re.Match[bytes]) -> bytes:
    """`@interface RCT_EXTERN_MODULE(Name, Super)` -> `@interface Name : Super`"""
    header = match[1] + match[4] + b" : " + match[5]
    return header + blank(match[0][len(header) :])


def _react_property(match: re.Match[bytes]) -> bytes:
    """`RCT_CUSTOM_VIEW_PROPERTY(name, …)` -> `- (void)set_name`: the macro's method, without its parameters."""
    header = b"- (void)set_" + match[1]
    return header + blank(match[0][len(header) :])


# ---- macros ---------------------------------------------------------------------------------------------------------

_ENUM = (
    rb"(?:typedef\s+)?\b(?:NS|CF)_(?:CLOSED_|ERROR_)?(?:ENUM|OPTIONS)\s*"
    rb"\(\s*[\w ]+(?:,\s*(?P<name>\w+)\s*)?(?P<enum>\))(?=\s*(?:[{;]|[A-Z_]+\b))"
)
_ATTRIBUTE_WORDS = (
    rb"AVAILABLE|UNAVAILABLE|DEPRECATED|SWIFT_NAME|SWIFT_UNAVAILABLE|SWIFT_SENDABLE|SWIFT_NONISOLATED|SWIFT_UI_ACTOR|"
    rb"SWIFT_ASYNC|SWIFT_DISABLE_ASYNC|DESIGNATED_INITIALIZER|REQUIRES_SUPER|REQUIRES_NIL_TERMINATION|"
    rb"REFINED_FOR_SWIFT|RETURNS_RETAINED|RETURNS_NOT_RETAINED|RETURNS_INNER_POINTER|FORMAT_FUNCTION|"
    rb"FORMAT_ARGUMENT|NOESCAPE|TYPED_ENUM|TYPED_EXTENSIBLE_ENUM|STRING_ENUM|EXTENSIBLE_STRING_ENUM|"
    rb"EXTENSION_UNAVAILABLE|ENUM_AVAILABLE|ENUM_DEPRECATED|CLASS_AVAILABLE|CLASS_DEPRECATED|ROOT_CLASS|"
    rb"CONSUMED|VALID_UNTIL_END_OF_SCOPE|APPEARANCE_SELECTOR|PROHIBITED|DIRECT|DIRECT_MEMBERS|NO_TAIL_CALL|"
    rb"AUTOMATED_REFCOUNT_UNAVAILABLE|SWIFT_BRIDGED_TYPEDEF|PROTOCOL_REQUIRES_EXPLICIT_IMPLEMENTATION|UNUSED|"
    rb"MUST_USE_RETURN|MUST_USE_RESULT|WARN_UNUSED_RESULT|NON_NULL|NONNULL"
)
_ATTRIBUTE = rb"_*[A-Z][A-Z0-9_]*_(?:" + _ATTRIBUTE_WORDS + rb")(?:_[A-Z0-9_]+)?\b"
_MACRO = re.compile(
    rb"(?P<skipped>" + _SKIPPED + rb"|^[ \t]*\#[ \t]*(?!pragma|warning|error)[a-z]+(?:[^\n\\]|\\\r?\n|\\)*)"
    rb"|(?P<pragma>^[ \t]*\#[ \t]*(?:pragma|warning|error)\b[^\n]*)"
    rb"|(?P<placeholder><\#[^\n]{0,200}?\#>)"
    rb"|(?P<empty>;;(?=[ \t]*\r?$))"
    rb"|" + _ENUM + rb"|(?P<begin>\b\w*(?:_ASSUME_[A-Z_]*?|_BEGIN_DECLS|_END_DECLS|_HEADER_AUDIT|_FORMAT_NONLITERAL)"
    rb"(?:_BEGIN|_END)?\b(?:[ \t]*" + _PARENTHESES + rb")?)"
    rb"|(?P<extern>\b[A-Z][A-Z0-9_]*_(?:EXPORT|EXTERN|EXPORTS|API|PUBLIC|VISIBLE|CLASS_EXPORT)\b(?![ \t]*\())"
    rb"|(?P<attribute>\b_*[A-Z][A-Z0-9_]*_(?:"
    + _ATTRIBUTE_WORDS
    + rb")(?:_[A-Z0-9_]+)?\b(?:\s*"
    + _PARENTHESES
    + rb")?)"
    rb"|(?P<gnu>\b__attribute__\s*" + _PARENTHESES + rb")"
    rb"|(?P<deprecated>\b(?:__deprecated\w*|__unavailable|__unused|__used|DEPRECATED_ATTRIBUTE|UNAVAILABLE_ATTRIBUTE"
    rb"|DEPRECATED_MSG_ATTRIBUTE|DISPATCH_\w*NONNULL\w*|__TVOS_PROHIBITED|__WATCHOS_PROHIBITED|__IOS_AVAILABLE"
    rb"|__OSX_AVAILABLE\w*|__\w+_AVAILABLE\w*)\b(?:[ \t]*" + _PARENTHESES + rb")?)"
    rb"|(?P<weak>@\w*(?:weakify|strongify|unsafeify)\s*" + _PARENTHESES + rb"[ \t]*;?)"
    rb"|(?P<react>\bRCT_(?:EXPORT|EXTERN|REMAP|NOT|CUSTOM|ASSERT)\w*[ \t]*" + _PARENTHESES + rb")"
    rb"|(?P<line>^[ \t]*(?!(?:if|for|while|switch|return|__attribute__)\b|"
    + _ATTRIBUTE
    + rb")[A-Za-z_]\w*[ \t]*"
    + _PARENTHESES
    + rb"[ \t]*\r?$)"
    rb"|(?P<word>^[ \t]*(?!" + _ATTRIBUTE + rb")[A-Z][A-Z0-9_]*[ \t]*\r?$)",
    re.DOTALL | re.MULTILINE,
)
_STRAY_QUOTE = re.compile(rb'^([ \t]*\#[ \t]*(?:import|include)[ \t]*"[^"\n]*")("+)', re.MULTILINE)
_CONTINUES = re.compile(rb"\s*(?![-+]\s*\(|/[/*])[;,)\].=+\-*/?:{|&<>]")
_BEFORE = re.compile(
    rb"(?:[;{}:)>]|\belse|\bdo|\*/|^[ \t]*(?://|\#)[^\n]*|@end|@implementation[^\n]*)\s*\Z", re.MULTILINE
)


@lru_cache(maxsize=4)
def macros(text: bytes) -> bytes:
    """Blank the macro words that stand where the grammar expects none, and spell out `NS_ENUM`."""
    text = _STRAY_QUOTE.sub(lambda match: match[1] + b" " * len(match[2]), text.replace(b"\0", b" "))
    return _MACRO.sub(_macro, text)


def _macro(match: re.Match[bytes]) -> bytes:
    kind = match.lastgroup
    text = match[0]
    if kind == "skipped":
        return text
    if kind == "placeholder":
        return b"0" + b" " * (len(text) - 1)
    if kind == "empty":
        return b"; "
    if kind == "enum":
        return _enum(match)
    if kind == "extern":
        # `extern` keeps a constant a constant; before a class there can be none.
        is_class = match.string[match.end() : match.end() + 40].lstrip().startswith((b"@", b"class", b"extern"))
        return (None if is_class else _padded(b"extern", len(text))) or blank(text)
    if kind == "line":
        return _lone_macro(match)
    if kind == "word":
        # The only case of an enum is a lone word too.
        following = match.string[match.end() : match.end() + 200].lstrip()[:1]
        return blank(text) if _stands_alone(match) and following != b"}" else text
    return blank(text)


def _enum(match: re.Match[bytes]) -> bytes:
    """`typedef NS_ENUM(T, Name) {` -> `enum Name {`; the word stays where the name is, behind blanks."""
    word = b"enum " + (match["name"] or b"")
    blanked = blank(match[0])
    return blanked[: len(blanked) - len(word)] + word if b"\n" not in blanked[-len(word) :] else match[0]


def _stands_alone(match: re.Match[bytes]) -> bool:
    """Does a statement end before this line, and does the next line begin another one?"""
    before = match.string[max(0, match.start() - 200) : match.start()]
    return not _CONTINUES.match(match.string, match.end()) and (not before.strip() or bool(_BEFORE.search(before)))


def _lone_macro(match: re.Match[bytes]) -> bytes:
    """A macro without semicolon takes the next statement with it. Inside a function its arguments become a statement
    of their own, so that calls in them stay; at the start of a line it goes as a whole."""
    text = match[0]
    if not _stands_alone(match):
        return text
    if text[:1] not in b" \t":
        return blank(text)
    opened, closed = text.index(b"("), text.rindex(b")")
    return blank(text[: opened + 1]) + text[opened + 1 : closed] + b";" + text[closed + 1 :]


# ---- C++ ------------------------------------------------------------------------------------------------------------

_ANGLES = rb"<(?:[^<>;{}()]|\([^()]*\)|<(?:[^<>;{}()]|<[^<>;{}()]*>)*>)*>"
_QUALIFIED = rb"[\w:]{1,80}+(?:" + _ANGLES + rb")?"
_INITIALISERS = (
    rb"\s*:\s*" + _QUALIFIED + rb"\s*(?:" + _PARENTHESES + rb"|\{[^{}]*\})"
    rb"(?:\s*,\s*" + _QUALIFIED + rb"\s*(?:" + _PARENTHESES + rb"|\{[^{}]*\}))*"
)
_AFTER_PARAMETERS = rb"(?:\s*(?:const|noexcept|override|final))*(?:" + _INITIALISERS + rb")?\s*"
_CAPTURE = rb"(?:[&=*]?\w*(?:\s*=\s*[^\],]+)?)"
_NAMESPACE = re.compile(rb"\b(?:inline[ \t]+)?namespace\b[ \t]*[\w:]*\s*\{")
_CLASS = re.compile(
    rb"\b(class|struct)[ \t]+(?:[A-Z_]+[ \t]+)?(\w+)(?:[ \t]+final)?\s*"
    rb"(?::(?!:)\s*([^;{}()]{0,300}))?\{"
)
_METHOD_BODY = re.compile(rb"\)" + _AFTER_PARAMETERS + rb"\{")
_BRACES = re.compile(rb'[{}]|//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|' + rb"'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_TRY = re.compile(rb"[ \t](try)\b(?=\s*\{)|[ \t](catch)\b(?=\s*\()|[ \t](throw)\b(?=[\s;(])")


class CxxScope(NamedTuple):
    """A C++ class with functions in it: where its header begins, where its body lies, its name and bases."""

    start: int
    body: int
    end: int
    name: str
    bases: tuple[str, ...]


def cxx_scopes(text: bytes) -> Iterator[CxxScope]:
    """The C++ classes of a text, and the structs that hold functions."""
    closing = _closing_braces(text)
    for match in _CLASS.finditer(text):
        end = closing.get(match.end() - 1)
        if end is None or (match[1] == b"struct" and not match[3] and not _METHOD_BODY.search(text, match.end(), end)):
            continue
        bases = re.findall(r"(\w+)\s*(?:<[^,]*>)?\s*(?:,|$)", (match[3] or b"").decode(errors="replace"))
        yield CxxScope(match.start(), match.end(), end, match[2].decode(), tuple(bases))


def _closing_braces(text: bytes) -> dict[int, int]:
    """The offset of each opening brace's partner, comments and strings left out."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACES.finditer(text):
        if match[0] == b"{":
            opened.append(match.start())
        elif match[0] == b"}" and opened:
            pairs[opened.pop()] = match.start()
    return pairs


def _without_scopes(text: bytes) -> bytes:
    """Blank `namespace x {` and `class X : Y {` with their closing braces: what they hold comes to file level."""
    pieces = bytearray(text)
    closing = _closing_braces(text)
    for match in _NAMESPACE.finditer(text):
        end = closing.get(match.end() - 1)
        if end is not None:
            pieces[match.start() : match.end()] = blank(match[0])
            pieces[end : end + 1] = b" "
    for scope in cxx_scopes(text):
        pieces[scope.start : scope.body] = blank(text[scope.start : scope.body])
        pieces[scope.end : scope.end + 1] = b" "
        pieces[scope.body : scope.end] = _without_constructors(bytes(pieces[scope.body : scope.end]), scope.name)
    return bytes(pieces)


def _without_constructors(body: bytes, name: str) -> bytes:
    """Constructors and destructors of a class's body as functions without result; those without body vanish."""
    head = rb"(?:(?<=[;{}:\n])|\b(?:virtual|explicit|inline|constexpr))[ \t]*(?:virtual[ \t]+)?~?\s*"
    pattern = re.compile(
        rb"(?P<head>" + head + rb")(?P<name>\b" + name.encode() + rb")(?P<parameters>\s*" + _PARENTHESES + rb")"
        rb"(?P<rest>" + _AFTER_PARAMETERS + rb")(?:(?=\{)|(?P<bodyless>(?:=\s*\w+\s*)?;))"
    )
    return pattern.sub(_member_constructor, body)


def _member_constructor(match: re.Match[bytes]) -> bytes:
    if match["bodyless"]:
        return blank(match[0])
    head, name = blank(match["head"]), match["name"]
    # The result type goes over the beginning of a long name, else before it; the lowering reads the original name.
    together = head + name
    at = min(len(head), len(together) - len(b"void x"))
    if at < 0 or b"\n" in together[at : at + 5]:
        return blank(match[0])
    spelled = together[:at] + b"void " + together[at + 5 :]
    return spelled + match["parameters"] + blank(match["rest"])


def _drop(match: re.Match[bytes]) -> bytes:
    return blank(match[0])


def _keep_first(match: re.Match[bytes]) -> bytes:
    """Keep only group 1, at its place."""
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return blank(match[0][:start]) + match[0][start:end] + blank(match[0][end:])


def _without_first(match: re.Match[bytes]) -> bytes:
    """Blank only group 1."""
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match[0][:start] + blank(match[0][start:end]) + match[0][end:]


def _word(word: bytes) -> Replacement:
    return lambda match: _padded(word, len(match[0])) or match[0]


def _range_for(match: re.Match[bytes]) -> bytes:
    """`for (auto &x : ` -> `for(id x in `"""
    return _padded(b"for(id " + match[1] + b" in ", len(match[0])) or match[0]


def _constructor(match: re.Match[bytes]) -> bytes:
    """`Foo::Foo(…) : a(b) {` -> `void Foo(…) {`: the calls of its body stay in a function."""
    qualifier, name, parameters = match[1], match[2], match[3]
    result = b"void " if len(qualifier) >= 5 else b"int "
    head = (result + name).rjust(len(qualifier) + len(name))
    if len(head) > len(qualifier) + len(name):
        head = blank(qualifier + name)
    return head + parameters + blank(match[0][len(head) + len(parameters) :])


def _lambda(match: re.Match[bytes]) -> bytes:
    """`[&](T a) -> R {` -> `^  (T a)      {`"""
    captures, parameters, rest = match[1], match[2] or b"", match[3]
    return b"^" + blank(captures[1:]) + parameters + blank(rest)


# In this order: later rules rely on what earlier ones blanked.
_CXX_RULES: tuple[tuple[re.Pattern[bytes], Replacement], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        (rb"^[ \t]*using\b[^;{}]*;", _drop),
        (rb"\btemplate\s*" + _ANGLES, _drop),
        (rb"\boperator\s*[^\w\s(;]+", _word(b"operator")),
        (rb"\b(\w+::~?)(\w+)(\s*" + _PARENTHESES + rb")" + _INITIALISERS + rb"\s*(?=\{)", _constructor),
        (rb"^([A-Z]\w*::~?)([A-Z]\w*)(\s*" + _PARENTHESES + rb")\s*(?=\{)", _constructor),
        (
            rb"\b(?:std\s*::\s*)?(?:shared_ptr|unique_ptr|weak_ptr|scoped_refptr|optional|atomic)\s*"
            rb"<\s*([\w: ]+?)[ *]*>",
            _keep_first,
        ),
        (rb"\b(?:static|dynamic|reinterpret|const)_cast\s*" + _ANGLES, _drop),
        (rb"\b(?:\w+::){0,6}\w+" + _ANGLES + rb"::(?=\w)", _drop),
        (rb"\breturn\s*\{[^{};]*\}(?=\s*;)", lambda match: match[0].replace(b"{", b"(").replace(b"}", b")")),
        (
            rb"\bfor\s*\(\s*(?:const\s+)?" + _QUALIFIED + rb"(?:\s*const)?[\s&*]+(\w+)\s*:(?!:)\s*",
            _range_for,
        ),
        (
            rb"(?<![\w)\]\[@:])(\[\s*" + _CAPTURE + rb"(?:\s*,\s*" + _CAPTURE + rb")*\s*\])\s*"
            rb"(" + _PARENTHESES + rb")?(\s*(?:mutable\b|noexcept\b|->\s*[\w:*&<> ]+|\s)*)(?=\{)",
            _lambda,
        ),
        (rb"(?<!\w)(?:\w+\s*)?::\s*(?=[\w~])", _drop),
        (rb"(?<=\w)" + _ANGLES + rb"(?=\s*[(&*:{;,)>]|\s+\w)", _drop),
        (rb"(?<=[\s(])try\b(?=\s*(?://[^\n]*\s*)?\{)", _drop),
        (rb"\bif\s*\(\s*(?:const\s+)?auto\s*[&*]*", lambda match: _padded(b"if (", len(match[0])) or match[0]),
        (rb"\bauto\b\s*[&*]*", _word(b"id")),
        (rb"\bnullptr\b", _word(b"nil")),
        (rb"\benum(\s+(?:class|struct)\b)(?=\s+\w)", _without_first),
        (rb"\benum\s+\w+(\s*:\s*\w+\s*)(?=\{)", _without_first),
        (
            rb"\b(?:override|constexpr|noexcept|virtual|explicit|mutable|typename|friend|final|new|"
            rb"delete(?:\s*\[\])?)\b(?=[^,)\]:=;]|\s*;)",
            _drop,
        ),
        (rb"^[ \t]*(?:public|private|protected)\s*:", _drop),
        (rb"\)(\s*const\b)(?=\s*[{;])", _without_first),
        (rb"^[ \t]*class\s+\w+\s*;", _drop),
        (rb"(\bconst\s+\w+\s*)&{1,2}", _keep_first),
        (rb"^[ \t]*(?:static[ \t]+)?\w+(&{1,2})(?=[ \t]+\w+\s*\()", _without_first),
        (rb"(?<=[(,])(\s*\w+)&{1,2}(?=\s+\w+\s*[,)=])", _keep_first),
        (rb"(?<=\w)(\s*)&{1,2}(?=\s*\))", _keep_first),
        (
            rb"^[ \t]*(?!enum\b|struct\b|union\b|typedef\b|return\b)\w+[ \t*]+\w+(\s*\{[^{};=]*\})(?=\s*;)",
            _without_first,
        ),
    )
)


@lru_cache(maxsize=4)
def cxx(text: bytes) -> bytes:
    """Turn C++ into the Objective-C that comes nearest."""
    text = _TRY.sub(lambda match: b"@" + match[0][1:], text)
    text = _without_scopes(text)
    for pattern, replacement in _CXX_RULES:
        text = pattern.sub(replacement, text)
    return text


# ---- variants -------------------------------------------------------------------------------------------------------


def _chain(*rewrites: Rewrite) -> Rewrite:
    def apply(text: bytes) -> bytes:
        for rewrite in rewrites:
            text = rewrite(text)
        return text

    return apply


_DIRECTIVES: tuple[Rewrite, ...] = tuple(partial(blank_directives, keep=keep) for keep in ("all", "first", "last"))
_OBJC: tuple[Rewrite, ...] = (macros, *(_chain(macros, directives) for directives in _DIRECTIVES))
_CXX: tuple[Rewrite, ...] = tuple(_chain(rewrite, cxx) for rewrite in _OBJC)
VARIANTS: dict[str, tuple[tuple[Rewrite, ...], ...]] = {"objc": (_OBJC,), "objc++": (_CXX, _OBJC)}

_LOOKS_LIKE_CXX = re.compile(rb"\w::\w|^\s*(?:namespace|template|class)\b", re.MULTILINE)


def variants_for(data: bytes, language: str) -> tuple[tuple[Rewrite, ...], ...]:
    """The rewrites to try on a file, the likelier group first; a header read as Objective-C gets the C++ rules if it
    looks like C++."""
    return VARIANTS["objc++" if language == "objc++" or _LOOKS_LIKE_CXX.search(data) else "objc"]
