"""The calls on a line of a file, as link understood them: receiver, meaning, and the conditions around each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from callkit_lint.callgraph.body import BodyWalk
from callkit_lint.callgraph.conditions import Test
from callkit_lint.callgraph.graph import Edge, Position
from callkit_lint.callgraph.linking import Linking
from callkit_lint.callgraph.resolution import Local, Resolution, View
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Call, Location
from callkit_lint.model.program import Program


@dataclass(frozen=True, slots=True)
class LineCall:
    """A call as link understood it, or an assignment or read that runs code: then there is only the edge's text."""

    procedure: Procedure
    location: Location
    position: Position
    guards: tuple[Test, ...]
    expression: Call | None = None
    receiver_type: str = ""
    found: Resolution = Resolution()
    edge: Edge | None = None


@dataclass(slots=True)
class _Recording(Linking):
    """A link of one file beside the real one, for what that does not keep: the meaning of each call at its place."""

    calls: list[LineCall] = field(default_factory=list)


class _RecordingWalk(BodyWalk):
    def call(self, call: Call) -> None:
        super().call(call)
        assert isinstance(self.linking, _Recording)
        kind = self.view.type_of(call.receiver) if call.receiver is not None else self.view.owner
        self.linking.calls.append(
            LineCall(
                self.procedure,
                call.location,
                self.position(),
                tuple(self.guards),
                call,
                kind.removesuffix(".Type"),
                self.view.resolve(call),
            )
        )


def calls_in(program: Program, path: str) -> Iterator[LineCall]:
    """All calls of a file in their real procedures, and the assignments and reads that run code of the program."""
    symbols = program.graph.symbols
    recording = _Recording(symbols, program.vocabulary, [])
    dead = set(symbols.dead)
    for procedure in (*symbols.procedures, *symbols.dead):
        if procedure.path == path:
            view = View(symbols, program.vocabulary, path, procedure.function.owner)
            view.locals.update((p.name, Local(p.type, parameter=True)) for p in procedure.parameters)
            copy = Procedure(path, procedure.function, procedure.body)
            _RecordingWalk(recording, copy, copy, view, dead=procedure in dead).run()
    real = {(id(one.function), one.location): one for one in program.graph.procedures if one.path == path}
    for call in recording.calls:
        if original := real.get((id(call.procedure.function), call.procedure.location)):
            yield replace(call, procedure=original)
    called = {call.location for call in recording.calls}
    for procedure in real.values():
        for edge in procedure.edges:
            if edge.location not in called and edge.callee.closure is None:
                yield LineCall(procedure, edge.location, edge.position, edge.guards, edge=edge)


def on_line(calls: list[LineCall], line: int) -> list[LineCall]:
    """The calls that begin on the line; else the narrowest around it, for a chain over several lines."""
    found = [one for one in calls if one.location.line == line]
    if not found:
        around = [one for one in calls if one.location.line <= line <= one.location.end_line]
        narrowest = min((one.location.end_line - one.location.line for one in around), default=0)
        found = [one for one in around if one.location.end_line - one.location.line == narrowest]
    return sorted(found, key=lambda one: (one.location.column, one.location.end_line, one.location.end_column))
