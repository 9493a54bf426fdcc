"""Where an object goes that a call creates: into a property, a local, somewhere else, or nowhere.

Only what stands in one body is looked at. Whatever leaves it (returned, passed on, put into a list, caught by a closure
that may be kept) counts as kept by somebody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from callkit_lint.callgraph.symbols import Procedure, Symbols, TypeInfo
from callkit_lint.ir import (
    Assign,
    Attempt,
    Block,
    Branch,
    Call,
    Closure,
    Declare,
    Defer,
    Field,
    Location,
    Loop,
    Member,
    Name,
    Operator,
    Statement,
    Unknown,
)
from callkit_lint.nodes import mentions, parts, way_to_call, within

WEAK = frozenset({"weak", "__weak", "assign", "unowned", "unsafe_unretained", "__unsafe_unretained"})
ONCE = frozenset({"now", "later", "delayed", "reported", "requested"})  # closures that run and are let go


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a created object goes: "property" (of the type `owner`), "global", "local", "dropped", or "elsewhere".

    `field` is the property's declaration, where the program has it.
    """

    kind: str
    owner: str = ""
    name: str = ""
    field: Field | None = None
    path: str = ""

    @property
    def weak(self) -> bool:
        """Whether it is a property that does not keep what it refers to."""
        return self.field is not None and any(
            attribute.partition("(")[0] in WEAK for attribute in self.field.attributes
        )


ELSEWHERE = Destination("elsewhere")


def destination(symbols: Symbols, procedure: Procedure, location: Location) -> Destination:
    """Where the result of the call at this location goes."""
    for statement, implicit in statements(procedure.body, _gives_value(procedure)):
        match statement:
            case Declare(name, _, value) if _is_at(value, location):
                return Destination("local", name=name)
            case Assign(target, value) if _is_at(value, location):
                return _target(symbols, procedure, target)
            case Call(_, receiver, _) if _is_at(receiver, location):
                return Destination("dropped")
            case Call() if statement.location == location and not implicit:
                return Destination("dropped")
    return ELSEWHERE


def is_kept(procedure: Procedure, name: str, *, but: frozenset[Location] = frozenset()) -> bool:
    """Whether a local may outlive its body: it is used for something else than to send it messages. `but` are calls
    that do not keep what they are given."""
    modes: dict[Location, set[str]] = {}
    for edge in procedure.edges:
        if edge.callee.parent is procedure:
            modes.setdefault(edge.callee.location, set()).add(edge.mode)
    return any(
        not isinstance(node, Closure) or not modes.get(node.location, {""}) <= ONCE or _kept_in(node, name, but)
        for node in _uses(procedure.body, name, but)
    )


def _kept_in(closure: Closure, name: str, but: frozenset[Location]) -> bool:
    return any(not isinstance(node, Closure) or _kept_in(node, name, but) for node in _uses(closure.body, name, but))


def declared_in(body: Block) -> set[str]:
    """The locals of a body, without those of closures in it."""
    return {statement.name for statement, _ in statements(body, implicit=False) if isinstance(statement, Declare)}


def is_lost(procedure: Procedure, argument: object, call: Location) -> bool:
    """Whether an object is created only to be given to this call, which does not keep it, and nothing else does."""
    if isinstance(argument, Name):
        created = [
            statement
            for statement, _ in statements(procedure.body, implicit=False)
            if isinstance(statement, Declare) and statement.name == argument.name and _creates(statement.value)
        ]
        return bool(created) and not is_kept(procedure, argument.name, but=frozenset({call}))
    return _creates(argument)


def _creates(value: object) -> bool:
    """Whether an expression creates an object: `Handler()`, `[[Handler alloc] init]`."""
    match value:
        case Call(name, None, _, _, False):
            return name[:1].isupper()
        case Call(name, Call("alloc"), _, _, True):
            return name.startswith("init")
        case Call("new", Name(kind), _, _, True):
            return kind[:1].isupper()
    return False


