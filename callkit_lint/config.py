"""Settings from callkit-lint.toml or pyproject.toml into one frozen Config."""

from __future__ import annotations

import fnmatch
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from callkit_lint.rule import Severity

FILE_NAMES = ("callkit-lint.toml", ".callkit-lint.toml", "pyproject.toml")
PROFILES = ("default", "strict")
SEVERITIES = tuple(severity.name for severity in reversed(Severity))


class UsageError(Exception):
    """The user asked for something that cannot be: one line on standard error, exit status 2."""


@dataclass(frozen=True, slots=True)
class Override:
    """What is different for some paths: rules that are not reported there, and severities of others. With `keys` it
    concerns findings in property lists alone, at these key paths and below them: no comment can stand there."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """What the user decided. `select` None means every rule; patterns of paths start at the directory of `path`.

    `severity` is that of all findings of a rule. `origins` names the file that each setting comes from.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    profile: str = "default"
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    fail_on: Severity = Severity.warning
    contracts: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    require_reason: bool = False
    baseline: str = ""
    path: Path | None = None
    origins: Mapping[str, Path] = field(default_factory=dict)

    def folder_of(self, setting: str) -> Path:
        """Where the paths of a setting start: the directory of the file that has it."""
        origin = self.origins.get(setting, self.path)
        return origin.parent if origin else Path()


def read_contracts(config: Config) -> tuple[tuple[str, str], ...]:
    """The project's own contracts as (path, text), by path; each pattern must find a file."""
    home = config.folder_of("contracts")
    found: dict[str, str] = {}
    for pattern in config.contracts:
        try:
            paths = sorted(path for path in home.glob(pattern) if path.is_file())
        except (ValueError, NotImplementedError, IndexError) as error:
            raise UsageError(f"{config.path}: contracts: {pattern!r} is no pattern of paths") from error
        if not paths:
            raise UsageError(f"{config.path}: contracts: no file is named {pattern!r}")
        for path in paths:
            try:
                found[str(path)] = path.read_bytes().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise UsageError(f"{path}: not UTF-8 text") from error
            except OSError as error:
                raise UsageError(f"{path}: {error.strerror}") from error
    return tuple(found.items())


def find_config(start: Path) -> Path | None:
    """The nearest configuration in this directory or above it, but not above the repository that holds it."""
    for directory in (start, *start.parents):
        for name in FILE_NAMES:
            path = directory / name
            if path.is_file() and (name != "pyproject.toml" or _has_table(path)):
                return path
        if (directory / ".git").exists():
            return None
    return None


def load_config(path: Path) -> Config:
    """The settings in this file and those that it extends; UsageError names the file and what is wrong with it."""
    settings, origins = _settings(path, ())
    return Config(**settings, path=path, origins=origins)


def _settings(path: Path, above: tuple[Path, ...]) -> tuple[dict[str, Any], dict[str, Path]]:
    """The fields of Config that a file sets, itself or by what it extends, each with the file that does."""
    if path.resolve() in above:
        raise UsageError(f"{path}: extends itself")
    table = _table(path)
    settings: dict[str, Any] = {}
    origins: dict[str, Path] = {}
    extended = table.pop("extends", [])
    names = extended if isinstance(extended, list) else [extended]
    if not all(isinstance(name, str) for name in names):
        raise UsageError(f"{path}: extends: must be the path of a configuration, or a list of such")
    for name in names:
        others, theirs = _settings(path.parent / name, (*above, path.resolve()))
        settings |= others
        origins |= theirs
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{path}: unknown key {key!r}{did_you_mean(key, (*_KEYS, 'extends'))}")
        name, convert = _KEYS[key]
        try:
            settings[name] = convert(value)
        except ValueError as error:
            raise UsageError(f"{path}: {key}: {error}") from error
        origins[name] = path
    return settings, origins


def configured_path(path: str, config: Config, root: Path) -> str:
    """The path as the configuration's patterns see it: from the directory that holds the configuration."""
    if config.path is None or config.path.parent == root:
        return path
    return os.path.relpath(root / path, config.path.parent).replace(os.sep, "/")


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a pattern names the path or a directory that holds it; without a slash it may be any part of the path."""
    parts = path.split("/")
    for pattern in patterns:
        wanted = pattern.strip("/")
        if "/" in wanted:
            if any(fnmatch.fnmatchcase("/".join(parts[:end]), wanted) for end in range(1, len(parts) + 1)):
                return True
        elif any(fnmatch.fnmatchcase(part, wanted) for part in parts):
            return True
    return False


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to add to "unknown …": the nearest known word, or all of them where none is near and they are few."""
    known = sorted(known)
    if near := get_close_matches(word, known, n=1, cutoff=0.6):
        return f" (did you mean {near[0]!r}?)"
    return f" (known: {', '.join(known)})" if len(known) <= 8 else ""


def choice(known: Iterable[str]) -> Callable[[object], str]:
    """A check that a value is one of these words."""
    words = tuple(known)

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(f"must be one of {', '.join(words)}")
        if value not in words:
            raise ValueError(f"unknown value {value!r}{did_you_mean(value, words)}")
        return value

    return check


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of strings, such as ["direct-activation"]')
    return tuple(value)


def _severity(value: object) -> Severity:
    return Severity[choice(SEVERITIES)(value)]


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _file(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be the path of a file")
    return value


def _severities(value: object) -> dict[str, Severity]:
    if not isinstance(value, dict):
        raise ValueError('must be a table, such as { direct-activation = "warning" }')
    return {rule: _severity(severity) for rule, severity in value.items()}


def _overrides(value: object) -> tuple[Override, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("must be tables [[overrides]] with paths and what is different there")
    found = []
    for item in value:
        converters = {"paths": _names, "keys": _names, "ignore": _names, "severity": _severities}
        if unknown := item.keys() - converters.keys():
            raise ValueError(f"unknown key {min(unknown)!r}{did_you_mean(min(unknown), converters)}")
        if "paths" not in item:
            raise ValueError("each needs paths")
        parts: dict[str, Any] = {key: converters[key](part) for key, part in item.items()}
        found.append(Override(**parts))
    return tuple(found)


_KEYS: dict[str, tuple[str, Callable[[object], object]]] = {
    "select": ("select", _names),
    "ignore": ("ignore", _names),
    "profile": ("profile", choice(PROFILES)),
    "exclude": ("exclude", _names),
    "include": ("include", _names),
    "fail-on": ("fail_on", _severity),
    "contracts": ("contracts", _names),
    "severity": ("severity", _severities),
    "overrides": ("overrides", _overrides),
    "require-reason": ("require_reason", _flag),
    "baseline": ("baseline", _file),
}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        line = re.search(r"\(at line (\d+)", text)
        raise UsageError(f"{path}{':' + line[1] if line else ''}: not valid TOML: {text}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text") from error
    except RecursionError as error:
        raise UsageError(f"{path}: not valid TOML: nested too deeply") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def _table(path: Path) -> dict[str, Any]:
    """The settings as written: the whole file, or the table of a pyproject.toml."""
    table = _read(path)
    if path.name == "pyproject.toml":
        for name in ("tool", "callkit-lint"):
            table = table.get(name, {})
            if not isinstance(table, dict):
                raise UsageError(f"{path}: {name} must be a table")
    return table


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml speaks to callkit-lint. One that is broken does when it holds the table's header."""
    try:
        text = path.read_bytes()
        return b"callkit-lint" in text and bool(_table(path))
    except OSError:
        return False
    except UsageError:
        return re.search(rb"^\s*\[tool\.callkit-lint", text, re.MULTILINE) is not None
