"""Which of the app's screens are those of a call, and what comes with them.

A storyboard is not read: a screen is known by its name, or by what its buttons lead to; what its nib creates, by its
outlets.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import words
from callkit_lint.callgraph.link import Graph
from callkit_lint.callgraph.symbols import Procedure, TypeInfo

CALL_WORDS = frozenset({"call", "calling", "incall", "voip"})
NO_CALL_SCREEN_WORDS = frozenset(
    {"history", "log", "logs", "list", "recent", "recents", "setting", "settings", "details", "contact", "contacts"}
    | {"rating", "feedback", "survey", "callback", "cell", "manager", "delegate", "provider", "service", "controllers"}
)
FEW_STEPS = 3  # calls between a button of a keypad and the tones that it sends


def shows_a_call(owner: str) -> bool:
    """Whether a type's name says that it is the screen of a call: `CallViewController`, not `CallHistoryView`."""
    named = set(words(owner.rpartition(".")[2]))
    return bool(CALL_WORDS & named) and not NO_CALL_SCREEN_WORDS & named


def hangs_up(action: str) -> bool:
    """Whether the name of what a button does says that it ends the call: `didTapHangUp`, `endCall`."""
    named = set(words(action))
    return bool(HANG_UP_WORDS & named or {"end", "call"} <= named) and not NO_HANG_UP_WORDS & named


HANG_UP_WORDS = frozenset({"hangup", "hang", "decline", "reject"})
NO_HANG_UP_WORDS = frozenset({"editing", "message", "request", "video"})


def screens(graph: Graph) -> Iterator[tuple[str, TypeInfo]]:
    """The program's view controllers by name."""
    for name, infos in sorted(graph.symbols.types.items()):
        for info in infos:
            if any(above == "UIViewController" for above, _ in graph.symbols.lineage(name, info.path)):
                yield name, info


def keypad_screens(graph: Graph) -> set[str]:
    """The screens that send tones into a call, and can neither start one nor report one: they come in calls alone."""
    found = ((name, _leads_to(info)) for name, info in screens(graph))
    return {name for name, led in found if "request digits" in led and not {"request start", "report"} & led}


def nib_objects(graph: Graph, screen: str, path: str) -> Iterator[tuple[str, Procedure]]:
    """What runs when the nib of a screen is loaded: how the screen itself and the types of its outlets are created,
    each with its type's name; outlets of outlets too."""
    queue, seen = [screen], {screen}
    while queue:
        info = graph.symbols.type_at(queue.pop(0), path)
        if info is None:
            continue
        for procedures in (info.methods.get(name, []) for name in ("", "init", "awakeFromNib")):
            for procedure in procedures:
                if procedure.function.kind == "initial values" or procedure.function.name in FROM_NIB:
                    yield info.name, procedure
        for item in info.fields.values():
            kind = item.type.strip("[]")
            if "IBOutlet" in item.attributes and kind not in seen:
                seen.add(kind)
                queue.append(kind)


FROM_NIB = ("init(coder:)", "awakeFromNib()")


def _leads_to(info: TypeInfo) -> set[str]:
    """The effects that a type's methods lead to over a few calls."""
    level = {procedure for procedures in info.methods.values() for procedure in procedures}
    seen = set(level)
    for _ in range(FEW_STEPS):
        level = {edge.callee for procedure in level for edge in procedure.edges if not edge.is_dead} - seen
        seen |= level
    return {site.api.effect for procedure in seen for site in procedure.sites if not site.is_dead}
