"""One body's calls: its sites and edges, in order of evaluation, each with the conditions that dominate it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from callkit_lint.arguments import argument_for, last_name, parameter_for, run_mode, shown
from callkit_lint.closures import RANK, ClosureFlow, Use
from callkit_lint.conditions import Known, Test, Value, negate
from callkit_lint.graph import Edge, Observation, Position, Site
from callkit_lint.guards import ConditionReader
from callkit_lint.ir import (
    Argument,
    Assign,
    Attempt,
    Block,
    Branch,
    Call,
    Closure,
    Collection,
    Declare,
    Defer,
    Exit,
    Expr,
    Location,
    Loop,
    Member,
    Name,
    Operator,
    Selector,
    Statement,
    Unknown,
)
from callkit_lint.knowledge import Api, Vocabulary
from callkit_lint.resolution import Local, Resolution, View
from callkit_lint.rule import Confidence
from callkit_lint.symbols import Procedure, Symbols, base_name
from callkit_lint.values import evaluate, returned


@dataclass(frozen=True, slots=True)
class Given:
    """A closure handed to functions of the program: when it runs is known once all bodies are linked."""

    edge: Edge
    parameters: tuple[tuple[Procedure, str], ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a closure that is stored in a property (`slot`: the declaring type and the property)."""

    edge: Edge
    slot: tuple[str, str]


@dataclass(slots=True)
class Linking:
    """What all walks share, and what they leave for link to decide on the whole program."""

    symbols: Symbols
    vocabulary: Vocabulary
    procedures: list[Procedure]
    observations: list[Observation] = field(default_factory=list)
    flow: ClosureFlow = field(default_factory=ClosureFlow)
    given: list[Given] = field(default_factory=list)
    invocations: list[Invocation] = field(default_factory=list)


