"""What a call is given to run: closures, selectors, names of functions. When they run is the callee's doing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from callkit_lint.callgraph import assignments, property_observers
from callkit_lint.callgraph.arguments import parameter_for, run_mode
from callkit_lint.callgraph.closures import RANK, Use
from callkit_lint.callgraph.graph import Observation
from callkit_lint.callgraph.linking import Given, Invocation
from callkit_lint.callgraph.notifications import published, registered
from callkit_lint.callgraph.resolution import Resolution
from callkit_lint.callgraph.symbols import Procedure, base_name
from callkit_lint.ir import Argument, Call, Closure, Expr, Location, Member, Name, Selector
from callkit_lint.rule import Confidence

if TYPE_CHECKING:
    from callkit_lint.callgraph.body import BodyWalk


def is_callable(walk: BodyWalk, value: Expr) -> bool:
    """Closures, selectors, and names of closures or methods given as arguments."""
    match value:
        case Closure() | Selector():
            return True
        case Name(name) if name in walk.view.locals:
            local = walk.view.locals[name]
            return local.closure is not None or local.parameter
        case Name(name):
            symbols, owner, path = walk.linking.symbols, walk.view.owner, walk.view.path
            if not owner or symbols.field(owner, name, path):
                return False  # a property is meant, whatever methods share its name (`peerConnection(_:didAdd:)`)
            return any(p.function.kind == "method" for p in symbols.members(owner, name, path, selector=False))
        case Member(Name("self"), name):
            return is_callable(walk, Name(name))
    return False


def invokes_closure(walk: BodyWalk, call: Call) -> bool:
    """A call of a local function, a closure parameter, or a closure stored in a property."""
    local = walk.view.locals.get(call.name)
    if local is None:
        if not walk.linking.symbols.field(walk.view.owner, call.name, walk.view.path):
            return False
        walk.order += 1
        for argument in call.arguments:
            walk.visit(argument.value)
        invoke_stored(walk, call, walk.view.owner)
        return True
    for argument in call.arguments:
        walk.visit(argument.value)
    walk.order += 1
    if local.closure is not None:
        walk.linking.flow.creation.setdefault(local.closure, "now")
        walk.edge(local.closure, call.location, "now", {}, f"calls {call.name}")
    elif local.parameter:
        walk.linking.flow.uses[walk.function, call.name].append(Use(walk.procedure))
    return True


def invoke_stored(walk: BodyWalk, call: Call, owner: str) -> None:
    """A call through a property of a type: whatever closures the program stores there run now."""
    if slot := assignments.slot_of(walk, owner, call.name):
        edge = walk.make_edge(walk.procedure, call.location, "now", {}, f"calls {call.name}")
        walk.linking.invocations.append(Invocation(edge, slot))


def hand_over(walk: BodyWalk, call: Call, found: Resolution, index: int, argument: Argument) -> None:
    """A closure or selector given to a call: when it runs is the callee's doing."""
    callees = tuple(
        (procedure, name) for procedure in found.procedures if (name := parameter_for(procedure, call, index, argument))
    )
    mode = run_mode(found.api, call, index, argument) if found.api else None
    if mode == "requested" and _requests_no_call(walk.procedure):
        mode = "later"  # the transaction is about a call that goes on: an end, a hold
    if mode is None and not callees:
        if isinstance(argument.value, Selector):
            mode = "screen"  # a target and its action: the frameworks' controls and gestures
        else:
            mode = "now" if call.name in walk.linking.vocabulary.runs_now else "unknown"
    observed = property_observers.watched(walk, call) if mode == "unknown" else None
    for procedure in targets(walk, call, found, argument.value):
        if observed:
            property_observers.watch(walk, procedure, *observed)
        elif mode == "notification":
            observe(walk, registered(walk.linking.vocabulary, found.api, call), procedure, call.location)
        elif mode == "unknown" and (name := published(walk.view, call)):
            observe(walk, name, procedure, call.location)
        elif mode is not None:
            confidence = Confidence.medium if mode == "unknown" else found.confidence
            run_closure(walk, procedure, argument.value.location, mode, confidence, run_text(walk, call, found, mode))
        else:
            edge = walk.make_edge(
                procedure, argument.value.location, "later", {}, f"gives a closure to {callees[0][0].display}"
            )
            walk.linking.given.append(Given(edge, callees))
            if procedure.closure is not None:
                walk.linking.flow.given[procedure] = callees
    if isinstance(argument.value, Name) and walk.parameter(argument.value.name):
        use = Use(walk.procedure, mode or "unknown", passed_to=callees if mode is None else ())
        walk.linking.flow.uses[walk.function, argument.value.name].append(use)


def _requests_no_call(procedure: Procedure | None) -> bool:
    """Whether the code around a transaction makes actions of other kinds, and none that starts a call."""
    effects: set[str] = set()
    while procedure is not None:
        effects.update(site.api.effect for site in procedure.sites)
        procedure = procedure.parent
    return "request start" not in effects and any(effect.startswith("request ") for effect in effects)


def run_text(walk: BodyWalk, call: Call, found: Resolution, mode: str) -> str:
    spelled = [base_name(spelling) for spelling in found.api.swift] if found.api else []
    name = call.name if call.name in spelled or not spelled else spelled[0]
    name = name.rstrip(":")
    return {
        "now": f"runs a closure ({name})",
        "unknown": f"gives a closure to {name}",
        "later": f"posts a closure ({name})",
        "delayed": f"runs a closure after a delay ({name})",
        "reported": f"runs the completion of {name}",
        "requested": f"runs the completion of {name}",
    }.get(mode, f"sets a target ({name})")


def targets(walk: BodyWalk, call: Call, found: Resolution, value: Expr) -> Iterable[Procedure]:
    match value:
        case Closure():
            return [walk.closure(value)]
        case Selector():
            target = (
                call.arguments[0].value if found.api and "observer" in found.api.values and call.arguments else None
            )
            return walk.view.selected(
                value, walk.view.type_of(target).removesuffix(".Type") if target is not None else ""
            )
        case Name(name) if name in walk.view.locals:
            closure = walk.view.locals[name].closure
            return [closure] if closure else []
        case Name(name) | Member(_, name):
            return walk.linking.symbols.members(walk.view.owner, name, walk.view.path, selector=False)
    return []


def observe(walk: BodyWalk, name: str | None, procedure: Procedure, location: Location) -> None:
    """A registration with the notification center, for a framework's notification or one of the program's own."""
    if procedure.closure is not None:
        walk.linking.flow.creation[procedure] = "later"
    if name and not walk.never_runs():
        walk.linking.observations.append(Observation(walk.procedure, procedure, name, location))


def run_closure(
    walk: BodyWalk, procedure: Procedure, location: Location, mode: str, confidence: Confidence, text: str
) -> None:
    if procedure.closure is not None:
        walk.linking.flow.creation[procedure] = mode if mode in RANK else "later"
    walk.edge(procedure, location, mode, {}, text, confidence)
