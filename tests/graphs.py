"""The call graph of a few sources, and finders in it: the tests of link, guards, lifecycle and program stand on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.link import Graph, link
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.frontends import objc, swift
from callkit_lint.ir import FileSummary
from callkit_lint.knowledge import load
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program, build_programs

Sources = Mapping[str, str]

ACTIVATE = "try? AVAudioSession.sharedInstance().setActive(true)"
ACTIVATE_OBJC = "[[AVAudioSession sharedInstance] setActive:YES error:nil];"


def lowered(sources: Sources) -> dict[str, FileSummary]:
    """The files in the neutral form. A source that the parser cannot read is a mistake of the test."""
    summaries = {path: _lower(path, text.encode()) for path, text in sources.items()}
    assert not {path: summary.lost for path, summary in summaries.items() if summary.lost}
    return summaries


def _lower(path: str, data: bytes) -> FileSummary:
    ending = PurePosixPath(path).suffix
    return swift.lower(data) if ending == ".swift" else objc.lower(data, "objc++" if ending == ".mm" else "objc")


def linked(sources: Sources) -> Graph:
    """The call graph of all the files as one program."""
    return link(lowered(sources), load())


def programs(sources: Sources, *manifests: str) -> dict[str, Program]:
    """The programs of a tree by name; of the manifests the paths are given."""
    return {program.name: program for program in build_programs(lowered(sources), dict.fromkeys(manifests, b""))}


def program(sources: Sources) -> Program:
    """All the files as one program with the phases spread over it."""
    (only,) = programs(sources).values()
    return only


# ---- finders --------------------------------------------------------------------------------------------------------


def procedure(graph: Graph, name: str) -> Procedure:
    """The function that messages call so: `Audio.start()`, a closure in it as `a closure in Audio.start()`."""
    found = [item for item in graph.procedures if item.display == name]
    assert len(found) == 1, f"{name} is there {len(found)} times: {[item.display for item in graph.procedures]}"
    return found[0]


def calls(graph: Graph, name: str) -> list[str]:
    """What a function calls, in order: functions of the program by name, APIs by id."""
    body = procedure(graph, name)
    parts = [(site.position.order, site.api.id) for site in body.sites]
    parts += [(edge.position.order, edge.callee.display) for edge in body.edges]
    return [text for _, text in sorted(parts, key=lambda part: part[0])]


def edge(graph: Graph, caller: str, callee: str) -> Edge:
    """The only call of one function by another."""
    found = [item for item in procedure(graph, caller).edges if item.callee.display == callee]
    assert len(found) == 1, [(item.mode, item.callee.display) for item in procedure(graph, caller).edges]
    return found[0]


def modes(graph: Graph, name: str) -> list[str]:
    """When the closures and functions run that a function calls or hands over."""
    return [item.mode for item in procedure(graph, name).edges]


def site(graph: Graph) -> Site:
    """The only call of an API."""
    (only,) = (item for body in graph.procedures for item in body.sites)
    return only


def runs(program: Program, name: str = "") -> Iterator[Run]:
    """All runs of the API calls in a function, or in all."""
    for found, its_runs in program.lifecycle.runs.items():
        if name in ("", found.procedure.display):
            yield from its_runs


def phases(program: Program, name: str = "") -> set[str]:
    """The phases in which the API calls of a function can run."""
    return {run.phase for run in runs(program, name)}


def chain(run: Run) -> list[str]:
    """The steps of a run's chain, as a reader sees them."""
    return [f"{step.path}:{step.location.line} {step.text}" for step in run.chain()]
