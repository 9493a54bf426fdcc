"""What is selected, what speaks for what, and what is reported for which paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from callkit_lint.config import Config, Override, UsageError
from callkit_lint.filter import Found, Scope, keep, select
from callkit_lint.ir import Location
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity
from callkit_lint.rulebook import Entry
from callkit_lint.suppression import Mark, Suppressions


def check(program: Program) -> Iterator[Diagnostic]:
    yield from ()


PRESENCE = Rule(check, Severity.error, "0.1.0", ())
ABSENCE = replace(PRESENCE, kind="absence", trigger="a provider")
SPECIFIC = replace(PRESENCE, replaces=("general",))
STRICT = replace(PRESENCE, profile="strict")


def finding(
    rule: str = "general", path: str = "A.swift", line: int = 1, column: int = 1, message: str = "m"
) -> Diagnostic:
    where = Location(line, column, line, column + 5)
    return Diagnostic(rule, Severity.error, Confidence.high, path, where, message)


def silencing(rule: str, lines: frozenset[int] | None) -> Suppressions:
    return Suppressions({("A.swift", rule): [Mark("A.swift", rule, Location(1, 1, 1, 2), lines)]})


def found(diagnostic: Diagnostic, rule: Rule = PRESENCE, files: tuple[str, ...] = ()) -> Found:
    return Found(diagnostic, rule, frozenset(files))


def reported(
    *items: Found, config: Config | None = None, scope: Scope | None = None, comments: Suppressions | None = None
) -> list[Diagnostic]:
    kept, _ = keep(items, config or Config(), scope or Scope(), comments or Suppressions())
    return kept


def at(path: str, text: str = "which calls a()") -> Place:
    return Place(path, Location(1, 1, 1, 5), text)


# ---- selection ------------------------------------------------------------------------------------------------------


def chosen(**settings: tuple[str, ...] | str) -> list[str]:
    entries = {name: Entry(rule, Path("page.md")) for name, rule in [("a", PRESENCE), ("b", PRESENCE), ("c", STRICT)]}
    return list(select(entries, replace(Config(), **settings)))  # type: ignore[arg-type]


def test_selection() -> None:
    assert chosen() == ["a", "b"]
    assert chosen(profile="strict") == ["a", "b", "c"]
    assert chosen(select=("b",)) == ["b"]
    assert chosen(select=("c",)) == ["c"]
    assert chosen(select=("b", "a"), ignore=("a",)) == ["b"]
    assert chosen(ignore=("a",)) == ["b"]
    assert chosen(select=()) == []


def test_unknown_names() -> None:
    with pytest.raises(UsageError, match="unknown rule 'x'"):
        chosen(select=("x",))
    with pytest.raises(UsageError, match="unknown rule 'x'"):
        chosen(ignore=("x",))


# ---- one place, one finding -----------------------------------------------------------------------------------------


def test_a_specific_rule_speaks_alone_at_its_place() -> None:
    specific = found(finding("specific"), SPECIFIC)
    elsewhere = finding("general", line=2)
    assert reported(found(finding("general")), specific, found(elsewhere)) == [specific.diagnostic, elsewhere]


def test_an_ignored_specific_finding_does_not_come_back_as_a_general_one() -> None:
    comments = silencing("specific", frozenset({1}))
    both = [found(finding("general")), found(finding("specific"), SPECIFIC)]
    assert keep(both, Config(), Scope(), comments) == ([], 1)


def test_a_specific_finding_that_is_not_shown_silences_nothing() -> None:
    unsure = replace(finding("specific"), confidence=Confidence.low)
    general = finding("general")
    assert reported(found(general), found(unsure, SPECIFIC)) == [general]
    assert reported(found(general), found(unsure, SPECIFIC), config=Config(profile="strict")) == [unsure]


def test_a_file_of_two_programs_is_reported_once_with_the_shorter_chain() -> None:
    long = replace(finding(), program="A", chain=(at("A.swift"), at("B.swift")))
    short = replace(finding(), program="B", chain=(at("A.swift"),))
    assert reported(found(long), found(short)) == reported(found(short), found(long)) == [short]


def test_of_a_rules_findings_at_one_place_the_worst_stays() -> None:
    worst = finding(message="while answering")
    other = replace(finding(message="in another program"), severity=Severity.warning)
    assert reported(found(other), found(worst)) == [worst]


def test_a_related_place_silences_the_general_rule_too() -> None:
    specific = replace(finding("specific"), related=(Place("A.swift", Location(9, 1, 9, 5), "here too"),))
    general = finding("general", "A.swift", 9, 1)
    assert reported(found(specific, SPECIFIC), found(general)) == [specific]


def test_order() -> None:
    ordered = [
        finding("b", "A.swift", 2, 9),
        finding("a", "A.swift", 10, 1),
        finding("b", "A.swift", 10, 1),
        finding("a", "B.swift", 1, 1),
    ]
    assert reported(*map(found, reversed(ordered))) == ordered


# ---- threshold ------------------------------------------------------------------------------------------------------


def test_what_is_uncertain_is_for_the_strict() -> None:
    unsure, medium = (
        replace(finding(), confidence=Confidence.low),
        replace(finding(line=2), confidence=Confidence.medium),
    )
    assert reported(found(unsure), found(medium)) == [medium]
    assert reported(found(unsure), found(medium), config=Config(profile="strict")) == [unsure, medium]


def test_the_strict_profile_has_no_notes() -> None:
    note = replace(finding(), severity=Severity.note)
    assert reported(found(note)) == [note]
    assert reported(found(note), config=Config(profile="strict")) == [replace(note, severity=Severity.warning)]


# ---- paths ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "inside"),
    [("", True), ("App", True), ("App/A.swift", True), ("App/A", False), ("Ap", False), ("B.swift", False)],
)
def test_a_path_holds_itself_and_what_lies_in_it(path: str, inside: bool) -> None:
    assert Scope((path,)).holds("App/A.swift") is inside


def test_a_finding_concerns_the_paths_of_its_chain_and_related_places() -> None:
    item = found(replace(finding(path="A.swift"), chain=(at("Chain.swift"),), related=(at("Related.swift"),)))
    for path in ["A.swift", "Chain.swift", "Related.swift"]:
        assert reported(item, scope=Scope((path,))) == [item.diagnostic]
    assert reported(item, scope=Scope(("Other.swift",))) == []
    assert reported(item, scope=Scope(("Other.swift", "A.swift"))) == [item.diagnostic]


def test_only_primary() -> None:
    item = found(replace(finding(path="A.swift"), chain=(at("Chain.swift"),)), ABSENCE, ("A.swift", "B.swift"))
    assert reported(item, scope=Scope(("A.swift",), only_primary=True)) == [item.diagnostic]
    assert reported(item, scope=Scope(("Chain.swift",), only_primary=True)) == []
    assert reported(item, scope=Scope(("B.swift",), only_primary=True)) == []


def test_an_absence_concerns_every_file_of_its_program() -> None:
    missing, present = finding("missing"), finding("present")
    scope = Scope(("B.swift",))
    files = ("A.swift", "B.swift")
    assert reported(found(missing, ABSENCE, files), found(present, PRESENCE, files), scope=scope) == [missing]
    assert reported(found(missing, ABSENCE, ("A.swift",)), scope=scope) == []


def test_silenced_findings_are_counted_where_they_would_be_reported() -> None:
    comments = silencing("general", None)
    assert keep([found(finding())], Config(), Scope(), comments) == ([], 1)
    assert keep([found(finding())], Config(), Scope(("B.swift",)), comments) == ([], 0)


@pytest.mark.parametrize(
    ("symbol", "kept"),
    [("UIBackgroundModes", False), ("UIBackgroundModes.0", False), ("UIBackgroundModesToo", True), ("", True)],
)
def test_a_finding_in_a_property_list_is_left_out_by_its_key_path(symbol: str, kept: bool) -> None:
    """No rule reports one yet; what silences one is there, since no comment can stand in such a file."""
    config = Config(overrides=(Override(("App/Info.plist",), ignore=("a-rule",), keys=("UIBackgroundModes",)),))
    one = replace(finding(path="App/Info.plist"), rule="a-rule", symbol=symbol)
    assert bool(reported(found(one), config=config)) is kept
