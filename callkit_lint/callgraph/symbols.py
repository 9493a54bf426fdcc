"""Symbols of a program: its types with their members, and the bodies that run (procedures).

Names are looked up from a place: where several declarations share a name (sample apps in one tree), the one whose file
lies nearest wins, then the one in the same language; a tie stays ambiguous and resolves to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from callkit_lint.callgraph.compile_time import Build, is_off
from callkit_lint.ir import Block, Closure, Field, FileSummary, Function, Location, Parameter, TypeDecl
from callkit_lint.naming import is_init_selector

if TYPE_CHECKING:
    from callkit_lint.callgraph.conditions import Test
    from callkit_lint.callgraph.graph import Edge, Site

PRIMARY = frozenset({"class", "struct", "enum", "actor", "protocol", "implementation"})


@dataclass(eq=False, slots=True)
class Procedure:
    """A body that runs as one: a function of the program, or a closure in one (then `closure` and `parent` are set).

    `sites` are the API calls and `edges` the calls of other procedures in it, in order of evaluation; `tests` are the
    conditions of its arms as link understood them, by the arm's identity. Link fills all three.
    """

    path: str
    function: Function
    body: Block
    closure: Closure | None = None
    parent: Procedure | None = None
    sites: list[Site] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    tests: dict[int, Test] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.closure.parameters if self.closure else self.function.parameters

    @property
    def location(self) -> Location:
        return self.closure.location if self.closure else self.function.location

    @property
    def display(self) -> str:
        """How a message names it: `Audio.start()`, `-[Audio start]` as Swift sees it, `a closure in Audio.start()`."""
        name = self.function.name or self.function.owner
        if self.function.kind == "initial values":
            shown = f"{self.function.owner}'s stored properties"
        elif self.function.kind in ("setter", "didSet", "willSet"):
            shown = f"{self.function.kind} of {self._qualified(name)}"
        else:
            shown = self._qualified(name)
        return f"a closure in {shown}" if self.closure else shown

    def _qualified(self, name: str) -> str:
        return f"{self.function.owner}.{name}" if self.function.owner else name


@dataclass(eq=False, slots=True)
class TypeInfo:
    """A type of the program with all its parts: headers, extensions and categories joined."""

    name: str
    path: str
    kind: str
    supertypes: list[str] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    methods: dict[str, list[Procedure]] = field(default_factory=lambda: defaultdict(list))  # Swift base name
    selectors: dict[str, list[Procedure]] = field(default_factory=lambda: defaultdict(list))
    declared: dict[str, list[Function]] = field(default_factory=lambda: defaultdict(list))  # without body, by base name
    declarations: list[tuple[str, TypeDecl]] = field(default_factory=list)


def base_name(name: str) -> str:
    """`setActive` of `setActive(_:options:)`."""
    return name.partition("(")[0]


def labels(name: str) -> tuple[str, ...]:
    """The labels of a Swift name: ("", "options") of `setActive(_:options:)`."""
    inner = name.partition("(")[2].rstrip(")")
    return tuple("" if label == "_" else label for label in inner.split(":")[:-1])


class Symbols:
    """The symbol table of one program: of what is compiled. `dead` are the bodies that certainly are not, which
    nothing reaches."""

    def __init__(self, files: Mapping[str, FileSummary], build: Build) -> None:
        self.procedures: list[Procedure] = []
        self.dead: list[Procedure] = []
        self.types: dict[str, list[TypeInfo]] = defaultdict(list)
        self.free: dict[str, list[Procedure]] = defaultdict(list)
        self.globals: dict[str, Field] = {}
        self.aliases: dict[str, str] = {}
        self.build = replace(build, macros=_constants(files.values(), build.macros))
        self.enumerators: dict[str, str] = {}  # of C enums, by their global name: the case that Swift makes of it
        self.by_name: dict[str, list[Procedure]] = defaultdict(list)
        self.by_selector: dict[str, list[Procedure]] = defaultdict(list)
        self.subtypes: dict[str, set[str]] = defaultdict(set)
        self._shorter: dict[str, list[str]] = defaultdict(list)
        self._objc_names: dict[str, str] = {}  # of Swift types that Objective-C knows under another one
        # A table never changes once it is built: what was looked up once is kept.
        self._lineages: dict[tuple[str, str], tuple[tuple[str, TypeInfo | None], ...]] = {}
        self._descendants: dict[str, list[str]] = {}
        self._members: dict[tuple[str, str, str, bool, bool], list[Procedure]] = {}
        self._declare_types(files)
        for path, summary in files.items():
            self.globals.update((item.name, item) for item in summary.globals if not self._is_off(item))
            if summary.language != "swift":
                self.enumerators.update(_enumerators(summary))
            for function in summary.functions:
                if not self._is_off(function):
                    self._declare_function(path, function)
                elif function.body is not None:
                    self.dead.append(Procedure(path, function, function.body))

    def _is_off(self, declared: TypeDecl | Field | Function) -> bool:
        return is_off(declared.condition, self.build)

    def _declare_types(self, files: Mapping[str, FileSummary]) -> None:
        declarations = [
            (path, decl) for path, summary in files.items() for decl in summary.types if not self._is_off(decl)
        ]
        for path, decl in declarations:
            if other := _objc_name(decl):
                self._objc_names[other] = decl.name
            if decl.kind == "typealias":
                self.aliases[decl.name.rpartition(".")[2]] = decl.supertypes[0] if decl.supertypes else ""
            elif decl.kind in PRIMARY and not _is_category(decl):
                self.types[decl.name].append(TypeInfo(decl.name, path, decl.kind))
        for path, decl in declarations:
            if decl.kind != "typealias":
                self._add_part(path, decl)
        for name in self.types:
            if "." in name:
                self._shorter[name.rpartition(".")[2]].append(name)

    def _add_part(self, path: str, decl: TypeDecl) -> None:
        info = self.type_at(decl.name, path) or self._new_part_owner(decl, path)
        info.declarations.append((path, decl))
        info.supertypes.extend(name for name in decl.supertypes if name not in info.supertypes)
        for item in decl.fields:
            if not self._is_off(item):
                info.fields.setdefault(item.name, item)
        for name in decl.supertypes:
            self.subtypes[name].add(decl.name)

    def _new_part_owner(self, decl: TypeDecl, path: str) -> TypeInfo:
        """An extension of a framework's type, or a class of which only the header is here."""
        info = TypeInfo(decl.name, path, decl.kind)
        self.types[decl.name].append(info)
        return info

    def _declare_function(self, path: str, function: Function) -> None:
        name = base_name(function.name)
        info = self.type_at(function.owner, path) if function.owner else None
        if function.body is None:
            if info:
                info.declared[name].append(function)
            return
        procedure = Procedure(path, function, function.body)
        self.procedures.append(procedure)
        self.by_name[name].append(procedure)
        if function.selector:
            self.by_selector[function.selector].append(procedure)
        if info:
            info.methods[name].append(procedure)
            if function.selector:
                info.selectors[function.selector].append(procedure)
        elif not function.owner:
            self.free[name].append(procedure)

    def type_at(self, name: str, path: str) -> TypeInfo | None:
        """The program's type of this name as seen from a file; None when there is none, or several equally near."""
        found = (
            self.types.get(name)
            or (self.types.get(self._objc_names[name]) if name in self._objc_names else None)
            or [info for full in self._shorter.get(name, []) for info in self.types[full]]
        )
        if len(found) <= 1:
            return found[0] if found else None
        nearness = [(_shared_directories(info.path, path), _is_swift(info.path) == _is_swift(path)) for info in found]
        best = max(nearness)
        return found[nearness.index(best)] if nearness.count(best) == 1 else None

    def alias(self, name: str) -> str:
        """The type behind a typealias; a name that is none stays."""
        for _ in range(8):  # aliases of aliases; a cycle ends here
            if name not in self.aliases:
                break
            name = self.aliases[name]
        return name

    def lineage(self, name: str, path: str) -> tuple[tuple[str, TypeInfo | None], ...]:
        """The type and its supertypes, nearest first; framework types without a TypeInfo."""
        if (name, path) not in self._lineages:
            self._lineages[name, path] = tuple(self._lineage(name, path))
        return self._lineages[name, path]

    def _lineage(self, name: str, path: str) -> Iterator[tuple[str, TypeInfo | None]]:
        queue, seen = [name], set()
        while queue:
            current = self.alias(queue.pop(0))
            if current in seen or not current:
                continue
            seen.add(current)
            info = self.type_at(current, path)
            yield current, info
            if info:
                queue.extend(info.supertypes)

    def descendants(self, name: str) -> list[str]:
        """All types of the program below this one (subclasses, conforming types), sorted."""
        if name not in self._descendants:
            seen: set[str] = set()
            queue = [name]
            while queue:
                new = self.subtypes.get(queue.pop(), set()) - seen
                seen |= new
                queue += new
            self._descendants[name] = sorted(seen - {name})
        return self._descendants[name]

    def is_computed_once(self, procedure: Procedure) -> bool:
        """Whether a body is the value of a global, a static or a lazy property, which is computed once."""
        function = procedure.function
        if function.kind != "getter" or procedure.closure is not None:
            return False
        return bool(self.field(function.owner, function.name, procedure.path) or function.name in self.globals)

    def field(self, owner: str, name: str, path: str) -> tuple[Field, TypeInfo] | None:
        """A stored property of the type or a supertype, with the type that declares it.

        `_name` is also the variable behind Objective-C's property `name`.
        """
        for spelling in (name, name[1:]) if name.startswith("_") else (name,):
            for _, info in self.lineage(owner, path):
                if info and spelling in info.fields:
                    return info.fields[spelling], info
        return None

    def members(self, owner: str, key: str, path: str, *, selector: bool, above: bool = False) -> list[Procedure]:
        """The bodies that a call of a member can reach: the nearest declaration's and all overrides below the type.

        `key` is a Swift base name or, with `selector`, a selector; `above` starts at the supertypes (`super`).
        """
        question = (owner, key, path, selector, above)
        if question not in self._members:
            self._members[question] = self._find_members(*question)
        return self._members[question]

    def _find_members(self, owner: str, key: str, path: str, selector: bool, above: bool) -> list[Procedure]:
        for _, info in self.lineage(owner, path)[1 if above else 0 :]:
            if info and (found := (info.selectors if selector else info.methods).get(key)):
                return (
                    found
                    if above or is_init_selector(key)
                    else self._with_overrides(found, owner, key, path, selector=selector)
                )
        if above or is_init_selector(key):
            return []  # what is created is exactly this type
        return self._with_overrides([], owner, key, path, selector=selector)

    def _with_overrides(
        self, found: list[Procedure], owner: str, key: str, path: str, *, selector: bool
    ) -> list[Procedure]:
        below: list[Procedure] = []
        for name in self.descendants(owner):
            if info := self.type_at(name, path):
                below += (info.selectors if selector else info.methods).get(key, [])
        return [*found, *(procedure for procedure in below if procedure not in found)]

    def declaration(self, owner: str, name: str, path: str) -> Function | None:
        """A requirement or header declaration of a member, for its result type."""
        for _, info in self.lineage(owner, path):
            if info and info.declared.get(name):
                return info.declared[name][0]
        return None


