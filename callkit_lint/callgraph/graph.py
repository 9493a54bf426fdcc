"""The call graph's parts: API calls (sites) and calls of the program's own procedures (edges)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callkit_lint.callgraph.conditions import Constant, Known, Test, Value, never_hold
from callkit_lint.ir import Location
from callkit_lint.knowledge import Api
from callkit_lint.rule import Confidence

if TYPE_CHECKING:
    from callkit_lint.callgraph.symbols import Procedure


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a procedure's evaluation order something stands.

    `order` counts evaluations; `scope` is the path of arms and loop bodies around it. What stands earlier in the same
    or an enclosing scope has run before.
    """

    order: int
    scope: tuple[int, ...]

    def dominates(self, other: Position) -> bool:
        """Whether this has run whenever `other` runs (a loop's body and an arm count for what is inside them)."""
        return self.order < other.order and other.scope[: len(self.scope)] == self.scope


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A call of an API. `values` are its arguments by the vocabulary's names, `given` those that are written at all,
    `guards` the conditions that dominate it, `receiver` what it is called on, where that is a parameter."""

    procedure: Procedure
    api: Api
    location: Location
    values: Mapping[str, Value]
    guards: tuple[Test, ...]
    position: Position
    confidence: Confidence
    text: str
    awaited: bool = False
    given: frozenset[str] = frozenset()
    receiver: Value = None

    @property
    def is_dead(self) -> bool:
        """Whether a condition around the call is false whenever it is asked: the simulator's code, an old system's."""
        return never_hold(self.guards)

    def constant(self, name: str) -> Constant:
        """An argument's value where the call itself states it, whoever gets there; None where it does not."""
        value = self.values.get(name)
        return value.value if isinstance(value, Known) else None


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A call that reaches a procedure of the program.

    `mode` is when it runs, seen from the caller: "now", "later", "delayed", "unknown", or a phase that it opens.
    `arguments` are the values of the callee's parameters; a closure also keeps its creator's.
    """

    caller: Procedure
    callee: Procedure
    location: Location
    mode: str
    arguments: Mapping[str, Value]
    guards: tuple[Test, ...]
    position: Position
    confidence: Confidence
    text: str
    awaited: bool = False
    observed: bool = False  # the callee observes what the caller posts or sets

    @property
    def is_dead(self) -> bool:
        """As of a site."""
        return never_hold(self.guards)

    @property
    def is_doubtful(self) -> bool:
        """Whether it is not known that one leads to the other at once: a closure that is given away, an observer that
        may not be there at the time."""
        return self.observed or self.mode == "unknown"

    @property
    def is_once(self) -> bool:
        """Whether it leads to the closure that `dispatch_once` runs."""
        return self.callee.closure is not None and any(site.api.effect == "once" for site in self.caller.sites)


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """A notification (see `notifications.name_of`) that runs a procedure; `procedure` registered it at `location`."""

    procedure: Procedure
    observer: Procedure
    notification: str
    location: Location
