"""Where the life of a call enters the app's code: the procedures that open a phase, each with the reason in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from callkit_lint.callgraph.conditions import Bindings, Known, words
from callkit_lint.callgraph.graph import Edge, Position, Site
from callkit_lint.callgraph.link import Graph
from callkit_lint.callgraph.symbols import Procedure, TypeInfo
from callkit_lint.ir import Function, Location
from callkit_lint.knowledge import Callback, Exported, Vocabulary
from callkit_lint.model.screens import hangs_up, keypad_screens, nib_objects, screens, shows_a_call
from callkit_lint.rule import Confidence

PROVIDERS = frozenset({"CXProvider", "ConversationManager", "PTChannelManager"})


@dataclass(frozen=True, slots=True)
class Root:
    """Why a procedure runs in a phase: what calls it, in words, and where that shows."""

    procedure: Procedure
    phase: str
    text: str
    location: Location
    until: Position | None = None  # only what runs before this position
    since: Position | None = None  # only what runs after it
    confidence: Confidence = Confidence.high
    acts: bool = False  # whether somebody asks for it: the user on a screen, or code in the app's other language
    presumed: bool = False  # whether nothing shows it: an owner of the provider, which should be made at the launch
    bindings: Bindings = field(default_factory=dict)  # what it is called with, where that decides the phase
    error: str = ""  # its parameter that tells of an error: the phase is open only without one


def entry_points(graph: Graph, vocabulary: Vocabulary) -> Iterator[Root]:
    """Everything that opens a phase: callbacks, notifications, exported methods, set-up, and calls to the call
    system."""
    keypads = keypad_screens(graph)
    for root in _entry_points(graph, vocabulary):
        yield _on_screen(root, keypads) if root.phase == "screen" else root
    yield from _from_nibs(graph, keypads)


def _entry_points(graph: Graph, vocabulary: Vocabulary) -> Iterator[Root]:
    for procedure in graph.symbols.procedures:
        for callback in vocabulary.callbacks:
            if is_callback(procedure, callback) and conforms(graph, procedure, callback):
                for phase in callback.opens:
                    root = _entry(procedure, phase, f"{callback.text}: {_signature(procedure)}")
                    yield from (replace(root, bindings=given) for given in _given(procedure, callback))
        for exported in _exported_by(procedure.function, vocabulary):
            yield _entry(procedure, exported.phase, f"{exported.text}: {procedure.display}", acts=True)
        for entry in vocabulary.entries:
            if procedure.closure is None and procedure.display == entry.function:
                yield _entry(procedure, entry.phase, f"{entry.text}: {procedure.display}")
    yield from _exported_elsewhere(graph, vocabulary)
    notifications = {notification.id: notification for notification in vocabulary.notifications}
    for observation in graph.observations:
        if notification := notifications.get(observation.notification):
            observer = observation.observer
            text = f"{notification.text}, and {observer.display} observes that"
            for phase in notification.phases:
                yield Root(observer, phase, text, observer.location)
    yield from _setup(graph, vocabulary)
    yield from _call_views(graph)
    handlers = _handlers(graph, vocabulary)
    yield from _openers(graph, "report", {"report"}, "reports an incoming call", handlers)
    yield from _openers(graph, "request", {"request start"}, "requests an outgoing call", handlers)
    yield from _endings(graph)
    for procedure in graph.procedures:
        for edge in procedure.edges:
            if edge.mode in vocabulary.phases and not edge.is_dead:
                opening = vocabulary.phases[edge.mode].opening
                acts = edge.mode in ("bridge", "screen")
                root = _entry(edge.callee, edge.mode, f"{opening}: {edge.callee.display}", edge.location, acts=acts)
                yield replace(root, error=_error_of(edge))


def _error_of(edge: Edge) -> str:
    """The parameter of the completion of a report or request that tells of an error: with one there is no call."""
    parameters = edge.callee.parameters
    return parameters[0].name if edge.mode in ("reported", "requested") and len(parameters) == 1 else ""


def _exported_by(function: Function, vocabulary: Vocabulary, phase: str = "") -> Iterator[Exported]:
    """What lets something outside the program's own code call a function (in a phase): its attributes."""
    given = {attribute.partition("(")[0] for attribute in function.attributes}
    return (item for item in vocabulary.exported if item.attribute in given and phase in ("", item.phase))


