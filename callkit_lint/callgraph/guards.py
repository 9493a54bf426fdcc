"""Conditions as written become tests: which of them speak of a call, an interruption, a system, a parameter.

Much of it reads names: an app keeps its calls where it likes, and says so in words (`hasActiveCall`, `calls.isEmpty`).
A name that only sounds like it silences a report; a name in another language is not understood, and the report stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from callkit_lint.callgraph import system_versions
from callkit_lint.callgraph.compile_time import Build, compile_time_test
from callkit_lint.callgraph.conditions import (
    FALSE,
    TRUE,
    Constant,
    Known,
    Parameter,
    Test,
    Value,
    negate,
    spelled,
    words,
)
from callkit_lint.callgraph.system_versions import COMPARE
from callkit_lint.ir import Call, Expr, Literal, Member, Name, Operator
from callkit_lint.knowledge import Guard


class ConditionReader:
    """Turns conditions into tests. `evaluate` gives the value of an expression where link knows it; `returned` the
    expression that a helper or computed property of the program returns, so that a condition is seen through it;
    `declared` are the conditions of which the project's contracts say what they exclude."""

    def __init__(
        self,
        evaluate: Callable[[Expr], Value],
        returned: Callable[[Expr], Expr | None],
        build: Build,
        declared: Iterable[Guard] = (),
    ) -> None:
        self._evaluate = evaluate
        self._returned = returned
        self._build = build
        self._declared = {" ".join(re.findall(r"\w+", guard.condition)): guard for guard in declared}

    def read(self, expr: Expr, depth: int = 0) -> Test:
        if depth > 20:
            return Test("opaque", text="")
        match expr:
            case Operator("!", (inner,)):
                return negate(self.read(inner, depth + 1))
            case Operator("&&", operands) | Operator("where", operands):
                return Test("and", tuple(self.read(part, depth + 1) for part in operands))
            case Operator("??", (value, Literal(default))) if isinstance(default, bool):
                return self.read(value, depth + 1)  # not the default: nothing says that the value is missing
            case Operator("||", operands):
                return Test("or", tuple(self.read(part, depth + 1) for part in operands))
            case Operator("?:", (condition, first, second)):
                holds = self.read(condition, depth + 1)
                arms = (holds, self.read(first, depth + 1)), (negate(holds), self.read(second, depth + 1))
                return Test("or", tuple(Test("and", arm) for arm in arms))
            case Operator("#if", (inner,)):
                return compile_time_test(inner, self._build)
            case Operator("available", operands):
                platforms = [str(part.value) for part in operands if isinstance(part, Literal)]
                return system_versions.available(platforms, self._build.oldest_system)
            case Operator("if case", (pattern, subject)):
                return self.matches(subject, pattern, depth + 1)
            case Operator("let", (_, Operator("as" | "as?", (_, Name(kind))))):
                return Test("action", text=_bare(kind))
            case Operator("let", (_, value)):
                return negate(self._empty(value))
            case Operator("==" | "!=" | "<" | "<=" | ">" | ">=" as op, (left, right)) if (
                test := system_versions.compared(op, self._seen(left), self._seen(right), self._build.oldest_system)
            ):
                return test
            case Operator("==" | "===", (left, right)):
                return self._equal(left, right, depth)
            case Operator("!=" | "!==", (left, right)):
                return negate(self._equal(left, right, depth))
            case Operator("<" | "<=" | ">" | ">=" as op, (left, right)):
                return self._ordered(op, left, right)
            case Operator("is", (_, Name(kind))):
                return Test("action", text=_bare(kind))
            case Call("isEqualToString:" | "isEqual:" | "isEqual", receiver, (argument,)) if receiver is not None:
                return self._equal(receiver, argument.value, depth)
        return self._truth(expr, depth)

    def matches(self, subject: Expr, pattern: Expr, depth: int = 0) -> Test:
        """A switch arm's pattern, or one of `if case`."""
        match pattern:
            case Operator("case", patterns):
                return Test("or", tuple(self.matches(subject, part, depth) for part in patterns))
            case Operator("where", (inner, condition)):
                return Test("and", (self.matches(subject, inner, depth), self.read(condition, depth + 1)))
            case Operator("as" | "is", (*_, Name(kind))):
                return Test("action", text=_bare(kind))
            case Call(name, _, _):
                return self._equal(subject, Member(None, name), depth)
            case Operator("let" | "tuple", _):
                return Test("opaque")
        return self._equal(subject, pattern, depth)

    def _seen(self, expr: Expr) -> Expr:
        """What a local name stands for, else the expression itself."""
        return (self._returned(expr) or expr) if isinstance(expr, Name) else expr

    def _truth(self, expr: Expr, depth: int) -> Test:
        value = self._evaluate(expr)
        if isinstance(value, Parameter) or (isinstance(value, Known) and isinstance(value.value, bool)):
            return Test("truth", value=value, text=spelled(expr))
        if (guard := self._declared.get(spelled(expr).removeprefix("self "))) is not None:
            return Test("excludes", text=guard.condition, value=Known("|".join(guard.excludes)))
        if (test := system_versions.named(expr, self._build.oldest_system) or _recognise(expr)) is not None:
            return test
        inner = self._returned(expr)
        if inner is not None:
            return self.read(inner, depth + 5)
        return Test("opaque", text=spelled(expr))

    def _equal(self, left: Expr, right: Expr, depth: int) -> Test:
        for one, other in ((left, right), (right, left)):
            value = self._evaluate(one)
            if isinstance(value, Known):
                special = self._equal_to(value.value, other, depth)
                if special is not None:
                    return special
            if isinstance(one, Name) and one.name[:1].isupper() and _says_ringing(one.name, words(spelled(other))):
                return Test("ringing", text=f"{spelled(other)} {one.name}")  # a constant of C
        a, b = self._evaluate(left), self._evaluate(right)
        kind = "equal" if a is not None and b is not None else "opaque"
        return Test(kind, value=a, other=b, text=f"{spelled(left)} {spelled(right)}")

    def _equal_to(self, value: Constant, other: Expr, depth: int) -> Test | None:
        """Comparisons with a constant that mean something: an interruption's type, a call list's size, a region."""
        if value in ("began", "ended") and isinstance(value, str):
            return Test("interruption", text=value, value=self._evaluate(other), other=Known(value))
        if value in ROUTE_CHANGE_REASONS:
            return Test("reason", text=str(value))
        if isinstance(value, bool):
            inner = self.read(other, max(10, depth + 1))
            return inner if value else negate(inner)
        if value in (0, 1) and "interruption" in words(spelled(other)):
            return Test("interruption", text="began" if value == 1 else "ended")
        if value == 0 and (test := _call_list(other)):
            return test
        if value == "shouldResume":
            return RESUMES
        if value == 0 and _speaks_of_resuming(words(spelled(other))):
            return negate(RESUMES)
        if value in ("CN", "CHN", "cn", "chn"):
            return FALSE  # CallKit is off in China: what runs there is no call of CallKit's
        if value is None:
            return self._empty(other)
        if isinstance(value, str):
            named = words(spelled(other))
            if value.lower() in NO_CALL_STATES and "call" in named:
                return Test("no call")
            if _says_ringing(value, named):
                text = f"{spelled(other)} {value}"
                return Test("ringing", value=self._evaluate(other), other=Known(value), text=text)
        return None

    def _empty(self, expr: Expr) -> Test:
        """`expr == nil`; that it is not is what the expression's own name as a condition says."""
        if isinstance(expr, Name | Member) and _names_a_call_in_progress(expr.name):
            return Test("no call", text=spelled(expr))
        value = self._evaluate(expr)
        if isinstance(value, Parameter):
            return negate(Test("present", value=value, text=spelled(expr)))
        return negate(Test("opaque", text=spelled(expr)))

    def _ordered(self, op: str, left: Expr, right: Expr) -> Test:
        a, b = self._evaluate(left), self._evaluate(right)
        if isinstance(b, Known) and isinstance(b.value, int | float) and not isinstance(b.value, bool):
            if op == ">" and b.value == 0 and (test := _call_list(left)):
                return negate(test)
            if isinstance(a, Known) and isinstance(a.value, int | float):
                return TRUE if COMPARE[op](a.value, b.value) else FALSE
        upward = {"<": ">=", "<=": ">"}.get(op, op)
        above = Test("opaque", text=f"{spelled(left)} {upward} {spelled(right)}")
        return above if upward == op else negate(above)


