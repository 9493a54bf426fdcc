"""The actions that the call system asks the app to perform: what their handlers lead to.

A handler is a method that the call system calls with an action; LiveCommunicationKit has one for all kinds.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import Parameter, Test, words
from callkit_lint.callgraph.graph import Site
from callkit_lint.model.entry_points import Root, is_callback
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program

LIVE_COMMUNICATION = "ConversationManagerDelegate.perform"
MUTE = ("CXProviderDelegate.performSetMutedCallAction", LIVE_COMMUNICATION)
PERFORM = (
    "CXProviderDelegate.performStartCallAction",
    "CXProviderDelegate.performAnswerCallAction",
    "CXProviderDelegate.performEndCallAction",
    "CXProviderDelegate.performSetHeldCallAction",
    "CXProviderDelegate.performSetMutedCallAction",
    "CXProviderDelegate.performSetGroupCallAction",
    "CXProviderDelegate.performPlayDTMFCallAction",
    LIVE_COMMUNICATION,
)
TIMED_OUT = ("CXProviderDelegate.timedOutPerforming", "ConversationManagerDelegate.timedOutPerforming")

NEAR = 3  # calls between a handler and what holds it up
SHORT = 0.5  # seconds


def handlers(program: Program, callbacks: tuple[str, ...]) -> Iterator[Fact]:
    """Where code starts that handles actions: the facts of the methods that answer these callbacks."""
    wanted = [callback for callback in program.vocabulary.callbacks if callback.id in callbacks]
    for fact in program.lifecycle.facts if program.armed else ():
        root = fact.cause
        whole = isinstance(root, Root) and root.until is None and root.since is None
        if whole and any(is_callback(fact.procedure, callback) for callback in wanted):
            yield fact


# ---- completions ----------------------------------------------------------------------------------------------------


def late_completions(program: Program) -> Iterator[Run]:
    """The calls that complete an action which has timed out, each once."""
    told: set[Site] = set()
    for fact in handlers(program, TIMED_OUT):
        for run in program.runs_from(fact, "fulfil", "fail"):
            if run.site not in told and _is_given(run, fact):
                told.add(run.site)
                yield run


def _is_given(run: Run, start: Fact) -> bool:
    """Whether what a call is made on is a parameter of the procedure where the way begins, handed on as far as it
    goes. Another object that the app kept is not."""
    value = run.site.receiver
    for _, edge in reversed(run.fact.steps()[len(start.steps()) :]):
        if not isinstance(value, Parameter):
            return False
        own = {parameter.name for parameter in edge.callee.parameters}
        if edge.callee.closure is None or value.name in own:  # else a closure sees what is around it
            value = edge.arguments.get(value.name)
    return isinstance(value, Parameter)


# ---- waiting --------------------------------------------------------------------------------------------------------


def blocking_waits(program: Program) -> Iterator[Run]:
    """The calls that hold up the handler of an action, each once. What is far from the handler, or comes after a
    failure, is most likely there for another reason, and a short pause holds nobody up."""
    told: set[Site] = set()
    for fact in handlers(program, PERFORM):
        for run in program.runs_from(fact, "block", at_once=True):
            kinds = {test.kind for test in run.guards()}
            near = len(run.fact.steps()) <= NEAR and "failed" not in kinds
            if near and run.site not in told and _waits(program, run.site, in_loop="repeated" in kinds):
                told.add(run.site)
                yield run


def _waits(program: Program, site: Site, *, in_loop: bool) -> bool:
    if site.api.id == "DispatchSemaphore.wait":
        return _waits_for_closure(program, site)
    known = [site.constant("seconds"), site.constant("microseconds")]
    seconds = [value / scale for value, scale in zip(known, (1, 1e6), strict=True) if isinstance(value, int | float)]
    return in_loop or not seconds or seconds[0] >= SHORT


def _waits_for_closure(program: Program, wait: Site) -> bool:
    """Whether a closure in the same function ends the wait. A semaphore without one is most likely a lock: one that is
    signalled beside the wait, or by another function."""
    same_function = [body for body in program.graph.procedures if body.function is wait.procedure.function]
    signalling = [body for body in same_function if any(site.api.effect == "signal" for site in body.sites)]
    return wait.procedure not in signalling and bool(signalling)


# ---- muting ---------------------------------------------------------------------------------------------------------


def echoed_mutes(program: Program) -> Iterator[Run]:
    """The requests for a mute action that the handler of one leads to, whether or not anything has changed."""
    requesting = program.leading_to("transaction")
    for fact in handlers(program, MUTE):
        for run in program.runs_from(fact, "request mute"):
            asks = run.site.procedure in requesting and _for_mute(run, fact)
            if asks and all(map(_finds_call, program.undecided(run))):
                yield run


def _for_mute(run: Run, start: Fact) -> bool:
    """Whether the way goes through the mute action's case, where one method receives all actions."""
    if start.procedure.function.name != "conversationManager(_:perform:)":
        return True
    return any(map(_is_mute_case, run.guards()))


def _is_mute_case(test: Test) -> bool:
    if test.kind in ("and", "or"):
        return any(map(_is_mute_case, test.parts))
    return test.kind == "action" and test.text == "MuteConversationAction"


def _finds_call(test: Test) -> bool:
    """Whether an open condition only asks which call is meant, not whether it is muted already or who asked."""
    if test.kind == "action":
        return True
    named = set(words(test.text))
    return bool(named & {"call", "calls", "conversation", "uuid"}) and not named & NEWS


NEWS = frozenset(
    {"mute", "muted", "unmute", "unmuted", "muting", "mic", "mics", "microphone", "audio", "enabled", "state"}
    | {"source", "origin", "originated", "user", "remote", "local", "system", "pending", "requested", "ignore"}
    | {"actions"}
)
