"""Paths through code: where something that is owed on every path is not done, and which path leaks.

What is owed is met by calls with certain effects, by running a certain closure, or by handing a certain value on to
code that is not known (a property, an SDK): from there on it is that code's debt. A function of the program that is
called is looked through. Only open paths are followed, those on which nothing is met yet; each remembers the turns it
took. Where the number of paths grows too large some are forgotten, and where code is not understood the debt counts as
met: a leak is told only where it is certain that the code has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from callkit_lint.callgraph.compile_time import compiled_arm
from callkit_lint.callgraph.conditions import Bindings, Known, Test
from callkit_lint.callgraph.graph import Edge
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import (
    Arm,
    Assign,
    Attempt,
    Block,
    Branch,
    Call,
    Closure,
    Declare,
    Defer,
    Exit,
    Expr,
    Literal,
    Location,
    Loop,
    Name,
    Operator,
    Statement,
    Unknown,
)
from callkit_lint.model.debts import (
    UNKNOWN,
    Debt,
    Flow,
    Leak,
    Path,
    Summary,
    answers_only,
    atoms,
    decided_by,
    gave,
    remember,
)
from callkit_lint.model.path_calls import OWNER, ExpressionWalk, is_read_identifier
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence

MANY_PATHS = 24  # open paths that are told apart at one place; further ones are forgotten
DEEP = 10  # calls that are looked through


class PathSearch:
    """Looks for open paths of one debt over a program, each procedure once."""

    def __init__(self, program: Program, debt: Debt, phase: str) -> None:
        self.program = program
        self.debt = debt
        self.phase = phase
        self._summaries: dict[tuple[Procedure, frozenset[str], frozenset[tuple[str, Known]]], Summary] = {}
        self._active: set[Procedure] = set()

    def leaks(self, procedure: Procedure, *values: str, bindings: Bindings | None = None) -> Summary:
        """The open paths through a procedure, `values` being the names under which it knows the value that is owed."""
        bindings = bindings or {}
        key = (procedure, frozenset(values), frozenset(bindings.items()))
        if key not in self._summaries:
            if procedure in self._active or len(self._active) > DEEP:
                return UNKNOWN
            self._active.add(procedure)
            self._summaries[key] = PathWalk(self, procedure, values, bindings).summary()
            self._active.discard(procedure)
        return self._summaries[key]

    @cached_property
    def running(self) -> PathSearch:
        """The search for paths that do not run a closure which a function is given."""
        return PathSearch(self.program, Debt(frozenset(), waits=True, bound=True), self.phase)

    @cached_property
    def leading(self) -> set[Procedure]:
        """The procedures that may meet the debt by a call, themselves or in what they call or post."""
        return self.program.leading_to(*self.debt.effects)

    def may_meet(self, edge: Edge) -> bool:
        """Whether what an edge leads to may meet the debt by a call. What runs once in the life of the app (the making
        of a shared object) meets it for nobody who comes later."""
        once = edge.is_once or self.program.graph.symbols.is_computed_once(edge.callee)
        return not once and edge.callee in self.leading

    @cached_property
    def closures(self) -> dict[int, Procedure]:
        procedures = self.program.graph.procedures
        return {id(procedure.closure): procedure for procedure in procedures if procedure.closure is not None}


class PathWalk(ExpressionWalk):
    """One procedure's statements, followed along the open paths."""

    def summary(self) -> Summary:
        flow = self.block(self.procedure.body, [Path()])
        if not self.known:
            return UNKNOWN
        end = Exit("end", None, self.procedure.location)
        left = [*flow.away, *((end, path) for path in flow.on)]
        open_ = (one for one in left if one[0].kind in LEAVING and (self.distrusts or not one[1].trusting))
        leaks = [leak for exit_, path in open_ for leak in self.told(exit_, path)]
        return Summary(tuple(leaks), met=self.meets_so_far > 0, early=tuple(self.early))

    def told(self, exit_: Exit, path: Path) -> Iterator[Leak]:
        """The leaks of a path: its own, or those of the code it has posted."""
        if path.later is None:
            yield self.leak(exit_, path)
        for leak in path.later or ():
            confidence = min(path.confidence, leak.confidence)
            depth = path.depth + leak.depth + 1
            yield replace(leak, turns=(*path.turns, *leak.turns), confidence=confidence, depth=depth)

    def leak(self, exit_: Exit, path: Path) -> Leak:
        shown = path.exit or self.place(exit_.location, "")
        if path.exit is None and exit_.kind == "end" and path.turns:
            shown = path.turns[-1]
        left = path.left or self.procedure
        own = self.procedure.path
        gives = self.gives(exit_.value)
        return Leak(exit_.kind, own, exit_.location, path.turns, path.confidence, shown, left, path.depth, gives)

    def gives(self, value: Expr | None) -> bool | None:
        """Whether what is returned counts as true or as an object (not nil); None where that is not known."""
        if isinstance(value, Literal):
            return bool(value.value)
        # An optional that is returned may be nil, too; who met nothing about the debt most likely has something.
        return True if value is not None and self.procedure.function.result not in ("Bool", "BOOL", "bool") else None

    # ---- statements -------------------------------------------------------------------------------------------------

    def block(self, block: Block, paths: list[Path]) -> Flow:
        flow = Flow(paths)
        for index, statement in enumerate(block.statements):
            if not flow.on:
                break
            if isinstance(statement, Defer):
                rest = self.block(Block(block.statements[index + 1 :]), flow.on)
                return Flow(self.deferred(statement, rest.on), [*flow.away, *self.deferred_exits(statement, rest.away)])
            step = self.statement(statement, flow.on)
            flow = Flow(step.on[:MANY_PATHS], [*flow.away, *step.away])
        return flow

    def deferred(self, defer: Defer, paths: list[Path]) -> list[Path]:
        return self.block(defer.body, paths).on

    def deferred_exits(self, defer: Defer, exits: list[tuple[Exit, Path]]) -> Iterator[tuple[Exit, Path]]:
        return ((exit_, path) for exit_, open_ in exits for path in self.deferred(defer, [open_]))

    def statement(self, statement: Statement, paths: list[Path]) -> Flow:
        match statement:
            case Block():
                return self.block(statement, paths)
            case Declare(name, _, value):
                return self.declare(name, value, paths)
            case Assign(target, value):
                return self.assign(target, value, statement.location, paths)
            case Branch():
                return self.branch(statement, paths)
            case Loop():
                return self.loop(statement, paths)
            case Attempt():
                return self.attempt(statement, paths)
            case Defer(body):
                return self.block(body, paths)
            case Exit():
                return self.leave(statement, paths)
            case Unknown(()):
                self.known = False  # a statement that could not be read may do anything
        return self.evaluate(statement, paths)

    def leave(self, statement: Exit, paths: list[Path]) -> Flow:
        if statement.kind == "goto":
            self.known = False
        if statement.value is not None and statement.kind == "return":
            if isinstance(statement.value, Name) and statement.value.name in self.values:
                self.meets_so_far += 1
                return Flow()  # handed on to the caller
            flow = self.evaluate(statement.value, paths)
            return Flow([], [*flow.away, *((statement, path) for path in flow.on)])
        if statement.kind == "fatal":
            return Flow()
        return Flow([], [(statement, path) for path in paths])

    def declare(self, name: str, value: Expr | None, paths: list[Path]) -> Flow:
        if isinstance(value, Closure) or value is None:
            # A local function runs where it is called; who has it can do what it does.
            self.values |= {name} if isinstance(value, Closure) and self.speaks_of(value) else set()
            return Flow(paths)
        if self.hands_on(value):
            self.values.add(name)
        if self.debt.crashes and is_read_identifier(value) and not self.is_looked_after(name):
            self.texts.add(name)
        flow = self.evaluate(value, paths)
        on = [
            replace(path, results=(*path.results, (name, given))) if (given := gave(value, path)) is not None else path
            for path in remember(name, value, flow.on)
        ]
        return Flow(on, flow.away)

    def assign(self, target: Expr, value: Expr, location: Location, paths: list[Path]) -> Flow:
        if isinstance(target, Name) and isinstance(value, Literal):
            return Flow(remember(target.name, value, paths))
        if isinstance(value, Call) and isinstance(target, Name) and target.name in self.values and self.maps(value):
            self.replaced.add(target.name)
            return self.in_order((argument.value for argument in value.arguments), paths)
        if self.hands_on(value) or (isinstance(value, Closure) and self.speaks_of(value)):
            return self.meet()  # kept in a property: whoever reads it owes
        flow = self.evaluate(value, paths)
        return Flow(self.callees(location, None, flow.on, flow), flow.away)

    def branch(self, branch: Branch, paths: list[Path]) -> Flow:
        compiled = compiled_arm(branch, self.search.program.graph.symbols.build)
        if compiled is not None:
            return self.block(compiled.body, paths)
        flow = self.evaluate(branch.subject, paths) if branch.subject is not None else Flow(paths)
        on: list[Path] = []
        away = list(flow.away)
        for path in flow.on:
            before = self.meets_so_far
            arms = self.arms(branch, path)
            same = self.meets_so_far == before and arms and all(arm.on and not arm.away for arm in arms)
            if same and not self.hands_on(branch.subject):
                on.append(path)  # whichever arm is taken makes no difference
            else:
                on += [open_ for arm in arms for open_ in arm.on]
            away += [left for arm in arms for left in arm.away]
        return Flow(list(dict.fromkeys(on)), away)

    def arms(self, branch: Branch, path: Path) -> list[Flow]:
        """Where each arm leads that can be taken on this path, the way past all of them included."""
        flows: list[Flow] = []
        falling: list[Path] = []  # fallen through from the arm before
        rest: Path | None = path
        for index, arm in enumerate(branch.arms):
            taken: list[Path] = list(falling)
            if rest is not None:
                if arm.condition is not None:
                    condition = self.evaluate(arm.condition, [rest])
                    flows += [Flow([], condition.away)] if condition.away else []
                    trusting = (path for path in condition.on if path.trusting)
                    rest = next(trusting, condition.on[0] if condition.on else None)
                if rest is not None:
                    entered, rest = self.decide(branch, arm, rest)
                    taken += entered
            if not taken:
                falling = []
                continue
            flow = self.block(arm.body, taken)
            falling = [p for exit_, p in flow.away if exit_.kind == "fallthrough"]
            if _falls_into_next(branch, index):
                falling, flow = [*falling, *flow.on], Flow([], flow.away)
            away = [left for left in flow.away if left[0].kind != "fallthrough"]
            if branch.kind == "switch":
                flow.on = [*flow.on, *(p for exit_, p in away if exit_.kind == "break" and exit_.value is None)]
                away = [left for left in away if left[0].kind != "break" or left[0].value is not None]
            flows.append(Flow(flow.on, away))
        if rest is not None and not branch.exhaustive:
            flows.append(Flow([self.not_compiled(branch, rest) if branch.kind == "#if" else rest]))
        return flows

    def not_compiled(self, branch: Branch, path: Path) -> Path:
        """The way past code that a flag of the build leaves out: the build that ships may well have it."""
        return path.turn(self.place(branch.location, "where this is not compiled"), Confidence.low)

    def decide(self, branch: Branch, arm: Arm, path: Path) -> tuple[list[Path], Path | None]:
        """The path into an arm, and the one past it; none where the condition is decided the other way."""
        if self.hands_on(branch.subject):
            self.values |= _bound_names(arm.condition)
        test = self.procedure.tests.get(id(arm))
        if test is None:
            first = arm.body.statements[0] if arm.body.statements else branch
            place = branch.location if isinstance(first, Block) else first.location
            turned = path.turn(
                self.place(place, "in the case that is left" if branch.kind == "switch" else "otherwise")
            )
            return [turned], None if arm.condition is None else path
        answer = self.answer(test, path)
        if answer is None:
            answer = gave(arm.condition, path)
        place = arm.condition.location if arm.condition is not None else branch.location
        entered: list[Path] = []
        past: Path | None = None
        if answer is not False and (taken := self.path_where(path, test, arm.condition, True)):
            entered = [taken.turn(self.place(place, _entering(branch)))]
        if answer is not True:
            past = self.path_where(path, test, arm.condition, False)
            if past and branch.kind == "if" and not branch.exhaustive:
                past = past.turn(self.place(place, "where this condition does not hold"))
        return entered, past

    def path_where(self, path: Path, test: Test, condition: Expr | None, holds: bool) -> Path | None:
        """A path on which a condition holds, or does not; None where nothing is owed then. Where a trusted call says
        "no", it is owed for sure."""
        denied = self.denies(condition, holds)
        sure = Confidence.high if denied else self.owes(test, holds)
        if sure is None:
            return None
        return replace(
            path,
            decided=(*path.decided, *atoms(test, holds)),
            confidence=min(path.confidence, sure),
            trusting=path.trusting and not denied,
        )

    def owes(self, test: Test, holds: bool) -> Confidence | None:
        """How sure it is that anything is owed where a condition holds, or does not; None where nothing is.

        Nothing is where the value that is owed is not there, or what the closure holds on to weakly; of several reasons
        for an answer one such is a doubt.
        """
        names = (self.values - self.replaced) | OWNER | self.weak

        def nothing_owed(part: Test, holds: bool) -> bool:
            return (not holds and part.text in names) or self.debt.forgives(part, holds)

        if answers_only(test, holds, nothing_owed, all):
            return None
        return Confidence.low if answers_only(test, holds, nothing_owed, any) else Confidence.high

    def answer(self, test: Test, path: Path) -> bool | None:
        answer = self.search.program.spreading.answer(test, self.search.phase, self.bindings)
        return decided_by(test, path.decided) if answer is None else answer

    def loop(self, loop: Loop, paths: list[Path]) -> Flow:
        condition = self.evaluate(loop.condition, paths) if loop.condition is not None else Flow(paths)
        before = self.meets_so_far
        body = self.block(loop.body, condition.on)
        again = [path for exit_, path in body.away if exit_.kind == "continue"]
        broken = [path for exit_, path in body.away if exit_.kind == "break"]
        away = [left for left in body.away if left[0].kind not in ("break", "continue")]
        endless = isinstance(loop.condition, Literal) and bool(loop.condition.value)
        if loop.at_least_once:
            return Flow([*body.on, *again, *broken], [*condition.away, *away])
        if self.meets_so_far == before and not away and not endless:
            return Flow(condition.on, condition.away)
        skipped = [p.turn(self.place(loop.location, "where this loop runs no round")) for p in condition.on]
        return Flow([*broken, *(again if endless else [*skipped, *again, *body.on])], [*condition.away, *away])

    def attempt(self, attempt: Attempt, paths: list[Path]) -> Flow:
        body = self.block(attempt.body, paths)
        thrown = [path for exit_, path in body.away if exit_.kind == "throw"]
        on, away = list(body.on), [left for left in body.away if left[0].kind != "throw" or not attempt.handlers]
        for handler in attempt.handlers if thrown else ():
            caught = self.block(handler, thrown)
            on += caught.on
            away += caught.away
        if attempt.final is None:
            return Flow(on, away)
        ended = self.block(attempt.final, on)
        left = [(exit_, p) for exit_, path in away for p in self.block(attempt.final, [path]).on]
        return Flow(ended.on, [*ended.away, *left])


LEAVING = ("return", "throw", "end", "crash")
GUARD_FAILS = "where this guard fails"


def _entering(branch: Branch) -> str:
    if branch.kind == "guard":
        return GUARD_FAILS
    return "in this case" if branch.kind == "switch" else "where this condition holds"


def _falls_into_next(branch: Branch, index: int) -> bool:
    """Whether an arm of a C switch has no `break`: its patterns stand once more in the next arm."""
    own, following = branch.arms[index], branch.arms[index + 1 : index + 2]
    if branch.kind != "switch" or not following:
        return False
    patterns, more = _patterns(own), _patterns(following[0])
    return bool(patterns) and patterns <= more


def _bound_names(pattern: Expr | None) -> set[str]:
    """The names that a pattern gives to the value that it matches: `case let start as StartConversationAction`."""
    match pattern:
        case Operator("case" | "where" | "let", parts):
            return set().union(*(_bound_names(part) for part in parts))
        case Operator("as", (Name(name), *_)):
            return {name}
    return set()


def _patterns(arm: Arm) -> set[str]:
    match arm.condition:
        case Operator("case", patterns):
            return {repr(pattern) for pattern in patterns}
    return set()
