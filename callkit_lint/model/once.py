"""Code that runs once in the life of the app: it runs where it is reached first, and not again in later phases."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from callkit_lint.callgraph.graph import Edge
from callkit_lint.callgraph.link import Graph
from callkit_lint.callgraph.symbols import Procedure

if TYPE_CHECKING:
    from callkit_lint.model.lifecycle import Fact, Lifecycle


def done_before(graph: Graph, lifecycle: Lifecycle) -> set[tuple[Procedure, str]]:
    """What runs once in the life of the app (the value of a shared object, what `dispatch_once` is given), with the
    phases in which it has run already: it is reached for certain before each call that these phases are part of."""
    once = {one for one in graph.procedures if graph.symbols.is_computed_once(one)}
    once |= {edge.callee for caller in graph.procedures for edge in caller.edges if edge.is_once}
    phases: dict[Procedure, set[str]] = defaultdict(set)
    certain: dict[Procedure, set[str]] = defaultdict(set)
    for fact in lifecycle.facts:
        if fact.procedure in once:
            phases[fact.procedure].add(fact.phase)
            # What is posted at the launch has run when the user acts, or a call comes.
            at_once = {"now", "later", "unknown"} if fact.phase == "setup" else {"now"}
            if all(edge.mode in at_once and not edge.observed for _, edge in fact.steps()):
                certain[fact.procedure].add(fact.phase)
    directions = [ways for ways in FIRST if any(fact.phase in ways for fact in lifecycle.facts)]
    return {
        (procedure, phase)
        for procedure, found in phases.items()
        if directions and all({"setup", *ways} & certain[procedure] for ways in directions)
        for phase in found & AFTER_ANSWER
    }


# Where each direction of a call begins, as far as the app's own code tells.
FIRST = (("report", "answer"), ("request", "start"))
AFTER_ANSWER = frozenset(
    {"answered", "started", "active", "call", "route change", "device change", "end", "after", "call screen"}
    | {"interruption began", "interruption ended", "media reset"}
)


def is_made_already(fact: Fact, edge: Edge) -> bool:
    """Whether a shared object would be made that one of its own methods, on the way here, already belongs to."""
    getter, maker = fact.procedure.function, edge.callee.function
    if getter.kind != "getter" or not getter.is_static or maker.kind not in MAKERS:
        return False
    functions = (step.procedure.function for step, _ in fact.steps())
    return any(one.owner == maker.owner and not one.is_static and one.kind not in MAKERS for one in functions)


MAKERS = ("init", "initial values")
