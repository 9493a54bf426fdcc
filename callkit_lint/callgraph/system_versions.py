"""Tests of the system's version. No app of today runs on an old one: what only that would run is dead.

Read from what tests are made of: `#available`, `systemVersion` in its spellings, `NSFoundationVersionNumber`, and the
macros that half of all older apps define for them, by the words of their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from callkit_lint.callgraph.conditions import FALSE, TRUE, Test, spelled, words
from callkit_lint.ir import Call, Collection, Expr, Literal, Member, Name

Version = tuple[int, int]

# No app that is built today runs on an older system: Xcode 15 and later cannot target one.
OLDEST_SYSTEM: Version = (12, 0)

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
# `[version compare:@"8.0" options:NSNumericSearch] != NSOrderedAscending` is `version >= 8.0`.
_ORDERED = {
    ("==", "ascending"): "<",
    ("==", "descending"): ">",
    ("==", "same"): "==",
    ("!=", "ascending"): ">=",
    ("!=", "descending"): "<=",
    ("!=", "same"): "!=",
}
_SPELLINGS = ("systemversion", "majorversion", "iosversion", "ios_version", "foundationversionnumber")
_NO_WHOLE_VERSION = ("minorversion", "patchversion")
# `iOS7Later`, `IS_OS_8_OR_LATER`, `isIOS13OrAbove`
_OR_LATER = re.compile(r"(?i)(?:is_?)?i?os_?(\d{1,2})(?:_(\d))?_?(?:or|and)?_?(?:later|above|newer|up|higher|greater)")
_NAMED = re.compile(r"(?i)ios_(\d{1,2})(?:_(\d{1,2}|x_max))?")


def available(platforms: Iterable[str], oldest: Version) -> Test:
    """`#available(iOS 10, *)`: true up to the oldest system; above that it is open."""
    for text in platforms:
        if text.startswith("iOS") and (version := parsed(text)):
            return decided(">=", version, oldest)
    return Test("opaque", text=" ".join(platforms))


def compared(op: str, left: Expr, right: Expr, oldest: Version) -> Test | None:
    """A comparison with the system's version; None where it is none, or the other side is not known."""
    for one, other, seen in ((left, right, op), (right, left, _MIRRORED[op])):
        if isinstance(one, Call) and one.name.partition(":")[0] == "compare" and one.arguments:
            ordered = _ORDERED.get((op, spelled(other).rpartition(" ")[2].lower().rpartition("ordered")[2]))
            version = _version(one.arguments[0].value)
            if ordered and version and _is_system_version(one.receiver):
                return decided(ordered, version, oldest)
        elif _is_system_version(one) and (version := _version(other)):
            return decided(seen, version, oldest)
    return None


def named(expr: Expr, oldest: Version) -> Test | None:
    """A test that is a call or one name: `SYSTEM_VERSION_LESS_THAN(@"8.0")`, `isOperatingSystemAtLeast(…)`,
    `iOS8Later`."""
    match expr:
        case Call("isOperatingSystemAtLeast" | "isOperatingSystemAtLeastVersion:", _, (argument,)):
            return decided(">=", version, oldest) if (version := _version(argument.value)) else None
        case Call(name, None, (argument,)) if "version" in (parts := words(name)):
            op = ("<" if "less" in parts else ">" if "greater" in parts else "") + ("=" if "equal" in parts else "")
            version = _version(argument.value)
            return decided({"=": "=="}.get(op, op), version, oldest) if op and version else None
        case Name(name) | Member(_, name) | Call(name, _, ()):
            found = _OR_LATER.fullmatch(name)
            return decided(">=", (int(found[1]), int(found[2] or 0)), oldest) if found else None
    return None


def decided(op: str, version: Version, oldest: Version) -> Test:
    """What a comparison of the system's version with a known one answers, since none is below the oldest."""
    if version > oldest or (version == oldest and op in (">", "<=", "==", "!=")):
        return Test("opaque", text="system version")
    return TRUE if COMPARE[op](oldest, version) else FALSE


def _is_system_version(expr: Expr | None) -> bool:
    text = spelled(expr).lower()
    return any(part in text for part in _SPELLINGS) and not any(part in text for part in _NO_WHOLE_VERSION)


def _version(expr: Expr) -> Version | None:
    match expr:
        case Literal(bool()):
            return None
        case Literal(int() | float() | str() as value):
            return parsed(str(value))
        case Name(name) if found := _NAMED.search(name):
            minor = found[2] or "0"
            return int(found[1]), int(minor) if minor.isdigit() else 99
        case Collection((Literal(int(major)), Literal(int(minor)), *_)):
            return major, minor
        case Call("OperatingSystemVersion", _, (major, minor, *_)):
            return _version(Collection((major.value, minor.value)))
    return None


def parsed(text: str) -> Version | None:
    """A version as it is written, `14.0` or "iOS 14"; None where there is none."""
    found = re.search(r"(\d{1,3})(?:\.(\d{1,3}))?", text)
    return (int(found[1]), int(found[2] or 0)) if found else None
