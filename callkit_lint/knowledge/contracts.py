"""Contracts of VoIP SDKs: what an SDK does to the audio session, and what the app owes it.

A contract is the tables `[sdk]` and `[[obligation]]` of a file in `sdks/` or of a project's own; the SDK's calls and
callbacks stand beside them as `[[api]]` and `[[callback]]`. Obligations name calls by the id of their API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

KINDS = {
    "setting": "a call that the app owes before its calls",
    "handler": "a call that a handler of the call system owes",
    "forbidden": "a call that must not run in certain phases",
    "order": "a call that must not come before another in one body",
    "agreement": "values that must be those of the app's own configuration",
    "owner": "an SDK that has the call system's provider itself",
}
HANDLERS: Mapping[str, tuple[str, ...]] = {
    "activated": ("didActivate",),
    "deactivated": ("didDeactivate",),
    "reset": ("didReset",),
    "start": ("performStartCallAction", "perform"),
    "answer": ("performAnswerCallAction", "perform"),
    "end": ("performEndCallAction", "perform"),
    "hold": ("performSetHeldCallAction", "perform"),
}
ANYWHERE = "anywhere"  # among the phases of what is forbidden at all times
SESSION = ("yes", "no", "unknown")
ACTIVATION = ("app", "none", "elsewhere", "unknown")
SEVERITIES = ("error", "warning", "note")
CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that the app owes an SDK; `kind` is one of KINDS.

    `calls` are ids of APIs, any of which will do, with the constants in `values`. `used` are the APIs that show that
    the SDK is in use, and where a finding stands. `handlers` are those that owe the call; `phases` those in which it is
    forbidden, or in which a setting comes too late; `then` what an order's `calls` must not come before; `compares` the
    value of a configuration that must agree. `strings` are literals of which one anywhere shows that a setting is made.
    `replaced_by` are protocols: where a type of the program has one, the app brings that part of the SDK itself.
    `when` is the id of an obligation of this contract that must be met for this one to be owed. `swift` and `objc` show
    the reader what is owed. `confidence` is that of the fact, `severity` that of the effect. `told_by` names a rule
    that reports the same with more knowledge.
    """

    id: str
    kind: str
    why: str
    calls: tuple[str, ...]
    severity: str = "warning"
    confidence: str = "high"
    values: Mapping[str, bool | str | int] = field(default_factory=dict)
    used: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    compares: str = ""
    strings: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    when: str = ""
    swift: str = ""
    objc: str = ""
    source: str = ""
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Exemption:
    """Rules that an SDK's own documentation contradicts: their findings in these phases are notes where it is used."""

    rules: tuple[str, ...]
    phases: tuple[str, ...]
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What is known of an SDK.

    It is recognised by what sources import (`imports`: modules, headers), by its `pods` and by its `packages` (the last
    part of a repository's name). `session` says whether it configures or activates the session by itself, `activation`
    what the app owes it when CallKit has activated the session: "app", to pass that on; "none"; "elsewhere", where its
    audio is not in native code. Beside an SDK in `yields_to` it owes nothing: that one speaks for it. One that `arms`
    takes the calls, or the pushes of calls, of each program that imports it. An `embedded` one comes inside of others,
    under their names: what its calls mean is known in every program.
    """

    id: str
    name: str
    source: str
    text: str
    imports: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    session: str = "unknown"
    activation: str = "unknown"
    yields_to: tuple[str, ...] = ()
    arms: bool = False
    embedded: bool = False
    obligations: tuple[Obligation, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


def check(contract: Contract, apis: Iterable[str], phases: Iterable[str], ids: Iterable[str]) -> str:
    """What is wrong with a contract, in one line; "" where nothing is. `ids` are those of all contracts."""
    wrong = _word("session", contract.session, SESSION) or _word("activation", contract.activation, ACTIVATION)
    if unknown := {*contract.yields_to} - {*ids}:
        wrong = f"yields to {sorted(unknown)[0]!r}, which is no contract"
    if not (contract.imports or contract.pods or contract.packages):
        wrong = "nothing tells that the SDK is there: it has no imports, pods or packages"
    known = {*apis}
    own = {owed.id for owed in contract.obligations}
    for owed in contract.obligations:
        wrong = wrong or _check_obligation(owed, known, {*phases})
        if owed.when and owed.when not in own:
            wrong = wrong or f"{owed.id}: no obligation has the id {owed.when!r}"
    for exemption in contract.exemptions:
        if strange := {*exemption.phases} - {*phases}:
            wrong = f"unknown phase {sorted(strange)[0]!r}"
    return wrong


def _check_obligation(owed: Obligation, apis: set[str], phases: set[str]) -> str:
    wrong = (
        _word("kind", owed.kind, KINDS)
        or _word("severity", owed.severity, SEVERITIES)
        or _word("confidence", owed.confidence, CONFIDENCES)
        or next(filter(None, (_word("handlers", one, HANDLERS) for one in owed.handlers)), "")
    )
    needed = {"handler": "handlers", "forbidden": "phases", "order": "then", "agreement": "compares", "owner": "used"}
    missing = needed.get(owed.kind, "strings" if owed.strings else "calls")
    if unknown := {*owed.calls, *owed.used, *owed.then} - apis:
        wrong = wrong or f"no API has the id {sorted(unknown)[0]!r}"
    if unknown := {*owed.phases} - {*phases, ANYWHERE}:
        wrong = wrong or f"unknown phase {sorted(unknown)[0]!r}"
    if not getattr(owed, missing):
        wrong = wrong or f"an obligation of kind {owed.kind} needs {missing!r}"
    if owed.severity == "error" and not owed.source:
        wrong = wrong or "an error needs a source"
    if owed.confidence == "low" and owed.severity != "note":
        wrong = wrong or "what rests on one app or on a guess is a note"
    return f"{owed.id}: {wrong}" if wrong else ""


def _word(key: str, value: str, known: Iterable[str]) -> str:
    return "" if value in known else f"{key} {value!r} is none of {', '.join(known)}"