ROUTE_CHANGE_REASONS = frozenset(
    {"oldDeviceUnavailable", "newDeviceAvailable", "categoryChange", "override", "routeConfigurationChange"}
    | {"wakeFromSleep", "noSuitableRouteForCategory"}
)
NO_CALL_STATES = frozenset({"idle", "none", "free", "nocall", "inactive"})
NOT_A_CALL = frozenset(
    {"callback", "caller", "error", "callkit", "uuid", "handler", "id", "action", "delegate"}
    | {"provider", "manager", "controller", "view", "incoming", "outgoing", "session", "audio", "type", "state"}
)
DENIALS = frozenset({"no", "not", "without"})
AVOIDING = frozenset(
    {"disable", "disabled", "skip", "skips", "bypass", "hide", "hides", "avoid", "ignore", "suppress", "suppressed"}
)
USING = frozenset(
    {"use", "uses", "using", "used", "enable", "enables", "enabled", "available", "active", "allowed", "provider"}
    | {"support", "supports", "supported", "has", "with"}
)
IN_CALL_WORDS = frozenset(
    {"in", "on", "active", "ongoing", "during", "current", "existing", "busy", "live", "progress"}
)


# Options come with the end of an interruption alone: what looks for "should resume" runs at no beginning.
RESUMES = Test("and", (Test("interruption", text="ended"), Test("opaque", text="should resume")))


