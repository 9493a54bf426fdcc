"""Settings from callkit-lint.toml or pyproject.toml into one frozen Config."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
class Config:
    """What the user decided. `select` None means every rule; patterns of paths start at the directory of `path`."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    profile: str = "default"
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    fail_on: Severity = Severity.warning
    contracts: tuple[str, ...] = ()
    path: Path | None = None


def read_contracts(config: Config) -> tuple[tuple[str, str], ...]:
    """The project's own contracts as (path, text), by path; each pattern must find a file."""
    home = config.path.parent if config.path else Path()
    found: dict[str, str] = {}
    for pattern in config.contracts:
        try:
            paths = sorted(path for path in home.glob(pattern) if path.is_file())
        except (ValueError, NotImplementedError, IndexError) as error:
            raise UsageError(f"{config.path}: contracts: {pattern!r} is no pattern of paths: {error}") from error
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
    """The settings in this file; UsageError names the file and what is wrong with it."""
    table = _table(path)
    settings: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{path}: unknown key {key!r}{did_you_mean(key, _KEYS)}")
        field, convert = _KEYS[key]
        try:
            settings[field] = convert(value)
        except ValueError as error:
            raise UsageError(f"{path}: {key}: {error}") from error
    return Config(**settings, path=path)


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


_KEYS: dict[str, tuple[str, Callable[[object], object]]] = {
    "select": ("select", _names),
    "ignore": ("ignore", _names),
    "profile": ("profile", choice(PROFILES)),
    "exclude": ("exclude", _names),
    "include": ("include", _names),
    "fail-on": ("fail_on", _severity),
    "contracts": ("contracts", _names),
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