def is_left_over(symbols: Symbols, name: str, info: TypeInfo) -> bool:
    """Whether a class is nothing but an object that the app itself has to make, and nothing in the program names it: of
    several with one task one that another has replaced."""
    protocols = [above for above in info.supertypes if above != "NSObject"]
    if len(protocols) == len(info.supertypes) or not all(above.endswith("Delegate") for above in protocols):
        return False
    if "UIApplicationDelegate" in info.supertypes or symbols.descendants(name):
        return False
    others = (one for one in symbols.procedures if one.function.owner != name)
    return not any(isinstance(node, Name | Call) and node.name == name for one in others for node in within(one.body))


# ---- walking --------------------------------------------------------------------------------------------------------


def call_at(procedure: Procedure, location: Location) -> Call | None:
    """The call that stands at a location of a body."""
    way = way_to_call(procedure.body, location)
    return way[-1] if way and isinstance(way[-1], Call) else None


def _uses(node: object, name: str, but: frozenset[Location]) -> Iterator[object]:
    """The places where a local is used otherwise than as a receiver: its name, or the closure that it is used in."""
    match node:
        case Closure() if mentions(node, name):
            yield node
            return
        case Call(_, Name(receiver), arguments) if receiver == name:
            for argument in arguments:
                yield from _uses(argument, name, but)
            return
        case Call() if node.location in but:
            return
        case Member(Name(base), _) if base == name:
            return
        case Name(used) if used == name:
            yield node
        case Operator("let", (Name(bound), Name(used))) if bound == used == name:
            return
    for child in parts(node):
        yield from _uses(child, name, but)


def statements(block: Block, implicit: bool) -> Iterator[tuple[Statement, bool]]:
    """The statements of a body, closures left out; each with whether it is the value of the body (`implicit`)."""
    only = implicit and len(block.statements) == 1
    for statement in block.statements:
        yield statement, only
        match statement:
            case Block():
                yield from statements(statement, implicit=only)
            case Branch(_, _, arms, _, _):
                for arm in arms:
                    yield from statements(arm.body, implicit=only)
            case Loop(_, body, _) | Defer(body):
                yield from statements(body, implicit=False)
            case Attempt(body, handlers, final):
                for block in (body, *handlers, *((final,) if final else ())):
                    yield from statements(block, implicit=False)
            case Unknown(inside):
                yield from statements(Block(inside), implicit=True)


def _gives_value(procedure: Procedure) -> bool:
    """Whether a body's only expression may be its value."""
    return procedure.closure is not None or procedure.function.kind == "getter" or bool(procedure.function.result)


def _is_at(value: object, location: Location) -> bool:
    match value:
        case Call():
            return value.location == location
        case Operator("as" | "as?" | "??" | "?:" | "=", operands):
            return any(_is_at(operand, location) for operand in operands)
    return False


def _target(symbols: Symbols, procedure: Procedure, target: object) -> Destination:
    match target:
        case Name("_"):
            return Destination("dropped")
        case Name(name):
            return _named(symbols, procedure, name)
        case Member(Name("self"), name):
            return _property(symbols, procedure, name)
    return ELSEWHERE


def _named(symbols: Symbols, procedure: Procedure, name: str) -> Destination:
    if name in declared_in(procedure.body):
        return Destination("local", name=name)
    around = procedure.parent
    while around is not None:
        if name in declared_in(around.body):
            return ELSEWHERE
        around = around.parent
    if procedure.function.owner and symbols.field(procedure.function.owner, name, procedure.path):
        return _property(symbols, procedure, name)
    return Destination("global", name=name) if name in symbols.globals else ELSEWHERE


def _property(symbols: Symbols, procedure: Procedure, name: str) -> Destination:
    found = symbols.field(procedure.function.owner, name, procedure.path)
    if found is None:
        return Destination("property", procedure.function.owner, name)
    return Destination("property", found[1].name, found[0].name, found[0], found[1].path)
