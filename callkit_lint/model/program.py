"""The model of one program, and the questions that rules ask of it. Each is answered once, here, under a name."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from callkit_lint.callgraph.compile_time import build_of
from callkit_lint.callgraph.conditions import Fresh, Known, Parameter, Test
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.link import Graph, link
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import FileSummary, Location
from callkit_lint.knowledge import Texts, Vocabulary, load
from callkit_lint.model.entry_points import Root, is_callback
from callkit_lint.model.lifecycle import Fact, Lifecycle, Run, Spreading, spread
from callkit_lint.model.sdks import imported_sdks
from callkit_lint.project.boundaries import WITHOUT_CALLS, Boundary, partition, sdks_in
from callkit_lint.rule import Place

EVERYWHERE = -1  # no bound on how many calls away
Answer = TypeVar("Answer")
CONFIGURES = ("category", "configuration")  # what sets the category, and what is only known to configure the session


@dataclass(eq=False)
class Program:
    """One program of a tree: its call graph with the phases of a call spread over it. Rules only read it.

    `systems` is the lowest system that a file is built for, where a project file says so.
    """

    name: str
    files: frozenset[str]
    graph: Graph
    spreading: Spreading
    vocabulary: Vocabulary
    systems: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""

    @property
    def lifecycle(self) -> Lifecycle:
        return self.spreading.lifecycle

    @property
    def armed(self) -> bool:
        """Whether the program has calls that the call system handles: a provider, a controller, one of their delegates,
        or an SDK that takes the calls."""
        return bool(self.armed_by)

    @cached_property
    def sdks(self) -> Mapping[str, tuple[Place, ...]]:
        """The SDKs that the program imports, by the id of their contract, each with the files that do."""
        return imported_sdks(self.graph, self.vocabulary)

    @cached_property
    def armed_by(self) -> tuple[Place, ...]:
        """What arms the program: types that are delegates of the call system, calls of its providers, and SDKs that
        take the calls. Nothing does where there is no call system: what speaks of it is shared code, and its other
        half lies in an app for iOS."""
        if self.platform in WITHOUT_CALLS:
            return ()
        arms = self.vocabulary.arms
        types = [
            Place(path, decl.location, f"{decl.name} is a {name}")
            for name in arms
            for type_name in self.graph.symbols.subtypes.get(name, ())
            for info in self.graph.symbols.types.get(type_name, ())
            for path, decl in info.declarations
            if name in decl.supertypes
        ]
        calls = [
            Place(site.procedure.path, site.location, f"{site.procedure.display} calls {site.text}")
            for site in self.all_sites
            if site.api.owner in arms
        ]
        sdks = [
            Place(place.path, place.location, f"{place.text}: {contract.name} takes the calls")
            for contract in self.vocabulary.contracts.values()
            if contract.arms
            for place in self.sdks.get(contract.id, ())
        ]
        return (*sorted(types, key=lambda place: (place.path, place.location, place.text)), *calls, *sdks)

    def once(self, question: Callable[[Program], Answer]) -> Answer:
        """The answer to a question that several rules ask: found when it is asked first."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: Answer = self._answers[question]
        return answer

    @cached_property
    def _answers(self) -> dict[Callable[[Program], Any], Any]:
        return {}

    @cached_property
    def all_sites(self) -> list[Site]:
        """All calls of APIs, reached or not, by path and line; not those in code that never runs."""
        sites = [site for procedure in self.graph.procedures for site in procedure.sites if not site.is_dead]
        return sorted(sites, key=lambda site: (site.procedure.path, site.location))

    def sites(self, *effects: str) -> Iterator[Site]:
        """All calls with one of these effects, reached or not, by path and line; not those in code that never runs."""
        return (site for site in self.all_sites if site.api.effect in effects)

    def is_dead(self, site: Site) -> bool:
        """Whether a call never runs, for those that are not asked for by `sites`."""
        return site.is_dead

    def runs(self, *effects: str) -> Iterator[list[Run]]:
        """For each call with one of these effects the phases it can run in, one Run for each; only calls that can run.

        Nothing in a program that the call system does not know.
        """
        if self.armed:
            for site in self.sites(*effects):
                if runs := self.lifecycle.runs.get(site):
                    yield runs

    def told(self, phases: Iterable[str], *effects: str, accept: Callable[[Run], bool] = bool) -> Iterator[list[Run]]:
        """The runs to report of calls with these effects: of each call the one in the first of the phases, and together
        those that stand in one body, since they are one mistake. `accept` leaves runs out."""
        bodies: dict[Procedure, list[Run]] = defaultdict(list)
        for runs in self.runs(*effects):
            run = first((run for run in runs if accept(run)), phases)
            if run is not None:
                told = bodies[run.site.procedure]
                if all(run.location != other.location for other in told):  # one call with a conditional argument
                    told.append(run)
        yield from bodies.values()

    def in_group(self, run: Run, group: str) -> bool:
        """Whether a run's phase is one of a group: "live" (CallKit has activated the session), "in call"."""
        return self.vocabulary.in_group(run.phase, group)

    @cached_property
    def call_configurations(self) -> list[Site]:
        """The calls that may configure the session for a call: play-and-record, or a category that is not known. Of a
        call with a conditional argument, a value that nobody passes does not count beside one that somebody does."""
        runs = self.lifecycle.runs
        reached = {(site.procedure, site.location) for site in runs}
        return [
            site
            for site in self.sites(*CONFIGURES)
            if _is_call_category(site, runs.get(site, []))
            and (site in runs or (site.procedure, site.location) not in reached)
        ]

    def symbol_at(self, path: str, location: Location) -> str:
        """The function or type that a place of a file lies in, "" at its top. By where headers stand: what follows a
        type's last function counts as that function's."""
        headers = self._headers.get(path, [])
        after = bisect_right(headers, (location.line, location.column, "\U0010ffff"))
        return headers[after - 1][2] if after else ""

    @cached_property
    def _headers(self) -> Mapping[str, list[tuple[int, int, str]]]:
        headers: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for procedure in self.graph.symbols.procedures:
            if procedure.closure is None and procedure.function.kind not in ("initial values", "top level"):
                place = procedure.function.location
                headers[procedure.path].append((place.line, place.column, procedure.display))
        for infos in self.graph.symbols.types.values():
            for path, declaration in (one for info in infos for one in info.declarations):
                headers[path].append((declaration.location.line, declaration.location.column, declaration.name))
        return {path: sorted(found) for path, found in headers.items()}

    @cached_property
    def callers(self) -> Mapping[Procedure, list[Edge]]:
        """What calls each procedure of the program, or is followed by it."""
        callers: dict[Procedure, list[Edge]] = defaultdict(list)
        for procedure in self.graph.procedures:
            for edge in procedure.edges:
                if not edge.is_dead:
                    callers[edge.callee].append(edge)
        return callers

    @cached_property
    def facts_of(self) -> Mapping[Procedure, list[Fact]]:
        """The phases that each procedure is known to run in, with how it got there; only those that can run."""
        facts: dict[Procedure, list[Fact]] = {}
        for fact in self.lifecycle.facts:
            facts.setdefault(fact.procedure, []).append(fact)
        return facts

    def leading_to(self, *effects: str, steps: int = EVERYWHERE) -> set[Procedure]:
        """The procedures from which a call with one of these effects may be reached, over at most so many calls."""
        question = (effects, steps)
        if question not in self._leading:
            self._leading[question] = self.leading_to_sites(self.sites(*effects), steps)
        return self._leading[question]

    def leading_to_sites(self, sites: Iterable[Site], steps: int = EVERYWHERE) -> set[Procedure]:
        """The procedures from which one of these calls may be reached, over at most so many calls."""
        leading = level = {site.procedure for site in sites}
        while level and steps:
            level = {edge.caller for callee in level for edge in self.callers[callee]} - leading
            leading = leading | level
            steps -= 1
        return leading

    @cached_property
    def _leading(self) -> dict[tuple[tuple[str, ...], int], set[Procedure]]:
        return {}

    def late_starts(self) -> Iterator[tuple[Fact, str]]:
        """Where code starts that runs when the time before a call is over, and how it got there: "after the report",
        "posted" or "delayed". A closure that completes the action itself is not late: the call is not live before."""
        for fact in self.lifecycle.facts if self.armed else ():
            if fact.phase in ("reported", "requested") and isinstance(fact.cause, Root):
                yield fact, "after the report"
            elif fact.phase in EARLY:
                for edge, start in self.spreading.next_facts(fact):
                    if edge.mode == "delayed":
                        yield start, "delayed"
                    elif edge.mode == "later" and not _completes_action(edge):
                        yield start, "posted"

    def runs_from(self, start: Fact, *effects: str, at_once: bool = False) -> Iterator[Run]:
        """The calls with these effects that a fact leads to, each by the shortest way from there; with `at_once` those
        that it waits for."""
        runs = self.spreading.runs_from(start, within=self.leading_to(*effects), at_once=at_once)
        return (run for run in runs if run.site.api.effect in effects)

    def runs_beside_updates(self, *effects: str) -> Iterator[Run]:
        """The calls with these effects in functions that also send the call system an update of a call (its name, its
        video): whoever asks for that from a screen or the app's other language, the call goes on."""
        updating = {site.procedure for site in self.sites("update")}
        for fact in self.lifecycle.facts if self.armed else ():
            if fact.procedure in updating and fact.phase in ("bridge", "screen"):
                yield from self.runs_from(fact, *effects)

    def undecided(self, run: Run) -> list[Test]:
        """The conditions on the way that stay open, in their smallest parts: what the app's state decides, or an
        argument that is not known; not what the phase decides or a caller states."""
        conditions = [(test, fact) for fact, edge in run.fact.steps() for test in edge.guards]
        conditions += [(test, run.fact) for test in run.site.guards]
        undecided: list[Test] = []
        while conditions:
            test, fact = conditions.pop()
            if self.spreading.answer(test, fact.phase, fact.bindings) is None:
                conditions += [(part, fact) for part in test.parts]
                undecided += [] if test.parts else [test]
        return undecided


