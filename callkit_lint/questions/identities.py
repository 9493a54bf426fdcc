"""Under which identifier an app speaks to the call system of a call: one that the system knows, or not."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import Fresh
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.identifiers import is_written
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.model.entry_points import Root
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program

INTRODUCING = ("report", "request start")
SPEAKING = (
    *("report ended", "update", "report connecting", "report connected"),
    *("request end", "request hold", "request mute", "request answer", "request digits"),
)


def of_no_call(program: Program) -> Iterator[Run]:
    """What the app tells or asks the call system of a call that must exist, under an identifier that was made on the
    way there and that no call is reported or requested with."""
    if not program.armed:
        return
    for procedure in sorted(program.leading_to(*SPEAKING), key=lambda one: (one.path, one.location)):
        if not _makes_identifiers(procedure):
            continue
        root = Root(procedure, "call", f"a new identifier is made in {procedure.display}", procedure.location)
        runs = list(program.runs_from(Fact(procedure, "call", {}, root), *INTRODUCING, *SPEAKING))
        known = {run.values.get("call") for run in runs if run.site.api.effect in INTRODUCING}
        for run in runs:
            value = run.values.get("call")
            if isinstance(value, Fresh) and value not in known and _is_made_in(procedure, value):
                yield run


def _makes_identifiers(procedure: Procedure) -> bool:
    return any(True for _ in _made_in(procedure))


def _is_made_in(procedure: Procedure, value: Fresh) -> bool:
    return value in _made_in(procedure)


def _made_in(procedure: Procedure) -> Iterator[Fresh]:
    """The identifiers that a procedure makes and hands on at once."""
    values = [value for edge in procedure.edges for value in edge.arguments.values()]
    values += [value for site in procedure.sites for value in site.values.values()]
    return (value for value in values if isinstance(value, Fresh))


def of_all_calls(program: Program) -> Iterator[Site]:
    """The reports and requests of new calls under an identifier that is written in the source. A call that is only
    reported to be ended at once harms nobody."""
    ended = {value for site in program.sites("report ended") for value in _identifiers(program, site)}
    for site in program.sites(*INTRODUCING):
        values = [value for value in _identifiers(program, site) if is_written(value)]
        if program.armed and values and not ended & set(values) and not program.is_dead(site):
            yield site


def _identifiers(program: Program, site: Site) -> Iterator[object]:
    """What a call names as identifier: by itself, or as callers give it."""
    yield site.constant("call")
    yield from (run.value("call") for run in program.lifecycle.runs.get(site, ()))
