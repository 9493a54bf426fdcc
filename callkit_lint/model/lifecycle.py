"""In which phases of a call each piece of code can run, and by which chain.

From every entry point its phase spreads over the call graph to a fixed point. A fact is a procedure in a phase with the
constant values of those parameters that matter in it. Guards on the way cut what they exclude. Facts are found breadth
first from sorted entry points, so the chain that a fact remembers is a shortest one, and always the same.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from callkit_lint.callgraph.arguments import shown
from callkit_lint.callgraph.conditions import (
    Bindings,
    Known,
    Parameter,
    Test,
    Value,
    answer,
    composed,
    names_in,
    parameters_of,
)
from callkit_lint.callgraph.graph import Edge, Position, Site
from callkit_lint.callgraph.link import Graph
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Location
from callkit_lint.knowledge import Vocabulary
from callkit_lint.model.entry_points import Root, entry_points
from callkit_lint.model.once import done_before, is_made_already
from callkit_lint.model.screens import shows_a_call
from callkit_lint.rule import Confidence, Place

DOUBTS = 2  # hops of a way of which the time may be unknown; with more of them it is not believed
MANY_BINDINGS = (
    24  # combinations of parameter values a procedure is followed with in one phase; then they count as unknown
)


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """A procedure can run in a phase, with these parameter values; `cause` is a root, or the fact and edge it came
    by."""

    procedure: Procedure
    phase: str
    bindings: Bindings
    cause: Root | tuple[Fact, Edge]

    def steps(self) -> list[tuple[Fact, Edge]]:
        """The edges from the root to here, first to last."""
        steps: list[tuple[Fact, Edge]] = []
        fact = self
        while isinstance(fact.cause, tuple):
            steps.append(fact.cause)
            fact = fact.cause[0]
        return steps[::-1]

    def chain(self) -> tuple[Place, ...]:
        """The evidence: the entry point, and each call on the way."""
        root = self.root
        calls = (Place(edge.caller.path, edge.location, f"which {edge.text}") for _, edge in self.steps())
        return (Place(root.procedure.path, root.location, root.text), *calls)

    def covers(self, position: Position) -> bool:
        """Whether the fact speaks of this part of its procedure; a root may speak of what is before or after a call."""
        root = self.cause
        if not isinstance(root, Root):
            return True
        before = root.until is None or position.dominates(root.until)
        return before and (root.since is None or root.since.dominates(position))

    @property
    def root(self) -> Root:
        fact = self
        while isinstance(fact.cause, tuple):
            fact = fact.cause[0]
        assert isinstance(fact.cause, Root)
        return fact.cause


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """An API call in a phase: what a rule reports. `values` are its arguments with the chain's constants filled in."""

    site: Site
    fact: Fact
    values: Mapping[str, Known | None]

    @property
    def phase(self) -> str:
        return self.fact.phase

    @property
    def path(self) -> str:
        return self.site.procedure.path

    @property
    def location(self) -> Location:
        return self.site.location

    @property
    def confidence(self) -> Confidence:
        """As the weakest hop of the way; low where the time of several is not known: what began in a call is most
        likely not a call's any more then."""
        edges = [edge for _, edge in self.fact.steps()]
        if sum(edge.is_doubtful for edge in edges) > DOUBTS:
            return Confidence.low
        return min([self.site.confidence, self.fact.root.confidence, *(edge.confidence for edge in edges)])

    def value(self, name: str) -> object:
        """A constant argument's value, or None where it is unknown."""
        known = self.values.get(name)
        return known.value if known else None

    @property
    def text(self) -> str:
        """The call as a chain names it, with the values that the chain brings: `setActive(true)`."""
        return shown(self.site.api, self.values)

    def tested(self) -> set[str]:
        """The words, lower-case, of everything that conditions on the way name."""
        return set().union(*map(names_in, self.guards()))

    def guards(self) -> list[Test]:
        """All conditions on the way."""
        return [test for _, edge in self.fact.steps() for test in edge.guards] + list(self.site.guards)

    def guards_in_function(self) -> list[Test]:
        """The conditions around the call in its own function; of a call in a closure also those around the closure."""
        guards = list(self.site.guards)
        for fact, edge in reversed(self.fact.steps()):
            if edge.callee.parent is not fact.procedure:
                break
            guards += edge.guards
        return guards

    @property
    def leads_through_setup(self) -> bool:
        """Whether the way goes through something that an object hands out while it is made: that runs some day, and not
        because the object was asked for."""
        made = False
        for _, edge in self.fact.steps():
            if made and edge.mode != "now":
                return True
            made = made or (edge.callee.closure is None and edge.callee.function.kind in ("init", "initial values"))
        return False

    @property
    def called_by(self) -> Edge | None:
        """The call of the function in which this call stands, be it in a closure there; None in an entry point."""
        edges = (edge for _, edge in reversed(self.fact.steps()))
        return next((edge for edge in edges if edge.callee.parent is not edge.caller), None)

    def place_from(self, start: Fact) -> Location:
        """Where the code at the start of a way leads to this call: its first call of something that is not a closure
        of its own, else this call."""
        way = self.fact.steps()[len(start.steps()) :]
        return next((edge.location for _, edge in way if edge.callee.parent is not edge.caller), self.location)

    def chain(self) -> tuple[Place, ...]:
        """The evidence: the entry point, each call on the way, and the API call itself."""
        verb = "sets" if self.site.api.properties else "calls"
        hidden = f", which {self.site.api.hides}" if self.site.api.hides else ""
        return (*self.fact.chain(), Place(self.path, self.location, f"which {verb} {self.text}{hidden}"))


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """All facts of a program, and the runs of each API call, shortest chains first."""

    facts: list[Fact] = field(default_factory=list)
    runs: dict[Site, list[Run]] = field(default_factory=lambda: defaultdict(list))


