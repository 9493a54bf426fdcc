"""Compile-time conditions (`#if`): what of a file is in an app for iOS devices at all.

Only a certain answer counts. What the project's settings decide (`DEBUG`, an app's own flags) stays open, unless a
`#define` of the program states it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callkit_lint.callgraph import system_versions
from callkit_lint.callgraph.conditions import FALSE, TRUE, Test, negate, never_hold, spelled
from callkit_lint.callgraph.system_versions import COMPARE, OLDEST_SYSTEM, Version
from callkit_lint.ir import Arm, Branch, Call, Expr, Literal, Name, Operator

# The SDK of Xcode 15, which App Store Connect has asked for since April 2024.
OLDEST_SDK = (17, 0)
# Frameworks that every such SDK for devices has, and those that none has.
ON_DEVICE = frozenset({"UIKit", "CallKit", "PushKit", "PushToTalk", "AVFoundation", "AVFAudio", "SwiftUI", "Combine"})
NOT_ON_DEVICE = frozenset({"AppKit", "Cocoa", "Glibc"})
_DEEPEST = 20
_VERSION_MACRO = re.compile(r"__IPHONE_(\d+)_(\d+)")


@dataclass(frozen=True, slots=True)
class Build:
    """How a program is built, as far as its files and its project say: the constants that are defined, and the oldest
    system that it runs on."""

    macros: Mapping[str, str] = field(default_factory=dict)
    oldest_system: Version = OLDEST_SYSTEM


UNKNOWN_BUILD = Build()


def build_of(deployment_target: str, macros: Iterable[str]) -> Build:
    """A build from a project's settings: the lowest system, and definitions such as `NAME` and `NAME=1`."""
    defined = [text.partition("=") for text in macros]
    oldest = system_versions.parsed(deployment_target) or OLDEST_SYSTEM
    return Build({name: value.strip("\\\"' ") for name, _, value in defined}, max(oldest, OLDEST_SYSTEM))


def is_off(condition: Expr | None, build: Build) -> bool:
    """Whether a declaration under this condition is certainly not compiled."""
    return condition is not None and never_hold((compile_time_test(condition, build),))


def compiled_arm(branch: Branch, build: Build) -> Arm | None:
    """The arm of an `#if` that is certainly the one compiled; None where that is not known, or it is none."""
    if branch.kind != "#if":
        return None
    for arm in branch.arms:
        condition = arm.condition.operands[0] if isinstance(arm.condition, Operator) else Literal(True)
        test = compile_time_test(condition, build)
        if never_hold((negate(test),)):
            return arm
        if not never_hold((test,)):
            return None
    return None


def compile_time_test(condition: Expr, build: Build, depth: int = 0) -> Test:
    """What a compile-time condition answers in a build."""
    if depth > _DEEPEST:
        return Test("opaque")
    match condition:
        case Operator("!", (inner,)):
            return negate(compile_time_test(inner, build, depth + 1))
        case Operator("&&" | "||" as op, operands):
            parts = tuple(compile_time_test(part, build, depth + 1) for part in operands)
            return Test("and" if op == "&&" else "or", parts)
        case Literal(value) if isinstance(value, bool | int):
            return TRUE if value else FALSE
        case Operator(op, (left, right)) if op in COMPARE:
            return _compared(op, left, right, build)
        case Name(name):
            return _named(name, build.macros)
        case Call(name, None, (argument,)):
            return _called(name, argument.value, build.macros)
    return Test("opaque", text=spelled(condition))


def _named(name: str, macros: Mapping[str, str]) -> Test:
    if name in ("TARGET_OS_IPHONE", "TARGET_OS_IOS"):
        return TRUE
    if name.startswith("TARGET_OS_") or name == "TARGET_IPHONE_SIMULATOR":
        return FALSE  # another system, or the simulator, where CallKit does not activate the session
    if name in macros:
        return TRUE if macros[name].strip() not in ("0", "NO", "false") else FALSE
    return Test("opaque", text=name)


def _called(name: str, argument: Expr, macros: Mapping[str, str]) -> Test:
    named = argument.name if isinstance(argument, Name) else ""
    match name, named:
        case "targetEnvironment", "simulator" | "macCatalyst":
            return FALSE
        case "canImport", _ if named in ON_DEVICE or named in NOT_ON_DEVICE:
            return TRUE if named in ON_DEVICE else FALSE
        case "os", _:
            return TRUE if named == "iOS" else FALSE
        case "arch", "i386" | "x86_64":
            return FALSE  # how the simulator was tested for before targetEnvironment
        case "defined", _ if named in macros or named == "__OBJC__" or _number(argument, macros) is not None:
            return TRUE
    return Test("opaque", text=f"{name} {spelled(argument)}")


def _compared(op: str, left: Expr, right: Expr, build: Build) -> Test:
    """`__IPHONE_OS_VERSION_MAX_ALLOWED >= 80000`, `VERSION > 2`: decided where the numbers are known, or their least
    values."""
    a, b = _number(left, build.macros), _number(right, build.macros)
    opaque = Test("opaque", text=f"{spelled(left)} {spelled(right)}")
    if a is not None and b is not None:
        return TRUE if COMPARE[op](a, b) else FALSE
    least = _at_least(left, build)
    if least is None or b is None:
        return opaque
    if (op == ">=" and least >= b) or (op == ">" and least > b):
        return TRUE
    return FALSE if (op == "<" and least >= b) or (op in ("<=", "==") and least > b) else opaque


def _number(expr: Expr, macros: Mapping[str, str], depth: int = 0) -> int | None:
    match expr:
        case Literal(bool()):
            return None
        case Literal(int(value)):
            return value
        case Name(name) if version := _VERSION_MACRO.fullmatch(name):
            return _written((int(version[1]), int(version[2])))
        case Name(name) if name in macros and depth < _DEEPEST:
            text = macros[name].strip("() \t")
            return int(text) if text.isdigit() and len(text) < 10 else None
    return None


def _at_least(expr: Expr, build: Build) -> int | None:
    match expr:
        case Name("__IPHONE_OS_VERSION_MAX_ALLOWED"):
            return _written(OLDEST_SDK)
        case Name("__IPHONE_OS_VERSION_MIN_REQUIRED"):
            return _written(build.oldest_system)
    return None


def _written(version: Version) -> int:
    """A version as these macros write it: 12.1 is 120100."""
    return version[0] * 10_000 + version[1] * 100
