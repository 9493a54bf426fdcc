"""The callbacks by which the call system says that the session is active, and that it no longer is: who has them.

A delegate is judged with all its parts, supertypes and subclasses. One of which a part could not be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from callkit_lint.callgraph.conditions import spelled, words
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import Procedure, TypeInfo
from callkit_lint.ir import Block, Branch, Call, Closure, Declare, Exit, Literal, Name, Statement, TypeDecl
from callkit_lint.model.entry_points import is_callback
from callkit_lint.model.program import Program
from callkit_lint.rule import Place

PROTOCOLS = frozenset({"CXProviderDelegate", "ConversationManagerDelegate", "PTChannelManagerDelegate"})
# The phases in which a call's own code runs.
CALL_PHASES = frozenset({"start", "started", "answer", "answered", "active", "call", "end"})
LOG_WORDS = frozenset({"log", "logs", "logger", "print", "dprint", "println", "trace"})


@dataclass(frozen=True, slots=True)
class Delegate:
    """A type that takes the call system's callbacks: where it says so, its bodies of them in source order, and of the
    two about the session."""

    name: str
    place: Place
    callbacks: tuple[Procedure, ...]
    activated: tuple[Procedure, ...]
    deactivated: tuple[Procedure, ...]

    @property
    def learns_of_activation(self) -> bool:
        """Whether some body does anything when the session becomes active."""
        return any(not does_nothing(procedure.body) for procedure in self.activated)


def delegates(program: Program) -> Iterator[Delegate]:
    """The delegates of the call system that take calls: not those that refuse every call, or have no handler of one."""
    symbols = program.graph.symbols
    for infos in symbols.types.values() if program.armed else ():
        for info in infos:
            protocol = _declared(program, info)
            family = _family(program, info)
            read = program.graph.incomplete.isdisjoint(path for part in family for path, _ in part.declarations)
            bodies = partial(_bodies, program, family, protocol)
            if protocol and read and _takes_calls(program, bodies(phases=("answer", "start"))):
                activated, deactivated = bodies(name="didActivate"), bodies(name="didDeactivate")
                yield Delegate(info.name, _place(info, protocol), bodies(), activated, deactivated)


def _declared(program: Program, info: TypeInfo) -> str:
    """The call system's protocol that a class takes on by itself or through a protocol of the program; else ""."""
    symbols = program.graph.symbols
    if info.kind in ("protocol", "interface", "extension"):
        return ""
    for name in info.supertypes:
        above = symbols.type_at(name, info.path)
        lineage = symbols.lineage(name, info.path) if above and above.kind == "protocol" else ((name, None),)
        for kind, _ in lineage:
            if kind in PROTOCOLS:
                return kind
    return ""


def _family(program: Program, info: TypeInfo) -> list[TypeInfo]:
    """The type with those above and below it, as far as the program has them."""
    symbols = program.graph.symbols
    above = [part for _, part in symbols.lineage(info.name, info.path) if part]
    below = [symbols.type_at(name, info.path) for name in symbols.descendants(info.name)]
    return [*above, *(part for part in below if part)]


def _place(info: TypeInfo, protocol: str) -> Place:
    """Where the type says that it is a delegate: the extension that does, the body of the category, else the class."""
    saying = next((one for one in info.declarations if protocol in one[1].supertypes), info.declarations[0])
    if saying[1].kind != "extension":
        bodies = [one for one in info.declarations if one[1].kind == info.kind]
        same = [one for one in bodies if _category(one[1]) == _category(saying[1])]
        saying = (same or bodies)[0]
    return Place(saying[0], saying[1].location, "")


def _category(decl: TypeDecl) -> str:
    """The name of the Objective-C category that a declaration is a part of."""
    return next((mark for mark in decl.attributes if mark.startswith("(")), "")


def _bodies(
    program: Program, family: list[TypeInfo], protocol: str, name: str = "", phases: tuple[str, ...] = ()
) -> tuple[Procedure, ...]:
    """What a family has of a protocol's callbacks: of one, of those that open certain phases, or of all."""
    callbacks = [
        callback
        for callback in program.vocabulary.callbacks
        if callback.id.startswith(f"{protocol}.{name}") and (not phases or not set(phases).isdisjoint(callback.opens))
    ]
    found = [
        procedure
        for part in family
        for name in {spelling.partition("(")[0] for callback in callbacks for spelling in callback.swift}
        for procedure in part.methods.get(name, ())
        if any(is_callback(procedure, callback) for callback in callbacks)
    ]
    return tuple(sorted(found, key=lambda procedure: (procedure.path, procedure.location)))


def _takes_calls(program: Program, handlers: tuple[Procedure, ...]) -> bool:
    """Whether a call can come about: some handler does not only fail its action."""
    fails, fulfils = program.leading_to("fail"), program.leading_to("fulfil")
    return any(handler in fulfils or handler not in fails for handler in handlers)


def does_nothing(body: Block) -> bool:
    """Whether a body is empty, or only writes a log; a call counts as that by the words of its name."""
    idle: set[str] = set()  # closures that do nothing either
    for statement in body.statements:
        match statement:
            case Declare(name, _, Closure(_, inner)) if does_nothing(inner):
                idle.add(name)
            case Call(name, None) if name in idle:
                continue
            case _ if not _is_idle(statement):
                return False
    return True


def _is_idle(statement: Statement) -> bool:
    match statement:
        case Block():
            return does_nothing(statement)
        case Branch():
            return all(does_nothing(arm.body) for arm in statement.arms)
        case Call(name, receiver):
            return not LOG_WORDS.isdisjoint(words(f"{name} {spelled(receiver)}"))
        case Exit(_, value):
            return value is None
        case Literal() | Name():
            return True
    return False


# ---- whose audio it is ----------------------------------------------------------------------------------------------


def brings_call_audio(program: Program) -> bool:
    """Whether the program has audio of calls that must wait for the activation: its own, or that of an SDK which is to
    be told. An SDK that needs no telling settles it for the whole program."""
    imported = program.graph.imports & program.vocabulary.session_owners
    owed = {program.vocabulary.activation_of.get(module, "unknown") for module in imported}
    if "none" in owed or owed & {"app", "unknown"}:
        return "none" not in owed
    return any(own_call_audio(program))


def own_call_audio(program: Program) -> Iterator[Site]:
    """The starts of audio in types of which something runs in calls: where the calls' audio is, started or not."""
    of_calls = {fact.procedure.function.owner for fact in program.lifecycle.facts if fact.phase in CALL_PHASES}
    own = program.sites("audio start", "call audio", "peer factory")
    return (site for site in own if site.procedure.function.owner in of_calls and not program.is_dead(site))


def drives_webrtc(program: Program) -> list[Site]:
    """The calls by which the program itself makes WebRTC's connections or switches its audio; empty where an SDK does
    that out of sight."""
    own = program.sites("peer factory", "manual audio")
    return [site for site in own if site.api.owner.startswith("RTC") and not program.is_dead(site)]
