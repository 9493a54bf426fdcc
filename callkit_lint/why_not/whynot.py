"""What the model thinks of the calls on one line, and why each rule speaks of them or is silent."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from callkit_lint.callgraph.conditions import spelled
from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import NOWHERE, Location
from callkit_lint.model.lifecycle import Fact, Spreading
from callkit_lint.model.program import Program
from callkit_lint.rule import Diagnostic, Place, Rule
from callkit_lint.why_not.line_calls import LineCall, calls_in, on_line
from callkit_lint.why_not.verdicts import Phase, Unguarded, Verdict, Verdicts
from callkit_lint.why_not.wording import guard_in_words, is_understood, value_in_words

FEW = 5  # effects behind a call, and dead ends above it, that are worth a line


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    """A call on the line: its receiver, what it reaches, its effect, when it runs, and what the rules make of it.

    `reaches` are functions of the program or an API, without a place when nothing is known of it. `behind` are the
    effects that a call of the program's own function leads to. `dead_ends` say where the way to an entry point is lost.
    """

    text: str
    location: Location
    receiver: str
    receiver_type: str
    reaches: tuple[Place, ...]
    confidence: str
    effect: str
    values: tuple[tuple[str, str], ...]
    behind: tuple[Place, ...]
    guards: tuple[str, ...]
    phases: tuple[Phase, ...]
    kept_out: tuple[Phase, ...]
    dead_ends: tuple[Place, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A line as one program sees it; `nearby` are the lines around that have calls, when this one has none."""

    program: str
    armed: bool
    path: str
    line: int
    calls: tuple[ExplainedCall, ...]
    nearby: tuple[int, ...] = ()


def explain(
    program: Program,
    path: str,
    line: int,
    rules: Mapping[str, Rule],
    findings: Mapping[str, Sequence[Diagnostic]],
    fate: Callable[[Diagnostic], str],
) -> Explanation:
    """The calls on a line of one of the program's files.

    `findings` are those of the rules in this program; `fate` says why one of them is not shown, "" when it is.
    """
    known = list(calls_in(program, path))
    verdicts = Verdicts(program, rules, findings, fate)
    calls = tuple(_explained(program, one, verdicts) for one in on_line(known, line))
    lines = sorted({one.location.line for one in known}, key=lambda other: (abs(other - line), other))
    return Explanation(program.name, program.armed, path, line, calls, () if calls else tuple(sorted(lines[:FEW])))


# ---- one call -------------------------------------------------------------------------------------------------------


def _explained(program: Program, call: LineCall, verdicts: Verdicts) -> ExplainedCall:
    sites = [s for s in call.procedure.sites if (s.location, s.position) == (call.location, call.position)]
    text = sites[0].text if sites else _text(call)
    phases = _phases(call, text, program.spreading)
    open_now = {phase.name for phase in phases}
    kept_out = [one for one in _phases(call, text, verdicts.unguarded) if one.name not in open_now]
    effects = {site.api.effect for site in sites} - {""}
    called = _called(call)
    return ExplainedCall(
        text=text,
        location=call.location,
        receiver=spelled(call.expression.receiver).replace(" ", ".") if call.expression else "",
        receiver_type=call.receiver_type,
        reaches=tuple(_reached(call, called)),
        confidence=call.found.confidence.name if called or call.found.api else "",
        effect=" or ".join(sorted(effects)),
        values=tuple(dict.fromkeys(value for site in sites for value in _values(site))),
        behind=tuple(_behind(called)),
        guards=tuple(dict.fromkeys(guard_in_words(test) for test in call.guards)),
        phases=tuple(phases),
        kept_out=tuple(kept_out),
        dead_ends=() if phases or kept_out else tuple(_dead_ends(program, call.procedure)),
        verdicts=tuple(verdicts.of(call, effects, phases, kept_out)),
    )


def _text(call: LineCall) -> str:
    if call.expression is None:
        return call.edge.text if call.edge else ""
    if call.expression.message:
        return call.expression.name
    return f"{call.expression.name}(…)" if call.expression.arguments else f"{call.expression.name}()"


def _values(site: Site) -> Iterator[tuple[str, str]]:
    """The arguments of an API call that matter; those that it leaves out are not told."""
    for name, value in site.values.items():
        if value is not None or name in site.given:
            yield name, value_in_words(value)


