"""What is known of Apple's frameworks and of VoIP SDKs: the vocabulary, read from the TOML files beside this module.

Everything is validated at load, so that the rest can trust it: a misspelt key or phase fails here, with its file.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from callkit_lint.knowledge.contracts import Contract, Exemption, Obligation, check

RUN_MODES = frozenset({"now", "later", "delayed", "notification"})


class KnowledgeError(Exception):
    """A knowledge file breaks its format; the message names file and entry."""


@dataclass(frozen=True, slots=True)
class Api:
    """An API of a framework: its spellings over the years, its effect, its arguments and what it does with closures.

    `owner` is the type whose member it is, "" for C functions. `swift` holds names with labels, `objc` selectors, `c`
    function names, `properties` names of properties in both languages: assigning one is the call, with what is assigned
    as its only argument. `distinct` are the spellings that no other type has: they match without a known receiver.
    `values` says which argument means what: a position, or labels (Swift) and selector pieces (Objective-C).
    `runs` says when the closure or selector given as an argument runs: one of RUN_MODES, or the phase that it opens.
    `hides` says of an SDK's call in words what it does to the session; its effect is that of the call that it hides.
    """

    id: str
    source: str
    owner: str = ""
    swift: tuple[str, ...] = ()
    objc: tuple[str, ...] = ()
    c: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    effect: str = ""
    values: Mapping[str, int | str | list[str]] = field(default_factory=dict)
    constants: Mapping[str, bool | str] = field(default_factory=dict)
    runs: Mapping[str, str] = field(default_factory=dict)
    hides: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """A method of the app that a framework calls, and the phases it opens.

    `types` are parameter types by position; `protocols` says whose method it is where others share the name;
    `parameter`
    is the type of the first parameter where the method may have any name; `cases` the phase of each kind of action
    where
    one method receives all.
    """

    id: str
    text: str
    source: str
    phases: tuple[str, ...] = ()
    swift: tuple[str, ...] = ()
    objc: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    protocols: tuple[str, ...] = ()
    parameter: str = ""
    cases: Mapping[str, str] = field(default_factory=dict)

    @property
    def opens(self) -> tuple[str, ...]:
        """The phases it opens: one for each kind of action where a single method receives all."""
        return tuple(dict.fromkeys(self.cases.values())) or self.phases


@dataclass(frozen=True, slots=True)
class Exported:
    """An attribute that lets something outside the program's own code call a function."""

    attribute: str
    text: str
    source: str
    phase: str = "bridge"


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification of a framework; `names` as written in Swift and Objective-C over the years."""

    id: str
    names: tuple[str, ...]
    phases: tuple[str, ...]
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a call's life; see lifecycle.toml."""

    name: str
    text: str
    before: tuple[str, ...] = ()
    later: str = ""
    delayed: str = ""
    unknown: bool = True
    opening: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A function of a project's own (`Type.method(_:)` as Swift names it) that runs in a phase, where nothing in the
    sources shows it."""

    function: str
    phase: str
    text: str = "the project's contracts say so"


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of a project's own, as it is written (`state.isIdle`), and the phases in which it does not hold."""

    condition: str
    excludes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """What the graph cannot see: where `posting` is called or made (`EventBus.post`, `CallEnded`), the function `runs`
    runs."""

    posting: str
    runs: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All knowledge in force, with the look-ups that link and lifecycle need."""

    apis: Mapping[str, Api]
    callbacks: tuple[Callback, ...]
    exported: tuple[Exported, ...]
    notifications: tuple[Notification, ...]
    phases: Mapping[str, Phase]
    members: Mapping[str, Mapping[str, str]]  # type -> member -> type
    supertypes: Mapping[str, str]
    constants: Mapping[str, str]  # Objective-C prefix of a constant -> its Swift type
    arms: frozenset[str]
    call_modules: frozenset[str]  # the frameworks of calls and their pushes: a file that imports none speaks of no call
    contracts: Mapping[str, Contract]
    entries: tuple[Entry, ...]
    guards: tuple[Guard, ...]
    same: tuple[Same, ...]
    runs_now: frozenset[str]
    session_owners: frozenset[str]  # modules that may configure the session by themselves
    activation_of: Mapping[str, str]  # such a module -> what the app owes it on activation: see session_owners.toml
    session_owner_words: frozenset[str]  # words in the names of further modules that are taken for such
    no_session_owners: frozenset[str]  # modules with such a word that are none
    app_runtimes: frozenset[str]  # modules that run an app in another language, with packages beside this one
    remote_ends: tuple[Callback, ...]  # callbacks that say that a call has ended without its user
    connections: tuple[Callback, ...]  # callbacks that say that a call is connected, incoming or outgoing
    background: tuple[Callback, ...]  # callbacks that wake the app in the background
    provider_owners: frozenset[str]  # modules that may report the app's calls by themselves
    apple_modules: frozenset[str]
    swift_spellings: Mapping[str, tuple[Api, ...]]  # base name -> APIs
    objc_spellings: Mapping[str, tuple[Api, ...]]  # selector -> APIs
    c_spellings: Mapping[str, Api]
    property_spellings: Mapping[str, tuple[Api, ...]]  # property -> APIs that assigning it is

    def type_and_supertypes(self, name: str) -> Iterator[str]:
        while name:
            yield name
            name = self.supertypes.get(name, "")

    def notification(self, spelling: str) -> Notification | None:
        """The notification of a name as written, with or without its type: `interruptionNotification`, `AVAudio…`."""
        return next(
            (n for n in self.notifications if any(spelling in (s, s.rpartition(".")[2]) for s in n.names)), None
        )

    def constant(self, spelling: str) -> str | None:
        """The Swift case name of an Objective-C constant: `AVAudioSessionCategoryPlayAndRecord` is `playAndRecord`."""
        for prefix in sorted(self.constants, key=len, reverse=True):
            if spelling.startswith(prefix) and len(spelling) > len(prefix):
                rest = spelling[len(prefix) :]
                return rest[0].lower() + rest[1:]
        return None

    def later(self, phase: str, mode: str) -> str | None:
        """The phase of a closure that code in `phase` hands over, by run mode; None when nothing can be said of it."""
        entry = self.phases[phase]
        if mode == "unknown" and not entry.unknown:
            return None
        return {"later": entry.later, "delayed": entry.delayed}.get(mode) or phase

    def in_group(self, phase: str, group: str) -> bool:
        return phase in self.phases and group in self.phases[phase].groups


T = TypeVar("T")
Identified = TypeVar("Identified", Api, Callback, Notification)


@functools.cache
def load(own: tuple[tuple[str, str], ...] = ()) -> Vocabulary:
    """The vocabulary of the installed package, with a project's own files, given as (name, text).

    Raises KnowledgeError with the name and, where it can be told, the line of what is wrong in one of them.
    """
    files = [(path.name, tomllib.loads(path.read_text("utf-8"))) for path in _files(resources.files(__package__))]
    for name, text in own:
        try:
            files.append((name, tomllib.loads(text)))
        except tomllib.TOMLDecodeError as error:
            raise KnowledgeError(f"{name}: not valid TOML: {error}") from None
    try:
        return build(files)
    except KnowledgeError as error:
        raise KnowledgeError(_with_line(str(error), dict(own))) from None


def _with_line(message: str, own: Mapping[str, str]) -> str:
    """A message about a file, with the line on which its first quoted word stands in that file."""
    name, _, rest = message.partition(": ")
    word = re.search(r"'([^']+)'", rest)
    for number, line in enumerate(own.get(name, "").splitlines(), 1):
        if word and re.search(rf"(?<![\w-]){re.escape(word[1])}(?![\w-])", line):
            return f"{name}:{number}: {rest}"
    return message


def _near(word: str, known: Iterable[str]) -> str:
    """A word that is not known, with the nearest that is."""
    near = get_close_matches(word, [*known], n=1)
    return f"{word!r}" + (f" (did you mean {near[0]!r}?)" if near else "")


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            yield entry
        elif entry.name == "sdks" and entry.is_dir():
            yield from _files(entry)


TABLES = {
    *("framework", "type", "api", "constants", "notification", "subtypes", "phase", "callback", "exported", "now"),
    *("session_owner", "unknown_session_owner", "app_runtime"),
    *("remote_end", "connected", "background", "provider_owner", "apple"),
    *("sdk", "obligation", "exempt", "entry", "guard", "same"),
}


def build(files: list[tuple[str, dict[str, Any]]]) -> Vocabulary:
    """Join and validate knowledge files, given as (name, parsed TOML)."""
    for name, data in files:
        if unknown := data.keys() - TABLES:
            raise KnowledgeError(f"{name}: unknown table {_near(sorted(unknown)[0], TABLES)}")
    apis = _entries(files, "api", Api)
    callbacks = _entries(files, "callback", Callback)
    notifications = _entries(files, "notification", Notification)
    exported = [_entry(name, Exported, item) for name, data in files for item in data.get("exported", [])]
    phases = {
        key: _entry(name, Phase, {"name": key, **item})
        for name, data in files
        for key, item in data.get("phase", {}).items()
    }
    _check_phases(phases, [*callbacks.values(), *notifications.values(), *exported])
    for api in apis.values():
        if wrong := set(api.runs.values()) - RUN_MODES - phases.keys():
            raise KnowledgeError(f"{api.id}: closures cannot run {sorted(wrong)[0]!r}")
    _check_activations(files)
    contracts = _contracts(files, apis, phases)
    entries = tuple(_entry(name, Entry, item) for name, data in files for item in data.get("entry", []))
    guards = tuple(_entry(name, Guard, item) for name, data in files for item in data.get("guard", []))
    if unknown := {entry.phase for entry in entries}.union(*(guard.excludes for guard in guards)) - phases.keys():
        raise KnowledgeError(f"unknown phase {_near(sorted(unknown)[0], phases)}")
    return Vocabulary(
        apis=apis,
        contracts=contracts,
        entries=entries,
        guards=guards,
        same=tuple(_entry(name, Same, item) for name, data in files for item in data.get("same", [])),
        callbacks=tuple(callbacks.values()),
        exported=tuple(exported),
        notifications=tuple(notifications.values()),
        phases=phases,
        members={key: item["members"] for _, data in files for key, item in data.get("type", {}).items()},
        supertypes={sub: top for _, data in files for top, subs in data.get("subtypes", {}).items() for sub in subs},
        constants={key: value for _, data in files for key, value in data.get("constants", {}).items()},
        arms=frozenset(name for _, data in files for name in data.get("framework", {}).get("arms", [])),
        call_modules=frozenset(data["framework"]["module"] for _, data in files if "framework" in data),
        runs_now=frozenset(name for _, data in files for name in data.get("now", {}).get("names", [])),
        session_owners=frozenset(
            module for _, data in files for item in data.get("session_owner", []) for module in item["modules"]
        ).union(*(contract.imports for contract in contracts.values() if contract.session != "no")),
        activation_of={
            module: item["activation"]
            for _, data in files
            for item in data.get("session_owner", [])
            for module in item["modules"]
            if item.get("activation")
        }
        | {
            module: contract.activation
            for contract in contracts.values()
            for module in contract.imports
            if contract.activation != "unknown" and contract.session != "no"
        },
        session_owner_words=frozenset(
            word for _, data in files for word in data.get("unknown_session_owner", {}).get("words", [])
        ),
        no_session_owners=frozenset(
            name for _, data in files for name in data.get("unknown_session_owner", {}).get("not_these", [])
        ),
        app_runtimes=frozenset(name for _, data in files for name in data.get("app_runtime", {}).get("modules", [])),
        remote_ends=tuple(_entries(files, "remote_end", Callback).values()),
        connections=tuple(_entries(files, "connected", Callback).values()),
        background=tuple(_entries(files, "background", Callback).values()),
        provider_owners=frozenset(
            module for _, data in files for item in data.get("provider_owner", []) for module in item["modules"]
        ),
        apple_modules=frozenset(name for _, data in files for name in data.get("apple", {}).get("modules", [])),
        swift_spellings=_index(apis, lambda api: {name.partition("(")[0] for name in _swift_names(api)}),
        objc_spellings=_index(apis, lambda api: set(api.objc)),
        c_spellings={name: api for api in apis.values() for name in api.c},
        property_spellings=_index(apis, lambda api: set(api.properties)),
    )


def _contracts(
    files: list[tuple[str, dict[str, Any]]], apis: Mapping[str, Api], phases: Mapping[str, Phase]
) -> dict[str, Contract]:
    """The contracts by id; obligations and exemptions belong to the `[sdk]` of their file."""
    contracts: dict[str, Contract] = {}
    places: dict[str, str] = {}
    for name, data in files:
        if "sdk" not in data:
            if lonely := {"obligation", "exempt"} & data.keys():
                raise KnowledgeError(f"{name}: [[{sorted(lonely)[0]}]] without an [sdk] that it belongs to")
            continue
        owed = [_entry(name, Obligation, item) for item in data.get("obligation", [])]
        exempt = [_entry(name, Exemption, item) for item in data.get("exempt", [])]
        contract = _entry(name, Contract, data["sdk"] | {"obligations": owed, "exemptions": exempt})
        if contract.id in contracts:
            raise KnowledgeError(f"{name}: the SDK {contract.id} is described twice")
        contracts[contract.id], places[contract.id] = contract, name
    for key, contract in contracts.items():
        if wrong := check(contract, apis, phases, contracts):
            raise KnowledgeError(f"{places[key]}: {wrong}")
    return contracts


ACTIVATIONS = frozenset({"app", "none", "elsewhere"})


def _check_activations(files: list[tuple[str, dict[str, Any]]]) -> None:
    for name, data in files:
        for item in data.get("session_owner", []):
            if item.get("activation", "none") not in ACTIVATIONS:
                raise KnowledgeError(f"{name}: {item['modules'][0]}: no module owes {item['activation']!r}")


def _swift_names(api: Api) -> Iterator[str]:
    """An initialiser is written as its type's name: `CXProvider(configuration:)`, seldom `CXProvider.init(…)`."""
    for name in api.swift:
        yield name
        if name.startswith("init("):
            yield api.owner + name.removeprefix("init")