def _is_called_by_another_language(info: TypeInfo, vocabulary: Vocabulary) -> bool:
    functions = [function for functions in info.declared.values() for function in functions]
    functions += [procedure.function for found in info.methods.values() for procedure in found]
    return any(True for function in functions for _ in _exported_by(function, vocabulary, "bridge"))


def _exported_elsewhere(graph: Graph, vocabulary: Vocabulary) -> Iterator[Root]:
    """The methods of a Swift class that a file beside it declares for the other language."""
    for name, infos in graph.symbols.types.items():
        for info in infos:
            for function in [function for functions in info.declared.values() for function in functions]:
                for exported in _exported_by(function, vocabulary):
                    for procedure in graph.symbols.members(name, function.selector, info.path, selector=True):
                        text = f"{exported.text}: {procedure.display}"
                        yield _entry(procedure, exported.phase, text, acts=True)


def _given(procedure: Procedure, callback: Callback) -> Iterator[Bindings]:
    """The values of its parameters with which a callback opens its phases, one set at a time."""
    if not callback.given:
        yield {}
    for index, states in callback.given.items():
        if int(index) < len(procedure.parameters):
            yield from ({procedure.parameters[int(index)].name: Known(state)} for state in states)


def _entry(
    procedure: Procedure, phase: str, text: str, location: Location | None = None, *, acts: bool = False
) -> Root:
    return Root(procedure, phase, text, location or procedure.location, acts=acts)


def _on_screen(root: Root, keypads: AbstractSet[str]) -> Root:
    """On the screen of a call the user acts in the call, and a keypad comes in one: as far as names can be trusted."""
    owner = root.procedure.function.owner
    if not shows_a_call(owner) and owner not in keypads:
        return root
    if root.acts and hangs_up(root.procedure.function.name):
        return replace(root, phase="end", confidence=Confidence.medium)
    phase = "call" if root.acts or owner in keypads else "call screen"
    return replace(root, phase=phase, confidence=Confidence.medium)


def _from_nibs(graph: Graph, keypads: AbstractSet[str]) -> Iterator[Root]:
    """What is created where the nib of a call's screen is loaded, or of another one that no code creates."""
    called = {edge.callee.function for p in graph.procedures for edge in p.edges if not edge.is_dead}
    created = {function.owner for function in called if function.kind in ("init", "initial values")}
    for screen, info in screens(graph):
        phase = "call" if screen in keypads else "call screen" if shows_a_call(screen) else "screen"
        for kind, procedure in nib_objects(graph, screen, info.path):
            if phase != "screen" or kind not in created:
                made = f", and creates {kind} for it" if kind != screen else ""
                text = f"a storyboard or nib brings up the screen {screen}{made}"
                yield Root(procedure, phase, text, procedure.location, confidence=Confidence.medium)


def is_callback(procedure: Procedure, callback: Callback) -> bool:
    """Whether a method is the one that the framework calls: by name and, where names are shared, parameter types."""
    function = procedure.function
    if not function.owner:
        return False
    if callback.parameter:
        return bool(function.parameters) and function.parameters[0].type == callback.parameter
    if function.selector and function.selector in callback.objc:
        return True
    if function.name not in callback.swift:
        return False
    types = {str(index): parameter.type for index, parameter in enumerate(function.parameters)}
    return all(types.get(index) == kind for index, kind in callback.types.items())


def conforms(graph: Graph, procedure: Procedure, callback: Callback) -> bool:
    """Where a callback's names are not its protocol's alone, the owner must declare the protocol."""
    if not callback.protocols:
        return True
    return any(
        name in callback.protocols for name, _ in graph.symbols.lineage(procedure.function.owner, procedure.path)
    )


def _signature(procedure: Procedure) -> str:
    """A callback as a message names it: with the type that tells overloads apart."""
    function = procedure.function
    if function.name == "provider(_:perform:)" and len(function.parameters) > 1:
        return f"{function.owner}.provider(_:perform: {function.parameters[1].type})"
    return procedure.display


