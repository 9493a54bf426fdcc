"""The manifests beside Xcode's projects: Swift packages, Podfiles, and the plugins of other languages.

Two of them are programs themselves (`Package.swift`, `Podfile`). All are read as text: names and paths that are written
out are found, what is computed is not. Nothing here raises on any input.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# ---- Package.swift --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PackageTarget:
    """A target of a Swift package. `directories` are where its sources may lie: the first one that exists counts.

    `kind` is "application" (what runs by itself), "library" or "test"; `products` are those of the package that hold
    it; `needs` the targets and products that it depends on, of this package or any other.
    """

    name: str
    kind: str
    directories: tuple[str, ...]
    needs: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


_KINDS = {"target": "library", "executableTarget": "application", "testTarget": "test", "macro": "library"}
_PRODUCTS = ("library", "executable")
_SWIFT = re.compile(
    r'"""[\s\S]*?"""|"((?:[^"\\\n]|\\.)*)"'  # strings
    r"|//[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*)"  # comments
    r"|([()\[\]])"
)
_CALLED = re.compile(r"\.(\w+)\s*\Z")
_LABELLED = re.compile(r"(\w+)\s*:\s*\Z")
_LONGEST = 80  # letters between two tokens that can matter: a label, a name, spaces


@dataclass(slots=True)
class _Declaration:
    """`.target(name: "A", dependencies: ["B"])`: the strings of each argument by its label."""

    word: str
    strings: dict[str, list[str]] = field(default_factory=dict)

    def first(self, label: str) -> str:
        return next(iter(self.strings.get(label, ())), "")


@dataclass(frozen=True, slots=True)
class _Bracket:
    """An open bracket: the declaration around it, the argument it stands in, whether it is a call in that argument."""

    declaration: _Declaration | None
    label: str = ""
    is_call: bool = False


def read_package(path: str, data: bytes) -> tuple[PackageTarget, ...]:
    """The targets of the package whose `Package.swift` lies at this path."""
    declarations = _declarations(data.decode("utf-8", "replace"))
    products: dict[str, list[str]] = {}
    for item in declarations:
        for target in item.strings.get("targets", ()) if item.word in _PRODUCTS else ():
            products.setdefault(target, []).append(item.first("name"))
    return tuple(
        PackageTarget(
            item.first("name"),
            _KINDS[item.word],
            tuple(_places(posixpath.dirname(path), item)),
            tuple(dict.fromkeys(item.strings.get("dependencies", ()))),
            tuple(dict.fromkeys(products.get(item.first("name"), ()))),
        )
        for item in declarations
        if item.word in _KINDS and item.first("name")
    )


def _places(home: str, item: _Declaration) -> Iterator[str]:
    if written := item.first("path"):
        yield normal(posixpath.join(home, written))
        return
    for folder in ("Tests",) if item.word == "testTarget" else ("Sources", "Source", "src", "srcs"):
        yield normal(posixpath.join(home, folder, item.first("name")))


def _declarations(text: str) -> list[_Declaration]:
    """All targets and products that the manifest writes out, wherever it does."""
    found: list[_Declaration] = []
    stack = [_Bracket(None)]
    end = 0
    for match in _SWIFT.finditer(text):
        before = text[max(end, match.start() - _LONGEST) : match.start()]
        end = match.end()
        label = _LABELLED.search(before)
        if match[1] is not None:
            _take(stack[-1], label[1] if label else "", match[1])
        elif match[2] in ("(", "["):
            bracket = _opened(stack[-1], match[2], before, label[1] if label else "")
            if bracket.declaration and bracket.declaration is not stack[-1].declaration:
                found.append(bracket.declaration)
            stack.append(bracket)
        elif match[2] and len(stack) > 1:
            stack.pop()
    return found


def _opened(around: _Bracket, mark: str, before: str, label: str) -> _Bracket:
    called = _CALLED.search(before)
    if around.declaration is None:
        declares = mark == "(" and called is not None and called[1] in (*_KINDS, *_PRODUCTS)
        return _Bracket(_Declaration(called[1]) if called and declares else None)
    return _Bracket(around.declaration, around.label or label, around.is_call or mark == "(")


def _take(bracket: _Bracket, label: str, text: str) -> None:
    """A string: an argument, an item of an argument's list, or the name in a call in one (`.product(name: "A")`)."""
    if bracket.declaration and not (bracket.is_call and bracket.label == "dependencies" and label not in ("", "name")):
        bracket.declaration.strings.setdefault(bracket.label or label, []).append(text)


