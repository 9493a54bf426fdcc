"""Finds, loads and validates the rules; the only importer of them.

A rule is two files with one name below `rules/<family>/`; there is no list to edit. A rule that does not load stops
the tool: a linter that quietly checks less than it says is worse than one that fails.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import callkit_lint
from callkit_lint.config import PROFILES, UsageError, did_you_mean
from callkit_lint.rule import Rule

HEADINGS = ("What it does", "Why", "Bad", "Good", "Limits", "Fix")
_HELP = "https://github.com/callkit-lint/callkit-lint/blob/v{version}/rules/{family}/{name}.md"


class RulebookError(Exception):
    """A rule's files do not form a rule: a mistake of its author."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule and where its page lies."""

    rule: Rule
    page: Path

    @property
    def help(self) -> str:
        """The address of the rule's page at this version."""
        return _HELP.format(version=callkit_lint.__version__, family=self.rule.family, name=self.page.stem)

    @property
    def text(self) -> str:
        """The rule's page."""
        return self.page.read_text(encoding="utf-8")


@functools.cache
def load_rules(package: str = "callkit_lint.rules") -> Mapping[str, Entry]:
    """All rules by id, sorted; RulebookError where one is not as it should be."""
    (folder,) = importlib.import_module(package).__path__
    entries: dict[str, Entry] = {}
    for module in sorted(Path(folder).glob("*/*.py")):
        entry = _load(package, module)
        if entry.rule.id in entries:
            raise RulebookError(f"{module}: another family has a rule of this name")
        entries[entry.rule.id] = entry
    for entry in entries.values():
        for replaced in entry.rule.replaces:
            if replaced not in entries:
                raise RulebookError(f"{entry.rule.id} replaces {replaced}, which does not exist")
    return dict(sorted(entries.items()))


def require(names: Iterable[str], entries: Mapping[str, Entry], where: str) -> None:
    """UsageError for the first name that is no rule's; `where` says who wrote it."""
    for name in names:
        if name not in entries:
            raise UsageError(f"{where}: unknown rule {name!r}{did_you_mean(name, entries)}")


def _load(package: str, module: Path) -> Entry:
    name = f"{package}.{module.parent.name}.{module.stem}"
    try:
        rule = getattr(importlib.import_module(name), "RULE", None)
    except Exception as error:
        raise RulebookError(f"{module}: does not import: {type(error).__name__}: {error}") from error
    if not isinstance(rule, Rule) or rule.check.__module__ != name:
        raise RulebookError(f"{module}: needs RULE, a Rule whose check is in this file")
    entry = Entry(rule, module.with_suffix(".md"))
    _validate(entry, module)
    return entry


def _validate(entry: Entry, module: Path) -> None:
    rule = entry.rule
    if not rule.summary:
        raise RulebookError(f"{module}: needs a docstring, the rule in one sentence")
    if rule.kind not in ("presence", "absence") or (rule.kind == "absence") != bool(rule.trigger):
        raise RulebookError(f"{module}: a rule is of kind presence, or of kind absence and has a trigger")
    if rule.profile not in PROFILES:
        raise RulebookError(f"{module}: unknown profile {rule.profile!r}")
    if not entry.page.is_file():
        raise RulebookError(f"{module}: has no page {entry.page.name}")
    headings = re.findall(r"^#{1,2} +(.+?) *$", entry.text, re.MULTILINE)
    if headings[:1] != [rule.id]:
        raise RulebookError(f"{entry.page}: must begin with the heading # {rule.id}")
    if missing := [heading for heading in HEADINGS if heading not in headings]:
        raise RulebookError(f"{entry.page}: has no section {missing[0]!r}")