def _setup(graph: Graph, vocabulary: Vocabulary) -> Iterator[Root]:
    """The creation of the app's delegate, of the call system's delegate, of whatever owns the provider, and of the
    modules that another language calls."""
    owners = {
        p.function.owner
        for p in graph.procedures
        for site in p.sites
        if site.api.effect == "provider" and p.function.owner and not site.is_dead
    }
    for name, infos in graph.symbols.types.items():
        for info in infos:
            holds = any(item.type in PROVIDERS for item in info.fields.values()) or vocabulary.arms & set(
                info.supertypes
            )
            launches = not {"UIApplicationDelegate", "App"}.isdisjoint(info.supertypes)
            launches = launches or _is_called_by_another_language(info, vocabulary)
            if not (holds or launches or name in owners):
                continue
            why = "the app launches and creates" if launches else "the app creates the owner of its call provider,"
            for key in ("", "init"):
                for procedure in info.methods.get(key, []):
                    if procedure.function.kind in ("init", "initial values"):
                        text = f"{why} {name}"
                        yield Root(procedure, "setup", text, procedure.location, presumed=not launches)


def _call_views(graph: Graph) -> Iterator[Root]:
    """The creation of a call's views and view models: the call's screen comes."""
    for name, infos in graph.symbols.types.items():
        if not shows_a_call(name) or {"view", "screen"}.isdisjoint(words(name.rpartition(".")[2])):
            continue
        for procedure in [p for info in infos for key in ("", "init") for p in info.methods.get(key, ())]:
            if procedure.function.kind in ("init", "initial values"):
                text = f"the app creates a part of its call screen, {name}"
                yield Root(procedure, "call screen", text, procedure.location, confidence=Confidence.medium)


def _handlers(graph: Graph, vocabulary: Vocabulary) -> set[Procedure]:
    """What a framework calls with a call that exists, such as the handlers of actions: the report that such code
    reaches is another call's."""
    before = {"setup", "report", "bridge", "screen"}
    callbacks = [callback for callback in vocabulary.callbacks if before.isdisjoint(callback.opens)]
    return {p for p in graph.symbols.procedures if any(is_callback(p, callback) for callback in callbacks)}


def _openers(graph: Graph, phase: str, effects: set[str], text: str, handlers: set[Procedure]) -> Iterator[Root]:
    """What runs before a call is reported or requested, and what runs after: in the function that does so and its
    callers. What only posts a notification of the program's own, which tells of any of a call's states, does not."""
    observers = {found.observer for found in graph.observations if found.notification.startswith("own: ")}
    points: dict[Procedure, list[tuple[Position, Location, bool]]] = defaultdict(list)
    queue: list[Procedure] = []
    for procedure in graph.procedures:
        for site in procedure.sites:
            if site.api.effect in effects and not site.is_dead:
                position, awaited = _request_of(procedure, site)
                points[procedure].append((position, site.location, awaited))
        if points[procedure]:
            queue.append(procedure)
    callers: dict[Procedure, list[Edge]] = defaultdict(list)
    for procedure in graph.procedures:
        for edge in procedure.edges:
            if edge.mode == "now" and not edge.is_dead:
                callers[edge.callee].append(edge)
    while queue:
        callee = queue.pop()
        for edge in callers[callee] if callee not in observers else ():
            if edge.caller in handlers:
                continue
            if not points[edge.caller]:
                queue.append(edge.caller)
            if all(position != edge.position for position, _, _ in points[edge.caller]):
                points[edge.caller].append((edge.position, edge.location, edge.awaited))
    for procedure, found in points.items():
        for position, location, awaited in found:
            yield Root(procedure, phase, f"{procedure.display} {text}", location, until=position)
            # What follows in the same turn of the run loop is not late: the user cannot have answered yet.
            late = f"{phase}ed" if awaited else phase
            after = f"{text}, waits for that and goes on" if awaited else f"{text} and goes on"
            yield Root(procedure, late, f"{procedure.display} {after}", location, since=position)


def _endings(graph: Graph) -> Iterator[Root]:
    """What runs before and after a procedure tells the call system that a call has ended."""
    for procedure in graph.procedures:
        for site in procedure.sites:
            if site.api.effect == "report ended" and not site.is_dead:
                text = f"{procedure.display} reports that a call has ended"
                yield Root(procedure, "end", text, site.location, until=site.position)
                yield Root(procedure, "end", text, site.location, since=site.position)


def _request_of(procedure: Procedure, site: Site) -> tuple[Position, bool]:
    """The request that follows the creation of a start action in the same procedure, else the creation; and whether it
    is waited for."""
    asked = (s for s in procedure.sites if s.api.effect == "transaction" and site.position.dominates(s.position))
    found = next(asked, site) if site.api.effect == "request start" else site
    return found.position, found.awaited
