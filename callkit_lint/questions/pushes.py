"""Whether each VoIP push becomes a call: which paths through the push callback report none, or only later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from callkit_lint.callgraph.conditions import Known, Test, words
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.symbols import Procedure, TypeInfo
from callkit_lint.ir import Call, Member, Parameter
from callkit_lint.model.debts import Debt, Leak, Summary
from callkit_lint.model.entry_points import is_callback
from callkit_lint.model.keeping import call_at, is_left_over
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.paths import PathSearch
from callkit_lint.model.program import Program, first
from callkit_lint.nodes import within
from callkit_lint.questions.configuration_times import OUTWARD, runs_unseen

CALLBACK = "PKPushRegistryDelegate.didReceiveIncomingPush"


@dataclass(frozen=True, slots=True)
class PushCallback:
    """A method that PushKit calls with a VoIP push. `completion` and `metadata` are its parameters of that meaning, ""
    where it has none."""

    procedure: Procedure
    payload: str
    completion: str
    metadata: str


def push_callbacks(program: Program) -> Iterator[PushCallback]:
    """The push callbacks of a program that takes calls; of a type that has several forms the newest alone, as PushKit
    calls no other."""
    callback = next(one for one in program.vocabulary.callbacks if one.id == CALLBACK)
    symbols = program.graph.symbols
    found: dict[tuple[str, TypeInfo | None], list[Procedure]] = {}
    for procedure in symbols.procedures if program.armed else ():
        if is_callback(procedure, callback) and len(procedure.parameters) > 2:
            owner = procedure.function.owner
            found.setdefault((owner, symbols.type_at(owner, procedure.path)), []).append(procedure)
    for (owner, info), procedures in found.items():
        if len(found) > 1 and info and is_left_over(symbols, owner, info):
            continue
        newest = max(procedures, key=lambda procedure: (_is_async(procedure), len(procedure.parameters)))
        registry, payload, third, *rest = newest.parameters
        metadata = third.name if third.type == "PKVoIPPushMetadata" or third.label == "metadata" else ""
        yield PushCallback(newest, payload.name, rest[-1].name if rest else "", metadata)


def _is_async(procedure: Procedure) -> bool:
    return "async" in procedure.function.attributes


def handed_pushes(program: Program) -> Iterator[tuple[Procedure, str]]:
    """The functions that are handed pushes by code which is not here, each with the parameter that says so: the payload
    (of a delegate of an SDK that takes the pushes), or a flag `fromPushKit` (of a plugin, by the app that uses it). Not
    those to which a push callback of the program itself leads, nor those that others call."""
    callback = next(one for one in program.vocabulary.callbacks if one.id == CALLBACK)
    judged = {push.procedure for push in push_callbacks(program)}
    taken = {fact.procedure for fact in program.lifecycle.facts if fact.root.procedure in judged}
    reporting = program.leading_to("report") - taken if program.armed else set()
    found = {
        procedure: parameter.name
        for procedure in program.graph.symbols.procedures
        if procedure in reporting and procedure.closure is None and _is_exposed(procedure)
        for parameter in procedure.parameters
        if _says_push(parameter) and not is_callback(procedure, callback)
    }
    for procedure, name in found.items():
        if not any(edge.caller in found for edge in program.callers[procedure]):
            yield procedure, name


def _says_push(parameter: Parameter) -> bool:
    flag = "pushkit" in parameter.name.lower() and parameter.type in ("Bool", "BOOL", "bool")
    return flag or parameter.type == "PKPushPayload"


def _is_exposed(procedure: Procedure) -> bool:
    """Whether other modules can call a function: any method of Objective-C, of Swift what says so."""
    return procedure.path.endswith((".m", ".mm")) or not OUTWARD.isdisjoint(procedure.function.attributes)


# ---- is a call reported? --------------------------------------------------------------------------------------------


def unreported(program: Program, push: PushCallback, *, waits: bool, in_front: bool = False) -> Summary:
    """The paths through a push callback that report no call: none at all, or (without `waits`) none before it returns;
    with `in_front` also those which only an app takes that is in the foreground, and which the system tolerates.

    A push of another type owes none, and one that the system says need not be reported. An SDK that is handed the
    payload is trusted to report, and so is a call that cannot be resolved and sounds like it. Where the completion
    handler is run before the report, the summary says so in `early`.
    """
    forgives = _owes_nothing if in_front else _tolerated
    search = _search(program, waits=waits, completion=push.completion, forgives=forgives)
    return _ordered(search.leaks(push.procedure, push.payload))


def unreported_there(program: Program, procedure: Procedure, name: str) -> Summary:
    """The paths on which what is handed a push reports no call, `name` being the parameter that says that it is one."""
    is_flag = any(one.name == name and one.type != "PKPushPayload" for one in procedure.parameters)
    search = _search(program, waits=True)
    if is_flag:
        return _ordered(search.leaks(procedure, bindings={name: Known(True)}))
    return _ordered(search.leaks(procedure, name))


def _search(
    program: Program, *, waits: bool, completion: str = "", forgives: Callable[[Test, bool], bool] | None = None
) -> PathSearch:
    """The search for paths that report no call."""
    debt = Debt(
        _reports(program),
        waits=waits,
        forgives=forgives or _tolerated,
        trusts=_sounds_like_a_report,
        parts=frozenset({"dictionaryPayload"}),
        keeps=frozenset({"bridge event"}),
        watches=lambda call: call.receiver is None and call.name == completion,
        crashes=True,
        unmet="without a call",
    )
    return PathSearch(program, debt, "report")


def _ordered(found: Summary) -> Summary:
    """The surest leaks first."""
    return replace(found, leaks=tuple(sorted(found.leaks, key=_order)))


def _reports(program: Program) -> frozenset[str]:
    """The effects of what reports a call: CallKit's own calls, and those of SDKs; where an SDK's sources are in the
    program, they are looked through instead."""
    types = program.graph.symbols.types
    seen = any(site.api.owner in types for site in program.sites("sdk report"))
    return frozenset({"report"} if seen else {"report", "sdk report"})


def _order(leak: Leak) -> tuple[object, ...]:
    return -leak.confidence, leak.depth, leak.path, leak.location


def _owes_nothing(test: Test, holds: bool) -> bool:
    named = test.text.lower().replace("_", "")
    of_type = "voip" in named and ("type" in named or named.endswith("voip") or test.kind == "equal")
    if "mustreport" in named or (of_type and test.kind in ("opaque", "equal")):
        return not holds
    if test.kind == "no call":
        return not holds
    if "delegate" in named or "responds" in named or words(test.text)[-1:] == ["provider"]:
        return not holds  # who is not there any more is there in practice
    return False


def _tolerated(test: Test, holds: bool) -> bool:
    """Whether a condition leaves nothing owed, or only what the system does not enforce: the report of an app that is
    in front."""
    named = test.text.lower().replace("_", "")
    return _owes_nothing(test, holds) or (holds and "applicationstate" in named and "active" in named)


UPDATES = frozenset({"reportCall", "reportOutgoingCall", "reportCallWithUUID", "reportOutgoingCallWithUUID"})
REPORTING = frozenset({"report", "callkit", "voip", "push", "pushkit", "incoming", "ring", "ringing", "invite"})


def _sounds_like_a_report(call: Call) -> bool:
    name = call.name.partition(":")[0]
    named = set(words(name))
    return name not in UPDATES and (
        not REPORTING.isdisjoint(named) or {"handle", "notification"} <= named or {"call", "kit"} <= named
    )


NEAR = 4  # calls between the posted closure and the report; what is further away is most likely not for this push


def late_reports(program: Program, push: PushCallback) -> Iterator[tuple[Fact, Edge]]:
    """Where the callback posts code that reports: the closure, and how it was handed over.

    LiveCommunicationKit's report is asynchronous itself: a task around it is another question.
    """
    leading = program.leading_to("report", steps=NEAR)
    for fact in program.lifecycle.facts:
        root = fact.root
        if root.procedure is push.procedure and root.phase == "report" and root.until is None and root.since is None:
            for edge, start in program.spreading.next_facts(fact):
                posted = fact.phase == "report" and edge.mode in ("later", "delayed") and start.procedure in leading
                if posted and any(run.site.api.owner == "CXProvider" for run in program.runs_from(start, "report")):
                    yield start, edge


# ---- the completion handler -----------------------------------------------------------------------------------------


def completes(program: Program, push: PushCallback) -> bool:
    """Whether the callback runs its completion handler on some path, sooner or later, or may."""
    debt = Debt(frozenset(), waits=True, bound=True)
    found = PathSearch(program, debt, "report").leaks(push.procedure, push.completion)
    return found.met or not found.known


def has_no_completion(push: PushCallback) -> bool:
    """Whether the program has only the form of the callback that PushKit gave up for one with a completion handler."""
    return not push.completion and not _is_async(push.procedure)


# ---- the duty to report ---------------------------------------------------------------------------------------------


def looks_at_duty(program: Program, push: PushCallback) -> bool:
    """Whether the callback, or what it calls, asks `metadata.mustReport`, or hands the metadata to unknown code."""
    debt = Debt(frozenset(), waits=True, bound=True)
    found = PathSearch(program, debt, "report").leaks(push.procedure, push.metadata)
    asks = any(isinstance(node, Member) and node.name == "mustReport" for node in within(push.procedure.body))
    return asks or found.met or not found.known


# ---- the registry ---------------------------------------------------------------------------------------------------

LATE = ("bridge", "screen", "call screen")


def is_made_late(program: Program, registry: Site) -> Run | None:
    """How a registry comes to be made, where that is only once somebody asks for it: the app's other language, or a
    screen. A push that launches the app in the background shows no screen."""
    found = program.lifecycle.runs.get(registry, [])
    runs = [run for run in found if not run.fact.root.presumed] or found
    late = first(runs, LATE)
    return late if all(run.phase in LATE for run in runs) and not runs_unseen(program, registry) else None


def runs_on_any_thread(registry: Site) -> bool:
    """Whether a registry is given one of the system's concurrent queues."""
    call = call_at(registry.procedure, registry.location)
    queue = call.arguments[0].value if call and call.arguments else None
    return isinstance(queue, Call) and queue.name in ("global", "dispatch_get_global_queue")