def _enumerators(summary: FileSummary) -> Iterator[tuple[str, str]]:
    """The cases of a C file's enums: `AudioUseMeeting` of the enum AudioUse is `meeting`."""
    for decl in summary.types:
        for item in decl.fields if decl.kind == "enum" else ():
            rest = item.name.removeprefix(decl.name)
            yield item.name, (rest[0].lower() + rest[1:] if rest and rest != item.name else item.name)


def _constants(summaries: Iterable[FileSummary], given: Mapping[str, str]) -> dict[str, str]:
    """What `#define NAME value` and the project say; a name that is defined in two ways says nothing."""
    found: dict[str, set[str]] = defaultdict(set, {name: {value} for name, value in given.items()})
    for summary in summaries:
        for name, value in summary.macros:
            found[name].add(value)
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _objc_name(decl: TypeDecl) -> str:
    """The name under which Objective-C knows a Swift type that has another one: `@objc(Name) class Type`."""
    named = (item[5:-1] for item in decl.attributes if item.startswith("objc(") and item.endswith(")"))
    return next((name for name in named if name != decl.name and decl.kind in PRIMARY), "")


def _is_category(decl: TypeDecl) -> bool:
    """`@implementation Type (Category)` adds to a type that another implementation declares."""
    return any(attribute.startswith("(") for attribute in decl.attributes)


def _is_swift(path: str) -> bool:
    return path.endswith(".swift")


def _shared_directories(one: str, other: str) -> int:
    shared = 0
    for a, b in zip(PurePosixPath(one).parts, PurePosixPath(other).parts, strict=False):
        if a != b:
            return shared
        shared += 1
    return shared
