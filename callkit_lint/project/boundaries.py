"""Where one program of a tree ends and the next begins.

A tree can hold several apps: samples side by side, an app beside a plugin's example, an app in variants. A program is
an application target with everything that it is built from; a library or plugin that no app of the tree uses is one
too when it speaks of calls. A file in several targets belongs to each of their programs, one in none to the nearest.
In doubt a program is too large: one that lacks the file that configures the session would be told that nothing does.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from callkit_lint.ir import FileSummary
from callkit_lint.knowledge import load
from callkit_lint.project.deployment import lowest_systems
from callkit_lint.project.pbxproj import lowest
from callkit_lint.project.tree_paths import ancestors
from callkit_lint.project.units import Need, Unit, read_units

FOLLOWED = frozenset({"library", "extension", "aggregate"})  # what an app is built from; other apps are embedded whole
INFERRED = frozenset({"product", "module"})  # needs that follow from a name alone, not from a declared dependency
WITHOUT_CALLS = frozenset({"macOS", "tvOS"})  # systems on which no app can have a provider of calls; Catalyst is iOS


@dataclass(frozen=True, slots=True)
class Boundary:
    """A program of the tree: its files, and in plain words why it is one and why they belong to it.

    `deployment_target` is the lowest iOS that any variant of it runs on, `macros` what all builds of them define,
    `platform` the one system that it is built for where that is not iOS; all as far as the project file says.
    `systems` is the lowest system of each file: a library's may be lower.
    """

    name: str
    files: Mapping[str, FileSummary]
    evidence: tuple[str, ...]
    deployment_target: str = ""
    macros: tuple[str, ...] = ()
    systems: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""


def partition(files: Mapping[str, FileSummary], manifests: Mapping[str, bytes]) -> tuple[Boundary, ...]:
    """The programs of a tree, by name. A tree without project files is one program."""
    units = read_units(files, manifests)
    systems = lowest_systems(files, units, manifests)
    made = _without_copies(_programs(units, files))
    if not made:
        why = "no project file that could be read builds an app, or a library that takes calls: all files together"
        return (Boundary("app", dict(files), (why,), systems=systems),)
    _add_rest(made, units, files)
    names = _unique_names([program.root for program in made])
    found = [
        Boundary(
            name,
            {path: files[path] for path in sorted(program.files)},
            tuple(program.evidence),
            target := lowest(variant.deployment_target for variant in program.variants),
            tuple(sorted(set.intersection(*(set(variant.macros) for variant in program.variants)))),
            {path: system for path in program.files if (system := systems.get(path) or target)},
            program.root.platform,
        )
        for name, program in zip(names, made, strict=True)
    ]
    return tuple(sorted(found, key=lambda boundary: boundary.name))


def may_have_calls(files: Mapping[str, FileSummary]) -> bool:
    """Whether a program speaks of a call framework, or of an SDK that takes calls; one that does not need not be
    linked."""
    known = load()
    speaks = any(not known.call_modules.isdisjoint(summary.imports) for summary in files.values())
    return speaks or owns_calls(files) or any(known.contracts[sdk].arms for sdk in sdks_in(files))


def sdks_in(files: Mapping[str, FileSummary]) -> frozenset[str]:
    """The SDKs that these files import, that lie among them, or that may hide in others, by the id of their
    contract."""
    imported = {name for summary in files.values() for module in summary.imports for name in module.split("/")}
    folders = {part for path in files for part in path.split("/")}
    present = imported | folders
    contracts = load().contracts.values()
    return frozenset(one.id for one in contracts if one.embedded or not present.isdisjoint(one.imports))


def owns_calls(files: Mapping[str, FileSummary]) -> bool:
    """Whether a type in these files is a call framework's delegate, or holds a provider or controller."""
    arms = load().arms
    return any(
        not arms.isdisjoint(decl.supertypes) or any(item.type in arms for item in decl.fields)
        for summary in files.values()
        for decl in summary.types
    )


# ---- programs from units --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Program:
    """A program in the making; `variants` are the root and what else is built from the same."""

    root: Unit
    files: set[str]
    evidence: list[str]
    variants: list[Unit]

    @property
    def takes_calls(self) -> bool:
        """Whether it is built for a system on which an app can."""
        return self.root.platform not in WITHOUT_CALLS


def _programs(units: list[Unit], files: Mapping[str, FileSummary]) -> list[_Program]:
    """A program for each app, each extension that takes calls itself, and each library that speaks of calls unused."""
    needs = _Needs(units)
    apps = [unit for unit in units if unit.kind == "application" and unit.files]
    own = {
        unit
        for unit in units
        if unit.kind == "extension"
        and owns_calls({path: files[path] for path in unit.files.difference(*(app.files for app in apps))})
    }
    built = [needs.program(app, without=own) for app in apps]
    used = {unit for program in built for unit in needs.built_from(program.root, own)}
    for extension in [unit for unit in units if unit.kind == "extension" and unit not in used | own]:
        for program in [one for one in built if one.root.manifest == extension.manifest]:
            _extend(program, extension, "lies in the same project")
            used.add(extension)
    settled = {unit for program in built if program.takes_calls for unit in needs.built_from(program.root, own)}
    settled |= {unit for unit in used if unit.kind == "extension"}
    rest = [unit for unit in units if unit in own or (unit.kind in FOLLOWED and unit not in settled)]
    candidates = [needs.program(unit, without=own - {unit}) for unit in rest]
    for program in sorted(candidates, key=_order):
        covered = program.root not in own and any(program.files <= other.files for other in built if other.takes_calls)
        if covered or not may_have_calls({path: files[path] for path in program.files}):
            continue
        if same := next((other for other in built if _modules(other.root) & _modules(program.root)), None):
            _join(same, program, "another build of the same module")
        elif program.takes_calls:
            built.append(program)
    return built


