"""Whether a function does anything but write to a log: what a body that looks implemented is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from callkit_lint.callgraph.conditions import spelled, words
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Assign, Call, Closure, Exit, Literal, Location, Member, Name, Operator
from callkit_lint.nodes import parts


def only_logs(procedure: Procedure, *but: str) -> bool:
    """Whether nothing happens in a function, or in what it calls, but writing to a log, and calls with the effects
    `but`.

    Whatever is not understood (a call into code that is not here, an assignment) counts as something.
    """
    return not _acts(procedure, but, set())


def _acts(procedure: Procedure, but: Collection[str], seen: set[Procedure]) -> bool:
    seen.add(procedure)
    callees: dict[Location, list[Procedure]] = {}
    bodies = [*_with_closures(procedure)]
    sites = [site for body in bodies for site in body.sites]
    for edge in (edge for body in bodies for edge in body.edges):
        callees.setdefault(edge.location, []).append(edge.callee)
    posts = {site.location for site in sites if site.api.runs}
    spared = {site.location for site in sites if site.api.effect in but}
    for node in _actions(procedure.body, spared):
        if isinstance(node, Call) and node.location in posts and _given_closure(node):
            continue  # what it does is in the closure
        if not isinstance(node, Call) or not callees.get(node.location) or _passes_on(node):
            return True
        if any(_acts(callee, but, seen) for callee in callees[node.location] if callee not in seen):
            return True
    return False


def _given_closure(call: Call) -> bool:
    return bool(call.arguments) and isinstance(call.arguments[-1].value, Closure)


def _with_closures(procedure: Procedure) -> Iterator[Procedure]:
    """A procedure and the closures in it, as far as calls lead to them."""
    yield procedure
    for edge in procedure.edges:
        if edge.callee.parent is procedure:
            yield from _with_closures(edge.callee)


def _actions(node: object, spared: Collection[Location]) -> Iterator[object]:
    """The statements that may do something: calls, assignments to what outlives the body, and what ends the app."""
    match node:
        case Call() if _logs(node) or node.location in spared:
            return
        case Operator("#if" | "available"):
            return  # a question of the compiler's
        case Call():
            yield node
        case Assign(target, value):
            if not _stays_inside(target) and not _switches_on(target, value):
                yield node
                return
        case Exit("fatal" | "throw"):
            yield node
        case Operator("+=" | "-=" | "++" | "--"):
            yield node
    for part in parts(node):
        yield from _actions(part, spared)


def _stays_inside(target: object) -> bool:
    return isinstance(target, Name) and target.name == "_"


def _switches_on(target: object, value: object) -> bool:
    """`audioDevice.isEnabled = true`: whatever that is for, it ends nothing."""
    return isinstance(target, Member) and target.name in ("isEnabled", "enabled") and value_is(value, True)


def value_is(value: object, wanted: bool) -> bool:
    return isinstance(value, Literal) and value.value is wanted


def _passes_on(call: Call) -> bool:
    """Whether a call hands the matter to somebody else, who need not be the type that is in the sources."""
    receiver = words(spelled(call.receiver)) if call.receiver is not None else []
    return bool(receiver) and receiver[-1] in ("delegate", "listener", "observer", "handler", "subject", "relay")


PRINTS = frozenset({"print", "println", "dprint", "printf", "fprintf", "puts"})
LEVELS = frozenset(
    {"debug", "info", "notice", "warning", "warn", "error", "fault", "critical", "trace", "verbose", "log", "message"}
    | {"print", "write", "default"}
)


def _logs(call: Call) -> bool:
    """Whether a call writes to a log, or asserts, by its name: `NSLog`, `os_log`, `print`, `Logger.calls.info`."""
    named = words(call.name.partition(":")[0])
    if not named:
        return False
    if named[-1] in PRINTS or named[0] in ("assert", "assertion"):
        return True
    if "log" in named and not {"out", "off", "in", "on"} & set(named):
        return True
    receiver = words(spelled(call.receiver)) if call.receiver is not None else []
    return bool({"log", "logger", "logging", "console"} & set(receiver)) and named[0] in LEVELS