def spread(graph: Graph, vocabulary: Vocabulary) -> Spreading:
    """Spread the phases from all entry points over the graph."""
    roots = list(entry_points(graph, vocabulary))
    spreading = Spreading(vocabulary, relevant_parameters(graph))
    spreading.run(roots)
    if done := done_before(graph, spreading.lifecycle):
        spreading = Spreading(vocabulary, spreading.relevant, done)
        spreading.run(roots)
    return spreading


class Spreading:
    """Spreads phases over a call graph; `lifecycle` is what it found."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        relevant: Mapping[Procedure, set[str]],
        done: AbstractSet[tuple[Procedure, str]] = frozenset(),
    ) -> None:
        self.vocabulary = vocabulary
        self.done = done  # what runs once, with the phases before which it has
        self.relevant = relevant
        self.lifecycle = Lifecycle()
        self.seen: dict[tuple[Procedure, str], set[frozenset[tuple[str, Known]]]] = defaultdict(set)
        self.queue: deque[Fact] = deque()
        self.actions = {kind: phase for callback in vocabulary.callbacks for kind, phase in callback.cases.items()}
        self.new_calls: dict[Procedure, list[Position]] = defaultdict(list)  # where a call is reported or requested
        self.within: AbstractSet[Procedure] | None = None  # where to look, if not everywhere
        self.at_once = False  # whether to follow only what runs before the caller goes on

    def run(self, roots: Iterable[Root]) -> None:
        ordered = sorted(roots, key=lambda root: (root.procedure.path, root.location, root.phase, root.text))
        for root in ordered:
            if root.until and root.phase in ("report", "request"):
                self.new_calls[root.procedure].append(root.until)
        for root in ordered:
            fact = Fact(root.procedure, root.phase, root.bindings, root)
            if root.until or root.since:
                self.follow(fact)  # part of a procedure: never stands for the whole of it
            else:
                self.add(fact)
        self.exhaust()

    def exhaust(self) -> None:
        while self.queue:
            self.follow(self.queue.popleft())

    def runs_from(self, fact: Fact, within: AbstractSet[Procedure], *, at_once: bool = False) -> Iterator[Run]:
        """The API calls in these procedures that a fact leads to, seen from it alone: also where others got first.
        With `at_once` only what runs before the fact's procedure returns."""
        alone = Spreading(self.vocabulary, self.relevant, self.done)
        alone.at_once = at_once
        alone.new_calls = self.new_calls
        alone.within = within
        alone.queue.append(fact)
        alone.exhaust()
        return (run for runs in alone.lifecycle.runs.values() for run in runs)

    def next_facts(self, fact: Fact) -> Iterator[tuple[Edge, Fact]]:
        """The facts that follow from one in a step."""
        for edge in fact.procedure.edges:
            if edge.mode in self.vocabulary.phases:
                continue  # these open a phase of their own, whoever asked
            if self.allows(fact, edge):
                phase = self.vocabulary.later(fact.phase, edge.mode)
                if phase is None or is_made_already(fact, edge):
                    continue
                if phase == "screen" and is_act_in_call(fact, edge):
                    phase = "call"
                    edge = replace(edge, confidence=min(edge.confidence, Confidence.medium))  # as far as names tell
                yield edge, Fact(edge.callee, phase, self.bindings(edge, fact), (fact, edge))

    def add(self, fact: Fact) -> None:
        if self.within is not None and fact.procedure not in self.within:
            return
        if (fact.procedure, fact.phase) in self.done:
            return
        known = self.seen[fact.procedure, fact.phase]
        if len(known) >= MANY_BINDINGS:
            fact = Fact(fact.procedure, fact.phase, {}, fact.cause)
        key = frozenset(fact.bindings.items())
        if key not in known:
            known.add(key)
            self.queue.append(fact)

    def follow(self, fact: Fact) -> None:
        self.lifecycle.facts.append(fact)
        for site in fact.procedure.sites:
            if self.allows(fact, site):
                values = {name: fill(value, fact.bindings) for name, value in site.values.items()}
                self.lifecycle.runs[site].append(Run(site, fact, values))
        for edge, following in self.next_facts(fact):
            if edge.mode == "now" or not self.at_once:
                self.add(following)

    def allows(self, fact: Fact, step: Site | Edge) -> bool:
        """Whether a fact leads to an API call or an edge of its procedure."""
        reached = self.reaches(fact, step.position) and not was_refused(fact, step.guards)
        return reached and self.passes(step.guards, fact.phase, fact.bindings)

    def reaches(self, fact: Fact, position: Position) -> bool:
        """Whether a fact speaks of this part of its procedure. What goes before the report or request of a call is
        that call's, also when it comes while another one is live."""
        if self.vocabulary.in_group(fact.phase, "live") and any(
            position.dominates(opening) for opening in self.new_calls[fact.procedure]
        ):
            return False
        return fact.covers(position)

    def passes(self, guards: tuple[Test, ...], phase: str, bindings: Bindings) -> bool:
        return all(self.answer(test, phase, bindings) is not False for test in guards)

    def answer(self, test: Test, phase: str, bindings: Bindings) -> bool | None:
        """What a condition answers in a phase with these parameter values; None where it stays open."""
        return answer(test, phase, bindings, self.vocabulary.in_group, self.actions)

    def bindings(self, edge: Edge, fact: Fact) -> dict[str, Known]:
        """The callee's relevant parameters; a closure sees its creator's too."""
        wanted = self.relevant[edge.callee]
        bound: dict[str, Known] = {}
        if edge.callee.closure is not None:
            own = {parameter.name for parameter in edge.callee.parameters}
            bound = {name: value for name, value in fact.bindings.items() if name in wanted and name not in own}
        for name, value in edge.arguments.items():
            if name in wanted and (known := fill(value, fact.bindings)) is not None:
                bound[name] = known
        return bound


