"""What the app's buttons do by themselves that the call system should be asked for.

Known by names: a button that does what the handler of the mute action does (the same method, the same property), and
from which nothing leads to a request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from callkit_lint.callgraph.conditions import words
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Assign, Call, Location, Member, Name
from callkit_lint.model.entry_points import Root
from callkit_lint.model.lifecycle import Fact
from callkit_lint.model.program import Program
from callkit_lint.nodes import within
from callkit_lint.questions.actions import MUTE, handlers
from callkit_lint.rule import Place

NEAR = 2  # calls between a button, or the handler, and what mutes
MUTE_WORDS = frozenset({"mute", "muted", "unmute", "unmuted", "microphone", "mic"})
# Words of what shows or tells that a call is muted, and does not mute it.
OTHER_WORDS = frozenset(
    {"button", "btn", "label", "image", "icon", "view", "title", "item", "action", "event", "send", "notify", "post"}
    | {"show", "update", "log", "print", "permission", "request", "video", "camera", "ui", "cell", "tapped", "pressed"}
)


@dataclass(frozen=True, slots=True)
class Bypass:
    """A button's own mute: by which method or property, where, in the same function again, and the way from the
    button."""

    name: str
    places: tuple[Place, ...]
    chain: tuple[Place, ...]


def bypasses(program: Program) -> Iterator[Bypass]:
    """The mutes that buttons make without asking the call system, each once, where they are nearest to the button."""
    handling = [near.procedure for fact in handlers(program, MUTE) for near in _near(program, fact)]
    known = {name for procedure in handling for name, _ in _mutes(procedure)}
    requesting = program.leading_to("transaction")
    told: set[Place] = set()
    for fact in program.lifecycle.facts if known else ():
        root = fact.cause
        asks = isinstance(root, Root) and root.acts and fact.phase != "bridge"
        if not asks or fact.procedure in requesting:
            continue
        for near in _near(program, fact):
            if near.procedure.function.kind in ("init", "initial values"):
                continue  # what is created gets its first value
            path = near.procedure.path
            places = [Place(path, location, name) for name, location in _mutes(near.procedure) if name in known]
            if places:
                if places[0] not in told:
                    yield Bypass(places[0].text, tuple(places), near.chain())
                told.update(places)
                break


def _near(program: Program, start: Fact) -> Iterator[Fact]:
    """A fact, and those that follow from it in a few calls."""
    level = [start]
    for _ in range(NEAR + 1):
        yield from level
        level = [fact for one in level for _, fact in program.spreading.next_facts(one)]


def _mutes(procedure: Procedure) -> list[tuple[str, Location]]:
    """The methods and properties with a name that mutes, as a body uses them, first to last."""
    found: list[tuple[str, Location]] = []
    for node in within(procedure.body):
        match node:
            case Call(name, _, _) if _is_mute(name.partition(":")[0]):
                found.append((name.partition(":")[0], node.location))
            case Assign(Member(_, name) | Name(name), _) if _is_mute(name):
                found.append((name, node.location))
    return sorted(found, key=lambda one: one[1])


def _is_mute(name: str) -> bool:
    named = set(words(name))
    return bool(named & MUTE_WORDS) and not named & OTHER_WORDS
