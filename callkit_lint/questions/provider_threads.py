"""Where and when a provider is made: before the app has started, or off the main thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from callkit_lint.callgraph.arguments import last_name
from callkit_lint.callgraph.conditions import spelled
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Call, Closure, Declare, Expr, Location, Member, Name, Selector
from callkit_lint.model.keeping import call_at, statements
from callkit_lint.model.program import Program
from callkit_lint.questions.providers import Creation, creations
from callkit_lint.questions.repeated_providers import asks_for_one
from callkit_lint.rule import Place

Way = tuple[Place, ...]


def made_before_launch(program: Program) -> Iterator[tuple[Creation, Way]]:
    """The creations that an Objective-C class's `+load` leads to, with the way."""
    roots = {
        procedure: (Place(procedure.path, procedure.location, f"{procedure.display} runs before the app has started"),)
        for procedure in program.graph.procedures
        if _runs_before_launch(procedure)
    }
    yield from _reached(program, roots)


def _runs_before_launch(procedure: Procedure) -> bool:
    function = procedure.function
    return procedure.closure is None and function.is_static and function.selector == "load"


def made_in_background(program: Program) -> Iterator[tuple[Creation, Way]]:
    """The creations that code leads to which is posted to a queue that is certainly not the main one, with the way."""
    roots: dict[Procedure, Way] = {}
    for procedure in program.graph.procedures:
        for site in procedure.sites if program.armed else ():
            call = call_at(procedure, site.location) if "later" in site.api.runs.values() else None
            if call is not None and is_background(call):
                text = f"{procedure.display} posts code to a background queue"
                for edge in _given(procedure, call):
                    roots.setdefault(edge.callee, (Place(procedure.path, site.location, text),))
    yield from _reached(program, roots)


def _given(procedure: Procedure, call: Call) -> Iterator[Edge]:
    """The edges to what a call is given to run."""
    places = {argument.value.location for argument in call.arguments if isinstance(argument.value, Closure | Selector)}
    return (edge for edge in procedure.edges if edge.location in places)


def _reached(program: Program, roots: Mapping[Procedure, Way]) -> Iterator[tuple[Creation, Way]]:
    """The creations that these procedures lead to before they return, on the same thread. Not those that another way
    may have made before: behind a test for one, or as a value that is computed once."""
    made = {creation.site.procedure: creation for creation in creations(program)}
    ways = dict(roots)
    queue = list(roots)
    while queue:
        procedure = queue.pop(0)
        creation = made.pop(procedure, None)
        if creation is not None and not asks_for_one(creation, procedure, creation.site.guards):
            yield creation, ways[procedure]
        main = set(_on_main(procedure))
        for edge in procedure.edges:
            if edge.mode != "now" or edge.callee in ways or edge.location in main or edge.guards:
                continue
            if not program.graph.symbols.is_computed_once(edge.callee) and not edge.is_once:
                ways[edge.callee] = (*ways[procedure], Place(procedure.path, edge.location, f"which {edge.text}"))
                queue.append(edge.callee)


def _on_main(procedure: Procedure) -> Iterator[Location]:
    """The closures in a body that wait for the main thread."""
    for site in procedure.sites:
        call = call_at(procedure, site.location) if "now" in site.api.runs.values() else None
        if call and (site.api.owner == "MainActor" or "main" in spelled(call.receiver) or _first_names(call, "main")):
            yield from (a.value.location for a in call.arguments if isinstance(a.value, Closure))


def is_background(call: Call) -> bool:
    """Whether a call that posts code names a queue of the system's that is not the main one."""
    if call.name.startswith("performSelectorInBackground") or call.name == "detached":
        return True
    return is_global_queue(call.receiver) or (call.receiver is None and _first_names(call, "global_queue"))


def _first_names(call: Call, word: str) -> bool:
    first = call.arguments[0].value if call.arguments else None
    return isinstance(first, Call | Name) and word in spelled(first)


def is_global_queue(queue: Expr | None) -> bool:
    return isinstance(queue, Call) and (queue.name in ("global", "dispatch_get_global_queue"))


def concurrent_queues(program: Program) -> Iterator[Site]:
    """The calls that set a delegate whose callbacks come on a queue that runs several at once."""
    for site in program.sites("delegate") if program.armed else ():
        call = call_at(site.procedure, site.location)
        if call is not None and len(call.arguments) > 1 and not program.is_dead(site):
            queue = _value(program, site.procedure, call.arguments[1].value)
            if is_global_queue(queue) or (isinstance(queue, Call) and _is_concurrent(queue)):
                yield site


def _is_concurrent(queue: Call) -> bool:
    options: Iterable[Expr] = [argument.value for argument in queue.arguments]
    return queue.name in ("DispatchQueue", "dispatch_queue_create") and any(
        last_name(option) in ("concurrent", "DISPATCH_QUEUE_CONCURRENT") for option in options
    )


def _value(program: Program, procedure: Procedure, expr: Expr) -> Expr | None:
    """What a local or a property holds, as far as its declaration says."""
    match expr:
        case Name(name) | Member(Name("self"), name):
            for statement, _ in statements(procedure.body, implicit=False):
                if isinstance(statement, Declare) and statement.name == name:
                    return statement.value
            found = program.graph.symbols.field(procedure.function.owner, name, procedure.path)
            return found[0].value if found else None
    return expr
