"""Calls on an open path: what meets the debt, what is looked through, and the closures that are given away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from callkit_lint.callgraph.arguments import parameter_for
from callkit_lint.callgraph.conditions import Bindings, Known, Parameter, smallest
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.identifiers import makes_identifier
from callkit_lint.callgraph.symbols import Procedure, base_name
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
    Literal,
    Location,
    Loop,
    Member,
    Name,
    Operator,
    Statement,
    Unknown,
)
from callkit_lint.model.debts import Flow, Leak, Path, Summary
from callkit_lint.nodes import within
from callkit_lint.rule import Confidence, Place

if TYPE_CHECKING:
    from callkit_lint.model.paths import PathSearch


class ExpressionWalk:
    """One procedure's expressions, followed along the open paths."""

    def __init__(self, search: PathSearch, procedure: Procedure, values: Iterable[str], bindings: Bindings) -> None:
        self.search = search
        self.debt = search.debt
        self.procedure = procedure
        self.values = set(values)
        self.bindings = bindings
        self.known = True
        self.meets_so_far = 0
        self.replaced: set[str] = set()  # values that were mapped to something else: not there means something now
        self.texts: set[str] = set()  # locals that are an identifier if the text that they were read from is one
        self.distrusts = False  # whether the debt was met after a trusted call
        self.early: list[Place] = []
        self.sites: dict[Location, list[Site]] = defaultdict(list)
        self.edges: dict[Location, list[Edge]] = defaultdict(list)
        for site in procedure.sites:
            self.sites[site.location].append(site)
        for edge in procedure.edges:
            self.edges[edge.location].append(edge)

    def statement(self, statement: Statement, paths: list[Path]) -> Flow:
        raise NotImplementedError

    # ---- expressions ------------------------------------------------------------------------------------------------

    def evaluate(self, expr: Statement | None, paths: list[Path]) -> Flow:
        match expr:
            case Call():
                flow = self.call(expr, paths)
                return self.unwrapped(expr, flow) if expr.forced else flow
            case Member(base, _):
                flow = self.evaluate(base, paths)
                return Flow(self.callees(expr.location, None, flow.on, flow), flow.away)
            case Name():
                flow = self.unwrapped(expr, Flow(paths)) if expr.forced else Flow(paths)
                return Flow(self.callees(expr.location, None, paths, flow), flow.away)
            case Operator("&&" | "||" | "??", (first, *rest)):
                flow = self.evaluate(first, paths)
                for operand in rest:
                    maybe = self.evaluate(operand, flow.on)
                    flow = Flow(list(dict.fromkeys([*flow.on, *maybe.on])), flow.away)
                return flow
            case Operator("?:", (condition, first, second)):
                flow = self.evaluate(condition, paths)
                either = [self.evaluate(arm, flow.on) for arm in (first, second)]
                return Flow(list(dict.fromkeys([*either[0].on, *either[1].on])), flow.away)
            case Operator("let", (Name(name), value)):
                self.values |= {name} if self.hands_on(value) else set()
                return self.evaluate(value, paths)
            case Operator(_, operands) | Collection(operands):
                return self.in_order(operands, paths)
            case Unknown(parts):
                return self.in_order(parts, paths)
            case Closure():
                return self.meet() if self.speaks_of(expr) else Flow(paths)
            case Block() | Declare() | Assign() | Branch() | Loop() | Attempt() | Defer() | Exit():
                return self.statement(expr, paths)
        return Flow(paths)

    def unwrapped(self, expr: Call | Name, flow: Flow) -> Flow:
        """A `!` behind a text that may be no identifier: there the app crashes."""
        if self.debt.crashes and (is_read_identifier(expr) or (isinstance(expr, Name) and expr.name in self.texts)):
            crash = Exit("crash", None, expr.location)
            turn = self.place(expr.location, "where the text is no UUID, and this crashes")
            flow.away += [(crash, path.turn(turn, Confidence.medium)) for path in flow.on if not path.trusting]
        return flow

    def is_looked_after(self, name: str) -> bool:
        """Whether a function asks for a local of its own, or gives it another value."""
        asked = {part.text for test in self.procedure.tests.values() for part in smallest(test)}
        targets = [node.target for node in within(self.procedure.body) if isinstance(node, Assign)]
        return name in asked or any(isinstance(target, Name) and target.name == name for target in targets)

    def in_order(self, parts: Iterable[Statement], paths: list[Path]) -> Flow:
        flow = Flow(paths)
        for part in parts:
            step = self.evaluate(part, flow.on)
            flow = Flow(step.on, [*flow.away, *step.away])
        return flow

    def call(self, call: Call, paths: list[Path]) -> Flow:
        if isinstance(call.receiver, Closure):  # called where it is written
            flow = self.in_order((argument.value for argument in call.arguments), paths)
            return Flow(self.callees(call.receiver.location, None, flow.on, flow), flow.away)
        receiver = [] if call.receiver is None else [call.receiver]
        values = [argument.value for argument in call.arguments if not isinstance(argument.value, Closure)]
        flow = self.in_order([*receiver, *values], paths)
        if not flow.on:
            return flow
        trusted = self.trusts(call)
        if trusted or self.meets(call):
            self.met_on(flow.on, trusted=trusted)
            trusting = [replace(path, trusting=True) for path in flow.on] if trusted else []
            return Flow([*trusting, *self.skipped(call, flow.on, Confidence.low)], flow.away)
        if self.debt.watches(call):
            early = self.place(call.location, "before it")
            flow.on = [path if path.trusting else replace(path, early=path.early or early) for path in flow.on]
        on = self.callees(call.location, call, flow.on, flow)
        on = self.given(call, on)
        if call.attempt == "try":
            thrown = Exit("throw", None, call.location)
            text = self.place(call.location, "where this call throws")
            flow.away += [(thrown, p.turn(text, Confidence.medium)) for p in on]
        return Flow(on, flow.away)

    def skipped(self, call: Call, paths: list[Path], confidence: Confidence) -> list[Path]:
        """The paths on which an optional chain ends before its call."""
        if not call.optional or (isinstance(call.receiver, Name) and call.receiver.name in OWNER | self.weak):
            return []
        place = self.place(call.location, NOTHING_THERE)
        return [path.turn(place, confidence) for path in paths]

    def meets(self, call: Call) -> bool:
        effects = {site.api.effect for site in self.sites[call.location]}
        if not effects.isdisjoint(self.debt.effects):
            return True
        looked_through = any(edge.callee.closure is not None for edge in self.edges[call.location])
        if call.receiver is None and call.name in self.values and not looked_through:
            return True
        handed = self.is_handed(call)
        if handed and "post" in effects:
            return True  # observers take it out of the notification
        if self.reaches_own_code(call):
            return False  # looked through
        return handed and effects.isdisjoint(self.debt.keeps) and not _only_reads(call)

    def maps(self, call: Call) -> bool:
        """Whether a call is given the value that is owed only to make another of it, which its caller gets back."""
        leads = any(edge.callee in self.search.leading for edge in self.edges[call.location])
        return self.is_handed(call) and not leads and not self.debt.bound

    def is_handed(self, call: Call) -> bool:
        """Whether a call is given the value that is owed."""
        return any(self.hands_on(argument.value) for argument in call.arguments)

    def trusts(self, call: Call) -> bool:
        """Whether a call reaches nothing known, and is believed to meet the debt."""
        return not self.sites[call.location] and not self.reaches_own_code(call) and self.debt.trusts(call)

    def reaches_own_code(self, call: Call) -> bool:
        """Whether a call runs a function of the program, or a closure that the program keeps in a property."""
        given = {argument.value.location for argument in call.arguments}
        reached = [edge for edge in self.edges[call.location] if edge.location not in given]
        return any(edge.callee.closure is None or self.is_stored(edge.callee) for edge in reached)

    def is_stored(self, closure: Procedure) -> bool:
        """Whether a closure was made somewhere else, so that it does not see what is in view here."""
        around = closure.parent
        while around is not None and around is not self.procedure:
            around = around.parent
        return around is None

    def denies(self, condition: Expr | None, holds: bool) -> bool:
        """Whether a condition holds, or does not, because a trusted call answered "no"."""
        match condition:
            case Operator("!", (inner,)):
                return self.denies(inner, not holds)
            case Operator("&&", operands):
                return holds and any(self.denies(operand, True) for operand in operands)
            case Operator("||", operands):
                return not holds and any(self.denies(operand, False) for operand in operands)
            case Call():
                return not holds and self.trusts(condition)
        return False

    def callees(self, location: Location, call: Call | None, paths: list[Path], flow: Flow) -> list[Path]:
        """The paths that are still open behind the functions that run here; the thrown ones join `flow`."""
        given = {argument.value.location for argument in call.arguments} if call else set()
        for edges in alternatives_at(self.edges.get(location, ()), given, self.sites.get(location, ())):
            open_: list[Path] = []
            for edge in edges if paths else ():
                values = self.values_in(edge.callee, call)
                if not values and (self.debt.bound or not self.search.may_meet(edge)):
                    open_ += paths
                    continue
                summary = self.search.leaks(edge.callee, *values, bindings=dict(self.bound(edge)))
                self.early += summary.early
                if summary.met:
                    self.met_on(paths)
                elif not summary.known:
                    self.meets_so_far += 1
                if summary.known:
                    open_ += self.through(edge, summary, paths, call, flow)
            paths = list(dict.fromkeys(open_))
        return paths

    def through(self, edge: Edge, summary: Summary, paths: list[Path], call: Call | None, flow: Flow) -> list[Path]:
        if not summary.met and any(leak.kind != "throw" for leak in summary.leaks):
            return paths  # it does nothing about the debt: no turn worth telling
        on: list[Path] = []
        step = self.place(edge.location, f"which {edge.text}")
        only_reads = self.only_reads(edge.callee)
        surest: dict[bool | None, Leak] = {}  # the open way that is told, of those that give a value, and nil
        for leak in sorted(summary.leaks, key=lambda leak: (-leak.confidence, len(leak.turns))):
            surest.setdefault(leak.gives, leak)
        for leak in surest.values():
            for path in paths:
                results = path.results if leak.gives is None else (*path.results, (edge.location, leak.gives))
                if only_reads and leak.kind in ("return", "end"):
                    on.append(replace(path, results=results))
                    continue
                told = leak.turns and leak.kind in ("end", "crash")
                left = (
                    () if told else (Place(leak.path, leak.location, f"which comes back from here {self.debt.unmet}"),)
                )
                turned = replace(
                    path,
                    turns=(*path.turns, step, *leak.turns, *left),
                    confidence=min(path.confidence, edge.confidence, leak.confidence),
                    depth=path.depth + leak.depth + 1,
                    exit=leak.exit,
                    left=leak.left,
                    results=results,
                )
                if leak.kind == "crash" or (leak.kind == "throw" and call is not None and call.attempt == "try"):
                    flow.away.append((Exit(leak.kind, None, edge.location), turned))
                else:
                    on.append(turned)
        return on

    def only_reads(self, callee: Procedure) -> bool:
        """Whether a function gets the value only to make another of it: a way on which it finds nothing is no turn, but
        what its caller does then. Not one that says whether it took the value."""
        makes = callee.function.result not in ("", "void", "Void", "()", "Bool", "BOOL", "bool")
        return makes and not self.debt.bound and callee not in self.search.leading

    def met_on(self, paths: list[Path], *, trusted: bool = False) -> None:
        """The debt is met on these paths: what was watched for and came before is too early, and whoever was trusted
        with it before has not met it, unless this is only trusted, too."""
        self.meets_so_far += 1
        self.early += [path.early for path in paths if path.early]
        self.distrusts = self.distrusts or (not trusted and any(path.trusting for path in paths))

    def bound(self, edge: Edge) -> Iterator[tuple[str, Known]]:
        """The callee's parameters as far as they are known here; a closure or local function sees its creator's."""
        if edge.callee.closure is not None:
            yield from self.bindings.items()
        for name, value in edge.arguments.items():
            known = self.bindings.get(value.name) if isinstance(value, Parameter) else value
            if known is not None and not known.presumed:
                yield name, known

    def values_in(self, callee: Procedure, call: Call | None) -> set[str]:
        """The names under which a callee gets the value that is owed; none where it does not."""
        if callee.closure is not None and self.is_stored(callee):
            values = [argument.value for argument in call.arguments] if call else []
            if len(values) == 1 and isinstance(values[0], Operator) and values[0].op == "tuple":
                values = [*values[0].operands]  # a closure takes a tuple apart
            return {item.name for item, value in zip(callee.parameters, values, strict=False) if self.hands_on(value)}
        if callee.closure is not None:
            return self.values - {parameter.name for parameter in callee.parameters}
        for index, argument in enumerate(call.arguments if call else ()):
            if self.hands_on(argument.value) and call is not None:
                return {parameter_for(callee, call, index, argument) or ""} - {""}
        return set()

    def given(self, call: Call, paths: list[Path]) -> list[Path]:
        """The paths that are still open behind the closures that a call is given."""
        closures = [
            (index, closure)
            for index, argument in enumerate(call.arguments)
            for closure in self.closures_in(argument.value)
            if self.speaks_of_procedure(closure)
        ]
        skipped = self.skipped(call, paths, self.debt.skips) if closures and self.debt.waits else []
        for index, closure in closures if paths else ():
            modes = {edge.mode for edge in self.procedure.edges if edge.callee is closure}
            runs_once = "now" in modes and any(site.api.runs for site in self.sites[call.location])
            if not (self.debt.waits or runs_once):
                continue  # later, or for each of some elements: perhaps none
            leaks = [*self.search.leaks(closure, *self.values_in(closure, None), bindings=self.bindings).leaks]
            leaks += self.never_run(call, index)
            self.meets_so_far += 1
            paths = [replace(path, later=() if path.later == () else tuple(leaks)) for path in paths]
        return [*paths, *skipped]

    def never_run(self, call: Call, index: int) -> Iterator[Leak]:
        """The ways through the program's own function on which it does not run the closure that it is given."""
        for edge in self.edges.get(call.location, ()):
            parameter = parameter_for(edge.callee, call, index, call.arguments[index])
            if edge.callee.closure is None and parameter:
                step = self.place(edge.location, f"which {edge.text}")
                own = (leak for leak in self.search.running.leaks(edge.callee, parameter).leaks if not leak.depth)
                for leak in own:
                    end = Place(leak.path, leak.location, "which ends here without running the closure")
                    turns = (step, *leak.turns, end)
                    yield replace(leak, turns=turns, confidence=Confidence.low, left=self.procedure)

    def closures_in(self, value: Expr) -> list[Procedure]:
        if isinstance(value, Closure):
            found = self.search.closures.get(id(value))
            return [found] if found else []
        return [edge.callee for edge in self.edges.get(value.location, ()) if isinstance(value, Name | Member)]

    @cached_property
    def weak(self) -> set[str]:
        """The locals of the functions around a closure: unwrapped in it under their own names, they are weak."""
        names: set[str] = set()
        around = self.procedure.parent
        while around is not None:
            names |= {parameter.name for parameter in around.parameters}
            names |= {node.name for node in around.body.statements if isinstance(node, Declare)}
            around = around.parent
        return names

    # ---- values -----------------------------------------------------------------------------------------------------

    def hands_on(self, expr: Expr | None) -> bool:
        """Whether an expression is the value that is owed, or holds it."""
        match expr:
            case Name(name):
                return name in self.values
            case Member(base, name) if name == "self" or name in self.debt.parts:
                return self.hands_on(base)
            case Operator("as" | "as?" | "??" | "=" | ":" | "tuple" | "!", operands) | Collection(operands):
                return any(self.hands_on(operand) for operand in operands)
        return False

    def speaks_of(self, closure: Closure) -> bool:
        found = self.search.closures.get(id(closure))
        return found is not None and self.speaks_of_procedure(found)

    def speaks_of_procedure(self, procedure: Procedure) -> bool:
        if not self.debt.bound and procedure in self.search.leading:
            return True
        return procedure.closure is not None and _uses(procedure.closure.body, self.values)

    def meet(self) -> Flow:
        self.meets_so_far += 1
        return Flow()

    def place(self, location: Location, text: str) -> Place:
        return Place(self.procedure.path, location, text)