EARLY = ("report", "request", "start", "answer")


def is_posted_early(run: Run) -> bool:
    """Whether the code was posted before the call was live, and only runs when it is."""
    return run.fact.root.phase in EARLY


def _completes_action(edge: Edge) -> bool:
    return any(site.api.effect in ("fulfil", "fail") for site in edge.callee.sites)


def _is_call_category(site: Site, runs: Iterable[Run]) -> bool:
    values = {run.value("category") for run in runs} or {_constant(site.values.get("category"))}
    return any(value is None or "playandrecord" in str(value).lower() for value in values)


def _constant(value: object) -> object:
    return value.value if isinstance(value, Known) else None


def first(runs: Iterable[Run], phases: Iterable[str]) -> Run | None:
    """The run in the first of these phases that there is one for: what a rule tells of when several hold."""
    by_phase = {run.phase: run for run in reversed(list(runs))}
    return next((by_phase[phase] for phase in phases if phase in by_phase), None)


def build_programs(files: Mapping[str, FileSummary], manifests: Mapping[str, bytes]) -> tuple[Program, ...]:
    """The programs of a tree, linked and with phases; paths are relative to the root of analysis."""
    return tuple(build(one) for one in partition(files, manifests))


def build(boundary: Boundary, own: Texts = ()) -> Program:
    """One program from the summaries of its files, and what is known of the SDKs that it uses; `own` are a project's
    own contracts."""
    vocabulary = load(own, sdks_in(boundary.files))
    graph = link(boundary.files, vocabulary, build_of(boundary.deployment_target, boundary.macros))
    spreading = spread(graph, vocabulary)
    files = frozenset(boundary.files)
    return Program(boundary.name, files, graph, spreading, vocabulary, boundary.systems, boundary.platform)


