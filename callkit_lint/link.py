"""Link: the summaries of a program's files become symbols and a call graph.

Each call resolves to procedures of the program, to an API of the vocabulary, or to nothing (unknown): unknown calls
leave no trace but the closures they were given, which may run later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from callkit_lint.body import BodyWalk, Linking
from callkit_lint.closures import latest
from callkit_lint.graph import Observation
from callkit_lint.ir import FileSummary
from callkit_lint.knowledge import Vocabulary
from callkit_lint.resolution import Local, View
from callkit_lint.symbols import Procedure, Symbols


@dataclass(frozen=True, slots=True)
class Graph:
    """A linked program: symbols, all bodies (closures included) with their sites and edges, and who observes what."""

    symbols: Symbols
    procedures: list[Procedure]
    observations: list[Observation]


def link(files: Mapping[str, FileSummary], vocabulary: Vocabulary) -> Graph:
    """The call graph of one program's files (path to summary)."""
    symbols = Symbols(files)
    linking = Linking(symbols, vocabulary, list(symbols.procedures))
    for procedure in symbols.procedures:
        view = View(symbols, vocabulary, procedure.path, procedure.function.owner)
        view.locals.update((p.name, Local(p.type, parameter=True)) for p in procedure.parameters)
        BodyWalk(linking, procedure, procedure, view).run()
    _connect_closures(linking)
    return Graph(symbols, linking.procedures, linking.observations)


def _connect_closures(linking: Linking) -> None:
    """Add the edges that only the whole program decides: to closures given to its own functions, and to stored ones."""
    flow = linking.flow
    for given in linking.given:
        for callee, name in given.parameters:
            for slot in flow.slots(callee, name):
                flow.stored[slot].append(given.edge.callee)
        mode = latest(flow.mode_of_parameter(callee, name) for callee, name in given.parameters)
        if mode:
            given.edge.caller.edges.append(replace(given.edge, mode=mode))
    for invocation in linking.invocations:
        for closure in flow.stored.get(invocation.slot, ()):
            invocation.edge.caller.edges.append(replace(invocation.edge, callee=closure))
