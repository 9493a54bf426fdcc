"""When closures run that are given to the program's own functions, and who runs closures that are stored.

A function's parameter is summarised once: called at once, posted, delayed, or stored in a property. A caller's closure
then runs as the summary says, from the caller: so a helper that is called from everywhere does not join its callers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from callkit_lint.callgraph.symbols import Procedure

RANK = {"now": 0, "unknown": 1, "later": 2, "delayed": 3}


@dataclass(frozen=True, slots=True)
class Use:
    """What a procedure does with a closure parameter of the function around it: runs it (`mode`), or passes it on."""

    procedure: Procedure
    mode: str = "now"
    passed_to: tuple[tuple[Procedure, str], ...] = ()
    stored_in: tuple[str, str] | None = None


@dataclass(slots=True)
class ClosureFlow:
    """Collected while bodies are linked; asked when all are."""

    uses: dict[tuple[Procedure, str], list[Use]] = field(default_factory=lambda: defaultdict(list))
    creation: dict[Procedure, str] = field(default_factory=dict)  # closure -> mode relative to its creator
    given: dict[Procedure, tuple[tuple[Procedure, str], ...]] = field(
        default_factory=dict
    )  # closure -> callee parameters
    stored: dict[tuple[str, str], list[Procedure]] = field(default_factory=lambda: defaultdict(list))

    def mode_of_parameter(
        self, procedure: Procedure, name: str, seen: frozenset[tuple[Procedure, str]] = frozenset()
    ) -> str | None:
        """When a function runs the closure given for this parameter; None when it never does, as far as is known."""
        if (procedure, name) in seen:
            return None
        seen |= {(procedure, name)}
        return latest(self._mode_of_use(use, procedure, seen) for use in self.uses.get((procedure, name), []))

    def _mode_of_use(self, use: Use, function: Procedure, seen: frozenset[tuple[Procedure, str]]) -> str | None:
        if use.stored_in:
            return None
        own = use.mode
        if use.passed_to:
            passed = latest(self.mode_of_parameter(callee, name, seen) for callee, name in use.passed_to)
            if passed is None:
                return None
            own = passed
        return self._outward(use.procedure, function, own, seen)

    def _outward(self, inner: Procedure, function: Procedure, mode: str, seen: frozenset[tuple[Procedure, str]]) -> str:
        """The mode seen from the function's own body: the latest of the closures in between."""
        current: Procedure | None = inner
        while current is not None and current is not function:
            mode = latest((mode, self.mode_of_closure(current, seen) or "unknown")) or mode
            current = current.parent
        return mode

    def mode_of_closure(self, closure: Procedure, seen: frozenset[tuple[Procedure, str]] = frozenset()) -> str | None:
        """When a closure runs, seen from its creator; None when nothing is known to run it."""
        if closure in self.creation:
            return self.creation[closure]
        return latest(self.mode_of_parameter(callee, name, seen) for callee, name in self.given.get(closure, ()))

    def slots(self, procedure: Procedure, name: str, depth: int = 0) -> Iterator[tuple[str, str]]:
        """The properties that a closure given for this parameter ends up in."""
        for use in self.uses.get((procedure, name), []) if depth < 6 else ():
            if use.stored_in:
                yield use.stored_in
            for callee, parameter in use.passed_to:
                yield from self.slots(callee, parameter, depth + 1)


def latest(modes: Iterable[str | None]) -> str | None:
    """The latest of some run modes, unknown ones left out."""
    return max((mode for mode in modes if mode), key=lambda mode: RANK.get(mode, RANK["unknown"]), default=None)
