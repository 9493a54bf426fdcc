"""Where the app starts sound of its own around a call: before the call system has activated the session, or to ring.

What is started with the activation, or behind a flag that is set with it, is as it should be.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import names_in, words
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Assign, Literal, Member, Name
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.nodes import within

IO = ("audio start", "call audio", "join")
SOUND = "playback"

# The phases before the activation, the most telling first.
BEFORE = ("answer", "start", "answered", "started", "report", "reported", "request", "requested", "setup")

# Those in which a ringback or dial tone plays.
OUTGOING = ("start", "started", "request", "requested")

ACTIVATION_WORDS = frozenset({"active", "activated", "activate", "activation"})
RING_WORDS = frozenset({"ring", "rings", "ringing", "ringer", "ringtone", "ringtones"})
RINGBACK_WORDS = frozenset({"back", "ringback", "dial", "dialing", "dialling", "dialtone", "outgoing", "calling"})
END_WORDS = frozenset({"end", "ended", "hang", "hangup", "quit", "busy", "fail", "failed", "error", "leave"})


def starts_early(program: Program, run: Run) -> bool:
    """Whether a call starts the audio of a call and does not wait for the activation."""
    if run.phase not in BEFORE or not _turns_on(run) or _renders_offline(program, run):
        return False
    if run.site.api.effect == "join" and any(site.constant("on") is True for site in program.sites("manual audio")):
        return False
    return not _comes_late(run) and not waits_for_activation(program, run)


def plays_ringback_early(program: Program, run: Run) -> bool:
    """Whether a sound is a ringback or dial tone, by the words around it, and does not wait for the activation."""
    if run.phase not in OUTGOING or RING_WORDS.union(RINGBACK_WORDS).isdisjoint(_words_around(run)):
        return False
    way = set().union(*(words(fact.procedure.function.name) for fact, _ in run.fact.steps()))
    return END_WORDS.isdisjoint(way) and not _comes_late(run) and not waits_for_activation(program, run)


def _turns_on(run: Run) -> bool:
    """Whether a switch of an SDK's audio is switched on; everything else only starts."""
    return run.site.api.effect != "call audio" or run.value("on") in (True, 1, "default")


def _renders_offline(program: Program, run: Run) -> bool:
    """Whether the engine's owner renders by hand: such an engine never touches the hardware."""
    owner = run.site.procedure.function.owner
    return any(site.procedure.function.owner == owner for site in program.sites("offline rendering"))


def _comes_late(run: Run) -> bool:
    """Whether the way there leads through a delay: by then the call may be active."""
    return any(edge.mode == "delayed" for _, edge in run.fact.steps())


def waits_for_activation(program: Program, run: Run) -> bool:
    """Whether a condition on the way may test that the session is active: by its words, or by a flag that is set where
    the activation leads."""
    undecided = program.undecided(run)
    if any(_tests_activation(names_in(test)) for test in undecided):
        return True
    named = {name for test in undecided for name in test.text.split()}
    return bool(named) and not _set_on_activation(program).isdisjoint(named)


def _tests_activation(named: set[str]) -> bool:
    """Whether a condition's words speak of an activation; that of the app or a scene is another."""
    return not ACTIVATION_WORDS.isdisjoint(named) and {"application", "app", "scene"}.isdisjoint(named)


def _set_on_activation(program: Program) -> frozenset[str]:
    """The names of everything that is assigned in the activation callback and what it leads to at once."""
    active = {fact.procedure for fact in program.lifecycle.facts if fact.phase == "active"}
    return frozenset(name for procedure in active for name in _assigned(procedure))


def _assigned(procedure: Procedure) -> Iterator[str]:
    for node in within(procedure.body):
        if isinstance(node, Assign) and isinstance(node.target, Name | Member):
            yield node.target.name


# ---- ringtones ------------------------------------------------------------------------------------------------------


def rings(run: Run) -> bool:
    """Whether a sound is a ringtone for a call that the system rings for too: it plays beside the report of the call,
    and the words around it say so."""
    root = run.fact.root
    beside = root.until is not None or root.since is not None or run.phase == "reported"
    named = _words_around(run)
    return beside and not RING_WORDS.isdisjoint(named) and RINGBACK_WORDS.isdisjoint(named)


def _words_around(run: Run) -> set[str]:
    """The words of the names and texts in the function that plays a sound, and of the name of its caller."""
    procedure = run.site.procedure
    named = words(f"{procedure.function.owner} {procedure.function.name}")
    named += [word for fact, _ in run.fact.steps()[-1:] for word in words(fact.procedure.function.name)]
    for node in within(procedure.body):
        match node:
            case Name(name) | Member(_, name):
                named += words(name)
            case Literal(str(text)):
                named += words(text)
    return set(named)
