"""Which rules run, and which of their findings are reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from callkit_lint.config import Config, configured_path, matches
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity
from callkit_lint.rulebook import Entry, require
from callkit_lint.suppression import UNUSED, Suppressions

if TYPE_CHECKING:
    from callkit_lint.model.program import Program


class Found(NamedTuple):
    """A finding, the rule that made it, and the files of the program in which it did."""

    diagnostic: Diagnostic
    rule: Rule
    files: frozenset[str]


def _nothing(program: Program) -> Iterator[Diagnostic]:
    yield from ()


NO_RULE = Rule(_nothing, Severity.warning, "0.1.0", ())  # of findings about callkit-lint's own comments


@dataclass(frozen=True, slots=True)
class Scope:
    """What is reported on: files and directories below the root, "" for the root itself."""

    paths: tuple[str, ...] = ("",)
    only_primary: bool = False

    def holds(self, path: str) -> bool:
        """Whether this path is one of them or lies in one."""
        return any(not place or path == place or path.startswith(place + "/") for place in self.paths)

    def covers(self, found: Found) -> bool:
        """Whether a finding concerns these paths: its location, a step or related place, for an absence any file."""
        diagnostic, rule, files = found
        if self.holds(diagnostic.path) or self.only_primary:
            return self.holds(diagnostic.path)
        if any(self.holds(place.path) for place in diagnostic.chain + diagnostic.related):
            return True
        return rule.kind == "absence" and any(self.holds(path) for path in files)


def select(entries: Mapping[str, Entry], config: Config) -> dict[str, Entry]:
    """The rules that run: those selected by name, else those of the profile; without the ignored ones."""
    where = str(config.path or "configuration")
    named = [*(config.select or ()), *config.ignore, *config.severity]
    named += [rule for override in config.overrides for rule in (*override.ignore, *override.severity)]
    require((name for name in named if name != UNUSED), entries, where)
    chosen = {
        name: entry
        for name, entry in entries.items()
        if (name in config.select if config.select is not None else entry.rule.profile in ("default", config.profile))
    }
    return {name: entry for name, entry in chosen.items() if name not in config.ignore}


def keep(
    found: Sequence[Found], config: Config, scope: Scope, suppressions: Suppressions, root: Path = Path()
) -> tuple[list[Diagnostic], int]:
    """What is reported, in stable order, and how many findings a comment silenced. A comment counts as used also where
    the finding that it silences would not be shown."""
    for item in found:
        suppressions.cover(item.diagnostic)
    # The threshold comes before `replaces`: a finding that the reader will not see must not silence one that he would.
    shown = [item for item in found if _is_sure(item.diagnostic, config)]
    shown = [item for item in _most_specific(shown) if scope.covers(item)]
    diagnostics = _once(item.diagnostic for item in shown)
    diagnostics = [graded for one in diagnostics if (graded := _configured(one, config, root))]
    kept = [diagnostic for diagnostic in diagnostics if not suppressions.cover(diagnostic)]
    return kept, len(diagnostics) - len(kept)


def fate(item: Diagnostic, found: Iterable[Found], config: Config, suppressions: Suppressions) -> str:
    """Why a finding is not reported, "" when it is. `found` are those of the selected rules, its own among them."""
    shown = [one for one in found if _is_sure(one.diagnostic, config)]
    own = [one for one in shown if _same(one.diagnostic, item)]
    if not _is_sure(item, config):
        return f"its confidence is {item.confidence.name}, which the profile {config.profile} does not show"
    if not own:
        return "this rule is not selected"
    if not any(_same(one.diagnostic, item) for one in _most_specific(shown)):
        speaking = [one for one in shown if item.rule in one.rule.replaces and _place(item) in _places(one.diagnostic)]
        return f"a more specific rule speaks for it: {', '.join(sorted({one.diagnostic.rule for one in speaking}))}"
    return "a comment silences it" if suppressions.cover(item) else ""


def _same(one: Diagnostic, other: Diagnostic) -> bool:
    return (one.rule, one.path, one.location) == (other.rule, other.path, other.location)


def _is_sure(diagnostic: Diagnostic, config: Config) -> bool:
    return config.profile == "strict" or diagnostic.confidence >= Confidence.medium


def _most_specific(found: list[Found]) -> list[Found]:
    """Without those whose place also has a finding of a rule that replaces theirs, there or as a related place."""
    silenced: dict[tuple[str, int, int], set[str]] = defaultdict(set)
    for diagnostic, rule, _ in found:
        for place in _places(diagnostic):
            silenced[place].update(rule.replaces)
    return [item for item in found if item.diagnostic.rule not in silenced[_place(item.diagnostic)]]


def _places(diagnostic: Diagnostic) -> list[tuple[str, int, int]]:
    """Where a finding speaks for those of the rules that it replaces."""
    return [_place(diagnostic), *map(_place, diagnostic.related)]


def _place(spot: Diagnostic | Place) -> tuple[str, int, int]:
    return spot.path, spot.location.line, spot.location.column


def _once(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place; of a rule's findings at one place (a file of two programs) the worst, surest, shortest told."""
    ordered = sorted(diagnostics, key=in_order)
    return list({(d.path, d.location, d.rule): d for d in reversed(ordered)}.values())[::-1]


def in_order(d: Diagnostic) -> tuple[object, ...]:
    """The order in which findings are reported."""
    chain = [(step.path, step.location, step.text) for step in d.chain]
    return (*_place(d), d.rule, -d.severity, -d.confidence, len(chain), d.message, d.program, chain, d.location)


def _at_key(diagnostic: Diagnostic, keys: Iterable[str]) -> bool:
    """Whether a finding in a property list is at one of these key paths; its symbol is its own."""
    above = diagnostic.symbol + "."
    return any(above.startswith(f"{key}.") for key in keys)


def _configured(diagnostic: Diagnostic, config: Config, root: Path) -> Diagnostic | None:
    """The finding with the severity that the configuration gives it at its path; None where it is left out there."""
    severity = diagnostic.severity
    if config.profile == "strict":  # which has no mere notes
        severity = max(severity, Severity.warning)
    severity = config.severity.get(diagnostic.rule, severity)
    for override in config.overrides:
        here = matches(configured_path(diagnostic.path, config, root), override.paths)
        if here and (not override.keys or _at_key(diagnostic, override.keys)):
            if diagnostic.rule in override.ignore:
                return None
            severity = override.severity.get(diagnostic.rule, severity)
    return diagnostic if severity == diagnostic.severity else replace(diagnostic, severity=severity)