NOTHING_THERE = "where there is nothing to call this on"
OWNER = frozenset({"self", "strongSelf", "weakSelf", "this"})
READS = frozenset(
    {"print", "debugPrint", "NSLog", "os_log", "log", "debug", "info", "warning", "error", "trace", "verbose"}
    | {"type", "String", "stringWithFormat", "isEqual", "isEqualToString", "isKindOfClass", "isValidJSONObject"}
    | {"data", "dataWithJSONObject", "jsonObject", "JSONObjectWithData", "decode", "objectForKey", "valueForKey"}
)


def is_read_identifier(expr: Expr | None) -> bool:
    """Whether an expression reads an identifier from a text that is not written in the program."""
    match expr:
        case Call("UUID", None, (Argument("uuidString", value),)):
            return not isinstance(value, Literal) and not any(makes_identifier(node) for node in within(value))
    return False


def _only_reads(call: Call) -> bool:
    """Whether a call only looks at its arguments: logs, comparisons, parsers."""
    return call.name.partition(":")[0] in READS


def alternatives_at(edges: Iterable[Edge], given: set[Location], sites: Iterable[Site]) -> list[list[Edge]]:
    """The functions that run at a call, in order; of one that is dispatched, or overloaded, all that may be meant,
    together."""
    posts = any(site.api.effect == "post" for site in sites)
    groups: dict[object, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.mode == "now" and (edge.callee.closure is None or edge.location not in given):
            groups[id(edge) if posts else base_name(edge.callee.function.name)].append(edge)
    return list(groups.values())


def _uses(body: Block, values: set[str]) -> bool:
    """Whether code names one of these values, or calls one."""
    return any(
        isinstance(node, Name | Call) and node.name in values and (isinstance(node, Name) or node.receiver is None)
        for node in within(body)
    )
