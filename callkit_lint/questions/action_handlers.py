"""Which actions the app offers, and which of them its delegates handle.

What a delegate lacks is only told where all of it is here: its sources were read whole, its superclass is the
program's own or a class of the system's, and nothing of it forwards calls that it does not know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import Procedure, TypeInfo, base_name
from callkit_lint.ir import Declare, Name, Operator, TypeDecl
from callkit_lint.model.emptiness import only_logs
from callkit_lint.model.entry_points import Root, is_callback
from callkit_lint.model.program import Program
from callkit_lint.nodes import within
from callkit_lint.rule import Place

CALLKIT, LIVE_COMMUNICATION = "CXProviderDelegate", "ConversationManagerDelegate"
ALL_CALLS = ("CXEndCallAction", "CXSetMutedCallAction")  # what the system's screen lets the user do in every call
OWED = {
    "report": ("CXAnswerCallAction", *ALL_CALLS),
    "request start": ("CXStartCallAction", *ALL_CALLS),
}
LEADING_ON = (*ALL_CALLS, "CXSetHeldCallAction", "CXPlayDTMFCallAction")  # which change something beyond the phone
ORDER = (
    "CXStartCallAction",
    "CXAnswerCallAction",
    "CXEndCallAction",
    "CXSetMutedCallAction",
    "CXSetHeldCallAction",
    "CXPlayDTMFCallAction",
    "CXSetGroupCallAction",
    "PauseConversationAction",
    "PlayToneAction",
    "MergeConversationAction",
    "UnmergeConversationAction",
)
# Superclasses that handle no action themselves, and protocols in their place.
SYSTEM_PREFIXES = ("NS", "UI", "Flutter", "RCT", "CAP", "CDV", "CX")
SYSTEM_TYPES = frozenset({"Module", "ObservableObject", "Sendable"})
# Methods behind which others may be handled: those that forward, and the one that receives whole transactions.
FORWARDS = frozenset({"forwardInvocation:", "forwardingTargetForSelector:", "respondsToSelector:"})
OUTWARD = ("public", "open", "objc", "IBAction")  # attributes of what may be called from elsewhere
EXECUTE = "provider(_:execute:)"


@dataclass(frozen=True, slots=True)
class Gap:
    """A delegate, at the declaration that makes it one, with the actions that it does not handle, the calls that offer
    them, and the handlers that it has."""

    delegate: Place
    actions: tuple[str, ...]
    offers: tuple[Site, ...]
    handled: tuple[Procedure, ...]


def gaps(program: Program) -> Iterator[Gap]:
    """The delegates that do not handle what the app offers."""
    for protocol in (CALLKIT, LIVE_COMMUNICATION):
        for info, place, offers in _answering(program, protocol):
            missing = [kind for kind in ORDER if kind in offers and not _handles(program, info, kind)]
            if missing:
                sites = [site for kind in missing for site in offers[kind] if site.api.effect == "offer"]
                handled = tuple(one for kind in ORDER for one in _handlers(program, info, kind))
                yield Gap(place, tuple(missing), tuple(dict.fromkeys(sites)), handled)


def idle_handlers(program: Program) -> Iterator[tuple[str, Procedure]]:
    """The handlers of actions that the app's calls lead to which complete the action and do nothing else, each with
    the kind of action."""
    for info, _, offers in _answering(program, CALLKIT):
        for kind in (kind for kind in LEADING_ON if kind in offers):
            found = list(_handlers(program, info, kind))
            if found and all(_only_completes(handler) for handler in found):
                yield kind, found[0]


def _only_completes(handler: Procedure) -> bool:
    return only_logs(handler, "fulfil", "fail") and not only_logs(handler)


def _answering(program: Program, protocol: str) -> Iterator[tuple[TypeInfo, Place, dict[str, list[Site]]]]:
    """The delegates that are here whole, each with its place and the actions that it is to answer."""
    delegates = list(_delegates(program, protocol))
    for info, place in delegates:
        if _is_whole(program, info):
            own = info if len(delegates) > 1 else None  # of several each answers for the calls of its own
            yield info, place, _offers(program, protocol, own)


def _delegates(program: Program, protocol: str) -> Iterator[tuple[TypeInfo, Place]]:
    """The types that are delegates, each with the first declaration that says so."""
    symbols = program.graph.symbols
    adopted = {protocol, *(name for name in symbols.descendants(protocol) if _is_protocol(symbols.types.get(name, [])))}
    for name in sorted(symbols.descendants(protocol)):
        for info in symbols.types.get(name, ()):
            found = [(path, decl) for path, decl in info.declarations if adopted & set(decl.supertypes)]
            if found and info.kind != "protocol":
                path, decl = min(found, key=lambda part: (part[0], part[1].location))
                yield info, Place(path, decl.location, decl.name)


def _is_protocol(infos: list[TypeInfo]) -> bool:
    return any(info.kind == "protocol" for info in infos)


def _is_whole(program: Program, info: TypeInfo) -> bool:
    """Whether the delegate handles nothing that is not seen here."""
    symbols = program.graph.symbols
    if any(path in program.graph.incomplete for path, _ in info.declarations):
        return False
    for _, above in symbols.lineage(info.name, info.path):
        if above is None:
            continue
        if FORWARDS & above.selectors.keys() or "responds" in above.methods:
            return False
        if any(procedure.function.name == EXECUTE for procedure in above.methods.get("provider", ())):
            return False
        if not all(_superclass_is_known(program, path, decl) for path, decl in above.declarations):
            return False
    return True


def _superclass_is_known(program: Program, path: str, decl: TypeDecl) -> bool:
    if decl.kind not in ("class", "interface") or not decl.supertypes:
        return True
    first = program.graph.symbols.alias(decl.supertypes[0])
    known = first.startswith(SYSTEM_PREFIXES) or first in SYSTEM_TYPES or first.endswith(("Delegate", "Protocol"))
    return known or program.graph.symbols.type_at(first, path) is not None


def _offers(program: Program, protocol: str, own: TypeInfo | None) -> dict[str, list[Site]]:
    """The actions that the app offers, each with the calls that do so; those of one type's own functions, if given."""
    offers: dict[str, list[Site]] = defaultdict(list)
    unused = _unused(program)
    for site in program.sites("offer", *OWED):
        if _outermost(site.procedure) in unused or program.is_dead(site):
            continue
        if own is not None and site.procedure.function.owner != own.name:
            continue
        for kind in _actions_of(site):
            if kind.startswith("CX") == (protocol == CALLKIT):
                offers[kind].append(site)
    if not _groups_calls(program):
        offers.pop("CXSetGroupCallAction", None)
    return offers