def _says_ringing(value: str, subject: list[str]) -> bool:
    """Whether a state of a call (`call.state == .incoming`, `CallStateRinging`) is one before it is answered; a
    direction (`call.isIncoming`) is not."""
    named = set(words(value))
    ringing = "ringing" in named or {"incoming", "received"} <= named or ("incoming" in named and "call" in subject)
    return ringing and bool({"state", "status"} & set(subject))


def _speaks_of_resuming(named: list[str]) -> bool:
    """The words of `options.contains(.shouldResume)`, of a flag named so, of the Objective-C constant."""
    return ("should", "resume") in zip(named, named[1:], strict=False)


def _bare(kind: str) -> str:
    """A type's name without its module."""
    return kind.rpartition(".")[2]


def _recognise(expr: Expr) -> Test | None:
    """A condition that is one name: an empty call list, "in a call", "CallKit is in use".

    Read from the words of the name. Misses names in other languages; a name that only sounds like it silences a report.
    """
    named = words(spelled(expr))
    if _speaks_of_resuming(named):
        return RESUMES
    if not named or len(named) > 8:
        return None
    if (named[-1] == "empty" or "isEmpty" in spelled(expr)) and _names_calls(named):
        return Test("no call", text=spelled(expr))
    if {"simulator"} & set(named):
        return FALSE
    last = expr.name if isinstance(expr, Name | Member | Call) else ""
    if (in_use := _callkit_in_use(words(last))) is not None:
        return TRUE if in_use else FALSE
    if not _names_a_call_in_progress(last):
        return None
    none = Test("no call", text=spelled(expr))
    return none if DENIALS & set(words(last)) else negate(none)


def _callkit_in_use(named: list[str]) -> bool | None:
    """Whether a flag says that the app uses CallKit (`enableCallKit`), or that it does not (`skipCallKit`); None for
    all else that is named after it: `callKitUUID`, `rejectedByCallKit`."""
    if "callkit" not in named and ("call", "kit") not in zip(named, named[1:], strict=False):
        return None
    if (DENIALS | AVOIDING) & set(named):
        return False
    return True if USING & set(named) else None


def _names_calls(named: list[str]) -> bool:
    """`calls`, `store.activeCalls`, `call.list`: not what belongs to one call, such as `callId`."""
    return not {"call", "calls"}.isdisjoint(named) and {"id", "uuid", "identifier", "name"}.isdisjoint(named)


def _names_a_call_in_progress(name: str) -> bool:
    """`hasActiveCall`, `isInCall`, `currentCall`, `callInProgress`: that there is a call at all, not how one call
    is."""
    named = set(words(name))
    return bool({"call", "calling", "calls"} & named and IN_CALL_WORDS & named and not NOT_A_CALL & named)


def _call_list(expr: Expr) -> Test | None:
    """`calls.count`, compared with zero."""
    text = spelled(expr)
    named = words(text)
    return Test("no call", text=text) if named and named[-1] == "count" and {"call", "calls"} & set(named) else None