class BodyWalk:
    """Walks one body in order of evaluation and adds its sites and edges to the procedure."""

    def __init__(self, linking: Linking, procedure: Procedure, function: Procedure, view: View) -> None:
        self.linking = linking
        self.procedure = procedure
        self.function = function  # the function around a closure: its parameters are in view
        self.view = view
        self.reader = ConditionReader(partial(evaluate, view), partial(returned, view), linking.symbols.macros)
        self.guards: list[Test] = []
        self.order = 0
        self.scope: list[int] = []
        self.scopes = 0

    def run(self) -> None:
        self.block(self.procedure.body)

    # ---- statements -------------------------------------------------------------------------------------------------

    def block(self, block: Block, *conditions: Test) -> None:
        """Statements in order, under conditions; an arm that leaves adds its condition's contrary to what follows."""
        depth = len(self.guards)
        self.guards += conditions
        deferred: list[Block] = []
        for statement in block.statements:
            if isinstance(statement, Defer):
                deferred.append(statement.body)
            else:
                self.statement(statement)
        for body in reversed(deferred):
            self.block(body)
        del self.guards[depth:]

    def nested(self, block: Block, *conditions: Test) -> None:
        """A block that may not run: an arm, a loop's body, a handler."""
        self.scopes += 1
        self.scope.append(self.scopes)
        self.block(block, *conditions)
        self.scope.pop()

    def statement(self, statement: Statement) -> None:
        match statement:
            case Block():
                self.block(statement)
            case Declare():
                self.declare(statement)
            case Assign():
                self.assign(statement)
            case Branch():
                self.branch(statement)
            case Loop(condition, body, at_least_once):
                self.visit(condition)
                (self.block if at_least_once else self.nested)(body)
            case Attempt(body, handlers, final):
                self.block(body)
                for handler in handlers:
                    self.nested(handler)
                if final:
                    self.block(final)
            case Defer(body):
                self.block(body)
            case Exit(_, value):
                self.visit(value)
            case _:
                self.visit(statement)

    def branch(self, branch: Branch) -> None:
        self.visit(branch.subject)
        earlier: list[Test] = []
        leaving = True  # every arm so far leaves: what follows runs only where none of them was taken
        left: list[Test] = []
        for arm in branch.arms:
            test: Test | None = None
            if arm.condition is not None:
                self.visit(arm.condition)
                test = (
                    self.reader.matches(branch.subject, arm.condition)
                    if branch.subject is not None
                    else self.reader.read(arm.condition)
                )
            self.nested(arm.body, *earlier, *([test] if test else []))
            if test:
                earlier.append(negate(test))
            leaving = leaving and test is not None and _leaves(arm.body, in_switch=branch.kind == "switch")
            if leaving and test:
                left.append(negate(test))
        self.guards += left

    def declare(self, statement: Declare) -> None:
        closure = self.closure(statement.value) if isinstance(statement.value, Closure) else None
        if closure is None:
            self.visit(statement.value)
        kind = statement.type or self.view.type_of(statement.value)
        self.view.locals[statement.name] = Local(
            kind.removesuffix(".Type") if statement.type else kind, statement.value, closure=closure
        )
        self.view.forget()

    def assign(self, statement: Assign) -> None:
        closure = self.closure(statement.value) if isinstance(statement.value, Closure) else None
        if closure is None:
            self.visit(statement.value)
        target = statement.target
        if isinstance(target, Name) and target.name in self.view.locals:
            known = self.view.locals[target.name]
            self.view.locals[target.name] = Local(
                known.type or self.view.type_of(statement.value), closure=closure or known.closure
            )
            self.view.forget()
            return
        owner, name = self.property(target)
        if closure is not None or isinstance(statement.value, Name):
            self.store(owner, name, closure, statement.value)
        if owner and name:
            for procedure in self.setters(owner, name):
                parameter = procedure.parameters[0].name if procedure.parameters else "newValue"
                self.edge(
                    procedure,
                    statement.location,
                    "now",
                    {parameter: evaluate(self.view, statement.value)},
                    f"sets {name}",
                )
        if isinstance(target, Member):
            self.visit(target.base)

    def property(self, target: Expr) -> tuple[str, str]:
        """The type and name of an assigned property."""
        match target:
            case Name(name):
                return self.view.owner, name
            case Member(base, name) if base is not None:
                return self.view.type_of(base).removesuffix(".Type"), name
        return "", ""

    def setters(self, owner: str, name: str) -> list[Procedure]:
        """What an assignment runs: a setter, `didSet` and `willSet`, or an Objective-C setter method."""
        symbols = self.linking.symbols
        found = [
            p
            for p in symbols.members(owner, name, self.view.path, selector=False)
            if p.function.kind in ("setter", "didSet", "willSet")
        ]
        setter = f"set{name[:1].upper()}{name[1:]}:"
        return found + symbols.members(owner, setter, self.view.path, selector=True)

    def store(self, owner: str, name: str, closure: Procedure | None, value: Expr) -> None:
        slot = self.slot(owner, name)
        if slot is None:
            return
        if closure is not None:
            self.linking.flow.stored[slot].append(closure)
        elif isinstance(value, Name) and self.parameter(value.name):
            self.linking.flow.uses[self.function, value.name].append(Use(self.procedure, stored_in=slot))

    def slot(self, owner: str, name: str) -> tuple[str, str] | None:
        """A property of the program that can hold a closure, named by the type that declares it."""
        found = self.linking.symbols.field(owner, name, self.view.path) if owner else None
        return (found[1].name, name) if found else None

    def parameter(self, name: str) -> bool:
        local = self.view.locals.get(name)
        return local is not None and local.parameter

    # ---- expressions ------------------------------------------------------------------------------------------------

    def visit(self, expr: Statement | None) -> None:
        match expr:
            case None:
                return
            case Call():
                self.call(expr)
            case Closure():
                self.run_closure(self.closure(expr), expr.location, "unknown", Confidence.medium, "uses a closure")
            case Member(base, name):
                self.visit(base)
                if base is not None:
                    self.read_property(self.view.type_of(base).removesuffix(".Type"), name, expr.location)
            case Name(name):
                if name not in self.view.locals and self.view.owner:
                    self.read_property(self.view.owner, name, expr.location)
                elif name not in self.view.locals:
                    self.read_global(name, expr.location)
            case Operator(op, operands):
                self.operator(op, operands)
            case Collection(items):
                for item in items:
                    self.visit(item)
            case Unknown(parts):
                for part in parts:
                    self.statement(part)
            case Block() | Declare() | Assign() | Branch() | Loop() | Attempt() | Defer() | Exit():
                self.statement(expr)

    def operator(self, op: str, operands: tuple[Expr, ...]) -> None:
        if op == "let" and len(operands) == 2 and isinstance(operands[0], Name):
            self.visit(operands[1])
            if operands[0].name != "self":
                self.view.locals[operands[0].name] = Local(
                    self.view.type_of(operands[1]), operands[1] if operands[0] != operands[1] else None
                )
                self.view.forget()
            return
        if op == "?:":
            condition, first, second = operands
            self.visit(condition)
            test = self.reader.read(condition)
            self.nested(Block((first,)), test)
            self.nested(Block((second,)), negate(test))
            return
        if op in ("&&", "||", "??") and operands:
            self.visit(operands[0])
            for operand in operands[1:]:
                test = self.reader.read(operands[0])
                self.nested(Block((operand,)), *([test] if op == "&&" else [negate(test)] if op == "||" else []))
            return
        for operand in operands:
            self.visit(operand)

    def read_property(self, owner: str, name: str, location: Location) -> None:
        if not owner:
            return
        for procedure in self.linking.symbols.members(owner, name, self.view.path, selector=False):
            if procedure.function.kind == "getter" and procedure is not self.procedure:
                self.edge(procedure, location, "now", {}, f"reads {procedure.display}")

    def read_global(self, name: str, location: Location) -> None:
        for procedure in self.linking.symbols.free.get(name, ())[:1]:
            if procedure.function.kind == "getter":
                self.edge(procedure, location, "now", {}, f"reads {name}")

    def call(self, call: Call) -> None:
        if call.receiver is not None:
            self.visit(call.receiver)
        elif self.invokes_closure(call):
            return
        found = self.view.resolve(call)
        for argument in call.arguments:
            if not isinstance(argument.value, Closure):
                self.visit(argument.value)
        callable_arguments = [
            (index, item) for index, item in enumerate(call.arguments) if self.is_callable(item.value)
        ]
        self.order += 1
        if found.api is not None:
            self.site(call, found.api, found.confidence)
        self.calls_of(call, found)
        for index, argument in callable_arguments:
            self.hand_over(call, found, index, argument)
        if found.type and call.name != "init":
            self.construct(call, found)

    def calls_of(self, call: Call, found: Resolution) -> None:
        confidence = min(found.confidence, _breadth(found.procedures))
        for procedure in found.procedures:
            if procedure.function.kind == "deinit":
                continue
            arguments = self.bind(call, procedure)
            text = f"creates {found.type}" if procedure.function.kind == "init" else f"calls {procedure.display}"
            self.edge(procedure, call.location, "now", arguments, text, confidence, awaited=call.awaited)

    def construct(self, call: Call, found: Resolution) -> None:
        """Creating an object sets its stored properties first."""
        is_constructor = (not call.message and call.name.rpartition(".")[2] == found.type.rpartition(".")[2]) or any(
            procedure.function.kind == "init" for procedure in found.procedures
        )
        if is_constructor:
            for _, info in self.linking.symbols.lineage(found.type, self.view.path):
                for procedure in info.methods.get("", []) if info else []:
                    if procedure.function.kind == "initial values":
                        self.edge(procedure, call.location, "now", {}, f"creates {found.type}", found.confidence)

    def bind(self, call: Call, procedure: Procedure) -> dict[str, Value]:
        """The values of the callee's parameters at this call, defaults included."""
        values: dict[str, Value] = {}
        given = list(call.arguments)
        for position, parameter in enumerate(procedure.parameters):
            if call.message:
                argument = given[position] if position < len(given) else None
            else:
                label = "" if parameter.label == "_" else parameter.label
                argument = next((item for item in given if item.label == label), None)
                if argument:
                    given.remove(argument)
            if argument is not None:
                values[parameter.name] = evaluate(self.view, argument.value)
            elif parameter.default is not None:
                values[parameter.name] = evaluate(self.view, parameter.default)
        return values

    # ---- closures and selectors -------------------------------------------------------------------------------------

    def is_callable(self, value: Expr) -> bool:
        """Closures, selectors, and names of closures or methods given as arguments."""
        match value:
            case Closure() | Selector():
                return True
            case Name(name) if name in self.view.locals:
                local = self.view.locals[name]
                return local.closure is not None or local.parameter
            case Name(name):
                return bool(self.view.owner) and any(
                    p.function.kind == "method"
                    for p in self.linking.symbols.members(self.view.owner, name, self.view.path, selector=False)
                )
            case Member(Name("self"), name):
                return self.is_callable(Name(name))
        return False

    def invokes_closure(self, call: Call) -> bool:
        """A call of a local function, a closure parameter, or a closure stored in a property."""
        local = self.view.locals.get(call.name)
        if local is None:
            slot = self.slot(self.view.owner, call.name)
            if slot is None:
                return False
            self.order += 1
            for argument in call.arguments:
                self.visit(argument.value)
            self.linking.invocations.append(
                Invocation(self.make_edge(self.procedure, call.location, "now", {}, f"calls {call.name}"), slot)
            )
            return True
        for argument in call.arguments:
            self.visit(argument.value)
        self.order += 1
        if local.closure is not None:
            self.linking.flow.creation.setdefault(local.closure, "now")
            self.edge(local.closure, call.location, "now", {}, f"calls {call.name}")
        elif local.parameter:
            self.linking.flow.uses[self.function, call.name].append(Use(self.procedure))
        return True

    def hand_over(self, call: Call, found: Resolution, index: int, argument: Argument) -> None:
        """A closure or selector given to a call: when it runs is the callee's doing."""
        callees = tuple(
            (procedure, name)
            for procedure in found.procedures
            if (name := parameter_for(procedure, call, index, argument))
        )
        mode = run_mode(found.api, call, index, argument) if found.api else None
        if mode is None and not callees:
            if isinstance(argument.value, Selector):
                mode = "screen"  # a target and its action: the frameworks' controls and gestures
            else:
                mode = "now" if call.name in self.linking.vocabulary.runs_now else "unknown"
        for procedure in self.targets(call, found, argument.value):
            if mode == "notification":
                self.observe(call, found.api, procedure)
            elif mode is not None:
                confidence = Confidence.medium if mode == "unknown" else found.confidence
                self.run_closure(procedure, argument.value.location, mode, confidence, self.run_text(call, found, mode))
            else:
                edge = self.make_edge(
                    procedure, argument.value.location, "later", {}, f"gives a closure to {callees[0][0].display}"
                )
                self.linking.given.append(Given(edge, callees))
                if procedure.closure is not None:
                    self.linking.flow.given[procedure] = callees
        if isinstance(argument.value, Name) and self.parameter(argument.value.name):
            use = Use(self.procedure, mode or "unknown", passed_to=callees if mode is None else ())
            self.linking.flow.uses[self.function, argument.value.name].append(use)

    def run_text(self, call: Call, found: Resolution, mode: str) -> str:
        name = base_name(found.api.swift[0]) if found.api and found.api.swift else call.name.rstrip(":")
        return {
            "now": f"runs a closure ({name})",
            "unknown": f"gives a closure to {name}",
            "later": f"posts a closure ({name})",
            "delayed": f"runs a closure after a delay ({name})",
            "reported": f"runs the completion of {name}",
            "requested": f"runs the completion of {name}",
        }.get(mode, f"sets a target ({name})")

    def targets(self, call: Call, found: Resolution, value: Expr) -> Iterable[Procedure]:
        match value:
            case Closure():
                return [self.closure(value)]
            case Selector():
                target = (
                    call.arguments[0].value if found.api and "observer" in found.api.values and call.arguments else None
                )
                return self.view.selected(
                    value, self.view.type_of(target).removesuffix(".Type") if target is not None else ""
                )
            case Name(name) if name in self.view.locals:
                closure = self.view.locals[name].closure
                return [closure] if closure else []
            case Name(name) | Member(_, name):
                return self.linking.symbols.members(self.view.owner, name, self.view.path, selector=False)
        return []

    def observe(self, call: Call, api: Api | None, procedure: Procedure) -> None:
        """A registration with the notification center."""
        expr = argument_for(api, call, "notification") if api else None
        name = last_name(expr)
        known = self.linking.vocabulary.notification(name) if name else None
        if procedure.closure is not None:
            self.linking.flow.creation[procedure] = "later"
        if known:
            self.linking.observations.append(
                Observation(self.procedure, procedure, known.id, call.location, tuple(self.guards))
            )

    def closure(self, closure: Closure) -> Procedure:
        """A closure literal as a procedure of its own, walked with what its surroundings know."""
        inner = Procedure(self.procedure.path, self.procedure.function, closure.body, closure, self.procedure)
        self.linking.procedures.append(inner)
        view = self.view.inner()
        view.locals.update((p.name, Local(p.type)) for p in closure.parameters)
        BodyWalk(self.linking, inner, self.function, view).run()
        return inner

    def run_closure(
        self, procedure: Procedure, location: Location, mode: str, confidence: Confidence, text: str
    ) -> None:
        if procedure.closure is not None:
            self.linking.flow.creation[procedure] = mode if mode in RANK else "later"
        self.edge(procedure, location, mode, {}, text, confidence)

    # ---- what the walk leaves behind --------------------------------------------------------------------------------

    def position(self) -> Position:
        return Position(self.order, tuple(self.scope))

    def site(self, call: Call, api: Api, confidence: Confidence) -> None:
        values: dict[str, Value] = {name: evaluate(self.view, argument_for(api, call, name)) for name in api.values}
        values.update((name, Known(value)) for name, value in api.constants.items())
        self.procedure.sites.append(
            Site(
                self.procedure,
                api,
                call.location,
                values,
                tuple(self.guards),
                self.position(),
                confidence,
                shown(api, values),
                call.awaited,
            )
        )

    def make_edge(
        self, callee: Procedure, location: Location, mode: str, arguments: Mapping[str, Value], text: str
    ) -> Edge:
        return Edge(
            self.procedure,
            callee,
            location,
            mode,
            arguments,
            tuple(self.guards),
            self.position(),
            Confidence.high,
            text,
        )

    def edge(
        self,
        callee: Procedure,
        location: Location,
        mode: str,
        arguments: Mapping[str, Value],
        text: str,
        confidence: Confidence = Confidence.high,
        *,
        awaited: bool = False,
    ) -> None:
        edge = Edge(
            self.procedure,
            callee,
            location,
            mode,
            arguments,
            tuple(self.guards),
            self.position(),
            confidence,
            text,
            awaited,
        )
        self.procedure.edges.append(edge)


def _breadth(procedures: tuple[Procedure, ...]) -> Confidence:
    """How sure a call is to reach each of its targets: through a protocol with many conforming types, hardly."""
    owners = len({procedure.function.owner for procedure in procedures})
    return Confidence.high if owners <= 2 else Confidence.medium if owners <= 4 else Confidence.low


def _leaves(block: Block, *, in_switch: bool = False) -> bool:
    """Whether a block always leaves its surroundings. A `break` leaves a switch's arm, not what is around the switch."""
    for statement in block.statements:
        match statement:
            case Exit(kind) if not (in_switch and kind in ("break", "fallthrough")):
                return True
            case Branch(_, _, arms, exhaustive, _) if (
                exhaustive and arms and all(_leaves(arm.body, in_switch=in_switch) for arm in arms)
            ):
                return True
            case Block() if _leaves(statement, in_switch=in_switch):
                return True
    return False
