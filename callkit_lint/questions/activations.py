"""The app's own activations of the audio session: when they take it from the call system, and what they are for.

Several rules speak of activations, each of one kind; what they share is answered here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from callkit_lint.callgraph.graph import Site
from callkit_lint.ir import Location
from callkit_lint.model.entry_points import Root
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence

# The phases in which only the call system may activate, the most telling first: of an activation that can run in
# several a message tells the first. The end of an interruption and a reset of the media services are exempt; what
# happens after didDeactivate is media playback's.
PHASES = (
    *("answer", "start", "active", "call", "route change", "device change", "answered", "started"),
    *("reported", "requested", "report", "request", "setup", "end", "call screen", "bridge", "interruption began"),
    "screen",
)
CHAT_MODES = frozenset({"voiceChat", "videoChat"})

NEAR = 2  # calls between what tells of a repair and the activation
HOLD_ACTIONS = frozenset({"CXSetHeldCallAction", "PauseConversationAction"})


def activates(run: Run) -> bool:
    """Whether the call activates, or may: a flag that the code computes is not known."""
    return run.value("active") in (True, 1, None)


def deactivates(site: Site) -> bool:
    """Whether the call deactivates, whoever gets there."""
    known = site.constant("active")
    return known is not None and not known


def is_proxy(run: Run) -> bool:
    """Whether WebRTC's session class is asked, which asks the real session."""
    return run.site.api.owner == "RTCAudioSession"


def certainty(run: Run) -> Confidence:
    """How sure it is that the call activates; what a screen or code in the app's
    other language asks for may be asked for outside calls."""
    if run.value("active") is None:
        return Confidence.low
    return Confidence.medium if run.phase in ("bridge", "screen") else Confidence.high


def activations(program: Program) -> Iterator[list[Run]]:
    """For each call that activates its runs in PHASES, the most telling first; only calls that have some."""
    for runs in program.runs("activation"):
        own = [run for run in runs if run.phase in PHASES and activates(run)]
        own = [run for run in own if run.phase != "screen" or configures_for_a_call(program, run)]
        if own:
            yield sorted(own, key=lambda run: (is_posted_at_launch(run), PHASES.index(run.phase)))


def is_posted_at_launch(run: Run) -> bool:
    """Whether code that runs while the app sets up only posts what leads to a call: that runs some time later."""
    return run.phase == "setup" and any(edge.mode != "now" for _, edge in run.fact.steps())


def configures_for_a_call(program: Program, run: Run) -> bool:
    """Whether the function sets the call category and a chat mode too, with the arguments that this run brings: then it
    is for a call, whatever the screen is named that asks for it."""
    others = [other for site in run.site.procedure.sites for other in program.lifecycle.runs.get(site, ())]
    beside = [other for other in others if other.fact is run.fact]
    return any("playandrecord" in str(other.value("category")).lower() for other in beside) and any(
        other.value("mode") in CHAT_MODES for other in beside
    )


