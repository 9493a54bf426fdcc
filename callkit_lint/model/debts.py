"""What is owed on every path through code, and the paths on which it is not done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from callkit_lint.callgraph.conditions import Test, composed
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Call, Exit, Expr, Literal, Location, Name, Operator
from callkit_lint.rule import Confidence, Place


def never(*_: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Debt:
    """What must happen on every path.

    Met by a call with one of `effects`, or of the closure in the value that is owed, or by handing that value on, other
    than to a call with one of `keeps`. `waits`: whether code that runs later counts; `bound`: whether only code that
    has the value can meet it; `skips`: how sure it is that an optional chain may end early. Members of the value in
    `parts` stand for all of it. `forgives` says under which conditions nothing is owed, `trusts` which calls that reach
    nothing known meet it all the same, but where they answer "no", or the function goes on to meet it itself on another
    way. `watches` are calls that must not come before it is met. `crashes`: whether a crash leaves it open. `unmet`: in
    words how a path ends on which it is not met.
    """

    effects: frozenset[str]
    waits: bool
    bound: bool = False
    skips: Confidence = Confidence.low
    parts: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()
    forgives: Callable[[Test, bool], bool] = never
    trusts: Callable[[Call], bool] = never
    watches: Callable[[Call], bool] = never
    crashes: bool = False
    unmet: str = "without running it"


@dataclass(frozen=True, slots=True)
class Leak:
    """A path that ends with the debt open. `kind`: "return", "throw", "crash" or "end"; `turns` lead there, through
    `depth` functions and closures that were looked into. `exit` is where it shows (the return, the case, the
    condition), `left` the body that it is in."""

    kind: str
    path: str
    location: Location
    turns: tuple[Place, ...]
    confidence: Confidence
    exit: Place
    left: Procedure
    depth: int = 0
    gives: bool | None = None  # whether a value goes back to the caller, or nil


@dataclass(frozen=True, slots=True)
class Path:
    """A way on which the debt is open: the turns it took and what they say of conditions. `exit` is where a callee,
    `left`, left it open, `early` the first watched call; `trusting` says that a trusted call came by. `later` is set
    where code was posted that meets the debt, should this way never do so itself: but for these leaks. `results`
    are calls, by place, and locals, by name, that are known to have given a value (True) or nil on this way.
    """

    turns: tuple[Place, ...] = ()
    decided: tuple[tuple[Test, bool], ...] = ()
    confidence: Confidence = Confidence.high
    depth: int = 0
    exit: Place | None = None
    left: Procedure | None = None
    early: Place | None = None
    trusting: bool = False
    later: tuple[Leak, ...] | None = None
    results: tuple[tuple[Location | str, bool], ...] = ()

    def turn(self, place: Place, confidence: Confidence = Confidence.high) -> Path:
        return replace(self, turns=(*self.turns, place), confidence=min(self.confidence, confidence))


@dataclass(frozen=True, slots=True)
class Summary:
    """What a procedure does for a debt: the leaks, or nothing known. `met` says whether any path meets it."""

    leaks: tuple[Leak, ...] = ()
    known: bool = True
    met: bool = False
    early: tuple[Place, ...] = ()  # watched calls that come before the debt is met


UNKNOWN = Summary(known=False)


@dataclass(slots=True)
class Flow:
    """Where open paths go: on to the next statement, or away ("return", "throw", "break", …)."""

    on: list[Path] = field(default_factory=list)
    away: list[tuple[Exit, Path]] = field(default_factory=list)


# ---- what a path knows of conditions --------------------------------------------------------------------------------


def answers_only(
    test: Test, holds: bool, where: Callable[[Test, bool], bool], of_many: Callable[[Iterable[bool]], bool]
) -> bool:
    """Whether a condition answers so only where this is true of a part of it: of all parts that may be the reason, or
    of any."""
    if test.kind == "not":
        return answers_only(test.parts[0], not holds, where, of_many)
    if test.kind in ("and", "or"):
        parts = (answers_only(part, holds, where, of_many) for part in test.parts)
        return of_many(parts) if (test.kind == "and") != holds else any(parts)
    return where(test, holds)


def atoms(test: Test, holds: bool) -> list[tuple[Test, bool]]:
    """What the parts of a condition are, where that follows from the whole."""
    if test.kind == "not":
        return atoms(test.parts[0], not holds)
    if (test.kind, holds) in (("and", True), ("or", False)):
        return [atom for part in test.parts for atom in atoms(part, holds)]
    return [(test, holds)]


def decided_by(test: Test, decided: tuple[tuple[Test, bool], ...]) -> bool | None:
    """What a path has already decided of a condition, the latest first; None where it is open."""

    def of_part(part: Test) -> bool | None:
        if part.kind == "opaque" and not part.text:
            return None
        return next((holds for known, holds in reversed(decided) if known == part), None)

    return composed(test, of_part)


def gave(condition: Expr | None, path: Path) -> bool | None:
    """Whether a condition holds, where that follows from what calls are known to have given on a path."""
    match condition:
        case Operator("let", (_, value)) | Operator("!=", (value, Literal(None))):
            return gave(value, path)
        case Operator("!", (inner,)) | Operator("==", (inner, Literal(None))):
            given = gave(inner, path)
            return None if given is None else not given
        case Operator("&&", operands):
            answers = [gave(operand, path) for operand in operands]
            return False if False in answers else None if None in answers else True
        case Call(location=location):
            return dict(path.results).get(location)
        case Name(name):
            return dict(path.results).get(name)
    return None


def remember(name: str, value: Expr, paths: list[Path]) -> list[Path]:
    """The paths on which a local flag has this value from now on."""
    if not isinstance(value, Literal) or not isinstance(value.value, bool):
        return paths
    flag = (Test("opaque", text=name), value.value)
    return [replace(path, decided=(*path.decided, flag)) for path in paths]
