"""Which code runs because a call has ended without its user: the other side hung up, the network failed, time is up.

Known callbacks of SDKs stand in knowledge/signalling.toml. The rest is read from names: a method that says so
(`didReceiveHangUp`, `remoteUserLeft`), a callback of an SDK's delegate (`session(_:didFailWithError:)`), what a timer
runs in a method named for a timeout, and an observer of a call's state where it has looked for an end state. A name in
another language is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from callkit_lint.callgraph.conditions import Test, words
from callkit_lint.callgraph.symbols import Procedure, base_name
from callkit_lint.ir import Location
from callkit_lint.model.entry_points import Root, conforms, is_callback
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence, Place


def runs_at_remote_ends(program: Program, *effects: str) -> Iterator[Run]:
    """The calls with these effects that run because a call has ended without its user, each by the shortest way from
    every piece of code that hears of the end."""
    for procedure in sorted(program.leading_to(*effects), key=lambda one: (one.path, one.location)):
        text = _hears_of_an_end(program, procedure)
        if text or _observes_a_state(procedure):
            text = f"{text or 'the state of a call changes'}: {procedure.display}"
            root = Root(procedure, "end", text, procedure.location, confidence=Confidence.medium)
            for run in program.runs_from(Fact(procedure, "end", {}, root), *effects):
                if is_consequence(run) and not TOLD_APART & run.tested():
                    yield run


def is_consequence(run: Run) -> bool:
    """Whether a run follows from the end that it is told of: not what is set up on the way, and behind an observer of
    a call's state only what has looked for an end state."""
    passed = (run.fact.root.procedure, *(edge.callee for _, edge in run.fact.steps()))
    return not run.leads_through_setup and (not any(map(_observes_a_state, passed)) or _looked_for_an_end(run))


# What a condition names that tells the user's own end from the others.
TOLD_APART = frozenset({"remote", "remotely", "local", "locally", "initiated"})


def _hears_of_an_end(program: Program, procedure: Procedure) -> str:
    """What happens, in words, when this procedure hears that a call has ended; "" when it does not."""
    if procedure.closure is not None:
        return "the call times out" if _is_timeout(program, procedure) else ""
    for callback in program.vocabulary.remote_ends:
        if is_callback(procedure, callback) and conforms(program.graph, procedure, callback):
            return callback.text
    named = words(procedure.function.name)
    if procedure.function.kind != "method" or UI_WORDS & set(named) or _is_apples(program, procedure):
        return ""
    if named[:1] and named[0] in IMPERATIVES:
        return ""
    if _is_timeout(program, procedure):
        return "the call times out"
    heard = _is_received(named) or (_says_end(named) and REMOTE_WORDS & set(named))
    if heard or (_says_end(named) and CALL_WORDS & set(named) and _is_called_by_an_sdk(program, procedure)):
        return "the app hears that a call has ended"
    return ""


def _is_apples(program: Program, procedure: Procedure) -> bool:
    return any(is_callback(procedure, callback) for callback in program.vocabulary.callbacks)


def _is_timeout(program: Program, procedure: Procedure) -> bool:
    """A method named for a timeout, or what runs later in one that sets it up."""
    named = words(base_name(procedure.function.name))
    if "timeout" not in named and not {("time", "out"), ("timed", "out")} & set(pairwise(named)):
        return False
    if not (CALL_WORDS | RINGING) & {*named, *words(procedure.function.owner)}:
        return False
    if procedure.closure is not None:
        return any(edge.mode != "now" for edge in program.callers.get(procedure, ()))
    return not SETTING_UP & set(named)


def _says_end(named: list[str]) -> bool:
    """`ended`, `didEnd`, `hungUp`: that something has ended, not that it is to end."""
    return bool(ENDED & set(named)) or any(one == "did" and two in ENDS for one, two in pairwise(named))


def _is_received(named: list[str]) -> bool:
    """`didReceiveHangUp`, `onReceivedCancel`."""
    received = [index for index, word in enumerate(named) if word in ("receive", "received")]
    return bool(received) and bool((ENDED | ENDS) & set(named[received[0] :]))


def _is_called_by_an_sdk(program: Program, procedure: Procedure) -> bool:
    """A method that nothing in the program calls, of a type with a protocol that is neither the program's nor
    Apple's."""
    if program.callers.get(procedure):
        return False
    lineage = program.graph.symbols.lineage(procedure.function.owner, procedure.path)
    return any(info is None and not APPLE_TYPE.match(name) for name, info in lineage)


def _observes_a_state(procedure: Procedure) -> bool:
    """`callStateChanged`, `connection(_:didChange:)`: called for all states of a call, the end among them."""
    named = words(procedure.function.name)
    changes = {"changed", "change", "updated"} & set(named)
    return bool(changes and (CALL_WORDS | {"connection"}) & set(named)) and not UI_WORDS & set(named)


def _looked_for_an_end(run: Run) -> bool:
    """Whether a condition on the way holds in an end state alone."""
    return any(END_STATES & set(words(text)) for test in run.guards() for text in _asserted(test))


