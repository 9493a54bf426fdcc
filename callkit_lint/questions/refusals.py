"""What the app does when the call system refuses a report or a request: how its code treats the error.

A function that hands the error to whoever called it is judged at its callers, one level up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from callkit_lint.callgraph.arguments import label_of, parameter_for
from callkit_lint.callgraph.conditions import spelled, words
from callkit_lint.callgraph.graph import Position, Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import (
    Argument,
    Arm,
    Attempt,
    Block,
    Branch,
    Call,
    Closure,
    Exit,
    Expr,
    Literal,
    Location,
    Member,
    Name,
    Operator,
)
from callkit_lint.model.program import Program
from callkit_lint.nodes import mentions, way_to_call

# How an error is treated, the better ones later.
UNREAD, LOGGED, PASSED, HEEDED = range(4)

COMPLETIONS = ("completion", "completionHandler")
LOG_WORDS = frozenset({"log", "logs", "logger", "logging", "print", "debug", "trace"})
NEAR = 2  # calls between a report and the end of the placeholder that it is


@dataclass(frozen=True, slots=True)
class Unheeded:
    """A report or request whose error is not read, or only logged (`logged`): at the call of the API, or at the call of
    the program's own function that hands the error on, then with the API's call (`site`) behind it."""

    site: Site
    path: str
    location: Location
    logged: bool


@dataclass(slots=True)
class Treatment:
    """What a completion does with the error: the best of it, the closure parameter that it is handed to, and whether it
    is logged beside that."""

    best: int
    handed_to: str = ""
    logged: bool = False


def unheeded(program: Program) -> Iterator[Unheeded]:
    """The reports and requests whose refusal the app does not notice."""
    for site in program.sites("report", "transaction") if program.armed else ():
        if _ends_at_once(program, site.procedure, site.position):
            continue
        way = way_to_call(site.procedure.body, site.location)
        call = way[-1] if way else None
        if not isinstance(call, Call):
            continue
        treatment = _treatment(program, site, call, way)
        if treatment.best in (UNREAD, LOGGED):
            yield Unheeded(site, site.procedure.path, site.location, treatment.best == LOGGED)
        elif treatment.best == PASSED:
            yield from _at_callers(program, site, treatment)


def _ends_at_once(program: Program, procedure: Procedure, position: Position) -> bool:
    """Whether a call is a placeholder for a push that makes no sense: what follows its report reports its end."""
    ending = program.leading_to("report ended", steps=NEAR)
    following = [edge.position for edge in procedure.edges if edge.callee in ending]
    following += [site.position for site in procedure.sites if site.api.effect == "report ended"]
    return any(position == other or position.dominates(other) for other in following)


def _treatment(program: Program, site: Site, call: Call, way: tuple[object, ...]) -> Treatment:
    """How the call's error is treated where the call is."""
    given = _completion(call)
    handlers = {item.name for item in site.procedure.function.parameters if not _is_plain(item.type)}
    if given is None:
        return Treatment(_of_throw(site.procedure, call, way) if call.awaited else HEEDED)
    return _of_argument(given.value, handlers)


def _is_plain(kind: str) -> bool:
    """Whether a type holds no closure; closures hide behind typealiases."""
    return kind in ("", "Bool", "BOOL", "String", "NSString", "UUID", "NSUUID", "Int")


def _completion(call: Call) -> Argument | None:
    for index, argument in enumerate(call.arguments):
        if label_of(call, index, argument) in COMPLETIONS or (argument.trailing and not argument.label):
            return argument
    return None


def _of_argument(value: Expr, handlers: set[str]) -> Treatment:
    """How what is given as completion treats the error."""
    match value:
        case Literal(None):
            return Treatment(UNREAD)
        case Name(name) if name in handlers:
            return Treatment(PASSED, name)
        case Closure(parameters, body):
            error = parameters[0].name if parameters else "$0"
            if error == "_" or not mentions(body, error):
                return Treatment(UNREAD)
            reading = _Reading(error, handlers)
            reading.treatment.best = max(reading.block(body, None), LOGGED)
            if reading.tells_success and reading.treatment.best < PASSED:
                reading.treatment.best = HEEDED  # whoever waits goes on only without an error
            return reading.treatment
    return Treatment(HEEDED)