# ---- Podfile --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PathPod:
    """A pod that lies in the tree, and the targets of the Podfile that have it; () for all."""

    name: str
    directory: str
    targets: tuple[str, ...]


MANY_BLOCKS = 16  # around a line of a Podfile, as far as they are looked at
_POD = re.compile(r"""^pod[\s(]+['"]([^'"]+)['"].*?(?::path\s*=>|\bpath:)\s*['"]([^'"]+)['"]""")
_POD_TARGET = re.compile(r"""^(?:abstract_)?target[\s(]+['"]([^'"]+)['"]""")
_OPENS = re.compile(r"^(?:def|if|unless|case|begin|while|until|for|class|module)\b|\bdo\s*(?:\|[^|]*\|)?\s*\Z")


def read_podfile(path: str, data: bytes) -> tuple[PathPod, ...]:
    """The pods of a Podfile that are given by a path."""
    home = posixpath.dirname(path)
    blocks: list[str] = []  # the targets around a line; "" for other blocks
    pods: list[tuple[str, str, str]] = []
    inside: dict[str, set[str]] = {}  # target -> itself and the targets in it, which have its pods too
    for line in data.decode("utf-8", "replace").splitlines():
        line = line.strip()[:1000]
        target, pod = _POD_TARGET.match(line), _POD.match(line)
        if target:
            for outer in (*filter(None, blocks[-MANY_BLOCKS:]), target[1]):
                inside.setdefault(outer, set()).add(target[1])
        if pod:
            pods.append((pod[1].partition("/")[0], pod[2], next(filter(None, blocks[: -MANY_BLOCKS - 1 : -1]), "")))
        elif _OPENS.search(line):
            blocks.append(target[1] if target else "")
        elif re.match(r"end\b", line) and blocks:
            blocks.pop()
    found = []
    for name, place, owner in pods:
        directory = posixpath.dirname(place) if place.endswith(".podspec") else place
        found.append(PathPod(name, normal(posixpath.join(home, directory)), tuple(sorted(inside.get(owner, ())))))
    return tuple(found)


# ---- plugins of other languages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForeignPackage:
    """A package of Dart, JavaScript or Cordova: its name and the packages it names. `sources` are native files that
    it lists itself."""

    name: str
    needs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def read_pubspec(data: bytes) -> ForeignPackage:
    """A Dart package: its name, and the keys one level below its dependencies."""
    name, section, level = "", "", 0
    needs: list[str] = []
    for line in data.decode("utf-8", "replace").splitlines():
        match = re.match(r"( *)([\w.-]{1,200}):(.*)", line)
        if match is None:
            continue
        indent = len(match[1])
        if indent == 0:
            section, level = match[2], 0
            if section == "name":
                name = match[3].partition("#")[0].strip().strip("'\"")
        elif section in ("dependencies", "dev_dependencies", "dependency_overrides"):
            level = level or indent
            if indent == level:
                needs.append(match[2])
    return ForeignPackage(name, tuple(dict.fromkeys(needs)))


def read_package_json(data: bytes) -> ForeignPackage:
    """A JavaScript package."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return ForeignPackage("")
    if not isinstance(found, dict):
        return ForeignPackage("")
    name = found.get("name")
    cordova = found.get("cordova")
    tables = [found.get("dependencies"), found.get("devDependencies")]
    tables.append(cordova.get("plugins") if isinstance(cordova, dict) else None)
    needs = [key for table in tables if isinstance(table, dict) for key in table]
    return ForeignPackage(name if isinstance(name, str) else "", tuple(dict.fromkeys(needs)))


def read_plugin_xml(path: str, data: bytes) -> ForeignPackage:
    """A Cordova plugin: its id and the sources that it lists for iOS."""
    text = re.sub(r"<!--(?:[\s\S]*?-->|[\s\S]*)", "", data.decode("utf-8", "replace"))
    name = re.search(r"<plugin\b[^>]*?\bid\s*=\s*[\"']([^\"']+)", text)
    sources = []
    for part in re.split(r"<platform\b", text)[1:]:
        head, _, body = part.partition(">")
        if re.search(r"name\s*=\s*[\"'](?:ios|osx)[\"']", head):
            body = body.partition("</platform")[0]
            sources += re.findall(r"<(?:source|header)-file\b[^>]*?\bsrc\s*=\s*[\"']([^\"']+)", body)
    home = posixpath.dirname(path)
    return ForeignPackage(name[1] if name else "", (), tuple(normal(posixpath.join(home, one)) for one in sources))


def normal(path: str) -> str:
    """A path below the root of analysis, normalised; "." for the root; what lies outside stays recognisable by `..`."""
    return posixpath.normpath(path)
