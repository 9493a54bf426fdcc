"""Observers of the program's own properties: key-value observing in all its forms, and Combine's publishers of one.

Setting the property runs them, whoever sets it. The properties of a framework's objects are not followed: nothing in
the program says when they change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callkit_lint.callgraph.conditions import Known
from callkit_lint.callgraph.linking import Slot, Watch
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.callgraph.values import evaluate
from callkit_lint.ir import Call, Expr, Member, Name, Operator

if TYPE_CHECKING:
    from callkit_lint.callgraph.body import BodyWalk

LATER = frozenset(
    {"receive", "debounce", "delay", "throttle", "subscribe"}
)  # Combine's operators that change the queue


def watched(walk: BodyWalk, call: Call) -> tuple[Slot, str] | None:
    """The property of the program that a call with a closure observes, and when the closure runs after a change:
    `observe(\\.state) { … }`, `publisher(for: \\.state).sink { … }`, `$state.receive(on: queue).sink { … }`,
    `onReceive(model.$state) { … }`."""
    if call.message or not call.name:
        return None
    if call.name == "observe" and call.arguments:
        slot = _property(walk, call.receiver, call.arguments[0].value)
        return (slot, "now") if slot else None
    mode = "now"
    expr = call.arguments[0].value if call.name == "onReceive" and call.arguments else call.receiver
    while isinstance(expr, Call):
        if expr.name == "publisher" and expr.arguments and expr.arguments[0].label == "for":
            slot = _property(walk, expr.receiver, expr.arguments[0].value)
            return (slot, mode) if slot else None
        mode = "later" if expr.name in LATER else mode
        expr = expr.receiver
    match expr:
        case Name(name) if name.startswith("$"):
            slot = _slot(walk, walk.view.owner, name[1:])
        case Member(base, name) if base is not None and name.startswith("$"):
            slot = _slot(walk, walk.view.type_of(base).removesuffix(".Type"), name[1:])
        case _:
            return None
    return (slot, mode) if slot else None


def watch(walk: BodyWalk, procedure: Procedure, slot: Slot, mode: str) -> None:
    """A closure runs whenever a property is set."""
    if procedure.closure is not None:
        walk.linking.flow.creation[procedure] = "later"
    if not walk.never_runs():
        walk.linking.watches.append(Watch(slot, procedure, mode))


def add_observer(walk: BodyWalk, call: Call) -> None:
    """`addObserver(self, forKeyPath: "state", …)`: setting the property runs the observer's `observeValue`."""
    labels = [argument.label for argument in call.arguments]
    if call.name != "addObserver:forKeyPath:options:context:" and not (
        call.name == "addObserver" and labels[:2] == ["", "forKeyPath"]
    ):
        return
    observer, path = call.arguments[0].value, call.arguments[1].value
    slot = _property(walk, call.receiver, path)
    kind = walk.view.type_of(observer).removesuffix(".Type")
    if slot is None or not kind or walk.never_runs():
        return
    named = evaluate(walk.view, path)
    for procedure in walk.linking.symbols.members(kind, "observeValue", walk.view.path, selector=False):
        known = {procedure.parameters[0].name: named} if named and procedure.parameters else {}
        walk.linking.watches.append(Watch(slot, procedure, "now", known))


def _property(walk: BodyWalk, observed: Expr | None, path: Expr) -> Slot | None:
    """The property at the end of a key path from an object; without one from the object around the call."""
    owner = walk.view.owner if observed is None else walk.view.type_of(observed).removesuffix(".Type")
    named = evaluate(walk.view, path)
    if not isinstance(named, Known) or not isinstance(named.value, str):
        return None
    if isinstance(path, Operator) and path.operands and (root := _root(walk, path.operands[0])):
        owner = root
    *before, name = named.value.split(".")
    for part in before:
        owner = walk.view.member_type(owner, part)
    return _slot(walk, owner, name)


def _root(walk: BodyWalk, path: Expr) -> str:
    """The type that a key path is written with: `\\Call.state`."""
    while isinstance(path, Member) and path.base is not None:
        path = path.base
    return walk.view.type_of(path).removesuffix(".Type") if isinstance(path, Name) else ""


def _slot(walk: BodyWalk, owner: str, name: str) -> Slot | None:
    found = walk.linking.symbols.field(owner, name, walk.view.path) if owner else None
    return (found[1].name, found[0].name) if found else None