def _of_throw(procedure: Procedure, call: Call, way: tuple[object, ...]) -> int:
    """How the error of an `await` is treated: by what is around it in the function, or by whoever called that."""
    if call.attempt == "try?":
        return UNREAD
    for node, inner in reversed([*pairwise(way)]):
        if isinstance(node, Attempt) and node.body is inner:
            reading = _Reading("error", set())
            treated = [reading.block(handler, True) for handler in node.handlers]
            return min(treated, default=HEEDED)
        if isinstance(node, Closure) and node is not procedure.closure:
            return HEEDED
    return HEEDED


@dataclass
class _Reading:
    """Reads what runs because of an error; `handlers` are the closures that the function around was given."""

    error: str
    handlers: set[str]
    treatment: Treatment = field(default_factory=lambda: Treatment(UNREAD))
    tells_success: bool = False

    def block(self, block: Block, failed: bool | None) -> int:
        """The best treatment in a block that runs when it failed, when it did not, or (None) in any case."""
        best = UNREAD
        for statement in block.statements:
            if isinstance(statement, Branch):
                best = max(best, *(self.block(arm.body, when) for arm, when in self.arms(statement, failed)))
                left = [when for arm, when in self.arms(statement, failed) if _leaves(arm.body)]
                failed = not left[0] if failed is None and left and left[0] is not None else failed
            elif failed is not None or mentions(statement, self.error):
                best = max(best, self.statement(statement, failed))
        return best

    def arms(self, branch: Branch, failed: bool | None) -> Iterator[tuple[Arm, bool | None]]:
        """The arms, each with whether it runs when it failed."""
        told: list[bool | None] = []
        for arm in branch.arms:
            if arm.condition is not None:
                told.append(self.asks(arm.condition))
            last = told[-1] if told else None
            when = last if arm.condition is not None else None if last is None else not last
            yield arm, failed if when is None else when

    def asks(self, condition: Expr) -> bool | None:
        """Whether a condition holds when it failed (True) or when it did not; None where it asks something else."""
        match condition:
            case Operator("!", (inner,)):
                told = self.asks(inner)
                return None if told is None else not told
            case Operator("&&" | "||", operands):
                return next((told for one in operands if (told := self.asks(one)) is not None), None)
            case Operator("==" | "===", (left, Literal(None))) if mentions(left, self.error):
                return False
            case Operator(_, _) | Name() | Member() if mentions(condition, self.error):
                return True
        return None

    def statement(self, statement: object, failed: bool | None) -> int:
        match statement:
            case Call(name, receiver, _) if LOG_WORDS & {*words(name), *words(spelled(receiver))}:
                self.treatment.logged = True
                return LOGGED
            case Call(name, None, _) if name in self.handlers and failed is False:
                self.tells_success = True
                return UNREAD
            case Call(name, None, _) if name in self.handlers:
                self.treatment.handed_to = name
                return PASSED
            case Exit("return", None):
                return UNREAD
            case Exit("return", Call() as value):
                return self.statement(value, failed)
            case Block():
                return self.block(statement, failed)
        return HEEDED


def _leaves(block: Block) -> bool:
    return any(isinstance(statement, Exit) for statement in block.statements)


def _at_callers(program: Program, site: Site, treatment: Treatment) -> Iterator[Unheeded]:
    """The calls of the function around a report or request that give it no handler for the error, or an idle one."""
    for caller in program.graph.procedures:
        for edge in caller.edges:
            callee = edge.callee
            if callee.function is not site.procedure.function or callee.closure:
                continue
            way = way_to_call(caller.body, edge.location)
            if way and isinstance(call := way[-1], Call) and not _ends_at_once(program, caller, edge.position):
                best = _of_handler(callee, call, treatment.handed_to)
                if best in (UNREAD, LOGGED):
                    yield Unheeded(site, caller.path, edge.location, treatment.logged or best == LOGGED)


def _of_handler(callee: Procedure, call: Call, handler: str) -> int:
    """How a call of the program's own function treats the error that comes through the handler."""
    for index, argument in enumerate(call.arguments):
        if parameter_for(callee, call, index, argument) == handler:
            return _of_argument(argument.value, set()).best
    default = next((item.default for item in callee.parameters if item.name == handler), None)
    return UNREAD if isinstance(default, Literal) and default.value is None else HEEDED