def screens_for_calls(program: Program) -> set[str]:
    """The types of screens that activate for a call: those whose functions call what activates."""
    runs = [runs[0] for runs in activations(program) if runs[0].phase == "screen"]
    nearest = [fact.procedure for run in runs for fact, _ in run.fact.steps()[-1:]]
    return {procedure.function.owner for procedure in (*nearest, *(run.site.procedure for run in runs))} - {""}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An activation of a certain kind. It is found at `path` and `location`: the activation's own call, or the one that
    leads there from where the kind shows, when others activate there too, for reasons of their own."""

    kind: str
    run: Run
    path: str
    location: Location


def recoveries(program: Program) -> Iterator[Occurrence]:
    """The activations that are meant to repair the audio: behind a delay ("delay"), in the handler of a hold ("hold"),
    for a call when didDeactivate has come ("after"), after a failure or in a loop ("retry"), after switching it off
    ("restart")."""
    found = {runs[0].site: runs for runs in activations(program)}
    for kind, start in _repairs(program):
        for run in program.runs_from(start, "activation"):
            if activates(run) and _repairs_audio(kind, start, run):
                alone = all(_repairing(other) for other in found.get(run.site, ()))
                yield _occurrence(kind, start, run, alone)
    for site, runs in found.items():
        if runs[0].phase != "interruption began" and (kind := _repetition(runs[0])):
            yield Occurrence(kind, runs[0], site.procedure.path, site.location)


def at_interruptions(program: Program) -> Iterator[Occurrence]:
    """The activations that observers of interruptions make when one begins ("began"), or in any case ("untested")."""
    found = {runs[0].site: runs for runs in activations(program)}
    leading = program.leading_to("activation")
    for start in program.lifecycle.facts if program.armed else ():
        if start.phase == "interruption began" and isinstance(start.cause, Root) and start.procedure in leading:
            for run in program.runs_from(start, "activation"):
                if activates(run):
                    alone = all(other.phase == start.phase for other in found.get(run.site, ()))
                    tested = any(test.kind == "interruption" for test in run.guards())
                    yield _occurrence("began" if tested else "untested", start, run, alone)


def _occurrence(kind: str, start: Fact, run: Run, alone: bool) -> Occurrence:
    if alone:
        return Occurrence(kind, run, run.path, run.location)
    return Occurrence(kind, run, start.procedure.path, run.place_from(start))


def _repairs(program: Program) -> Iterator[tuple[str, Fact]]:
    """Where a repair may start, near an activation: behind a delay, and in the handlers of hold actions and of
    didDeactivate."""
    near = program.leading_to("activation", steps=NEAR)
    callers = program.leading_to("activation", steps=NEAR + 1)
    for fact in program.lifecycle.facts if program.armed else ():
        if fact.procedure not in callers or fact.phase == "end":
            continue
        if fact.procedure in near and _handles_hold(fact):
            yield "hold", fact
        if fact.procedure in near and fact.phase == "after" and isinstance(fact.cause, Root):
            yield "after", fact
        for edge, start in program.spreading.next_facts(fact):
            if edge.mode == "delayed" and edge.callee in near:
                yield "delay", start


def _handles_hold(fact: Fact) -> bool:
    """A function that is given a hold action: CallKit's handler, or one it hands the action to."""
    parameters = fact.procedure.parameters
    return fact.phase == "call" and any(parameter.type in HOLD_ACTIONS for parameter in parameters)


def _repairing(run: Run) -> bool:
    """Whether the way to an activation leads through a delay or a hold handler near it."""
    steps = run.fact.steps()
    handlers = [run.fact, *(fact for fact, _ in steps[-NEAR:])]
    return any(edge.mode == "delayed" for _, edge in steps[-NEAR - 1 :]) or any(map(_handles_hold, handlers))


def _repairs_audio(kind: str, start: Fact, run: Run) -> bool:
    """Whether the activation is what the code at `start` is for. What is far from it, or delayed before a call, is most
    likely another feature's: a call that is to ring later, or that ends when nobody answers."""
    if len(run.fact.steps()) - len(start.steps()) > NEAR:
        return False
    if kind == "after":
        return _opens_for_a_call(run)
    before_a_call = kind == "delay" and start.phase in ("setup", "bridge")
    return run.phase in PHASES and run.phase != "interruption began" and not before_a_call


def _opens_for_a_call(run: Run) -> bool:
    """Whether the call category is set before in the same function: this hands nothing over to media playback."""
    before = [site for site in run.site.procedure.sites if site.position.dominates(run.site.position)]
    return any("playandrecord" in str(site.constant("category")).lower() for site in before)


def _repetition(run: Run) -> str:
    """How an activation repeats in its own function: after a failure, in a loop, or after the opposite; else ""."""
    if any(test.kind in ("failed", "repeated") for test in run.guards_in_function()):
        return "retry"
    earlier = [
        site
        for site in run.site.procedure.sites
        if site.api.effect == "activation" and site.position.dominates(run.site.position)
    ]
    if any(deactivates(site) for site in earlier):
        return "restart"
    nested = [site for site in earlier if len(site.position.scope) < len(run.site.position.scope)]
    return "retry" if any(site.constant("active") in (True, 1) for site in nested) else ""
