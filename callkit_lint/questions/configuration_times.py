"""When a program configures the session for its calls: before one, in its actions, or only when it is live.

Where nothing says when a configuration runs, it counts as early: what is not known is no mistake.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import words
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.symbols import Procedure, base_name
from callkit_lint.model.entry_points import Root
from callkit_lint.model.lifecycle import Fact
from callkit_lint.model.program import EARLY, Program, is_posted_early
from callkit_lint.rule import Place

BEFORE_A_CALL = frozenset({"setup", "report", "request", "media reset"})

# When the session is or was a call's already, or when there is none to come.
LATE = frozenset(
    {"active", "call", "route change", "device change", "end", "after", "media reset"}
    | {"interruption began", "interruption ended"}
)


def configured_early(program: Program) -> bool:
    """Whether some call configuration may run before a call is reported or requested, or nothing says when it runs."""
    return may_configure_in(program, BEFORE_A_CALL)


def may_configure_in(program: Program, phases: frozenset[str]) -> bool:
    """Whether some call configuration may run in one of these phases, or nothing says when it runs."""
    for site in program.call_configurations:
        runs = program.lifecycle.runs.get(site)
        if any(run.phase in phases for run in runs) if runs else not _serves_another_feature(site):
            return True
    return False


def _serves_another_feature(site: Site) -> bool:
    """Whether the names around a configuration of which it is not known when it runs speak of recordings or messages,
    and not of calls."""
    named = set(words(f"{site.procedure.function.owner} {site.procedure.function.name}"))
    return bool(named & OTHER_FEATURES) and not named & CALLS


OTHER_FEATURES = frozenset(
    {"recorder", "recording", "record", "records", "message", "messages", "note", "notes", "player"}
)
CALLS = frozenset(
    {"call", "calls", "calling", "voip", "callkit", "rtc", "sip", "phone", "conference", "webrtc", "session"}
)


def configured_before_activation(program: Program) -> bool:
    """Whether some call configuration may run before CallKit activates the session, or nothing says when it runs."""
    for site in program.call_configurations:
        runs = program.lifecycle.runs.get(site, [])
        if not runs or any(run.phase not in LATE or is_posted_early(run) for run in runs):
            return True
        if not all(_enters_late(program, entry, set()) for entry in _unseen_entries(program, site.procedure)):
            return True
    return False


def runs_unseen(program: Program, site: Site) -> bool:
    """Whether something leads to a call of which nothing is known: a procedure without callers and without a phase."""
    return any(_unseen_entries(program, site.procedure))


def is_never_called(program: Program, site: Site) -> bool:
    """Whether the function that holds a call is dead code: private to the program's own calls, of which none reaches
    it. A method that something outside may call (exported, overriding, required by a protocol) is not."""
    procedure = site.procedure
    while procedure.parent is not None:
        procedure = procedure.parent
    function = procedure.function
    return (
        function.kind in ("function", "method")
        and not any(attribute.partition("(")[0] in OUTWARD for attribute in function.attributes)
        and not program.callers[procedure]
        and procedure not in program.facts_of
        and base_name(function.name) not in program.graph.unresolved
        and (
            not function.owner
            or program.graph.symbols.declaration(function.owner, base_name(function.name), procedure.path) is None
        )
    )


OUTWARD = frozenset({"objc", "objcMembers", "IBAction", "override", "open", "public", "dynamic", "_cdecl"})


def _unseen_entries(program: Program, target: Procedure) -> Iterator[Procedure]:
    """What leads to a procedure from nowhere that is known: a function without callers and without a phase, an observer
    of a notification that nobody posts, a closure that was handed over at launch to code which is not known."""
    queue, seen = [target], {target}
    while queue:
        procedure = queue.pop()
        edges = program.callers[procedure]
        if (not edges and _comes_from_outside(program, procedure)) or any(_is_kept(program, edge) for edge in edges):
            yield procedure
        callers = [edge.caller for edge in edges if edge.caller not in seen]
        queue += callers
        seen.update(callers)


def _comes_from_outside(program: Program, procedure: Procedure) -> bool:
    heard = [found.notification for found in program.graph.observations if found.observer is procedure]
    if any(name.startswith("own: ") for name in heard):
        return True
    return procedure not in program.facts_of and procedure.closure is None


def _is_kept(program: Program, edge: Edge) -> bool:
    """Whether a closure was given away where nothing says when it runs, not even that it is soon."""
    phases = {fact.phase for fact in program.facts_of.get(edge.caller, ())}
    return edge.mode == "unknown" and any(not program.vocabulary.phases[phase].unknown for phase in phases)


def _enters_late(program: Program, entry: Procedure, seen: set[Procedure]) -> bool:
    """Whether an entry of which nothing else is known cannot come before a call's activation: it ends an object, or
    observes a notification of the system that only late code registers it for."""
    if entry.function.kind == "deinit" or entry in seen:
        return True
    seen.add(entry)
    by = [found.procedure for found in program.graph.observations if found.observer is entry]
    return bool(by) and all(_runs_late(program, procedure, seen) for procedure in by)


def _runs_late(program: Program, procedure: Procedure, seen: set[Procedure]) -> bool:
    facts = program.facts_of.get(procedure, [])
    return (
        bool(facts)
        and all(fact.phase in LATE and fact.root.phase not in EARLY for fact in facts)
        and all(_enters_late(program, entry, seen) for entry in _unseen_entries(program, procedure))
    )


def surest_configurations(program: Program) -> list[Site]:
    """The call configurations without those whose category is only not known (it may be the former one that is put
    back), where there are others."""
    sure = [
        site for site in program.call_configurations if not site.api.values or site.constant("category") is not None
    ]
    return sure or program.call_configurations


def beginnings(program: Program, *phases: str) -> tuple[Place, ...]:
    """Where a call begins, for the phases asked for (all, if none is): it is reported or requested, answered or
    started. Configuring is owed before."""
    wanted = phases or tuple(BEGINS)
    places = {
        (site.procedure.path, site.location): BEGINS[OPENS[site.api.effect]]
        for site in program.sites(*OPENS)
        if OPENS[site.api.effect] in wanted
    }
    for fact in program.lifecycle.facts:
        if fact.phase in wanted and _is_handler(fact):
            places.setdefault((fact.procedure.path, fact.root.location), BEGINS[fact.phase])
    return tuple(
        Place(path, where, f"{text} here, with nothing configured") for (path, where), text in sorted(places.items())
    )


def _is_handler(fact: Fact) -> bool:
    """A function that the call system calls to have an action performed."""
    root = fact.cause
    return isinstance(root, Root) and fact.phase in ("answer", "start") and not (root.until or root.since)


OPENS = {"report": "report", "request start": "request"}
BEGINS = {
    "report": "an incoming call is reported",
    "request": "an outgoing call is requested",
    "answer": "a call is answered",
    "start": "a call is started",
}
