"""What an assignment does: it gives a local a new meaning, stores a closure, and runs the setters and observers of a
property."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callkit_lint.callgraph.closures import Use
from callkit_lint.callgraph.identifiers import makes_identifier
from callkit_lint.callgraph.linking import Change, Slot
from callkit_lint.callgraph.resolution import Local
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.callgraph.values import evaluate
from callkit_lint.ir import Argument, Assign, Call, Closure, Expr, Location, Member, Name

if TYPE_CHECKING:
    from callkit_lint.callgraph.body import BodyWalk

SETTER = re.compile(r"set([A-Z])(\w*):")


def assign(walk: BodyWalk, statement: Assign) -> None:
    target = statement.target
    walk.view.expect(statement.value, walk.view.type_of(target))
    closure = walk.closure(statement.value) if isinstance(statement.value, Closure) else None
    if closure is None:
        walk.visit(statement.value)
    if isinstance(target, Name) and target.name in walk.view.locals:
        known = walk.view.locals[target.name]
        may_stay = makes_identifier(known.value) and tuple(walk.scope) != known.scope
        walk.view.locals[target.name] = Local(
            known.type or walk.view.type_of(statement.value),
            known.value if may_stay else None,
            closure=closure or known.closure,
            scope=known.scope,
        )
        walk.view.forget()
        return
    owner, name = _assigned(walk, target)
    if closure is not None or isinstance(statement.value, Name):
        _store(walk, owner, name, closure, statement.value)
    if owner and name:
        initial = _is_initial(walk, target)
        if not initial:
            _change(walk, owner, name, statement.location)
        for procedure in _setters(walk, owner, name):
            if initial and procedure.function.kind in ("didSet", "willSet"):
                continue
            parameter = procedure.parameters[0].name if procedure.parameters else "newValue"
            known_value = {parameter: evaluate(walk.view, statement.value)}
            walk.edge(procedure, statement.location, "now", known_value, f"sets {name}")
    if isinstance(target, Member):
        walk.visit(target.base)
    found = walk.view.assigned(owner, name)
    if found.api is not None:
        walk.order += 1
        call = Call(name, None, (Argument("", statement.value),), statement.location)
        walk.site(call, found.api, found.confidence)
    elif not owner and name:
        walk.linking.unresolved.add(f"{name} =")


def send(walk: BodyWalk, call: Call) -> None:
    """`[self setState:x]`, where the setter is the compiler's, is `self.state = x`."""
    if match := SETTER.fullmatch(call.name):
        _change(walk, walk.view.type_of(call.receiver), match[1].lower() + match[2], call.location)


def slot_of(walk: BodyWalk, owner: str, name: str) -> Slot | None:
    """A property that can hold a closure, named by the type that declares it: the program's or a framework's."""
    if not owner:
        return None
    found = walk.linking.symbols.field(owner, name, walk.view.path)
    return (found[1].name if found else owner, name)


def _assigned(walk: BodyWalk, target: Expr) -> tuple[str, str]:
    """The type and name of an assigned property."""
    match target:
        case Name(name):
            return walk.view.owner, name
        case Member(base, name) if base is not None:
            return walk.view.type_of(base).removesuffix(".Type"), name
    return "", ""


def _is_initial(walk: BodyWalk, target: Expr) -> bool:
    """Whether an object gives its own property the first value: that runs no observer, and nobody else observes yet."""
    match target:
        case Name() | Member(Name("self"), _):
            kind = walk.procedure.function.kind
            return walk.procedure.closure is None and kind in ("init", "initial values")
    return False


def _setters(walk: BodyWalk, owner: str, name: str) -> list[Procedure]:
    """What an assignment runs: a setter, `didSet` and `willSet`, or an Objective-C setter method."""
    symbols = walk.linking.symbols
    found = [
        p
        for p in symbols.members(owner, name, walk.view.path, selector=False)
        if p.function.kind in ("setter", "didSet", "willSet")
    ]
    setter = f"set{name[:1].upper()}{name[1:]}:"
    return found + symbols.members(owner, setter, walk.view.path, selector=True)


def _change(walk: BodyWalk, owner: str, name: str, location: Location) -> None:
    """A property of the program is set; link knows who observes it when all bodies are walked."""
    found = walk.linking.symbols.field(owner, name, walk.view.path)
    if found and found[0].name == name:  # Objective-C's variable behind a property is not observed
        edge = walk.make_edge(walk.procedure, location, "now", {}, f"sets {name}")
        walk.linking.changes.append(Change(edge, (found[1].name, name)))


def _store(walk: BodyWalk, owner: str, name: str, closure: Procedure | None, value: Expr) -> None:
    slot = slot_of(walk, owner, name)
    if slot is None:
        return
    if closure is not None:
        walk.linking.flow.stored[slot].append(closure)
    elif isinstance(value, Name) and walk.parameter(value.name):
        walk.linking.flow.uses[walk.function, value.name].append(Use(walk.procedure, stored_in=slot))
