"""What is known of Apple's frameworks and of VoIP SDKs: the vocabulary, read from the TOML files beside this module.

Everything is validated at load, so that the rest can trust it: a misspelt key or phase fails here, with its file.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from callkit_lint.knowledge.contracts import ACTIVATION, Contract, Exemption, Obligation, check
from callkit_lint.knowledge.vocabulary import (
    Api,
    Callback,
    Entry,
    Exported,
    Guard,
    Notification,
    Phase,
    Same,
    Vocabulary,
)

__all__ = [
    "Api",
    "Callback",
    "Entry",
    "Exported",
    "Guard",
    "KnowledgeError",
    "Notification",
    "Phase",
    "RUN_MODES",
    "Same",
    "Texts",
    "Vocabulary",
    "build",
    "load",
]

RUN_MODES = frozenset({"now", "later", "delayed", "notification"})


class KnowledgeError(Exception):
    """A knowledge file breaks its format; the message names file and entry."""


Texts = tuple[tuple[str, str], ...]  # files, as (name, text)
T = TypeVar("T")
Identified = TypeVar("Identified", Api, Callback, Notification)


@functools.cache
def _shipped() -> list[tuple[str, dict[str, Any]]]:
    return [(path.name, tomllib.loads(path.read_text("utf-8"))) for path in _files(resources.files(__package__))]


@functools.cache
def load(own: Texts = (), sdks: frozenset[str] | None = None) -> Vocabulary:
    """The vocabulary of the installed package, with a project's own files; of the SDKs only these, where `sdks` names
    any, and the project's own.

    Raises KnowledgeError with the name and, where it can be told, the line of what is wrong in one of them.
    """
    wanted = None if sdks is None else _with_lenders(sdks)
    files = [
        (name, data) for name, data in _shipped() if wanted is None or "sdk" not in data or data["sdk"]["id"] in wanted
    ]
    for name, text in own:
        try:
            files.append((name, tomllib.loads(text)))
        except tomllib.TOMLDecodeError as error:
            raise KnowledgeError(f"{name}: not valid TOML: {error}") from None
    try:
        return build(files, ids={data["sdk"]["id"] for _, data in _shipped() if "sdk" in data})
    except KnowledgeError as error:
        raise KnowledgeError(_with_line(str(error), dict(own))) from None


def _with_lenders(sdks: frozenset[str]) -> frozenset[str]:
    """These SDKs with those whose APIs their obligations name: Twilio Video's audio device is Twilio Voice's."""
    packs = {data["sdk"]["id"]: data for _, data in _shipped() if "sdk" in data}
    home = {api["id"]: key for key, data in packs.items() for api in data.get("api", [])}
    named = {
        api
        for key in sdks & packs.keys()
        for owed in packs[key].get("obligation", [])
        for part in ("calls", "used", "then")
        for api in owed.get(part, [])
    }
    lenders = frozenset(home[api] for api in named if api in home)
    return sdks if lenders <= sdks else _with_lenders(sdks | lenders)


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


def build(files: list[tuple[str, dict[str, Any]]], ids: Iterable[str] = ()) -> Vocabulary:
    """Join and validate knowledge files, given as (name, parsed TOML); `ids` are those of SDKs in other files."""
    for name, data in files:
        if unknown := data.keys() - TABLES:
            raise KnowledgeError(f"{name}: unknown table {_near(sorted(unknown)[0], TABLES)}")
    apis = _entries(files, "api", Api)
    callbacks = _entries(files, "callback", Callback)
    notifications = _entries(files, "notification", Notification)
    exported = _list(files, "exported", Exported)
    phases = {
        key: _entry(name, Phase, {"name": key, **item})
        for name, data in files
        for key, item in data.get("phase", {}).items()
    }
    _check_phases(phases, [*callbacks.values(), *notifications.values(), *exported])
    _check_given(callbacks.values())
    for api in apis.values():
        if wrong := set(api.runs.values()) - RUN_MODES - phases.keys():
            raise KnowledgeError(f"{api.id}: closures cannot run {sorted(wrong)[0]!r}")
    _check_activations(files)
    contracts = _contracts(files, apis, phases, ids)
    entries, guards = _list(files, "entry", Entry), _list(files, "guard", Guard)
    if unknown := {entry.phase for entry in entries}.union(*(guard.excludes for guard in guards)) - phases.keys():
        raise KnowledgeError(f"unknown phase {_near(sorted(unknown)[0], phases)}")
    owners = _session_owners(files, contracts)
    return Vocabulary(
        apis=apis,
        contracts=contracts,
        entries=entries,
        guards=guards,
        same=_list(files, "same", Same),
        callbacks=tuple(callbacks.values()),
        exported=exported,
        notifications=tuple(notifications.values()),
        phases=phases,
        members={key: item["members"] for _, data in files for key, item in data.get("type", {}).items()},
        supertypes={sub: top for _, data in files for top, subs in data.get("subtypes", {}).items() for sub in subs},
        constants={key: value for _, data in files for key, value in data.get("constants", {}).items()},
        arms=_names(files, "framework", "arms"),
        call_modules=frozenset(data["framework"]["module"] for _, data in files if "framework" in data),
        runs_now=_names(files, "now", "names"),
        session_owners=frozenset(owners),
        activation_of={module: owed for module, owed in owners.items() if owed != "unknown"},
        session_owner_words=_names(files, "unknown_session_owner", "words"),
        no_session_owners=_names(files, "unknown_session_owner", "not_these"),
        app_runtimes=_names(files, "app_runtime", "modules"),
        remote_ends=tuple(_entries(files, "remote_end", Callback).values()),
        connections=tuple(_entries(files, "connected", Callback).values()),
        background=tuple(_entries(files, "background", Callback).values()),
        provider_owners=frozenset(
            module for _, data in files for item in data.get("provider_owner", []) for module in item["modules"]
        ),
        apple_modules=_names(files, "apple", "modules"),
        swift_spellings=_index(apis, lambda api: {name.partition("(")[0] for name in _swift_names(api)}),
        objc_spellings=_index(apis, lambda api: set(api.objc)),
        c_spellings={name: api for api in apis.values() for name in api.c},
        property_spellings=_index(apis, lambda api: set(api.properties)),
    )


def _names(files: list[tuple[str, dict[str, Any]]], table: str, key: str) -> frozenset[str]:
    """What a list of names holds in all files."""
    return frozenset(name for _, data in files for name in data.get(table, {}).get(key, []))


def _list(files: list[tuple[str, dict[str, Any]]], table: str, kind: type[T]) -> tuple[T, ...]:
    """The entries of a table that have no id."""
    return tuple(_entry(name, kind, item) for name, data in files for item in data.get(table, []))


def _session_owners(files: list[tuple[str, dict[str, Any]]], contracts: Mapping[str, Contract]) -> dict[str, str]:
    """The modules that may configure the session by themselves, each with what the app owes it on activation."""
    told = [
        (item["modules"], item.get("activation") or "unknown")
        for _, data in files
        for item in data.get("session_owner", [])
    ]
    told += [(one.imports, one.activation) for one in contracts.values() if one.session != "no"]
    owners: dict[str, str] = {}
    for modules, owed in told:
        for module in modules:
            owners[module] = owed if owed != "unknown" else owners.get(module, owed)
    return owners


def _contracts(
    files: list[tuple[str, dict[str, Any]]], apis: Mapping[str, Api], phases: Mapping[str, Phase], ids: Iterable[str]
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
        if wrong := check(contract, apis, phases, {*contracts, *ids}):
            raise KnowledgeError(f"{places[key]}: {wrong}")
    return contracts


def _check_given(callbacks: Iterable[Callback]) -> None:
    for callback in callbacks:
        for index, states in callback.given.items():
            if not index.isdigit() or not isinstance(states, list):
                raise KnowledgeError(f"{callback.id}: 'given' wants lists of values by position, as {{ 1 = [\"a\"] }}")


ACTIVATIONS = frozenset(ACTIVATION) - {"unknown"}  # of a module that is no SDK's, where it is known at all


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
