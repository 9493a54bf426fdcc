"""Conditions that dominate a call: which facts about a call's life they test, and what they answer in a phase.

A condition becomes a small tree of tests (Test). Asked in a phase, with what is known of the parameters, it is true,
false, or None: not decidable. Only a certain "false" cuts a path: what the tool does not understand stays open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from callkit_lint.ir import NOWHERE, Call, Collection, Expr, Literal, Location, Member, Name, Operator

Constant = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """The value of an enclosing function's parameter, filled in at each call site."""

    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A value that the source states: a literal, nil, or the name of an enum case or constant. `presumed`: it is the
    default of an option of which nothing is known (`wanted ?? true`)."""

    value: Constant
    presumed: bool = False


@dataclass(frozen=True, slots=True)
class Fresh(Known):
    """An identifier that is made anew where it is evaluated: two of one place are one, and none is known elsewhere.
    `value` stands for the place, so that conditions can compare it."""

    path: str = ""
    location: Location = NOWHERE


Value = Parameter | Known | None  # None: unknown
Bindings = Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class Test:
    """A node of a condition.

    `kind`: "and", "or", "not" (with `parts`); "truth" (`value` is the answer); "present" (`value` is not nil); "equal"
    (`value`, `other` compared); "interruption" ("began" or "ended"); "reason" (a route change's); "no call"; "ringing"
    (as "equal": the call is not answered yet); "action" (the action's type); "excludes" (`value` names the phases in
    which it is false, as the project's contracts say); "opaque" (`text` says what it names). "failed" and "repeated"
    are never decided: the code around handles an error, or is a loop's body.
    """

    kind: str
    parts: tuple[Test, ...] = ()
    value: Value = None
    other: Value = None
    text: str = ""


TRUE, FALSE = Test("truth", value=Known(True)), Test("truth", value=Known(False))


def negate(test: Test) -> Test:
    if test.kind == "not":
        return test.parts[0]
    return Test("not", (test,))


def answer(
    test: Test, phase: str, bindings: Bindings, in_group: Callable[[str, str], bool], actions: Mapping[str, str]
) -> bool | None:
    """What the condition answers in this phase: True, False, or None when it cannot be decided.

    `in_group` says whether a phase is in a group of lifecycle.toml's; `actions` gives the phase of an action's type.
    """

    def of_part(part: Test) -> bool | None:
        match part.kind:
            case "truth" | "present" | "equal":
                return _compare(part, bindings)
            case "interruption":
                return phase == f"interruption {part.text}" if phase.startswith("interruption ") else None
            case "reason":
                return _reason(part.text, phase)
            case "no call":
                return False if in_group(phase, "in call") else None
            case "ringing":
                over = in_group(phase, "live") or (in_group(phase, "outgoing") and "incoming" in words(part.text))
                return False if over else _compare(part, bindings)
            case "excludes" if isinstance(part.value, Known):
                return False if phase in str(part.value.value).split("|") else None
            case "action":
                other = part.text in actions and phase in actions.values() and actions[part.text] != phase
                return False if other else None
        return None

    return composed(test, of_part)


def composed(test: Test, of_part: Callable[[Test], bool | None]) -> bool | None:
    """What a condition answers, given what its smallest parts do; None where those that are open decide."""
    if test.kind == "not":
        inner = composed(test.parts[0], of_part)
        return None if inner is None else not inner
    if test.kind not in ("and", "or"):
        return of_part(test)
    decisive = test.kind == "or"
    answers = [composed(part, of_part) for part in test.parts]
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def never_hold(guards: Iterable[Test]) -> bool:
    """Whether one of some conditions is false whenever it is asked: code behind it never runs."""
    return any(answer(test, "", {}, lambda phase, group: False, {}) is False for test in guards)


DEVICE_REASONS = frozenset({"oldDeviceUnavailable", "newDeviceAvailable"})


def _reason(reason: str, phase: str) -> bool | None:
    """A device came or went ("device change"), or the system or the app itself changed the route ("route change")."""
    if phase == "device change":
        return None if reason in DEVICE_REASONS else False
    return False if phase == "route change" and reason in DEVICE_REASONS else None


def _compare(test: Test, bindings: Bindings) -> bool | None:
    left, right = _fill(test.value, bindings), _fill(test.other, bindings)
    if left is None:
        return None
    if test.kind == "truth":
        # In C an object or a number is a condition, too.
        return bool(left.value) if isinstance(left.value, int | None) else None
    if test.kind == "present":
        return left.value is not None
    return None if right is None else left.value == right.value


def _fill(value: Value, bindings: Bindings) -> Known | None:
    return bindings.get(value.name) if isinstance(value, Parameter) else value


def parameters_of(test: Test) -> set[str]:
    """The parameters that a condition's answer depends on."""
    own = {value.name for value in (test.value, test.other) if isinstance(value, Parameter)}
    return own.union(*(parameters_of(part) for part in test.parts))


def smallest(test: Test) -> Iterator[Test]:
    """A condition's smallest parts."""
    if not test.parts:
        yield test
    for part in test.parts:
        yield from smallest(part)


def names_in(test: Test) -> set[str]:
    """The words of everything the condition names, lower-case: what a rule may look for."""
    own = set(words(test.text))
    return own.union(*(names_in(part) for part in test.parts))


def words(text: str) -> list[str]:
    """The words of identifiers, lower-case: `hasActiveCall` is has, active, call."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)]


def spelled(expr: Expr | None) -> str:
    """A condition's names in source order, for looking at words; not meant to be read."""
    parts: list[str] = []
    stack: list[Expr | None] = [expr]
    while stack:
        match stack.pop():
            case Name(name):
                parts.append(name)
            case Member(base, name):
                parts.append(name)
                stack.append(base)
            case Literal(value):
                parts.append(str(value))
            case Call(name, receiver, arguments):
                parts.append(name)
                stack += [receiver, *(argument.value for argument in arguments)]
            case Operator(_, operands) | Collection(operands):
                stack += operands
    return " ".join(reversed(parts))
