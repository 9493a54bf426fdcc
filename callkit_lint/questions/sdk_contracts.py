"""What the program owes the SDKs that it uses, and which of that is met, broken, or cannot be decided.

An SDK counts as used where a file imports it. That something is missing is only said where the whole program could be
read, is an app or a plugin that takes calls, and nothing of unknown type is called by the owed name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from callkit_lint.callgraph.conditions import Constant
from callkit_lint.callgraph.graph import Site
from callkit_lint.ir import Literal
from callkit_lint.knowledge.contracts import ANYWHERE, HANDLERS, Contract, Obligation
from callkit_lint.model.absence import is_whole_app, stands_beside_packages
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program, first
from callkit_lint.nodes import within
from callkit_lint.questions.activation_callbacks import does_nothing
from callkit_lint.questions.providers import creations, handlers
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an obligation: "met", "broken", or "undecided" with the reason in `text`.

    Of a broken one `place` is where a finding stands, `run` the call with its phase where it is one that runs, `values`
    what disagrees.
    """

    contract: Contract
    obligation: Obligation
    outcome: str
    text: str = ""
    place: Place | None = None
    run: Run | None = None
    related: tuple[Place, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def stands_at(self) -> Place | None:
        """Where it shows: the place, or the call that runs; None of what is met or undecided."""
        return self.place or (self.run.chain()[-1] if self.run else None)


def broken(program: Program, *kinds: str) -> Iterator[Verdict]:
    """The obligations of these kinds that are broken, for a rule to tell; not those that another rule tells better."""
    for verdict in program.once(verdicts):
        if verdict.outcome == "broken" and verdict.obligation.kind in kinds and not verdict.obligation.told_by:
            yield verdict


def verdicts(program: Program) -> list[Verdict]:
    """What became of every obligation to the SDKs that the program uses."""
    if not program.armed:
        return []
    present = program.sdks
    found: list[Verdict] = []
    for contract in (program.vocabulary.contracts[key] for key in present):
        if {*contract.yields_to}.isdisjoint(present):
            judge = _Judge(program, contract)
            found += [judge.verdict(owed) for owed in contract.obligations]
    return found


class _Judge:
    """Judges one contract on one program."""

    def __init__(self, program: Program, contract: Contract) -> None:
        self.program, self.contract = program, contract

    def verdict(self, owed: Obligation) -> Verdict:
        if owed.when:
            condition = next(one for one in self.contract.obligations if one.id == owed.when)
            if self.verdict(condition).outcome != "met":
                return self._undecided(owed, f"only owed where {owed.when} is met")
        if any(self.program.graph.symbols.descendants(name) for name in owed.replaced_by):
            return self._undecided(owed, "the app brings that part of the SDK itself")
        judges = {
            "setting": self._setting,
            "handler": self._handler,
            "forbidden": self._forbidden,
            "order": self._order,
            "agreement": self._agreement,
            "owner": self._owner,
        }
        return judges[owed.kind](owed)

    # ---- what is missing --------------------------------------------------------------------------------------------

    def _setting(self, owed: Obligation) -> Verdict:
        made, open_calls = self._calls(owed)
        if made and (late := self._late(owed, made)):
            if open_calls:
                return self._undecided(owed, "the values of a call are not known")
            return Verdict(self.contract, owed, "broken", "late", run=late)
        if made or self._names(owed.strings):
            return Verdict(self.contract, owed, "met")
        if reason := self._may_be_unseen(owed, open_calls):
            return self._undecided(owed, reason)
        used = self._sites(owed.used)
        if not used:
            return self._undecided(owed, "no call shows how the SDK is used")
        return Verdict(self.contract, owed, "broken", "missing", _place(used[0]))

    def _late(self, owed: Obligation, made: list[Site]) -> Run | None:
        """The first run of a setting that is only ever made in phases that are too late."""
        runs = [self.program.lifecycle.runs.get(site, []) for site in made]
        if not owed.phases or not all(runs) or any(run.phase not in owed.phases for own in runs for run in own):
            return None
        return runs[0][0]

    def _handler(self, owed: Obligation) -> Verdict:
        """Owed by each of the handlers; what one does of it in any way counts for all of its kind."""
        missing: Verdict | None = None
        made, open_calls = self._calls(owed)
        leading = self.program.leading_to_sites(made)
        reason = "" if made else self._may_be_unseen(owed, open_calls)
        for kind in owed.handlers:
            bodies = list(handlers(self.program, *self._callbacks(kind)))
            if not bodies:
                return self._undecided(owed, f"no handler: {kind}")
            if any(body in leading for body in bodies):
                continue
            if reason or made:
                return self._undecided(owed, reason or "the call is made elsewhere")
            if owed.used and not self._sites(owed.used):
                return self._undecided(owed, "no call shows how the SDK is used")
            if kind == "activated" and all(does_nothing(body.body) for body in bodies):
                return self._undecided(owed, "the handler is empty, which missing-activation-callbacks tells")
            place = Place(bodies[0].path, bodies[0].location, bodies[0].display)
            missing = missing or Verdict(self.contract, owed, "broken", kind, place)
        return missing or Verdict(self.contract, owed, "met")

    def _callbacks(self, kind: str) -> list[str]:
        names = HANDLERS[kind]
        return [one.id for one in self.program.vocabulary.callbacks if one.id.rpartition(".")[2] in names]

    def _may_be_unseen(self, owed: Obligation, open_calls: bool) -> str:
        """Why it cannot be said that an owed call is missing; "" where it can."""
        if open_calls:
            return "the values of a call are not known"
        if not is_whole_app(self.program):
            return "the program is a library, or parts of it could not be read"
        if stands_beside_packages(self.program):
            return "the app's other language, or a package of it, may do it"
        if not self._spellings(owed.calls).isdisjoint(self.program.graph.unresolved):
            return "something of unknown type is called by that name"
        return ""

    def _names(self, strings: tuple[str, ...]) -> bool:
        """Whether one of these literals stands anywhere in the program's code."""
        procedures = self.program.graph.symbols.procedures if strings else ()
        return any(
            isinstance(node, Literal) and node.value in strings
            for procedure in procedures
            for node in within(procedure.body)
        )

    # ---- what is there and must not be ------------------------------------------------------------------------------

    def _forbidden(self, owed: Obligation) -> Verdict:
        for site in self._calls(owed)[0]:
            if ANYWHERE in owed.phases:
                return Verdict(self.contract, owed, "broken", "anywhere", _place(site))
            if run := first(self.program.lifecycle.runs.get(site, []), owed.phases):
                return Verdict(self.contract, owed, "broken", run.phase, run=run)
        return Verdict(self.contract, owed, "met")

    def _order(self, owed: Obligation) -> Verdict:
        later = self._sites(owed.then)
        for site in self._calls(owed)[0]:
            after = [one for one in later if one.procedure is site.procedure]
            if after and all(site.position.dominates(one.position) for one in after):
                return Verdict(self.contract, owed, "broken", after[0].text, _place(site), related=(_place(after[0]),))
        return Verdict(self.contract, owed, "met")

    def _agreement(self, owed: Obligation) -> Verdict:
        theirs = {str(value) for site in self._sites(owed.calls) if (value := site.constant(owed.compares))}
        ours = {str(value) for site in self.program.call_configurations if (value := site.constant(owed.compares))}
        if len(theirs) != 1 or len(ours) != 1:
            return self._undecided(owed, "the values are not known, or there are several")
        if theirs == ours:
            return Verdict(self.contract, owed, "met")
        site = self._sites(owed.calls)[0]
        own = next(one for one in self.program.call_configurations if one.constant(owed.compares))
        values = (theirs.pop(), ours.pop())
        return Verdict(self.contract, owed, "broken", "", _place(site), related=(_place(own),), values=values)

    def _owner(self, owed: Obligation) -> Verdict:
        if self._calls(owed)[0] or self._names(owed.strings):
            return Verdict(self.contract, owed, "met", "switched off")
        used = self._sites(owed.used)
        own = [creation.site for creation in creations(self.program)]
        if not used or not own:
            return Verdict(self.contract, owed, "met") if not own else self._undecided(owed, "its start is not seen")
        return Verdict(self.contract, owed, "broken", "", _place(own[0]), related=(_place(used[0]),))

    # ---- calls ------------------------------------------------------------------------------------------------------

    def _sites(self, ids: tuple[str, ...]) -> list[Site]:
        return [site for site in self.program.all_sites if site.api.id in ids]

    def _calls(self, owed: Obligation) -> tuple[list[Site], bool]:
        """The calls that do what is owed, or is forbidden, and whether there are others that may."""
        answers = [(site, _agrees(site, owed.values)) for site in self._sites(owed.calls)]
        return [site for site, agrees in answers if agrees], any(agrees is None for _, agrees in answers)

    def _spellings(self, ids: tuple[str, ...]) -> set[str]:
        apis = [self.program.vocabulary.apis[key] for key in ids]
        setters = {f"{name} =" for api in apis for name in api.properties}
        return setters.union(*(api.base_names for api in apis))

    def _undecided(self, owed: Obligation, reason: str) -> Verdict:
        return Verdict(self.contract, owed, "undecided", reason)


def _agrees(site: Site, values: Mapping[str, Constant]) -> bool | None:
    """Whether a call has these arguments; None where it may."""
    answer: bool | None = True
    for name, wanted in values.items():
        value = site.api.constants.get(name, site.constant(name))
        if value is None:
            answer = None
        elif value != wanted and not (isinstance(wanted, bool) and value in (0, 1) and bool(value) is wanted):
            return False
    return answer


def _place(site: Site) -> Place:
    return Place(site.procedure.path, site.location, site.text)


# ---- what a rule says of it -----------------------------------------------------------------------------------------


def report(rule: Rule, verdict: Verdict, message: str) -> Diagnostic:
    """A finding about a broken obligation: as severe as its effect, as sure as the fact behind it; it names the SDK's
    source."""
    owed = verdict.obligation
    severity, confidence = Severity[owed.severity], Confidence[owed.confidence]
    text = f"{message} (source: {owed.source or verdict.contract.source})"
    if verdict.run is not None:
        return rule.at(verdict.run, text, severity, confidence=confidence)
    assert verdict.place is not None
    place = Place(verdict.place.path, verdict.place.location, text)
    return replace(rule.at_place(place, severity, related=verdict.related), confidence=confidence)


def owed_call(verdict: Verdict) -> str:
    """The owed call in the language of the place that is reported, or in the other where there is no such call."""
    place, owed = verdict.stands_at, verdict.obligation
    in_swift = place is not None and place.path.endswith(".swift")
    return (owed.swift or owed.objc) if in_swift else (owed.objc or owed.swift)


def as_documented(program: Program, findings: list[Diagnostic]) -> list[Diagnostic]:
    """Findings, with those that only do what the documentation of an SDK in use says as notes that tell so."""
    exemptions = [
        exemption
        for contract in (program.vocabulary.contracts[key] for key in (program.sdks if findings else ()))
        for exemption in contract.exemptions
    ]
    for index, found in enumerate(findings):
        for exemption in exemptions:
            if found.rule in exemption.rules and found.phase in exemption.phases:
                remark = f"{found.message} ({exemption.why}: {exemption.source})"
                findings[index] = replace(found, severity=Severity.note, message=remark)
                break
    return findings
