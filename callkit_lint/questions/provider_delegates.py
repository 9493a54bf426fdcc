"""When a provider gets its delegate: never, too late for the first callbacks, or one that nobody keeps."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.arguments import last_name
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Assign, Member
from callkit_lint.model.keeping import Destination, call_at, is_lost
from callkit_lint.model.program import Program
from callkit_lint.nodes import within
from callkit_lint.questions.providers import Creation, creations

LATER = frozenset({"later", "delayed", "reported", "requested"})


def missing(program: Program) -> Iterator[Creation]:
    """The creations of providers in a program in which nothing sets a provider's delegate.

    A PushToTalk manager is created with one. Silent where a delegate is set of which it is not known whose it is.
    """
    if any(program.sites("delegate")) or "setDelegate" in program.graph.unresolved:
        return
    for creation in creations(program):
        site = creation.site
        lost = site.procedure.path in program.graph.incomplete
        if lost or site.api.owner == "PTChannelManager" or not program.lifecycle.runs.get(site):
            continue
        if site.api.owner == "CXProvider" or not _assigns_delegate(program, creation.goes):
            yield creation


def _assigns_delegate(program: Program, goes: Destination) -> bool:
    """Whether `x.delegate = …` stands anywhere for something of this name, or of a name that is not known."""
    for node in (node for procedure in program.graph.symbols.procedures for node in within(procedure.body)):
        match node:
            case Assign(Member(base, "delegate")) if not goes.name or last_name(base) in ("", goes.name):
                return True
    return False


def too_late(program: Program) -> Iterator[tuple[Site, Site]]:
    """The calls that set a delegate when a call was reported already by a provider that is new: with the report."""
    for creation in creations(program):
        own = creation.site.procedure.sites
        for site in own:
            if site.api.effect == "delegate" and creation.site.position.dominates(site.position):
                before = [
                    other for other in own if other.api.effect == "report" and _between(creation.site, other, site)
                ]
                if before and not _set_before(own, creation.site, before[0]):
                    yield site, before[0]


def _between(first: Site, middle: Site, last: Site) -> bool:
    return first.position.dominates(middle.position) and middle.position.dominates(last.position)


def _set_before(own: list[Site], creation: Site, report: Site) -> bool:
    return any(site.api.effect == "delegate" and _between(creation, site, report) for site in own)


def behind_hop(program: Program) -> Iterator[tuple[Site, Site]]:
    """The calls that set a delegate in code that was posted, when the provider was made before: with its creation."""
    makers = {creation.site.procedure: creation for creation in creations(program)}
    for site in program.sites("delegate"):
        name = _receiver(site)
        posted = False
        procedure: Procedure | None = site.procedure
        while procedure is not None and procedure not in makers:
            posted = posted or bool(_modes(procedure) & LATER)
            procedure = procedure.parent
        if procedure is None or not posted or makers[procedure].goes.name != name:
            continue
        if not any(other.api.effect == "delegate" for other in procedure.sites):
            yield site, makers[procedure].site


def _modes(closure: Procedure) -> set[str]:
    """When a closure runs, seen from the code around it."""
    return {edge.mode for edge in closure.parent.edges if edge.callee is closure} if closure.parent else set()


def _receiver(site: Site) -> str:
    call = call_at(site.procedure, site.location)
    return last_name(call.receiver) if call else ""


def classless(program: Program) -> Iterator[tuple[Site, Site]]:
    """The creations by a class's own method, without a delegate, from which another one goes on to report a call, when
    only objects of the class set the delegate: with the report. There need not be such an object yet.

    Placeholder calls that are ended at once need no delegate.
    """
    setters = {site.procedure for site in program.sites("delegate")}
    if not setters or any(procedure.function.is_static for procedure in setters):
        return
    for creation in creations(program):
        maker = creation.site.procedure
        while maker.parent is not None:
            maker = maker.parent
        if not maker.function.is_static:
            continue
        for caller, edge in _callers(program, maker):
            reports = [site for site in caller.sites if site.api.effect == "report"]
            ended = any(site.api.effect == "report ended" for site in caller.sites)
            reached = any(other.callee in setters for other in caller.edges)
            if caller.function.is_static and reports and not ended and not reached:
                after = [site for site in reports if edge.position.order < site.position.order]
                if after:
                    yield creation.site, after[0]
                    break


def _callers(program: Program, callee: Procedure) -> Iterator[tuple[Procedure, Edge]]:
    for procedure in program.graph.procedures:
        for edge in procedure.edges:
            if edge.callee is callee and edge.mode == "now":
                yield procedure, edge


def lost_delegates(program: Program) -> Iterator[Site]:
    """The calls that are given a delegate which nothing keeps: a provider does not."""
    for site in program.sites("delegate") if program.armed else ():
        call = call_at(site.procedure, site.location)
        if call is None or not call.arguments or not program.lifecycle.runs.get(site):
            continue
        if is_lost(site.procedure, call.arguments[0].value, site.location):
            yield site
