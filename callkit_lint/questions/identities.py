"""Under which identifier an app speaks to the call system of a call: one that the system knows, or not."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import Fresh
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.identifiers import is_written, text_of_identifier
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Call, Declare, Literal, Name
from callkit_lint.model.entry_points import Root
from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import Program
from callkit_lint.nodes import within

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


def written_into_call(program: Program) -> Iterator[tuple[Procedure, Call]]:
    """The objects that are made with an identifier that is written in the source and given to what reports or requests
    a call, each with the function that does so; what becomes of the identifier in between is not followed."""
    leading = program.leading_to(*INTRODUCING, "sdk report") if program.armed else set()
    for procedure in sorted(leading, key=lambda one: (one.path, one.location)):
        introducing = {edge.location for edge in procedure.edges if edge.callee in leading}
        introducing |= {site.location for site in procedure.sites if site.api.effect == "sdk report"}
        given = {
            argument.value.name
            for node in within(procedure.body)
            if isinstance(node, Call) and node.location in introducing
            for argument in node.arguments
            if isinstance(argument.value, Name)
        }
        for node in within(procedure.body):
            match node:
                case Declare(name, _, Call() as made) if name in given and _is_given_an_identifier(made):
                    yield procedure, made


def _is_given_an_identifier(made: Call) -> bool:
    values = [argument.value for argument in made.arguments]
    return text_of_identifier(made) is None and any(
        isinstance(value, Literal) and is_written(value.value) for value in values
    )


def _identifiers(program: Program, site: Site) -> Iterator[object]:
    """What a call names as identifier: by itself, or as callers give it."""
    yield site.constant("call")
    yield from (run.value("call") for run in program.lifecycle.runs.get(site, ()))
