"""What the walks over all bodies share, and what they leave for link to decide on the whole program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callkit_lint.callgraph.closures import ClosureFlow
from callkit_lint.callgraph.conditions import Value
from callkit_lint.callgraph.graph import Edge, Observation
from callkit_lint.callgraph.symbols import Procedure, Symbols
from callkit_lint.knowledge import Vocabulary

Slot = tuple[str, str]  # a property: the type that declares it, and its name


@dataclass(frozen=True, slots=True)
class Given:
    """A closure handed to functions of the program: when it runs is known once all bodies are linked."""

    edge: Edge
    parameters: tuple[tuple[Procedure, str], ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a closure that is stored in a property."""

    edge: Edge
    slot: Slot


@dataclass(frozen=True, slots=True)
class Watch:
    """A procedure that runs when a property is set; `known` are the values that its parameters have then."""

    slot: Slot
    observer: Procedure
    mode: str
    known: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A property is set; `edge` leads nowhere yet."""

    edge: Edge
    slot: Slot


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a notification; `edge` leads nowhere yet."""

    edge: Edge
    notification: str


@dataclass(slots=True)
class Linking:
    """What all walks share, and what they leave for link to decide on the whole program."""

    symbols: Symbols
    vocabulary: Vocabulary
    procedures: list[Procedure]
    observations: list[Observation] = field(default_factory=list)
    flow: ClosureFlow = field(default_factory=ClosureFlow)
    given: list[Given] = field(default_factory=list)
    invocations: list[Invocation] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    # Base names of calls that reached nothing, and `name =` of properties that were assigned on nothing that is known.
    unresolved: set[str] = field(default_factory=set)