def is_act_in_call(fact: Fact, edge: Edge) -> bool:
    """Whether what the user does runs a closure that the screen of a call gave to a button of any screen."""
    owner, closure = edge.callee.function.owner, edge.callee.closure
    return closure is not None and shows_a_call(owner) and owner != fact.procedure.function.owner and fact.root.acts


def was_refused(fact: Fact, guards: tuple[Test, ...]) -> bool:
    """Whether code comes after a report or request only where something has failed: it may be that itself, and then
    there is no call."""
    root = fact.cause
    if not isinstance(root, Root):
        return False
    if root.since is not None and any(test.kind == "failed" for test in guards):
        return True

    def of_part(part: Test) -> bool | None:
        return False if part.kind == "opaque" and part.text == root.error else None

    return bool(root.error) and any(composed(test, of_part) is False for test in guards)


def fill(value: Value, bindings: Bindings) -> Known | None:
    return bindings.get(value.name) if isinstance(value, Parameter) else value


def relevant_parameters(graph: Graph) -> dict[Procedure, set[str]]:
    """For each procedure the parameters that an effect or a guard depends on, its callees' included."""
    relevant: dict[Procedure, set[str]] = defaultdict(set)
    callers: dict[Procedure, list[Edge]] = defaultdict(list)
    for procedure in graph.procedures:
        for site in procedure.sites:
            relevant[procedure] |= {value.name for value in site.values.values() if isinstance(value, Parameter)}
            relevant[procedure] = relevant[procedure].union(*map(parameters_of, site.guards))
        for edge in procedure.edges:
            relevant[procedure] = relevant[procedure].union(*map(parameters_of, edge.guards))
            callers[edge.callee].append(edge)
    changed = [procedure for procedure in graph.procedures if relevant[procedure]]
    while changed:
        callee = changed.pop()
        for edge in callers[callee]:
            needed = {
                v.name for name, v in edge.arguments.items() if isinstance(v, Parameter) and name in relevant[callee]
            }
            if callee.closure is not None:
                needed |= relevant[callee] - {parameter.name for parameter in callee.parameters}
            if not needed <= relevant[edge.caller]:
                relevant[edge.caller] |= needed
                changed.append(edge.caller)
    return relevant
