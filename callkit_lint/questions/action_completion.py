"""Whether the handlers of call actions complete what they are given: fulfilled or failed, on every path, sooner or
later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.model.debts import Debt, Leak
from callkit_lint.model.entry_points import is_callback
from callkit_lint.model.path_calls import NOTHING_THERE
from callkit_lint.model.paths import PathSearch
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence

COMPLETED = Debt(
    frozenset({"fulfil", "fail"}), waits=True, bound=True, skips=Confidence.medium, unmet="with the action open"
)


@dataclass(frozen=True, slots=True)
class OpenAction:
    """A handler that leaves its action open, in the phase of this kind of action. `leaks`: those in one function (the
    handler, or what it hands the action to), the surest and shortest first; of a handler of all kinds of actions those
    of one case. `ever`: whether it completes it on some path."""

    handler: Procedure
    phase: str
    leaks: tuple[Leak, ...]
    ever: bool
    one_case: bool


def open_actions(program: Program) -> Iterator[OpenAction]:
    """The handlers that leave their action open on some path, once for each case where a handler receives all kinds,
    and for each function that it hands the action to.

    None of a kind that the program asks the provider for: it may complete its pending actions from there. Where it asks
    for all kinds it does so for a call that ends: the actions are left for which there was no call.
    """
    pending = {site.constant("kind") for site in program.sites("pending")}
    if not program.armed or None in pending:
        return
    for found in _handlers_open(program, pending):
        leaks = tuple(leak for leak in found.leaks if not ALL_KINDS & pending or _without_call(leak))
        if leaks:
            yield replace(found, leaks=leaks)


ALL_KINDS = frozenset({"CXAction", "CXCallAction"})


def _without_call(leak: Leak) -> bool:
    return bool(leak.turns) and leak.turns[-1].text == NOTHING_THERE


def _handlers_open(program: Program, pending: Collection[object]) -> Iterator[OpenAction]:
    called = {edge.callee for procedure in program.graph.procedures for edge in procedure.edges}
    for procedure in program.graph.symbols.procedures:
        for callback in program.vocabulary.callbacks:
            if ".perform" in callback.id and is_callback(procedure, callback) and len(procedure.parameters) > 1:
                value = procedure.parameters[1].name
                for phase in () if callback.types.get("1") in pending else callback.opens:
                    yield from _open(program, procedure, value, phase, one_case=bool(callback.cases))
                break
        else:
            if procedure not in called:
                yield from _passed_on(program, procedure)


def _passed_on(program: Program, procedure: Procedure) -> Iterator[OpenAction]:
    """A method that nothing in the program calls and that gets an action, as from a plugin: where it completes the
    action on some path, that is its business on all."""
    kinds = {callback.types.get("1") for callback in program.vocabulary.callbacks if ".perform" in callback.id}
    for parameter in procedure.parameters:
        if parameter.type and parameter.type in kinds:
            for found in _open(program, procedure, parameter.name, "call", one_case=False):
                if found.ever:
                    yield found


def _open(program: Program, handler: Procedure, value: str, phase: str, *, one_case: bool) -> Iterator[OpenAction]:
    found = PathSearch(program, COMPLETED, phase).leaks(handler, value)
    if not found.known:
        return
    leaks = sorted(found.leaks, key=lambda leak: (-leak.confidence, len(leak.turns), leak.location))
    groups: dict[object, list[Leak]] = defaultdict(list)
    for leak in leaks:
        case = leak.turns[0].location if leak.turns else handler.location
        groups[case if one_case else leak.left.function].append(leak)
    for group in groups.values():
        yield OpenAction(handler, phase, tuple(group[:1] if one_case else group), found.met, one_case)
