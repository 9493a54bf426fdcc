"""What a tree's project files build: Xcode targets, package targets, pods and plugins, with their files and needs.

A need is a pair of a namespace and a name, such as ("module", "CallKitWrapper"); units say what they provide and what
they need, and boundaries.py joins them. Where a project file cannot be understood, its directory stands for it: a
program that is too large is better than one that lacks the file that configures the session.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from callkit_lint.ir import Call, Exit, FileSummary, Function
from callkit_lint.project import manifests as reading
from callkit_lint.project.pbxproj import Target, module_name, read_targets
from callkit_lint.project.tree_paths import Paths, ancestors, folded, is_below

Need = tuple[str, str]

NATIVE = ("ios", "darwin", "macos", "apple", "src/ios", "src/osx")  # where plugins keep their native code


@dataclass(eq=False, slots=True)
class Unit:
    """Something that is built as one. `home` is the directory of its manifest, `manifest` its path; `text` names it.

    `kind` is "application", "extension", "library", "test" or "aggregate". `needs` maps what it needs to the reason in
    words, as it continues the sentence "the app …".
    """

    name: str
    kind: str
    text: str
    manifest: str
    files: frozenset[str]
    provides: set[Need] = field(default_factory=set)
    needs: dict[Need, str] = field(default_factory=dict)
    deployment_target: str = ""
    macros: tuple[str, ...] = ()
    platform: str = ""  # where it is built for one system that is not iOS

    @property
    def home(self) -> str:
        """The directory of the project or package; of an Xcode project the one that holds the `.xcodeproj`."""
        folder = posixpath.dirname(self.manifest)
        return (posixpath.dirname(folder) if folder.endswith(".xcodeproj") else folder) or "."


def read_units(files: Mapping[str, FileSummary], manifests: Mapping[str, bytes]) -> list[Unit]:
    """Everything that the manifests build from these files."""
    paths = Paths(files)
    projects = [path for path in sorted(manifests) if is_project(path)]
    units = [unit for path in projects for unit in _xcode(path, manifests[path], paths)]
    units += _unreadable(projects, units, paths, files)
    units += [unit for path in sorted(manifests) for unit in _package(path, manifests[path], paths)]
    directories = _Directories(paths, units)
    for path in sorted(manifests):
        name = posixpath.basename(path)
        if name == "Podfile":
            units += directories.pods(path, manifests[path])
        elif name in ("pubspec.yaml", "package.json", "plugin.xml"):
            units += directories.plugin(path, manifests[path])
    directories.join_apps(units)
    units += _unnamed(units, paths, files)
    _need_imports(units, files)
    return units


# ---- Xcode ----------------------------------------------------------------------------------------------------------


def is_project(path: str) -> bool:
    """Whether a manifest is an Xcode project's."""
    return path.endswith(".xcodeproj/project.pbxproj")


def _xcode(path: str, data: bytes, paths: Paths) -> Iterator[Unit]:
    home = posixpath.dirname(posixpath.dirname(path)) or "."
    for target in read_targets(path, data):
        unit = _target(path, home, target, paths)
        if unit.files or unit.kind != "application":
            yield unit


def _unreadable(
    projects: list[str], units: list[Unit], paths: Paths, files: Mapping[str, FileSummary]
) -> Iterator[Unit]:
    """For projects of which no app's sources were found, their directories, where an app starts in them.

    Of projects side by side it is the directory beside it that bears the project's name, where there is one.
    """
    homes = {path: posixpath.dirname(posixpath.dirname(path)) or "." for path in projects}
    readable = {unit.manifest for unit in units if unit.kind == "application"}
    taken = frozenset[str]().union(*(unit.files for unit in units))
    for path in [path for path in projects if path not in readable]:
        home = homes[path]
        named = posixpath.normpath(f"{home}/{posixpath.basename(posixpath.dirname(path)).removesuffix('.xcodeproj')}")
        directory = named if list(homes.values()).count(home) > 1 and paths.below(named) else home
        others = [other for other in homes.values() if other != directory and is_below(other, directory)]
        inside = {file for file in paths.below(directory) if not any(is_below(file, other) for other in others)}
        if any(starts_an_app(files[file]) for file in inside - taken):
            name = "app" if directory == "." else directory
            text = f"directory {directory}, where an app starts: no sources of it in {posixpath.dirname(path)}"
            yield Unit(name, "application", text, path, frozenset(inside - taken))