def _asserted(test: Test) -> Iterator[str]:
    """The names in a condition that hold where it does; what it excludes is left out."""
    if test.kind != "not":
        yield test.text
        for value in (test.value, test.other):
            yield str(getattr(value, "value", ""))
        for part in test.parts:
            yield from _asserted(part)


ENDED = frozenset(
    {"ended", "disconnected", "cancelled", "canceled", "left", "rejected", "declined", "terminated", "hungup", "hung"}
    | {"failed", "offline", "closed", "destroyed", "dropped"}
)
ENDS = frozenset(
    {"end", "disconnect", "cancel", "leave", "reject", "decline", "terminate", "fail", "close", "hangup", "hang", "bye"}
)
END_STATES = ENDED | {"end", "error", "released", "fail", "hangup", "finished"}
REMOTE_WORDS = frozenset({"remote", "peer", "participant", "opponent", "callee"})
CALL_WORDS = frozenset({"call", "session", "invite", "room", "conference", "meeting", "conversation", "subscriber"})
RINGING = frozenset(
    {"ring", "ringing", "answer", "dial", "dialing", "incoming", "outgoing", "calls", "calling", "voip"}
)
# A method that is to do something, not one that hears of it.
IMPERATIVES = frozenset(
    {"report", "send", "notify", "post", "emit", "end", "hang", "terminate", "leave", "cancel", "reject", "decline"}
    | {"disconnect", "close", "show", "is", "has", "update", "set", "get", "make", "create", "remove", "delete", "add"}
    | {"track", "log", "record", "save", "mark", "drop"}
)
SETTING_UP = frozenset(
    {"set", "setup", "up", "start", "schedule", "reset", "cancel", "stop", "invalidate", "clear", "restart", "add"}
)
# What the user does, and what other frameworks say of themselves.
UI_WORDS = frozenset(
    {"tap", "tapped", "press", "pressed", "click", "clicked", "button", "touch", "touched", "view", "scene", "swipe"}
    | {"application", "web", "url", "text", "player", "editing", "dragging", "animation", "central", "peripheral"}
    | {"location", "table", "gesture", "request", "transaction", "action", "registration", "register", "token", "local"}
)
APPLE_TYPE = re.compile(r"(NS|UI|CX|PK|AV|UN|MK|CL|SK|WK|GK|CB|MC|NW|WC|PT|CA)[A-Z]|(View|App|Error|Observable\w*)$")


# ---- what is made of it ---------------------------------------------------------------------------------------------


def asked_for_together(program: Program, *effects: str) -> Iterator[list[Run]]:
    """The same, those together that end in one call of a shared helper: that call is the mistake."""
    groups: dict[tuple[str, Location], list[Run]] = {}
    for run in runs_at_remote_ends(program, *effects):
        if any(site.api.effect == "report ended" for site in run.site.procedure.sites):
            continue  # code that can do both tells the ends apart
        steps = run.fact.steps()
        last = (steps[-1][1].caller.path, steps[-1][1].location) if steps else (run.path, run.location)
        groups.setdefault(last, []).append(run)
    for runs in groups.values():
        yield sorted(runs, key=lambda run: len(run.fact.steps()))


def place_of(runs: list[Run]) -> Place:
    """Where the code that hears of the end asks for what it should not; for several such pieces, what they share."""
    steps = runs[0].fact.steps()
    if not steps:
        return Place(runs[0].path, runs[0].location, runs[0].text)
    edge = steps[0][1] if len(runs) == 1 else steps[-1][1]
    return Place(edge.caller.path, edge.location, edge.text)


def reported_by_end_handler(program: Program) -> Iterator[Run]:
    """The reports that the other side has ended a call, where the user's own end action leads to them."""
    for runs in program.runs("report ended"):
        for run in runs:
            ended_by_user = run.phase == "end" and _is_end_action(program, run.fact.root.procedure)
            other_reason = run.value("reason") != "remoteEnded" or REASONS & run.tested()
            if ended_by_user and is_consequence(run) and not other_reason:
                yield run
                break


def requested_by_end_handler(program: Program) -> Iterator[Run]:
    """The requests of an end that the handler of the end action leads to, where nothing behind the handler asks
    whether there is still a call."""
    for runs in program.runs("request end"):
        for run in runs:
            behind = [edge.guards for _, edge in run.fact.steps()[1:]] + ([run.site.guards] if run.fact.steps() else [])
            if _is_end_action(program, run.fact.root.procedure) and is_consequence(run) and not any(behind):
                yield run
                break


# What a condition names that asks who ended the call, or why: there the report may bring what the action cannot.
REASONS = frozenset(
    {"timeout", "timed", "remote", "remotely", "reason", "missed", "unanswered", "failed", "elsewhere", "user"}
    | {"local", "locally", "initiated"}
)


def _is_end_action(program: Program, procedure: Procedure) -> bool:
    return any(
        callback.id == "CXProviderDelegate.performEndCallAction" and is_callback(procedure, callback)
        for callback in program.vocabulary.callbacks
    )