def _index(apis: Mapping[str, Api], keys: Any) -> dict[str, tuple[Api, ...]]:
    index: dict[str, tuple[Api, ...]] = {}
    for api in apis.values():
        for key in keys(api):
            index[key] = (*index.get(key, ()), api)
    return index


def _entries(files: list[tuple[str, dict[str, Any]]], table: str, kind: type[Identified]) -> dict[str, Identified]:
    entries: dict[str, Identified] = {}
    for name, data in files:
        for item in data.get(table, []):
            entry = _entry(name, kind, item)
            if entry.id in entries:
                raise KnowledgeError(f"{name}: {entry.id} is defined twice")
            entries[entry.id] = entry
    return entries


def _entry(file: str, kind: type[T], item: dict[str, Any]) -> T:
    known = kind.__dataclass_fields__  # type: ignore[attr-defined]
    place = f"{file}: {item['id']}" if "id" in item else file
    if unknown := item.keys() - known.keys():
        raise KnowledgeError(f"{place}: unknown key {_near(sorted(unknown)[0], known)}")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise KnowledgeError(f"{place}: {error}") from None


def _check_phases(phases: Mapping[str, Phase], openers: list[Callback | Notification | Exported]) -> None:
    named = {p for phase in phases.values() for p in (*phase.before, phase.later, phase.delayed) if p}
    for opener in openers:
        match opener:
            case Callback():
                named |= {*opener.opens}
            case Notification():
                named |= {*opener.phases}
            case Exported():
                named.add(opener.phase)
    if unknown := named - phases.keys():
        raise KnowledgeError(f"unknown phase {sorted(unknown)[0]!r}")