def _unnamed(units: list[Unit], paths: Paths, files: Mapping[str, FileSummary]) -> Iterator[Unit]:
    """Directories with an app in them that no project file names, beside projects that build others.

    Inside a project's directory such a file is a forgotten copy more likely than an app.
    """
    claimed = frozenset[str]().union(*(unit.files for unit in units))
    homes = {unit.home for unit in units if unit.kind == "application"}
    named = {above for path in claimed for above in ancestors(path)}
    tops: dict[str, None] = {}
    for path in sorted(files.keys() - claimed) if homes else ():
        inside = any(is_below(path, home) for home in homes)
        if not inside and {"UIKit", "SwiftUI"} & set(files[path].imports) and starts_an_app(files[path]):
            free = [above for above in ancestors(posixpath.dirname(path)) if above not in named]
            tops.update(dict.fromkeys(free[-1:]))
    for directory in tops:
        text = f"directory {directory}, where an app starts that no project file names"
        yield Unit(directory, "application", text, f"{directory}/", frozenset(paths.below(directory)))


def _target(path: str, home: str, target: Target, paths: Paths) -> Unit:
    found = {paths.find(source, home) for source in target.sources} - {None}
    for folder in target.folders:
        without = {folded(one) for one in folder.without}
        found.update(file for file in paths.below(folder.path) if without.isdisjoint(ancestors(folded(file))))
    project = posixpath.dirname(path)
    unit = Unit(
        target.name,
        target.kind,
        f"{target.kind} target {target.name} of {project}",
        path,
        frozenset(file for file in found if file),
        deployment_target=target.deployment_target,
        macros=target.macros,
        platform=target.platform,
    )
    unit.provides = {("target", f"{path}#{target.id}"), ("target name", target.name), ("product", target.product)}
    if target.kind == "library":
        unit.provides |= {("module", module) for module in target.modules}
    unit.needs |= {("target", f"{path}#{key}"): "depends on it" for key in target.needs}
    unit.needs |= {("target name", name): "depends on it" for name in target.elsewhere}
    unit.needs |= {("product", name): "links or embeds its product" for name in target.links}
    unit.needs |= {("package", name): "uses this package" for name in target.packages}
    return unit


def starts_an_app(summary: FileSummary) -> bool:
    """Whether a file holds an application's entry point: `@main`, `@UIApplicationMain`, or a `main` that runs one."""
    if any({"main", "UIApplicationMain"} & {a.partition("(")[0] for a in decl.attributes} for decl in summary.types):
        return True
    return any(
        function.name.startswith("main(") and not function.owner and _runs_an_app(function)
        for function in summary.functions
    )


def _runs_an_app(function: Function) -> bool:
    stack: list[object] = [function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, Call) and node.name == "UIApplicationMain":
            return True
        if isinstance(node, Exit):
            stack.append(node.value)
        elif hasattr(node, "statements"):
            stack.extend(node.statements)
    return False


# ---- Swift packages -------------------------------------------------------------------------------------------------


def _package(path: str, data: bytes, paths: Paths) -> Iterator[Unit]:
    if posixpath.basename(path) != "Package.swift":
        return
    home = posixpath.dirname(path) or "."
    targets = reading.read_package(path, data)
    manifest = {path}
    for target in targets:
        places = (*target.directories, *((f"{home}/Sources", home) if len(targets) == 1 else ()))
        found = next((found for place in places if (found := paths.below(reading.normal(place)))), [])
        kind = "executable" if target.kind == "application" else target.kind
        text = f"{kind} target {target.name} of {path}"
        unit = Unit(target.name, target.kind, text, path, frozenset(found) - manifest)
        unit.provides = {("package", name) for name in (target.name, *target.products)}
        if target.kind == "library":
            unit.provides.add(("module", module_name(target.name)))
        unit.needs = {("package", name): "depends on it" for name in target.needs}
        yield unit


# ---- pods and plugins: directories ----------------------------------------------------------------------------------


