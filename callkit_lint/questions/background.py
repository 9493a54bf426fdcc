"""Which code runs because the system has woken the app in the background: a push, a fetch, a task."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.model.entry_points import Root, is_callback
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence


def runs_in_background(program: Program, *effects: str) -> Iterator[Run]:
    """The calls with these effects that a wake-up leads to. A call that is up already keeps the app awake: its phases
    do not count here."""
    for procedure in sorted(program.leading_to(*effects), key=lambda one: (one.path, one.location)):
        if text := _wakes(program, procedure):
            root = Root(procedure, "report", text, procedure.location, confidence=Confidence.medium)
            runs = program.runs_from(Fact(procedure, "report", {}, root), *effects)
            yield from (run for run in runs if not run.leads_through_setup and not DIRECTION & run.tested())


# What a condition names that asks whose call it is: a push brings the other side's.
DIRECTION = frozenset({"outgoing", "outbound", "incoming", "inbound", "direction"})


def _wakes(program: Program, procedure: Procedure) -> str:
    """What wakes the app to run this procedure, in words; "" when nothing does."""
    if procedure.closure is None:
        for callback in program.vocabulary.background:
            if is_callback(procedure, callback):
                return f"{callback.text}: {procedure.display}"
    return ""
