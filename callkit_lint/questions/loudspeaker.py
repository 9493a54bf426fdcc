"""What the code does with the loudspeaker: who switches it on, and by which means.

A choice for the speaker is known by its words (`speakerOn`, `isLoud`, `.handsFree`); one in another language is not
understood.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import Parameter, names_in, parameters_of, spelled, words
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import Procedure, base_name
from callkit_lint.ir import Branch, Call, Location, Member, Name, Operator
from callkit_lint.model.entry_points import Root
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program
from callkit_lint.nodes import parts

SPEAKER_WORDS = frozenset(
    {"speaker", "speakers", "speakerphone", "loudspeaker", "loudspeakers", "loud", "handsfree", "handfree"}
)
OPTION = "defaultToSpeaker"

# The phases in which an override reaches the call's session; before them it is lost.
LISTENING = ("active", "call", "started", "answered")


def names_speaker(named: set[str]) -> bool:
    """Whether words speak of the loudspeaker."""
    return not SPEAKER_WORDS.isdisjoint(named) or {"hands", "free"} <= named or {"hand", "free"} <= named


# ---- overrides ------------------------------------------------------------------------------------------------------


def automatic_overrides(program: Program) -> Iterator[tuple[Run, str, Location]]:
    """The overrides to the speaker that nobody asks for, each with its place: the override, or the call of a helper
    that switches the speaker for the user too."""
    asked = {fact.procedure for fact in program.lifecycle.facts if is_asked_for(fact)}
    leading = program.leading_to("override")
    for fact in program.lifecycle.facts if program.armed else ():
        if fact.procedure in leading and isinstance(fact.cause, Root) and not is_asked_for(fact):
            for run in program.runs_from(fact, "override"):
                if run.phase in LISTENING and run.value("port") == "speaker" and not _is_choice(program, run):
                    yield run, *_place(run, asked)


def is_asked_for(fact: Fact) -> bool:
    """Whether the user, or code in the app's other language, set this off."""
    return fact.root.acts or fact.phase in ("screen", "bridge")


def _is_choice(program: Program, run: Run) -> bool:
    """Whether the speaker is on since the user chose so, or since the call is a video call, or that is not known: it
    depends on an argument that no caller states."""
    undecided = program.undecided(run)
    on_the_way = [run.site.procedure, *(fact.procedure for fact, _ in run.fact.steps())]
    named = {word for procedure in on_the_way for word in words(procedure.display)}
    asked = set().union(*map(names_in, undecided))
    return names_speaker(asked) or "video" in asked | named or any(map(parameters_of, undecided))


def _place(run: Run, asked: set[Procedure]) -> tuple[str, Location]:
    """The first call on the way of what serves the user too."""
    for fact, edge in run.fact.steps():
        if edge.callee in asked:
            return fact.procedure.path, edge.location
    return run.path, run.location


def is_about_the_route(run: Run) -> bool:
    """Whether the names of the functions on the way speak of the way the sound takes: who asks for it has a call."""
    on_the_way = [run.site.procedure, *(fact.procedure for fact, _ in run.fact.steps())]
    return any(_names_route(words(base_name(procedure.function.name))) for procedure in on_the_way)


def _names_route(named: list[str]) -> bool:
    if not PREPARING.isdisjoint(named):
        return False
    return names_speaker(set(named)) or not ROUTE_WORDS.isdisjoint(named) or {"audio", "device"} <= set(named)


ROUTE_WORDS = frozenset(
    {"route", "routes", "routing", "inputs", "outputs", "output", "bluetooth", "headset", "earpiece"}
)
PREPARING = frozenset({"setup", "configure", "prepare", "start", "init", "initialize", "reset", "restore", "create"})


# ---- the speaker by category or mode --------------------------------------------------------------------------------


def by_speaker_flag(run: Run) -> bool:
    """Whether a choice for or against the speaker decides about a setter or its options: in its function, or, for the
    speaker, in the one that hands them over."""
    own = set().union(*map(names_in, run.guards_in_function()))
    if _chooses(run.site.procedure, own) or _collects_option(run.site):
        return True
    call = run.called_by
    if call is None or not any(isinstance(value, Parameter) for value in run.site.values.values()):
        return False
    return turns_on(run) and _chooses(call.caller, set().union(*map(names_in, call.guards)))


def _chooses(procedure: Procedure, condition: set[str]) -> bool:
    """Whether the words of a condition make it a choice for the speaker; `on` does in `setSpeaker(_ on: Bool)`."""
    function = procedure.function
    if names_speaker(condition):
        return True
    named = names_speaker(set(words(function.name)))
    return named and any(set(words(parameter.name)) <= condition for parameter in function.parameters)


def turns_on(run: Run) -> bool:
    """Whether a setter under such a choice is the one that makes the sound loud: the option, or a mode."""
    if run.site.api.effect == "mode":
        return True
    return _has_option(run.value("options")) or _collects_option(run.site)


def _collects_option(site: Site) -> bool:
    """Whether a choice for the speaker adds default-to-speaker to options, and the setter is given some.

    It is not followed which variable the option goes into; a function that collects options sets them.
    """
    if "options" not in site.given or _has_option(site.constant("options")):
        return False
    stack: list[tuple[object, bool]] = [(site.procedure.body, False)]
    while stack:
        node, chosen = stack.pop()
        if chosen and isinstance(node, Member | Name) and _has_option(node.name):
            return True
        match node:
            case Branch(_, subject, arms):
                switched = set(words(spelled(subject)))
                for arm in arms:
                    # An `else` belongs to the choice as much as the arms before it.
                    chosen = chosen or _chooses(site.procedure, switched | set(words(spelled(arm.condition))))
                    stack.append((arm.body, chosen))
            case Call(name) if name.startswith("setCategory") and node.location != site.location:
                continue  # what another setter is given is its own
            case Operator("?:", (condition, first, second)):
                chosen = chosen or _chooses(site.procedure, set(words(spelled(condition))))
                stack += [(first, chosen), (second, chosen)]
            case _:
                stack += [(child, chosen) for child in parts(node)]
    return False


def _has_option(text: object) -> bool:
    """Whether options, or a name, speak of the option, in Swift's spelling or in Objective-C's."""
    return OPTION.lower() in str(text).lower()