class _Directories:
    """Pods and plugins own what lies in their directory, without the apps and tests in it."""

    def __init__(self, paths: Paths, units: list[Unit]) -> None:
        self.paths = paths
        self.units = list(units)
        self.apps = {unit.home for unit in units if unit.kind == "application" and is_project(unit.manifest)}
        self.of_apps = frozenset().union(*(u.files for u in units if u.kind in ("application", "extension")))
        built = frozenset().union(*(u.files for u in units if u.kind != "test"))
        self.of_tests = frozenset().union(*(u.files for u in units if u.kind == "test")) - built
        self.plugins: dict[str, Unit] = {}

    def files(self, directory: str) -> frozenset[str]:
        apps = [app for app in self.apps if app != directory and is_below(app, directory)]
        found = (f for f in self.paths.below(directory) if not any(is_below(f, app) for app in apps))
        return frozenset(found) - self.of_tests

    def pods(self, path: str, data: bytes) -> Iterator[Unit]:
        """A unit for each directory that holds pods, and the need for it in the targets that have them."""
        home = posixpath.dirname(path) or "."
        near = [unit for unit in self.units if is_project(unit.manifest) and is_below(unit.home, home)]
        together: dict[str, list[reading.PathPod]] = defaultdict(list)
        for pod in reading.read_podfile(path, data):
            together[pod.directory].append(pod)
        for directory, pods in together.items():
            files = self.files(directory) - self.of_apps
            if not files:
                continue
            names = list(dict.fromkeys(pod.name for pod in pods))
            text = f"pod {', '.join(names)} in {directory} ({path})"
            unit = Unit(names[0], "library", text, f"{directory}/", files)
            key = ("pod", f"{path} {directory}")
            unit.provides = {key, *(("module", module_name(name)) for name in names)}
            targets = {target for pod in pods for target in pod.targets}
            named = [other for other in near if other.name in targets]
            for other in named or near:
                other.needs[key] = f"has it by {path}"
            yield unit

    def plugin(self, path: str, data: bytes) -> Iterator[Unit]:
        """A package of another language, with its native code if it is no app itself."""
        home = posixpath.dirname(path) or "."
        space, package = _foreign(path, data)
        if not package.name:
            return
        places = [reading.normal(f"{home}/{name}") for name in NATIVE]
        listed = {self.paths.find(source, "") for source in package.sources}
        files = frozenset(file for file in listed if file)
        if not any(is_below(app, place) for app in self.apps for place in places):
            files = files.union(*(self.files(place) for place in places))
        unit = Unit(package.name, "library", f"plugin {package.name} of {path}", path, files)
        unit.provides = {(space, package.name), ("home", f"{space} {home}")}
        unit.needs = {(space, name): f"names it in {path}" for name in package.needs}
        self.plugins[f"{space} {home}"] = unit
        yield unit

    def join_apps(self, units: list[Unit]) -> None:
        """Apps have what their package of another language names, and the plugins whose examples they are."""
        for app in units:
            if app.kind != "application" or not is_project(app.manifest):
                continue
            for space in ("dart", "node"):
                above = [f"{space} {home}" for home in ancestors(app.home) if f"{space} {home}" in self.plugins]
                for index, key in enumerate(above):
                    plugin = self.plugins[key]
                    if plugin.files:
                        app.needs.setdefault(("home", key), "is an example in its directory")
                    elif index == 0:
                        app.needs.setdefault(("home", key), "is the app of this package")


def _foreign(path: str, data: bytes) -> tuple[str, reading.ForeignPackage]:
    match posixpath.basename(path):
        case "pubspec.yaml":
            return "dart", reading.read_pubspec(data)
        case "package.json":
            return "node", reading.read_package_json(data)
    return "node", reading.read_plugin_xml(path, data)


def _need_imports(units: list[Unit], files: Mapping[str, FileSummary]) -> None:
    """Who imports a module of the tree needs it: linking may be automatic, or done where we do not look."""
    modules = {name for unit in units for space, name in unit.provides if space == "module"}
    for unit in units:
        for path in unit.files:
            for name in files[path].imports:
                name = name.partition("/")[0]
                if name in modules and ("module", name) not in unit.provides:
                    unit.needs.setdefault(("module", name), "imports it")
