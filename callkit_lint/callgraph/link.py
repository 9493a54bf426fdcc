"""Link: the summaries of a program's files become symbols and a call graph.

Each call resolves to procedures of the program, to an API of the vocabulary, or to nothing (unknown): unknown calls
leave no trace but the closures they were given, which may run later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from callkit_lint.callgraph.body import BodyWalk
from callkit_lint.callgraph.closures import latest
from callkit_lint.callgraph.compile_time import UNKNOWN_BUILD, Build
from callkit_lint.callgraph.graph import Observation
from callkit_lint.callgraph.linking import Linking, Slot, Watch
from callkit_lint.callgraph.resolution import Local, View
from callkit_lint.callgraph.symbols import Procedure, Symbols
from callkit_lint.ir import FileSummary
from callkit_lint.knowledge import Vocabulary


@dataclass(frozen=True, slots=True)
class Graph:
    """A linked program: symbols, all bodies (closures included) with their sites and edges, and who observes what.

    The rest says what it does not know: the modules and headers that its files import (all, and by file), the base
    names of calls and of assignments that reached nothing, the files of which a part could not be parsed.
    """

    symbols: Symbols
    procedures: list[Procedure]
    observations: list[Observation]
    imports: frozenset[str] = frozenset()
    imported: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unresolved: frozenset[str] = frozenset()
    incomplete: frozenset[str] = frozenset()


def link(files: Mapping[str, FileSummary], vocabulary: Vocabulary, build: Build = UNKNOWN_BUILD) -> Graph:
    """The call graph of one program's files (path to summary); `build` is what its project says."""
    symbols = Symbols(files, build)
    linking = Linking(symbols, vocabulary, [*symbols.procedures, *symbols.dead])
    dead = set(symbols.dead)
    for procedure in linking.procedures.copy():
        view = View(symbols, vocabulary, procedure.path, procedure.function.owner)
        view.locals.update((p.name, Local(p.type, parameter=True)) for p in procedure.parameters)
        BodyWalk(linking, procedure, procedure, view, dead=procedure in dead).run()
    _connect_closures(linking)
    _connect_posts(linking)
    _connect_watches(linking)
    return Graph(
        symbols,
        linking.procedures,
        linking.observations,
        imports=frozenset(name for summary in files.values() for name in summary.imports),
        imported={path: summary.imports for path, summary in files.items()},
        unresolved=frozenset(linking.unresolved),
        incomplete=frozenset(path for path, summary in files.items() if any(part.hides for part in summary.lost)),
    )


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


def _connect_posts(linking: Linking) -> None:
    """Posting one of the program's own notifications runs its observers, before the post returns."""
    observers: dict[str, list[Observation]] = defaultdict(list)
    for observation in linking.observations:
        observers[observation.notification].append(observation)
    targets = {same.runs for same in linking.vocabulary.same}
    for procedure in linking.symbols.procedures if targets else ():
        if procedure.closure is None and procedure.display in targets:
            observers[procedure.display].append(
                Observation(procedure, procedure, procedure.display, procedure.location)
            )
    for post in linking.posts:
        for observation in observers.get(post.notification, ()):
            text = f"{post.edge.text}, which {observation.observer.display} observes"
            post.edge.caller.edges.append(replace(post.edge, callee=observation.observer, text=text, observed=True))


def _connect_watches(linking: Linking) -> None:
    """Setting a property runs who observes it, before the assignment is over."""
    watches: dict[Slot, list[Watch]] = defaultdict(list)
    for watch in linking.watches:
        watches[watch.slot].append(watch)
    for change in linking.changes:
        for watch in watches.get(change.slot, ()):
            text = f"{change.edge.text}, which {watch.observer.display} observes"
            edge = replace(change.edge, callee=watch.observer, mode=watch.mode, arguments=watch.known, text=text)
            change.edge.caller.edges.append(replace(edge, observed=True))
