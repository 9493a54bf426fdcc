"""What each rule makes of a call, and why it is silent, by comparison with programs that differ in one thing.

Without any condition: which one keeps a phase away? Armed: would it matter? Watched: which effects does a rule look at?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TypeVar

from callkit_lint.callgraph.conditions import Bindings, Test
from callkit_lint.callgraph.graph import Site
from callkit_lint.model.entry_points import entry_points
from callkit_lint.model.lifecycle import Fact, Run, Spreading, relevant_parameters
from callkit_lint.model.program import Program
from callkit_lint.rule import Diagnostic, Place, Rule
from callkit_lint.why_not.line_calls import LineCall

Variant = TypeVar("Variant", bound=Program)


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase that a call can run in, by the shortest way; `cut` says what keeps it out, then the way is not open."""

    name: str
    text: str
    chain: tuple[Place, ...]
    cut: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule makes of a call: `reports`, with its message, or is silent, with the reason; `places` show it."""

    rule: str
    reports: bool
    text: str
    places: tuple[Place, ...] = ()


class Unguarded(Spreading):
    """Phases spread as if no condition ever kept one out."""

    def passes(self, guards: tuple[Test, ...], phase: str, bindings: Bindings) -> bool:
        return True


class _Armed(Program):
    """The program as if the call system knew it."""

    @property
    def armed(self) -> bool:
        return True


class _Watched(_Armed):
    """The program, noting which effects it is asked for."""

    @cached_property
    def asked(self) -> set[str]:
        return set()

    def sites(self, *effects: str) -> Iterator[Site]:
        self.asked.update(effects)
        return super().sites(*effects)

    def runs_from(self, start: Fact, *effects: str, at_once: bool = False) -> Iterator[Run]:
        """Nothing: the question is all that matters here, and the answer takes long."""
        self.asked.update(effects)
        return iter(())


class Verdicts:
    """What the rules make of calls of one program; what several answers need is worked out once."""

    def __init__(
        self,
        program: Program,
        rules: Mapping[str, Rule],
        findings: Mapping[str, Sequence[Diagnostic]],
        fate: Callable[[Diagnostic], str],
    ) -> None:
        self.program = program
        self.rules = rules
        self.findings = findings
        self.fate = fate
        self._effects: dict[str, set[str]] = {}

    @cached_property
    def unguarded(self) -> Spreading:
        """The phases of the program if no condition kept one out."""
        graph, vocabulary = self.program.graph, self.program.vocabulary
        spreading = Unguarded(vocabulary, relevant_parameters(graph))
        spreading.run(entry_points(graph, vocabulary))
        return spreading

    @cached_property
    def without_conditions(self) -> Program:
        return _variant(self.program, Program, spreading=self.unguarded)

    @cached_property
    def if_armed(self) -> Program:
        return _variant(self.program, _Armed)

    def effects_of(self, rule: str) -> set[str]:
        """The effects that a rule asks for."""
        if rule not in self._effects:
            watched = _variant(self.program, _Watched)
            _findings(self.rules[rule], watched)
            self._effects[rule] = watched.asked
        return self._effects[rule]

    def of(self, call: LineCall, effects: set[str], phases: Sequence[Phase], out: Sequence[Phase]) -> Iterator[Verdict]:
        """A verdict of each rule that has a finding at the call, or looks at one of its effects."""
        for name in self.rules:
            if hits := [item for item in self.findings.get(name, ()) if _touches(item, call)]:
                yield self._of_finding(call, min(hits, key=lambda item: item.location != call.location))
            elif effects and effects & self.effects_of(name):
                reason, places = self._silence(name, call, phases, out)
                yield Verdict(name, False, reason, places)

    def _of_finding(self, call: LineCall, item: Diagnostic) -> Verdict:
        here = item.path == call.procedure.path and item.location == call.location
        places = () if here else (Place(item.path, item.location, "the finding, of which this is a step"),)
        if reason := self.fate(item):
            return Verdict(item.rule, False, f"{reason}; it would say: {item.message}", places)
        return Verdict(item.rule, True, f"{item.severity.name}: {item.message}", places)

    def _silence(
        self, name: str, call: LineCall, phases: Sequence[Phase], out: Sequence[Phase]
    ) -> tuple[str, tuple[Place, ...]]:
        rule = self.rules[name]
        if not self.program.armed:
            would = any(_touches(item, call) for item in _findings(rule, self.if_armed))
            return "the program is not armed" + ("; if it were, this would be reported" if would else ""), ()
        if rule.kind == "absence":
            return "nothing that it looks for is missing, as far as the whole program is known", ()
        hits = [item for item in _findings(rule, self.without_conditions) if _touches(item, call)] if out else []
        if hits:
            told = {item.phase for item in hits}
            cuts = dict.fromkeys(place for phase in out if phase.name in told for place in phase.cut)
            return "a condition keeps the phase out in which it would report", tuple(cuts)
        if not phases:
            return "conditions keep every phase out" if out else "no known way leads to this call", ()
        where = ", ".join(phase.name for phase in phases)
        return f"no mistake with these arguments in these phases ({where}), or an exception (its Limits)", ()


def _variant(program: Program, kind: type[Variant], **changed: object) -> Variant:
    """The same program as another kind, with some of its parts exchanged."""
    return kind(**{item.name: getattr(program, item.name) for item in fields(Program)} | changed)


def _findings(rule: Rule, program: Program) -> list[Diagnostic]:
    """What a rule finds; nothing where it fails, which `check` reports."""
    try:
        return list(rule.check(program))
    except Exception:
        return []


def _touches(item: Diagnostic, call: LineCall) -> bool:
    """Whether a finding lies at a call, or tells of it in its chain or as a related place."""
    places = [(item.path, item.location), *((place.path, place.location) for place in item.chain + item.related)]
    return (call.procedure.path, call.location) in places