def _called(call: LineCall) -> list[Procedure]:
    """The functions and closures of the program that run at once by this call."""
    at_call = [e for e in call.procedure.edges if (e.location, e.position) == (call.location, call.position)]
    return list(dict.fromkeys([*call.found.procedures, *(edge.callee for edge in at_call)]))


def _reached(call: LineCall, called: Sequence[Procedure]) -> Iterator[Place]:
    if api := call.found.api:
        yield Place("", NOWHERE, f"the API {api.id}")
    if not call.found.api and not called and call.found.type:
        yield Place("", NOWHERE, f"nothing with an effect; it gives {call.found.type}")
    for procedure in called:
        yield Place(procedure.path, procedure.location, procedure.display)


def _behind(called: Iterable[Procedure]) -> Iterator[Place]:
    """The nearest effects that a call of the program's own code leads to, whatever the conditions on the way."""
    queue = deque(called)
    seen, told = set(queue), 0
    while queue and told < FEW:
        procedure = queue.popleft()
        for site in procedure.sites:
            if site.api.effect and told < FEW:
                told += 1
                yield Place(procedure.path, site.location, site.text)
        new = [edge.callee for edge in procedure.edges if edge.callee not in seen]
        seen.update(new)
        queue += new


def _phases(call: LineCall, text: str, spreading: Spreading) -> list[Phase]:
    """The phases in which a call can run, each by the shortest way, in the order of that way's length."""
    found: dict[str, Phase] = {}
    for fact in spreading.lifecycle.facts:
        if (
            fact.procedure is call.procedure
            and fact.phase not in found
            and fact.covers(call.position)
            and spreading.passes(call.guards, fact.phase, fact.bindings)
        ):
            cut = tuple(_cuts(fact, call, spreading)) if isinstance(spreading, Unguarded) else ()
            found[fact.phase] = Phase(
                fact.phase, spreading.vocabulary.phases[fact.phase].text, _chain(fact, call, text), cut
            )
    return list(found.values())


def _chain(fact: Fact, call: LineCall, text: str) -> tuple[Place, ...]:
    root = fact.root
    steps = [Place(edge.caller.path, edge.location, f"which {edge.text}{_condition(edge)}") for _, edge in fact.steps()]
    last = text if call.edge else f"calls {text}"
    return (
        Place(root.procedure.path, root.location, root.text),
        *steps,
        Place(call.procedure.path, call.location, f"which {last}"),
    )


def _condition(edge: Edge) -> str:
    """The conditions around a step that the model understands, in words."""
    parts = [part for test in edge.guards for part in (test.parts if test.kind == "and" else (test,))]
    known = dict.fromkeys(guard_in_words(part) for part in parts if is_understood(part))
    return f", only where {' and '.join(known)}" if known else ""


def _cuts(fact: Fact, call: LineCall, spreading: Spreading) -> Iterator[Place]:
    """The conditions on a way that are false in their phase: what keeps the phase out."""
    for before, edge in fact.steps():
        for test in edge.guards:
            if spreading.answer(test, before.phase, before.bindings) is False:
                yield Place(edge.caller.path, edge.location, f"{edge.text} only where {guard_in_words(test)}")
    for test in call.guards:
        if spreading.answer(test, fact.phase, fact.bindings) is False:
            yield Place(call.procedure.path, call.location, f"runs only where {guard_in_words(test)}")


def _dead_ends(program: Program, procedure: Procedure) -> Iterator[Place]:
    """Where the way up from a procedure that no phase reaches ends."""
    reached = {fact.procedure for fact in program.lifecycle.facts}
    calling: dict[Procedure, list[Edge]] = defaultdict(list)
    for one in program.graph.procedures:
        for edge in one.edges:
            calling[edge.callee].append(edge)
    queue, seen, told = deque([procedure]), {procedure}, 0
    while queue and told < FEW:
        current = queue.popleft()
        callers = calling[current]
        for edge in callers:
            if edge.caller in reached:
                told += 1
                text = f"{edge.caller.display} {edge.text}: when that runs is not known"
                yield Place(edge.caller.path, edge.location, text)
        if not callers:
            told += 1
            verb = "runs" if current.closure else "calls"
            yield Place(current.path, current.location, f"nothing that is known {verb} {current.display}")
        new = [edge.caller for edge in callers if edge.caller not in seen and edge.caller not in reached]
        seen.update(new)
        queue += new
