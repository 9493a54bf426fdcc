"""Where the identifier of an action is taken for that of the call which the action is about.

An action has both: its own (`uuid`) and the call's (`callUUID`, `conversationUUID`). That the call's is meant is read
from the words around the use: a look-up in `calls`, a key "callId". A use that says nothing of a call is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from callkit_lint.callgraph.conditions import spelled, words
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import (
    Argument,
    Assign,
    Block,
    Call,
    Closure,
    Collection,
    Declare,
    Exit,
    Expr,
    Literal,
    Location,
    Member,
    Name,
    Operator,
)
from callkit_lint.knowledge import Vocabulary
from callkit_lint.model.program import Program
from callkit_lint.nodes import parts

ACTIONS = frozenset({"CXAction", "ConversationAction"})
CALL_WORDS = frozenset({"call", "calls", "conversation", "conversations"})
IDENTIFIER_WORDS = frozenset({"uuid", "id", "identifier"})
OTHER_WORDS = frozenset(
    {"action", "actions", "transaction", "transactions", "log", "logger", "logging", "print", "debug"}
)


def is_action(vocabulary: Vocabulary, kind: str) -> bool:
    """Whether a type is one of the call system's actions."""
    return not ACTIONS.isdisjoint(vocabulary.type_and_supertypes(kind))


@dataclass(frozen=True, slots=True)
class Identifier:
    """An action's own identifier: the action's name and type, and the property as written, be it as a message."""

    action: str
    kind: str
    own: str
    location: Location
    is_message: bool = False


def taken_for_calls(program: Program) -> Iterator[tuple[Procedure, Identifier]]:
    """The identifiers of actions that are used where a call's is meant."""
    for procedure in program.graph.symbols.procedures:
        given = {item.name: item.type for item in procedure.parameters if is_action(program.vocabulary, item.type)}
        if given:
            search = _Search(program.vocabulary, given)
            search.visit(procedure.body, ())
            for identifier in search.found:
                yield procedure, identifier


@dataclass
class _Search:
    """Walks a function's body. `around` is what stands around a node, innermost first, up to its statement."""

    vocabulary: Vocabulary
    actions: dict[str, str]  # names of actions, with their types
    holding: dict[str, Identifier] = field(default_factory=dict)  # locals that hold an identifier
    found: dict[Identifier, None] = field(default_factory=dict)

    def visit(self, node: object, around: tuple[object, ...]) -> None:
        match node:
            case Operator("let", _) | Declare():
                self.bind(node)
        if isinstance(node, Member | Call | Name) and (taken := self.identifier(node)):
            if _means_call(node, around):
                self.found[taken] = None
            return
        for child in parts(node):
            self.visit(child, () if isinstance(node, Block) and len(node.statements) > 1 else (node, *around))

    def bind(self, node: Operator | Declare) -> None:
        """What a cast or a declaration makes a name for: an action, or the identifier of one."""
        match node:
            case Operator("let", (Name(name), Operator("as" | "as?", (_, Name(kind))))) | Declare(name, kind, _):
                if is_action(self.vocabulary, kind):
                    self.actions[name] = kind
        match node:
            case Operator("let", (Name(name), value)) | Declare(name, _, value):
                if taken := self.identifier(value):
                    self.holding[name] = taken

    def identifier(self, expr: object) -> Identifier | None:
        """The identifier of an action that an expression is, as text or not."""
        match expr:
            case Member(Name(name), "uuid" | "UUID" as own) if name in self.actions:
                return Identifier(name, self.actions[name], own, expr.location)
            case Call("uuid" | "UUID" as own, Name(name), ()) if name in self.actions:
                return Identifier(name, self.actions[name], own, expr.location, is_message=True)
            case Member(base, "uuidString" | "UUIDString"):
                return self.identifier(base)
            case Call("uuidString" | "UUIDString", receiver, ()):
                return self.identifier(receiver)
            case Name(name):
                return self.holding.get(name)
        return None


def _means_call(expr: Expr, around: tuple[object, ...]) -> bool:
    """Whether the words around a use speak of a call, before they speak of an action or a log."""
    inner: object = expr
    for node in around:
        named = _words_beside(inner, node)
        if named is None or named & OTHER_WORDS:
            return False
        stored = isinstance(node, Assign) or (isinstance(node, Operator) and node.op == ":")
        if named & CALL_WORDS or (stored and named & IDENTIFIER_WORDS):
            return True
        inner = node
    return False


def _words_beside(inner: object, node: object) -> set[str] | None:
    """The words that stand beside a part of a node; None where the way ends: a text for people, another statement."""
    match node:
        case Operator("interpolation", _):
            return None
        case Call(name, receiver, arguments) if inner is receiver:
            return _told(" ".join([name, *(spelled(item.value) for item in arguments)]))
        case Call(name, receiver, _):
            return _told(f"{name} {spelled(receiver)}")
        case Argument(label, _):
            return _told(label)
        case Operator(_, operands):
            return _told(" ".join(_text(one) for one in operands if one is not inner))
        case Assign(target, _):
            return _told(spelled(target))
        case Declare(name, kind, _):
            return _told(f"{name} {kind}")
        case Member() | Collection() | Closure() | Block() | Exit():
            return set()
    return None


def _text(expr: Expr) -> str:
    return str(expr.value) if isinstance(expr, Literal) else spelled(expr)


def _told(text: str) -> set[str]:
    """The words of a text; CallKit is not a call."""
    return set(words(text.replace("CallKit", "").replace("callKit", "").replace("callkit", "")))
