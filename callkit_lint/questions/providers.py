"""The objects through which an app talks to the call system: CallKit's provider, and the managers of its relatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from callkit_lint.callgraph.conditions import smallest, words
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Closure
from callkit_lint.model.entry_points import is_callback
from callkit_lint.model.keeping import ELSEWHERE, Destination, call_at, destination, is_kept
from callkit_lint.model.program import Program


def handlers(program: Program, *callbacks: str) -> Iterator[Procedure]:
    """The app's own functions that the call system calls for these callbacks: members of types that conform to its
    protocols; not where a subclass has its own."""
    wanted = [callback for callback in program.vocabulary.callbacks if callback.id in callbacks]
    symbols = program.graph.symbols
    for procedure in symbols.procedures if program.armed else ():
        owner, name = procedure.function.owner, procedure.function.name
        for callback in wanted:
            lineage = symbols.lineage(owner, procedure.path)
            if not is_callback(procedure, callback) or program.vocabulary.arms.isdisjoint(dict(lineage)):
                continue
            below = [symbols.type_at(kind, procedure.path) for kind in symbols.descendants(owner)]
            if not any(
                info and any(p.function.name == name for ps in info.methods.values() for p in ps) for info in below
            ):
                yield procedure


@dataclass(frozen=True, slots=True)
class Creation:
    """A place where the app makes its provider or its push registry, and where the new one goes."""

    site: Site
    goes: Destination


def creations(program: Program, effect: str = "provider") -> Iterator[Creation]:
    """The creations of providers, or of what else this effect makes, reached or not. A push registry needs no provider
    of the program's own: an SDK may have that."""
    for site in program.sites(effect) if program.armed or effect == "registry" else ():
        if not program.is_dead(site):
            yield Creation(site, _goes(program, site))


def _goes(program: Program, site: Site) -> Destination:
    """Where the provider goes: the call's result, or what it gives to its closure."""
    call = call_at(site.procedure, site.location)
    given = call.arguments[-1].value if call and call.arguments else None
    if not isinstance(given, Closure):
        return destination(program.graph.symbols, site.procedure, site.location)
    name = given.parameters[0].name if given.parameters else "$0"
    for edge in site.procedure.edges:
        if edge.callee.closure is given and not is_kept(edge.callee, name):
            return Destination("dropped")
    return ELSEWHERE


def is_lost(creation: Creation) -> bool:
    """Whether nothing keeps a new provider: it is dropped, or a local of which no other use is made than to send it
    messages. A static variable of a function is a local too: whoever asks whether there is one already has such."""
    goes, procedure = creation.goes, creation.site.procedure
    if goes.kind == "local":
        asked = any(words(goes.name) == words(test.text) for guard in creation.site.guards for test in smallest(guard))
        return not asked and not is_kept(procedure, goes.name)
    return goes.kind == "dropped"