def _outermost(procedure: Procedure) -> Procedure:
    while procedure.parent is not None:
        procedure = procedure.parent
    return procedure


def _unused(program: Program) -> set[Procedure]:
    """The Swift functions that nothing calls, and nothing outside of the module can: what a sample left behind."""
    called = {edge.callee for procedure in program.graph.procedures for edge in procedure.edges}
    for fact in program.lifecycle.facts:
        if isinstance(root := fact.cause, Root) and root.until is None and root.since is None:
            called.add(fact.procedure)
    return {
        procedure
        for procedure in program.graph.symbols.procedures
        if procedure not in called
        and procedure.path.endswith(".swift")
        and procedure.function.kind in ("method", "function")
        and base_name(procedure.function.name) not in program.graph.unresolved
        and not any(attribute.startswith(OUTWARD) for attribute in procedure.function.attributes)
    }


def _actions_of(site: Site) -> tuple[str, ...]:
    """The kinds of action that a call leads to: a report, a request, or the setting of what a call offers."""
    owner, offered = site.api.owner, site.constant("offered")
    if site.api.effect in OWED:
        return OWED[site.api.effect] if owner.startswith("CX") else ()
    if "action" in site.api.constants:
        return (str(site.constant("action")),) if offered in (True, 1) and offered is not None else ()
    names = str(offered).split("|") if offered else []
    return tuple(str(site.api.constants[name]) for name in names if name in site.api.constants)


def _groups_calls(program: Program) -> bool:
    """Whether calls can be merged at all: not where each group has room for one."""
    sizes = [site.constant("calls") for site in program.sites("group size")]
    return not sizes or any(size is None or (isinstance(size, int) and size > 1) for size in sizes)


def _handles(program: Program, info: TypeInfo, kind: str) -> bool:
    """Whether a delegate has the method for a kind of action; of a conversation's, whether anything tells it from
    other kinds."""
    if not kind.startswith("CX"):
        return kind in _told_apart(program)
    return any(_handlers(program, info, kind))


def _handlers(program: Program, info: TypeInfo, kind: str) -> Iterator[Procedure]:
    """The methods of a delegate's classes that receive a kind of action."""
    callbacks = [callback for callback in program.vocabulary.callbacks if kind in callback.types.values()]
    symbols = program.graph.symbols
    owners = {name for name, _ in symbols.lineage(info.name, info.path)} | set(symbols.descendants(info.name))
    for procedure in symbols.procedures:
        if procedure.function.owner in owners and any(is_callback(procedure, callback) for callback in callbacks):
            yield procedure


def _told_apart(program: Program) -> set[str]:
    """The types that casts, patterns and parameters of the program name."""
    found = {item.type for procedure in program.graph.symbols.procedures for item in procedure.parameters}
    for node in (node for procedure in program.graph.symbols.procedures for node in within(procedure.body)):
        match node:
            case Operator("as" | "as?" | "is", (*_, Name(kind))) | Declare(_, kind, _):
                found.add(kind)
    return found
