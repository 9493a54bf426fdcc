"""The lowest system that a file is built for, as its target, package, pod or Podfile says.

A file in several of them has to run on the lowest. What is computed (`min_ios_version_supported`) is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from callkit_lint.project.tree_paths import ancestors
from callkit_lint.project.units import Unit

_COMMENT = re.compile(r"^\s*(?:#|//).*$", re.MULTILINE)
_POD = re.compile(
    r"\.ios\.deployment_target\s*=\s*['\"]([\d.]+)['\"]"
    r"|\.platforms?\s*=\s*:ios\s*,\s*['\"]([\d.]+)['\"]"
    r"|platforms?['\"]?\s*=>?\s*\{[^}]*?:?\bios\s*(?:=>|:)\s*['\"]([\d.]+)['\"]"
)
_PACKAGE = re.compile(r"\.iOS\(\s*(?:\.v(\d+(?:_\d+)?)|\"([\d.]+)\")\s*\)")
_PODFILE = re.compile(r"^\s*platform\s+:ios\s*,\s*['\"]([\d.]+)['\"]", re.MULTILINE)


def lowest_systems(paths: Iterable[str], units: Iterable[Unit], manifests: Mapping[str, bytes]) -> dict[str, str]:
    """The lowest iOS of each of these files of which one is known."""
    of_targets: dict[str, list[str]] = {}
    in_libraries: set[str] = set()
    for unit in units:
        in_libraries |= unit.files if unit.kind == "library" else set()
        for path in unit.files if unit.deployment_target and unit.kind != "test" else ():
            of_targets.setdefault(path, []).append(unit.deployment_target)
    packages, podfiles = _written(manifests)
    found: dict[str, str] = {}
    for path in paths:
        above = list(ancestors(posixpath.dirname(path)))
        known = of_targets.get(path, [])
        if not known or path in in_libraries:  # an app that lies beside a package, as its example, is no part of it
            known = known + next((packages[one] for one in above if one in packages), [])
        known = known or next((podfiles[one] for one in above if one in podfiles), [])
        if known:
            found[path] = min(known, key=version)
    return found


def version(text: str) -> tuple[int, ...]:
    """`14.0` as numbers, to compare; () where the text is none, which is below all."""
    return tuple(int(part) for part in re.findall(r"\d{1,4}", text)[:3])


def _written(manifests: Mapping[str, bytes]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What packages and pods say of their directory, and what Podfiles say of the targets in theirs."""
    packages: dict[str, list[str]] = {}
    podfiles: dict[str, list[str]] = {}
    for path, data in manifests.items():
        name, home = posixpath.basename(path), posixpath.dirname(path) or "."
        pattern = _POD if name.endswith(".podspec") else {"Package.swift": _PACKAGE, "Podfile": _PODFILE}.get(name)
        if pattern is None:
            continue
        text = _COMMENT.sub("", data.decode("utf-8", "replace"))
        versions = [next(filter(None, match.groups())).replace("_", ".") for match in pattern.finditer(text)]
        if versions:
            (podfiles if name == "Podfile" else packages).setdefault(home, []).extend(versions)
    return packages, podfiles
