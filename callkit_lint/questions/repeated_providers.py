"""Providers that are made more than once: for every call, or in several places of the app that keep one each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from callkit_lint.callgraph.conditions import Test, smallest, words
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Assign, Location, Member, Name
from callkit_lint.model.keeping import Destination, destination, is_left_over
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.nodes import within
from callkit_lint.questions.providers import Creation, creations

CALLS = ("report", "reported", "request", "requested", "start", "started", "answer", "answered")
MADE_BEFORE = frozenset(
    {"provider", "initialized", "initialised", "configured", "setup", "ready", "registered", "created", "exists"}
)


def made_per_call(program: Program) -> Iterator[Run]:
    """For each creation of a provider that is repeated the run that tells most: with a call that is reported or made,
    else whenever the app's other language asks for it."""
    for creation in creations(program):
        runs = program.lifecycle.runs.get(creation.site, [])
        repeated = [run for run in runs if run.phase in (*CALLS, "bridge") and _repeats(program, creation, run)]
        if repeated:
            yield min(repeated, key=lambda run: (*CALLS, "bridge").index(run.phase))


def _repeats(program: Program, creation: Creation, run: Run) -> bool:
    """Whether each pass makes another provider: no object is created on the way that may be made once, nothing asks
    whether there is a provider, and but for what each report itself makes, the old one is not taken down first."""
    steps = run.fact.steps()
    way = [fact.procedure for fact, _ in steps] + [run.site.procedure]
    once = program.graph.symbols.is_computed_once
    if any(one.function.kind in ("init", "initial values") or once(one) for one in way):
        return False
    if any(edge.is_once for _, edge in steps):
        return False
    guarded = [(fact.procedure, edge.guards) for fact, edge in steps] + [(run.site.procedure, run.site.guards)]
    if any(asks_for_one(creation, procedure, guards) for procedure, guards in guarded):
        return False
    if run.site.position.scope and not run.site.guards:
        return False  # behind a condition that is not known: `provider ?? CXProvider(…)`
    before = [site for site in run.site.procedure.sites if site.position.order < run.site.position.order]
    taken_down = any(site.api.effect == "invalidate" for site in before)
    return run.phase == "report" or not taken_down


def asks_for_one(creation: Creation, procedure: Procedure, guards: tuple[Test, ...]) -> bool:
    """Whether a condition asks whether there is a provider already: it names one, or a property that the same body
    sets."""
    assigned: set[str] | None = None
    for test in [part for guard in guards for part in smallest(guard) if part.text]:
        named = words(test.text)
        if MADE_BEFORE & set(named) or (creation.goes.name and set(words(creation.goes.name)) <= set(named)):
            return True
        if assigned is None:
            assigned = set(_assigned(procedure))
        if assigned & set(test.text.split()):
            return True
    return False


def _assigned(procedure: Procedure) -> Iterator[str]:
    """The names of the properties and variables that a body assigns."""
    for node in within(procedure.body):
        if isinstance(node, Assign) and isinstance(node.target, Member | Name):
            yield node.target.name


def endings_without(program: Program, provider: Site) -> Iterator[Procedure]:
    """The deinitialiser of the object that makes a provider, where it has one that does not take the provider down."""
    made_in, invalidating = provider.procedure, program.leading_to("invalidate")
    for procedure in program.graph.symbols.procedures:
        same = (procedure.path, procedure.function.owner) == (made_in.path, made_in.function.owner)
        if same and procedure.function.kind == "deinit" and not procedure.closure and procedure not in invalidating:
            yield procedure


# ---- in several places ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Making:
    """A place that makes a provider, by itself or with an object that has one, and where that is kept."""

    creation: Creation
    procedure: Procedure
    location: Location
    kept: Destination


def made_in_several_places(program: Program) -> Iterator[list[Making]]:
    """The places that make a provider of the same kind each and keep it each for itself, where there are several."""
    kinds: dict[str, list[Making]] = defaultdict(list)
    for creation in creations(program):
        for making in _makings(program, creation, creation.site.procedure, creation.site.location, creation.goes, 0):
            if making.kept.kind in ("property", "global"):
                kinds[creation.site.api.owner].append(making)
    for found in kinds.values():
        if len(found) > 1:  # what is used is only asked where it matters: that looks through the whole program
            alive = {fact.procedure for fact in program.lifecycle.facts}
            places: dict[tuple[str, str], Making] = {}
            for making in found:
                if _is_used(program, making.procedure, alive):
                    places.setdefault((making.kept.owner, making.kept.name), making)
            if len(places) > 1:
                yield list(places.values())


OBJECTS_IN_OBJECTS = 3


def _makings(
    program: Program, creation: Creation, procedure: Procedure, location: Location, kept: Destination, depth: int
) -> Iterator[Making]:
    """Where a provider is made that this place makes: where the object is created whose property it becomes."""
    own = Making(creation, procedure, location, kept)
    of_object = procedure.function.kind in ("init", "initial values") and kept.kind == "property"
    edges = _creators(program, procedure) if of_object and depth < OBJECTS_IN_OBJECTS else []
    for caller, edge in edges:
        if caller.function.owner == procedure.function.owner and caller.function.kind == "init":
            yield from _makings(program, creation, caller, edge.location, kept, depth + 1)
        elif not edge.guards:
            goes = destination(program.graph.symbols, caller, edge.location)
            if program.graph.symbols.is_computed_once(caller):
                goes = Destination("property", caller.function.owner, caller.function.name)
            yield from _makings(program, creation, caller, edge.location, goes, depth + 1)
    if not edges and not (depth == 0 and creation.site.guards):
        yield own


def _creators(program: Program, callee: Procedure) -> list[tuple[Procedure, Edge]]:
    return [
        (procedure, edge)
        for procedure in program.graph.procedures
        for edge in procedure.edges
        if edge.callee is callee and edge.mode == "now"
    ]


NOT_THE_APP = frozenset({"preview", "previews", "mock", "mocks", "test", "tests", "fake", "stub"})
SCREENS = frozenset({"UIViewController", "UIView", "View", "UIResponder", "App"})


def _is_used(program: Program, procedure: Procedure, alive: set[Procedure]) -> bool:
    """Whether a place is one of the running app: some phase reaches it, or it is a screen's."""
    owner = procedure.function.owner
    info = program.graph.symbols.type_at(owner, procedure.path)
    if NOT_THE_APP & set(words(owner)) or (info and is_left_over(program.graph.symbols, owner, info)):
        return False
    lineage = program.graph.symbols.lineage(owner, procedure.path) if owner else ()
    return procedure in alive or any(name in SCREENS for name, _ in lineage)