def _order(program: _Program) -> tuple[bool, int, str, str]:
    """Those that can take calls first, then the largest."""
    return not program.takes_calls, -len(program.files), program.root.manifest, program.root.name


def _join(program: _Program, variant: _Program, why: str) -> None:
    program.files |= variant.files
    program.evidence.append(f"{_counted(variant.root)}: {why}")
    if variant.root.platform == program.root.platform:
        program.variants.append(variant.root)


def _modules(unit: Unit) -> set[Need]:
    return {need for need in unit.provides if need[0] == "module"}


def _extend(program: _Program, unit: Unit, why: str) -> None:
    program.files |= unit.files
    if unit.files:
        program.evidence.append(f"{_counted(unit)}: {why}")


def _counted(unit: Unit) -> str:
    return f"{unit.text} ({len(unit.files)} file{'' if len(unit.files) == 1 else 's'})"


class _Needs:
    """Joins what units need with the units that provide it."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.providers: dict[Need, list[Unit]] = defaultdict(list)
        for unit in units:
            for need in unit.provides:
                self.providers[need].append(unit)

    def program(self, root: Unit, without: set[Unit]) -> _Program:
        program = _Program(root, set(root.files), [_counted(root)], [root])
        for unit, (user, why) in self.built_from(root, without).items():
            if unit is not root:
                _extend(program, unit, f"{user.name} {why}")
        return program

    def built_from(self, root: Unit, without: set[Unit]) -> dict[Unit, tuple[Unit, str]]:
        """The unit and all that it is built from, nearest first, each with who needs it and why.

        What is declared comes first: it tells apart the variants of a product that only share their name.
        """
        found: dict[Unit, tuple[Unit, str]] = {root: (root, "")}
        self._follow(found, without, lambda space: space not in INFERRED)
        self._follow(found, without, lambda space: True)
        return found

    def _follow(self, found: dict[Unit, tuple[Unit, str]], without: set[Unit], follows: Callable[[str], bool]) -> None:
        given = set[Need]().union(*(unit.provides for unit in found))
        queue = deque(found)
        while queue:
            unit = queue.popleft()
            for need, why in unit.needs.items():
                for other in self.provider(unit, need) if follows(need[0]) and need not in given else ():
                    if other.kind in FOLLOWED and other not in found and other not in without:
                        found[other] = (unit, why)
                        given |= other.provides
                        queue.append(other)

    def provider(self, unit: Unit, need: Need) -> list[Unit]:
        """Who provides this: of several those of the same project, else the nearest in the tree."""
        found = self.providers.get(need, [])
        if len(found) <= 1:
            return found
        ranks = [(other.manifest == unit.manifest, _shared(other.home, unit.home)) for other in found]
        return [other for other, rank in zip(found, ranks, strict=True) if rank == max(ranks)]


def _shared(one: str, other: str) -> int:
    """How many directories two paths have in common."""
    return len(set(ancestors(one)) & set(ancestors(other)))


def _without_copies(programs: list[_Program]) -> list[_Program]:
    """Apps with the very same files (an app and its variants) are one program; the first stands for all, of those for
    several systems the first for iOS."""
    kept: dict[frozenset[str], _Program] = {}
    for program in sorted(programs, key=lambda one: bool(one.root.platform)):
        first = kept.setdefault(frozenset(program.files), program)
        if first is not program:
            _join(first, program, "all files of the program are the same")
    return list(kept.values())


# ---- files in no target ---------------------------------------------------------------------------------------------


def _add_rest(programs: list[_Program], units: list[Unit], files: Mapping[str, FileSummary]) -> None:
    """Gives each file that no program has to those that have the nearest files; nothing that only tests are built from.

    Headers are the most of it: no target lists them. A file nearest to tests alone is one of theirs.
    """
    taken = set().union(*(program.files for program in programs))
    tests = set().union(*(unit.files for unit in units if unit.kind == "test")) - taken
    near: dict[str, set[int]] = defaultdict(set)
    for index, program in enumerate(programs):
        for directory in _directories(program.files):
            near[directory].add(index)
    of_tests = _directories(tests)
    added = [0] * len(programs)
    for path in sorted(files.keys() - taken - tests):
        directory = next(one for one in ancestors(posixpath.dirname(path)) if near[one] or one in of_tests)
        for index in near[directory]:
            programs[index].files.add(path)
            added[index] += 1
    for program, count in zip(programs, added, strict=True):
        if count:
            noun = "file is in no target and lies" if count == 1 else "files are in no target and lie"
            program.evidence.append(f"{count} {noun} nearest to these")


def _directories(files: Iterable[str]) -> set[str]:
    """All directories that hold one of the files, at any depth."""
    return {above for directory in {posixpath.dirname(path) for path in files} for above in ancestors(directory)}


def _unique_names(roots: list[Unit]) -> Iterator[str]:
    """The name of each target; where several have one name, with the project's directory, or else its full text."""
    names = [root.name for root in roots]
    for root in roots:
        longer = f"{root.home}/{root.name}".removeprefix("./")
        if names.count(root.name) == 1:
            yield root.name
        elif [f"{other.home}/{other.name}".removeprefix("./") for other in roots].count(longer) == 1:
            yield longer
        else:
            yield root.text
