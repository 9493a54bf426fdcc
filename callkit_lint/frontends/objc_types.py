"""Objective-C type texts to the bare names of `ir.Field.type`: `nullable NSArray<Foo *> *` -> `[Foo]`."""

from __future__ import annotations

import re
from functools import lru_cache

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)|\b(?:IBOutletCollection|[A-Z]+_[A-Z_]+)\s*\([^()]*\)", re.DOTALL)
_TYPEOF = re.compile(r"\b(?:__)?typeof(?:__)?\b|\b__auto_type\b|^\s*auto\b|\bdecltype\b")
_NOISE_WORDS = (
    "const volatile static extern inline register auto restrict typename struct enum union class nullable nonnull "
    "null_unspecified null_resettable in out inout bycopy byref oneway IBOutlet NS_NOESCAPE "
    "NS_VALID_UNTIL_END_OF_SCOPE FOUNDATION_EXPORT FOUNDATION_EXTERN UIKIT_EXTERN NS_INLINE CF_INLINE "
    "FOUNDATION_STATIC_INLINE"
)
_NOISE = re.compile(
    r"\b(?:" + "|".join(_NOISE_WORDS.split()) + r"|_Non[nN]ull|_Nullable(?:_result)?|_Null_unspecified|__nullable"
    r"|__nonnull|__kindof|__weak|__strong|__block|__unsafe_unretained|__autoreleasing|__inline(?:__)?|__unused|__restrict|__bridge"
    r"(?:_transfer|_retained)?|__covariant|__contravariant)\b"
)
_MOST_BRACKETS = 40  # More is no type that a person wrote; the functions below call themselves for each of them.
_ARRAYS = ("NSArray", "NSMutableArray", "vector", "array")
_SMART_POINTERS = ("shared_ptr", "unique_ptr", "weak_ptr", "atomic", "optional")
_CLASS_POINTER = re.compile(r"\s*(?!void\b|char\b|int\b)[A-Za-z_]\w*\s*(?:<[^()]*>)?\s*\*[^*]*")
_PROTOCOL_TYPE = re.compile(r"\s*id\s*<[^()]*>\s*")


@lru_cache(maxsize=8192)
def bare_type(text: str) -> str:
    """The bare name of a type as written, pointers and qualifiers removed; "" where the source leaves it open."""
    if _TYPEOF.search(text) or text.count("<") + text.count("(") > _MOST_BRACKETS:
        return ""
    text = _NOISE.sub(" ", _ATTRIBUTE.sub(" ", _COMMENT.sub(" ", text)))
    if "(" in text:
        return _function_type(text)
    array = "[" in text
    name = _named_type(text.partition("[")[0])
    return f"[{name}]" if array and name else name


def is_error_pointer(text: str) -> bool:
    """Is the type `NSError **`, which makes a method throw in Swift?"""
    return "NSError" in text and bare_type(text) == "NSError" and text.count("*") == 2


def is_object_pointer(text: str) -> bool:
    """Is it a pointer to a class, or `id<Protocol>`? A C struct's pointer cannot be told from one, and counts too."""
    text = _NOISE.sub(" ", text)
    return bool(_CLASS_POINTER.fullmatch(text) or _PROTOCOL_TYPE.fullmatch(text))


def _function_type(text: str) -> str:
    """A block or function pointer: `void (^)(BOOL, NSError *)` -> `(BOOL, NSError) -> void`."""
    marker = re.search(r"\(\s*[\^*][^()]*\)", text)
    if not marker:
        # A function type without pointer (`BOOL (id)`), or parentheses around a name.
        opening = text.find("(")
        return _signature(text[:opening], text[opening:])
    return _signature(text[: marker.start()], text[marker.end() :])


def _signature(result: str, parameters: str) -> str:
    parameters = parameters.strip()
    inner = parameters[1:-1] if parameters.endswith(")") else parameters[1:]
    names = [bare_type(_without_name(part)) for part in _split(inner)]
    names = [name for name in names if name and name != "void"]
    return f"({', '.join(names)}) -> {_named_type(result) or 'void'}"


def _without_name(parameter: str) -> str:
    """A parameter's type: `NSError *error` -> `NSError *`, `void (^done)(int)` -> `void (^)(int)`."""
    if "(" in parameter:
        return re.sub(r"\(\s*([\^*])\s*\w*\s*\)", r"(\1)", parameter, count=1)
    if "*" in parameter or ">" in parameter:
        return re.sub(r"([*>])\s*\w+\s*$", r"\1", parameter)
    words = parameter.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1] not in ("int", "long", "char", "short") else parameter


def _named_type(text: str) -> str:
    base, opening, rest = text.partition("<")
    arguments = rest.rpartition(">")[0] if opening else ""
    base = " ".join(base.replace("*", " ").replace("&", " ").split()).rpartition("::")[2]
    if not arguments:
        return base
    if base == "id":
        protocols = [part.strip() for part in arguments.split(",")]
        return " & ".join(protocols)
    if base in _ARRAYS:
        element = bare_type(_split(arguments)[0])
        return f"[{element}]" if element else base
    return bare_type(_split(arguments)[0]) if base in _SMART_POINTERS else base


def _split(text: str) -> list[str]:
    """Split at the commas that stand outside of brackets."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        if char in "(<[{":
            depth += 1
        elif char in ")>]}":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()] or [""]