# ---- facts ----------------------------------------------------------------------------------------------------------


def facts(files: Mapping[str, FileSummary], manifests: Mapping[str, bytes]) -> str:
    """What the model knows of each function, as text without paths and lines: equal for a Swift example and its
    twin."""
    lines: list[str] = []
    for program in build_programs(files, manifests):
        bodies: dict[str, list[str]] = {}
        for procedure in program.graph.procedures:
            own = [_site_fact(program, site) for site in procedure.sites]
            if own:
                bodies.setdefault(_canonical(program, procedure), []).extend(own)
        for name, own in sorted(bodies.items()):
            lines += [name, *(f"  {line}" for line in sorted(own))]
    return "\n".join(lines)


def _canonical(program: Program, procedure: Procedure) -> str:
    """A function's name in both languages; of a method that a framework calls, the framework's."""
    function = procedure.function
    own = "deinit" if function.kind == "deinit" else function.name
    name = next((one.id for one in program.vocabulary.callbacks if is_callback(procedure, one)), own)
    name = f"{function.owner}.{name}" if function.owner else name
    return f"{name} closure" if procedure.closure else name


def _site_fact(program: Program, site: Site) -> str:
    values = ", ".join(f"{name}={_shown(value)}" for name, value in sorted(site.values.items()) if value is not None)
    guards = sorted({text for test in site.guards if (text := _guard_fact(test))})
    phases = sorted({run.phase for run in program.lifecycle.runs.get(site, [])})
    return f"{site.api.id}({values}) when [{'; '.join(guards)}] in {phases}"


def _shown(value: object) -> str:
    if isinstance(value, Fresh):
        return "fresh"
    return (
        f"parameter {value.name}"
        if isinstance(value, Parameter)
        else str(value.value)
        if isinstance(value, Known)
        else "?"
    )


def _guard_fact(test: Test) -> str:
    if test.kind == "not":
        inner = _guard_fact(test.parts[0])
        return f"not {inner}" if inner else ""
    if test.kind in ("and", "or"):
        parts = sorted(text for part in test.parts if (text := _guard_fact(part)))
        return f" {test.kind} ".join(parts)
    if test.kind in ("truth", "present", "equal"):
        return f"{_shown(test.value)}" + (f" is {_shown(test.other)}" if test.kind == "equal" else "")
    if test.kind in ("no call", "ringing"):
        return test.kind
    known = test.kind in ("interruption", "reason") or (test.kind == "action" and test.text.endswith("Action"))
    return f"{test.kind} {test.text}" if known else ""
