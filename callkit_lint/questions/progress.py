"""How an app tells the call system of an outgoing call's progress: connecting, then connected."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import names_in
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.model.entry_points import Root, conforms, is_callback
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence


def connected_while_answering(program: Program) -> Iterator[Site]:
    """The reports of a connected outgoing call that are written in the answer handler, or that only it reaches. One
    behind a test of the call's direction is left alone."""
    for site in program.sites("report connected") if program.armed else ():
        runs = program.lifecycle.runs.get(site, [])
        written_there = _stands_in_answer_handler(program, site.procedure)
        if not written_there and not (runs and all(run.phase in ("answer", "answered") for run in runs)):
            continue
        tested = set().union(*map(names_in, site.guards))
        if not written_there:
            tested = tested.union(*(run.tested() for run in runs))
        if not DIRECTION & tested and not program.is_dead(site):
            yield site


DIRECTION = frozenset({"outgoing", "incoming", "direction", "inbound", "outbound", "dialing", "caller", "initiator"})


def _stands_in_answer_handler(program: Program, procedure: Procedure) -> bool:
    """Whether the code is written in the answer handler, a closure that it hands out included."""
    outermost = procedure
    while outermost.parent is not None:
        outermost = outermost.parent
    return any(
        callback.phases == ("answer",) and is_callback(outermost, callback) for callback in program.vocabulary.callbacks
    )


def connected_for_all(program: Program) -> Iterator[list[Run]]:
    """The reports of a connected outgoing call that an SDK's callback makes for every call, incoming ones included:
    no condition on the way asks anything. The runs of one report are told together."""
    found: dict[Site, list[Run]] = {}
    both = any(program.sites("report")) and any(program.sites("request start"))
    for procedure in sorted(program.leading_to("report connected"), key=lambda one: (one.path, one.location)):
        for callback in program.vocabulary.connections if both and procedure.closure is None else ():
            if not is_callback(procedure, callback) or not conforms(program.graph, procedure, callback):
                continue
            text = f"{callback.text}: {procedure.display}"
            root = Root(procedure, "call", text, procedure.location, confidence=Confidence.medium)
            for run in program.runs_from(Fact(procedure, "call", {}, root), "report connected"):
                if not run.leads_through_setup and not run.guards():
                    found.setdefault(run.site, []).append(run)
    yield from found.values()


def connected_while_starting(program: Program) -> Iterator[Run]:
    """The reports of a connected outgoing call that the start handler makes itself, whatever happens: nobody can have
    answered before it returns."""
    for runs in program.runs("report connected") if program.armed else ():
        for run in runs:
            at_once = all(edge.mode == "now" for _, edge in run.fact.steps())
            if run.phase == "start" and at_once and not run.guards() and not run.leads_through_setup:
                yield run
                break


def reversed_reports(program: Program) -> Iterator[tuple[Site, Site]]:
    """A report that a call is connected, with the report in the same body that it is connecting, which comes after."""
    for connecting in program.sites("report connecting"):
        for site in connecting.procedure.sites:
            if site.api.effect == "report connected" and site.position.dominates(connecting.position):
                yield site, connecting
