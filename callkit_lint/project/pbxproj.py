"""Xcode's project files: the targets of a `project.pbxproj`, each with its files, what it needs and how it is built.

The file is one dictionary of objects that name each other by id. What is missing or of the wrong kind is skipped.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from callkit_lint.project.property_list import parse

MANY_GROUPS = 100  # groups around a file; a project has a dozen
TYPES = {"framework": "library", "library": "library", "bundle": "library", "tool": "application"}
PLATFORMS = {
    "macosx": "macOS",
    "appletvos": "tvOS",
    "appletvsimulator": "tvOS",
    "watchos": "watchOS",
    "watchsimulator": "watchOS",
    "xros": "visionOS",
    "xrsimulator": "visionOS",
}
GROUPS = frozenset({"PBXGroup", "PBXVariantGroup", "XCVersionGroup", "PBXFileSystemSynchronizedRootGroup"})


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that belongs to a target with everything in it, but for the paths in `without`."""

    path: str
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A target. Paths are below the root of analysis, normalised; they need not exist.

    `kind` is "application", "extension", "library", "test" or "aggregate". `needs` are ids of targets of the same
    project, `elsewhere` names of targets of other projects, `links` file names of linked or embedded products,
    `packages` products of Swift packages. `modules` are the names that other code may import it by. `macros` are
    defined in every build configuration: one that only debug builds have is in none. `platform` is the one system that
    it is built for where that is not iOS; "" for iOS, for several, and where the project file does not say.
    """

    id: str
    name: str
    kind: str
    product: str = ""
    modules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    folders: tuple[Folder, ...] = ()
    needs: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    deployment_target: str = ""
    macros: tuple[str, ...] = ()
    platform: str = ""


def read_targets(path: str, data: bytes) -> tuple[Target, ...]:
    """The targets of the project file at this path; none where it cannot be understood."""
    return tuple(Project(path, parse(data)).targets())


class Project:
    """The objects of a project file and what they mean."""

    def __init__(self, path: str, document: Mapping[str, object]) -> None:
        objects = document.get("objects")
        found = objects.items() if isinstance(objects, dict) else ()
        self.objects: dict[str, dict[str, object]] = {key: value for key, value in found if isinstance(value, dict)}
        self.project = next((item for item in self.objects.values() if item.get("isa") == "PBXProject"), {})
        home = posixpath.dirname(posixpath.dirname(path))
        self.home = posixpath.normpath(posixpath.join(home, self.text(self.project, "projectDirPath")))
        self.synchronised = [k for k, v in self.objects.items() if v.get("isa") == "PBXFileSystemSynchronizedRootGroup"]
        self.parents: dict[str, str] = {}
        for key, item in self.objects.items():
            if self.text(item, "isa") in GROUPS:
                for child in self.list(item, "children"):
                    self.parents.setdefault(child, key)

    def targets(self) -> Iterator[Target]:
        listed = set(self.list(self.project, "targets"))
        for key, item in self.objects.items():
            kind = _kind(self.text(item, "isa"), self.text(item, "productType"))
            if kind and (not listed or key in listed):
                yield self.target(key, item, kind)

    def target(self, key: str, item: dict[str, object], kind: str) -> Target:
        name = self.text(item, "name") or self.text(item, "productName") or key
        product = posixpath.basename(self.text(self.get(self.text(item, "productReference")), "path"))
        phases = [self.get(phase) for phase in self.list(item, "buildPhases")]
        settings = self.settings(item)
        own, other = self.dependencies(item)
        called = {value for each in settings for value in _literals(each, "PRODUCT_MODULE_NAME", "PRODUCT_NAME")}
        modules = {module_name(word) for word in (name, posixpath.splitext(product)[0], *called) if word}
        included, folders = self.folders(key, item)
        platform = self.platform(item, settings)
        return Target(
            key,
            name,
            kind,
            product,
            tuple(sorted(modules)),
            (*self.sources(phases), *included),
            folders,
            own,
            other,
            tuple(dict.fromkeys(self.linked(phases))),
            tuple(dict.fromkeys(self.packages(item, phases))),
            "" if platform else self.deployment_target(settings),
            self.macros(settings),
            platform,
        )

    # ---- files ------------------------------------------------------------------------------------------------------

    def sources(self, phases: list[dict[str, object]]) -> Iterator[str]:
        for phase in phases:
            if self.text(phase, "isa") in ("PBXSourcesBuildPhase", "PBXHeadersBuildPhase"):
                for build_file in self.list(phase, "files"):
                    reference = self.text(self.get(build_file), "fileRef")
                    if reference and (path := self.path(reference)):
                        yield path

    def folders(self, key: str, item: dict[str, object]) -> tuple[tuple[str, ...], tuple[Folder, ...]]:
        """The files and folders that a target has from synchronised folders.

        An exception of a target that has the folder takes files out; one of any other target puts them in.
        """
        own = set(self.list(item, "fileSystemSynchronizedGroups"))
        included: list[str] = []
        folders: list[Folder] = []
        for group in self.synchronised:
            path = self.path(group)
            if path is None:
                continue
            exceptions = [self.get(one) for one in self.list(self.get(group), "exceptions")]
            mine = [one for one in exceptions if self.text(one, "target") == key]
            named = [posixpath.join(path, name) for one in mine for name in self.list(one, "membershipExceptions")]
            if group in own:
                folders.append(Folder(path, tuple(named)))
            else:
                included += named
        return tuple(included), tuple(folders)

    def path(self, key: str) -> str | None:
        """A file's or group's path below the root of analysis; None for products and what lies outside."""
        parts: list[str] = []
        seen: set[str] = set()
        while key:
            if key in seen or len(seen) > MANY_GROUPS:
                return None
            seen.add(key)
            item = self.get(key)
            place, tree = self.text(item, "path"), self.text(item, "sourceTree")
            for variable in ("$(SRCROOT)/", "$(PROJECT_DIR)/", "${SRCROOT}/"):
                if place.startswith(variable):
                    place, tree = place.removeprefix(variable), "SOURCE_ROOT"
            if place:
                parts.insert(0, place)
            if tree == "SOURCE_ROOT":
                break
            if tree not in ("<group>", ""):
                return None
            key = self.parents.get(key, "")
        path = posixpath.normpath(posixpath.join(self.home, *parts)) if parts else ""
        return None if not path or path.startswith(("../", "/")) or path == ".." else path

    # ---- what it needs ----------------------------------------------------------------------------------------------

    def dependencies(self, item: dict[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The targets it depends on: ids in this project, names in others."""
        own: list[str] = []
        other: list[str] = []
        for dependency in map(self.get, self.list(item, "dependencies")):
            target = self.text(dependency, "target")
            proxy = self.get(self.text(dependency, "targetProxy"))
            remote = self.text(proxy, "remoteGlobalIDString")
            if target in self.objects or remote in self.objects:
                own.append(target if target in self.objects else remote)
            elif name := self.text(proxy, "remoteInfo") or self.text(dependency, "name"):
                other.append(name)
        return tuple(own), tuple(other)

    def linked(self, phases: list[dict[str, object]]) -> Iterator[str]:
        """The file names of the products that it links or embeds: `Calls.framework`, `libCalls.a`."""
        for phase in phases:
            if self.text(phase, "isa") in ("PBXFrameworksBuildPhase", "PBXCopyFilesBuildPhase"):
                for build_file in map(self.get, self.list(phase, "files")):
                    reference = self.get(self.text(build_file, "fileRef"))
                    if name := posixpath.basename(self.text(reference, "path")):
                        yield name

    def packages(self, item: dict[str, object], phases: list[dict[str, object]]) -> Iterator[str]:
        """The products of Swift packages that it uses, local or not."""
        found = self.list(item, "packageProductDependencies")
        files = [one for phase in phases for one in self.list(phase, "files")]
        depending = [*map(self.get, files), *map(self.get, self.list(item, "dependencies"))]
        found += [self.text(one, "productRef") for one in depending]
        for name in (self.text(self.get(key), "productName") for key in found):
            if name:
                yield name.removeprefix("plugin:")

    # ---- how it is built --------------------------------------------------------------------------------------------

    def settings(self, item: dict[str, object]) -> list[dict[str, object]]:
        """The settings of each build configuration, the project's own under the target's.

        Settings in `.xcconfig` files are not read: what they add or override is missing.
        """
        below = {self.text(one, "name"): self.build_settings(one) for one in self.configurations(self.project)}
        found = []
        for one in self.configurations(item):
            inherited = below.get(self.text(one, "name"), {})
            found.append({**inherited, **_with_inherited(self.build_settings(one), inherited)})
        return found

    def configurations(self, item: dict[str, object]) -> list[dict[str, object]]:
        listed = self.get(self.text(item, "buildConfigurationList"))
        return [self.get(key) for key in self.list(listed, "buildConfigurations")]

    def build_settings(self, configuration: dict[str, object]) -> dict[str, object]:
        settings = configuration.get("buildSettings")
        return settings if isinstance(settings, dict) else {}

    def deployment_target(self, settings: list[dict[str, object]]) -> str:
        """The lowest iOS that any configuration runs on; "" where the project file does not say."""
        return lowest(value for each in settings for value in _literals(each, "IPHONEOS_DEPLOYMENT_TARGET"))

    def platform(self, item: dict[str, object], settings: list[dict[str, object]]) -> str:
        """The one system other than iOS that every configuration builds for.

        A project's own SDK does not count in a target that may run on some iOS: a file of settings may choose another.
        """
        found: set[str] = set()
        for one, each in zip(self.configurations(item), settings, strict=True):
            own = self.text(self.build_settings(one), "SDKROOT")
            sdk = own or ("" if "IPHONEOS_DEPLOYMENT_TARGET" in each else self.text(each, "SDKROOT"))
            supported = self.text(each, "SUPPORTED_PLATFORMS").split()
            found |= {PLATFORMS.get(name.rstrip("0123456789."), "") for name in supported or [sdk]}
        return found.pop() if len(found) == 1 else ""

    def macros(self, settings: list[dict[str, object]]) -> tuple[str, ...]:
        keys = ("SWIFT_ACTIVE_COMPILATION_CONDITIONS", "GCC_PREPROCESSOR_DEFINITIONS")
        found = [{word for value in _literals(each, *keys) for word in value.split()} for each in settings]
        return tuple(sorted(set.intersection(*found))) if found else ()

    # ---- objects ----------------------------------------------------------------------------------------------------

    def get(self, key: str) -> dict[str, object]:
        return self.objects.get(key, {})

    def text(self, item: Mapping[str, object], key: str) -> str:
        value = item.get(key)
        return value if isinstance(value, str) else ""

    def list(self, item: Mapping[str, object], key: str) -> list[str]:
        value = item.get(key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def lowest(versions: Iterable[str]) -> str:
    """The lowest of those that are versions; "" where none is."""
    found = [version for version in versions if re.fullmatch(r"\d{1,4}(\.\d{1,4}){0,2}", version)]
    return min(found, key=lambda version: [int(part) for part in version.split(".")], default="")


def module_name(name: str) -> str:
    """The name by which code imports a product: `Call-Kit` is Call_Kit, `libCalls` Calls."""
    return re.sub(r"\W", "_", name.removeprefix("lib"))


def _kind(isa: str, product_type: str) -> str:
    """What a target is to us; "" for an object that is none."""
    if isa == "PBXAggregateTarget":
        return "aggregate"
    if isa != "PBXNativeTarget":
        return ""
    kind = product_type.removeprefix("com.apple.product-type.")
    if "test" in kind:
        return "test"
    if "extension" in kind:
        return "extension"
    if kind.startswith("application"):
        return "application"
    return TYPES.get(kind.partition(".")[0], "library")


def _literals(settings: Mapping[str, object], *keys: str) -> Iterator[str]:
    """The values of settings, without those that name other settings."""
    for key in keys:
        value = settings.get(key)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield from [" ".join(word for word in one.split() if "$" not in word)] if one else []


def _with_inherited(own: dict[str, object], inherited: Mapping[str, object]) -> dict[str, object]:
    """A target's settings with `$(inherited)` filled in from the project's."""
    filled = dict(own)
    for key, value in own.items():
        parts = value if isinstance(value, list) else [value]
        if any(isinstance(one, str) and "$(inherited)" in one for one in parts):
            more = inherited.get(key, [])
            filled[key] = [*parts, *(more if isinstance(more, list) else [more])]
    return filled
