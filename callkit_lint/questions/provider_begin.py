"""What waits for the provider to say that it has begun."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import smallest
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Assign, Expr, Literal, Member, Name
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.nodes import within
from callkit_lint.questions.providers import handlers

NEAR = 2  # calls between the method and a report that waits for it
BEGINNINGS = ("CXProviderDelegate.didBegin", "ConversationManagerDelegate.didBegin")


def reports_behind(program: Program) -> Iterator[tuple[Run, str, Procedure]]:
    """The reports of calls behind a condition on a property that is set to true when the provider begins, and at no
    other place: each with the property's name and the method that sets it."""
    for begin in handlers(program, *BEGINNINGS):
        names = set(_switched_on(begin)) - _set_elsewhere(program, begin)
        for runs in program.runs("report") if names else ():
            for run in runs:
                tested = {name for guard in run.guards() for test in smallest(guard) for name in test.text.split()}
                if tested & names:
                    yield run, min(tested & names), begin
                    break


def waiting_reports(program: Program) -> Iterator[tuple[Site, Procedure]]:
    """The reports of calls that the method leads to which is called when the provider begins, with the method."""
    for begin in handlers(program, *BEGINNINGS):
        level = seen = {begin}
        for _ in range(NEAR):
            level = {edge.callee for procedure in level for edge in procedure.edges if edge.mode == "now"} - seen
            seen = seen | level
        yield from ((site, begin) for site in program.sites("report") if site.procedure in seen)


def _switched_on(procedure: Procedure) -> Iterator[str]:
    return (name for name, value in _assigned(procedure) if isinstance(value, Literal) and value.value is True)


def _set_elsewhere(program: Program, begin: Procedure) -> set[str]:
    """The properties that other code switches on too: then nobody has to wait for this."""
    others = (one for one in program.graph.symbols.procedures if one is not begin)
    return {
        name
        for procedure in others
        for name, value in _assigned(procedure)
        if not (isinstance(value, Literal) and value.value in (False, None))
    }


def _assigned(procedure: Procedure) -> Iterator[tuple[str, Expr]]:
    """The names that a body assigns, with what they get."""
    for node in within(procedure.body):
        match node:
            case Assign(Name(name) | Member(Name("self"), name), value):
                yield name, value
