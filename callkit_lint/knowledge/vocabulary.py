"""The kinds of entry that knowledge files hold, and the vocabulary in which link and lifecycle look them up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from callkit_lint.knowledge.contracts import Contract


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

    @property
    def base_names(self) -> set[str]:
        """Its names without labels and selector pieces, as calls that reach nothing are remembered; not those of
        properties."""
        return {name.partition("(")[0].partition(":")[0] for name in (*self.swift, *self.objc, *self.c)}


@dataclass(frozen=True, slots=True)
class Callback:
    """A method of the app that a framework calls, and the phases it opens.

    `types` are parameter types by position; `protocols` says whose method it is where others share the name;
    `parameter`
    is the type of the first parameter where the method may have any name; `cases` the phase of each kind of action
    where
    one method receives all; `given` the values by position of the parameters with which it opens its phases, where it
    is called for other states too.
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
    given: Mapping[str, list[str]] = field(default_factory=dict)

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
