"""One body's calls: its sites and edges, in order of evaluation, each with the conditions that dominate it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from callkit_lint.callgraph import assignments, handover, property_observers
from callkit_lint.callgraph.arguments import argument_for, parameter_for, shown
from callkit_lint.callgraph.compile_time import compiled_arm
from callkit_lint.callgraph.conditions import FALSE, TRUE, Known, Test, Value, negate, never_hold, spelled
from callkit_lint.callgraph.graph import Edge, Position, Site
from callkit_lint.callgraph.guards import ConditionReader
from callkit_lint.callgraph.identifiers import makes_identifier, reads
from callkit_lint.callgraph.linking import Linking, Post
from callkit_lint.callgraph.notifications import awaited, name_of
from callkit_lint.callgraph.resolution import Local, Resolution, View
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.callgraph.values import conditional, evaluate, returned
from callkit_lint.callgraph.view_loading import appearing
from callkit_lint.ir import (
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
    Statement,
    Unknown,
)
from callkit_lint.knowledge import Api
from callkit_lint.rule import Confidence


class BodyWalk:
    """Walks one body in order of evaluation and adds its sites and edges to the procedure. Those of a `dead` body
    stand under a condition that never holds."""

    def __init__(
        self, linking: Linking, procedure: Procedure, function: Procedure, view: View, *, dead: bool = False
    ) -> None:
        self.linking = linking
        self.procedure = procedure
        self.function = function  # the function around a closure: its parameters are in view
        self.view = view
        self.reader = ConditionReader(
            partial(evaluate, view), partial(returned, view), linking.symbols.build, linking.vocabulary.guards
        )
        self.guards = [FALSE] if dead else []
        self.order = 0
        self.scope: list[int] = []
        self.scopes = 0

    def run(self) -> None:
        body = self.procedure.body
        if self.procedure.closure is None and len(body.statements) == 1 and isinstance(body.statements[0], Expr):
            self.view.expect(body.statements[0], self.procedure.function.result)  # an implicit return
        self.block(body)

    # ---- statements -------------------------------------------------------------------------------------------------

    def block(self, block: Block, *conditions: Test) -> tuple[Test, ...]:
        """Statements in order, under conditions; an arm that leaves adds its condition's contrary to what follows.

        The conditions that hold where the block's end is reached, because it was left where they do not.
        """
        depth = len(self.guards)
        self.guards += conditions
        deferred: list[Block] = []
        for statement in block.statements:
            if isinstance(statement, Defer):
                deferred.append(statement.body)
            elif isinstance(statement, Operator) and statement.op == "label":
                self.reach_label()
            else:
                self.statement(statement)
        for body in reversed(deferred):
            self.block(body)
        survived = tuple(self.guards[depth + len(conditions) :])
        del self.guards[depth:]
        return survived

    def reach_label(self) -> None:
        """A `goto` comes here from anywhere: no condition before it can be relied on, but that the code is dead."""
        self.guards[:] = [guard if never_hold((guard,)) else TRUE for guard in self.guards]

    def nested(self, block: Block, *conditions: Test) -> tuple[Test, ...]:
        """A block that may not run: an arm, a loop's body, a handler."""
        self.scopes += 1
        self.scope.append(self.scopes)
        survived = self.block(block, *conditions)
        self.scope.pop()
        return survived

    def statement(self, statement: Statement) -> None:
        match statement:
            case Block():
                self.guards += self.block(statement)
            case Declare():
                self.declare(statement)
            case Assign():
                assignments.assign(self, statement)
            case Branch():
                self.branch(statement)
            case Loop(condition, body, at_least_once):
                self.visit(condition)
                if name := awaited(self.linking.vocabulary, condition):
                    observer = self.closure(Closure((), body, statement.location))
                    handover.observe(self, name, observer, statement.location)
                else:
                    (self.block if at_least_once else self.nested)(body, Test("repeated"))
            case Attempt(body, handlers, final):
                self.block(body)
                for handler in handlers:
                    self.nested(handler, Test("failed"))
                if final:
                    self.block(final)
            case Defer(body):
                self.block(body)
            case Exit(kind, value):
                if kind == "return" and self.procedure.closure is None:
                    self.view.expect(value, self.procedure.function.result)
                self.visit(value)
            case _:
                self.visit(statement)

    def branch(self, branch: Branch) -> None:
        chosen = compiled_arm(branch, self.linking.symbols.build)
        if chosen is not None:
            for arm in branch.arms:
                if arm is chosen:
                    self.guards += self.block(arm.body)  # runs as if there were no `#if`
                else:
                    self.nested(arm.body, FALSE)
            return
        self.visit(branch.subject)
        earlier: list[Test] = []
        leaving = True  # every arm so far leaves: what follows runs only where none of them was taken
        left: list[Test] = []
        for arm in branch.arms:
            test: Test | None = None
            if arm.condition is not None:
                if branch.kind != "#if":
                    self.visit(arm.condition)
                test = (
                    self.reader.matches(branch.subject, arm.condition)
                    if branch.subject is not None
                    else self.reader.read(arm.condition)
                )
                self.procedure.tests[id(arm)] = test
            survived = self.nested(arm.body, *earlier, *([test] if test else []))
            if survived and test and branch.kind != "switch":
                left.append(
                    Test("or", (negate(test), Test("and", survived)))
                )  # taken, the arm was left part of the way
            if test:
                earlier.append(negate(test))
            leaving = leaving and test is not None and _leaves(arm.body, in_switch=branch.kind == "switch")
            if leaving and test:
                left.append(negate(test))
        self.guards += left

    def declare(self, statement: Declare) -> None:
        self.view.expect(statement.value, statement.type)
        closure = self.closure(statement.value) if isinstance(statement.value, Closure) else None
        if closure is None:
            self.visit(statement.value)
        kind = statement.type or self.view.type_of(statement.value)
        value = statement.value
        if makes_identifier(value) and reads(self.function.body, statement.name) > 1:
            value = None  # used in two places it is one call's identifier, and no longer new to the second
        self.view.locals[statement.name] = Local(
            kind.removesuffix(".Type") if statement.type else kind, value, closure=closure, scope=tuple(self.scope)
        )
        self.view.forget()

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
                handover.run_closure(
                    self, self.closure(expr), expr.location, "unknown", Confidence.medium, "uses a closure"
                )
            case Member(base, name):
                self.visit(base)
                owner = self.view.type_of(base).removesuffix(".Type") if base is not None else self.view.wanted(expr)
                self.read_property(owner, name, expr.location)
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
            name, same = operands[0].name, operands[0] == operands[1]
            if name != "self" and not (same and name in self.view.locals):
                self.view.locals[name] = Local(self.view.type_of(operands[1]), None if same else operands[1])
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
        if isinstance(call.receiver, Closure):
            self.run_in_place(call.receiver)
        elif call.receiver is not None:
            self.visit(call.receiver)
        elif handover.invokes_closure(self, call):
            return
        found = self.view.resolve(call)
        for index, argument in enumerate(call.arguments):
            self.expect_argument(call, found, index)
            if not isinstance(argument.value, Closure):
                self.visit(argument.value)
        callable_arguments = [
            (index, item) for index, item in enumerate(call.arguments) if handover.is_callable(self, item.value)
        ]
        self.order += 1
        if call.message and not found.procedures:
            assignments.send(self, call)
        property_observers.add_observer(self, call)
        if found.api is None and not found.procedures and not self.never_runs():
            self.linking.unresolved.add(call.name.partition(":")[0])
        for same in self.linking.vocabulary.same:
            if is_named(call, same.posting):
                self.posts(call, same.runs, same.posting)
        if found.api is not None:
            self.site(call, found.api, found.confidence)
            if found.api.effect == "post":
                self.post(call, found.api)
        self.calls_of(call, found)
        if call.receiver is not None and not found.procedures and found.api is None:
            handover.invoke_stored(self, call, self.view.type_of(call.receiver).removesuffix(".Type"))
        for index, argument in callable_arguments:
            handover.hand_over(self, call, found, index, argument)
        if found.type and call.name != "init":
            self.construct(call, found)
        for procedure in appearing(self.linking.symbols, call, found.type, self.view.path):
            text = f"creates {found.type}, whose view then appears"
            self.edge(procedure, call.location, "later", {}, text, Confidence.medium)
        if call.name in CHANGES_RECEIVER and isinstance(call.receiver, Name):
            self.forget_value(call.receiver.name)

    def expect_argument(self, call: Call, found: Resolution, index: int) -> None:
        """What the program's own function says of the type of an argument."""
        for procedure in found.procedures[:1]:
            name = parameter_for(procedure, call, index, call.arguments[index])
            kind = next((item.type for item in procedure.parameters if item.name == name), "")
            self.view.expect(call.arguments[index].value, kind)

    def run_in_place(self, closure: Closure) -> None:
        """A closure that is called where it is written: `lazy var provider = { … }()`."""
        procedure = self.closure(closure)
        handover.run_closure(self, procedure, closure.location, "now", Confidence.high, "runs a closure")

    def forget_value(self, name: str) -> None:
        """A local whose value no longer is what it was declared with: `options.insert(.mixWithOthers)`."""
        local = self.view.locals.get(name)
        if local is not None and local.value is not None:
            self.view.locals[name] = Local(local.type, closure=local.closure)
            self.view.forget()

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

    def closure(self, closure: Closure) -> Procedure:
        """A closure literal as a procedure of its own, walked with what its surroundings know."""
        inner = Procedure(self.procedure.path, self.procedure.function, closure.body, closure, self.procedure)
        self.linking.procedures.append(inner)
        view = self.view.inner()
        view.locals.update((name, Local(kind)) for name, kind in self.view.parameters_of(closure))
        type(self)(self.linking, inner, self.function, view, dead=self.never_runs()).run()
        return inner

    def never_runs(self) -> bool:
        """Whether the place that the walk has reached never runs."""
        return never_hold(self.guards)

    # ---- what the walk leaves behind --------------------------------------------------------------------------------

    def position(self) -> Position:
        return Position(self.order, tuple(self.scope))

    def site(self, call: Call, api: Api, confidence: Confidence) -> None:
        given = {name: expr for name in api.values if (expr := argument_for(api, call, name)) is not None}
        for conditions, arguments in self.cases(given):
            values: dict[str, Value] = {name: evaluate(self.view, arguments.get(name)) for name in api.values}
            values.update((name, Known(value)) for name, value in api.constants.items())
            self.procedure.sites.append(
                Site(
                    self.procedure,
                    api,
                    call.location,
                    values,
                    (*self.guards, *conditions),
                    self.position(),
                    confidence,
                    shown(api, values),
                    call.awaited,
                    frozenset(given),
                    evaluate(self.view, call.receiver),
                )
            )

    def cases(self, given: dict[str, Expr]) -> Iterator[tuple[tuple[Test, ...], dict[str, Expr]]]:
        """A call with a conditional argument, `setMode(video ? .videoChat : .voiceChat)`, is a call for each value.

        Told apart by one condition, for all arguments that it decides; those of a second one stay unknown.
        """
        choices = {name: choice for name, expr in given.items() if (choice := conditional(self.view, expr)) is not None}
        if not choices:
            yield (), given
            return
        condition = next(iter(choices.values())).operands[0]
        decided = {name: c.operands for name, c in choices.items() if spelled(c.operands[0]) == spelled(condition)}
        test = self.reader.read(condition)
        yield (test,), given | {name: operands[1] for name, operands in decided.items()}
        yield (negate(test),), given | {name: operands[2] for name, operands in decided.items()}

    def make_edge(
        self,
        callee: Procedure,
        location: Location,
        mode: str,
        arguments: Mapping[str, Value],
        text: str,
        confidence: Confidence = Confidence.high,
        *,
        awaited: bool = False,
    ) -> Edge:
        """An edge from here, under the conditions that hold here; what adds it to the procedure is `edge`, or link."""
        guards = tuple(self.guards)
        position = self.position()
        return Edge(self.procedure, callee, location, mode, arguments, guards, position, confidence, text, awaited)

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
        self.procedure.edges.append(
            self.make_edge(callee, location, mode, arguments, text, confidence, awaited=awaited)
        )

    def post(self, call: Call, api: Api) -> None:
        """A notification of the program's own runs its observers; link knows them when all bodies are walked."""
        name = name_of(self.linking.vocabulary, argument_for(api, call, "notification"))
        if name and name.startswith("own: "):
            self.posts(call, name, name.removeprefix("own: "))

    def posts(self, call: Call, notification: str, shown: str) -> None:
        edge = self.make_edge(self.procedure, call.location, "now", {}, f"posts {shown}")
        self.linking.posts.append(Post(edge, notification))


# Methods of Swift's option sets and collections that change what they are called on.
CHANGES_RECEIVER = frozenset({"insert", "remove", "formUnion", "subtract", "formIntersection", "append", "update"})


def _breadth(procedures: tuple[Procedure, ...]) -> Confidence:
    """How sure a call is to reach each of its targets: through a protocol with many conforming types, hardly."""
    owners = len({procedure.function.owner for procedure in procedures})
    return Confidence.high if owners <= 2 else Confidence.medium if owners <= 4 else Confidence.low


def _leaves(block: Block, *, in_switch: bool = False) -> bool:
    """Whether a block always leaves its surroundings. A `break` leaves a switch's arm, not what is around the
    switch."""
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


def is_named(call: Call, name: str) -> bool:
    """Whether a call is written by this name: `EventBus.post` on a receiver whose last name is that, or `CallEnded`."""
    owner, _, last = name.rpartition(".")
    if call.name.partition("(")[0].partition(":")[0].rpartition(".")[2] != last:
        return False
    return not owner or owner.rpartition(".")[2] in spelled(call.receiver).split(" ")
