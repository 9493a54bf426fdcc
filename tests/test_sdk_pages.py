"""Every SDK has a page; its examples give exactly the reports that they expect, and show each obligation broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from callkit_lint.knowledge import load
from callkit_lint.knowledge.pages import sdk_pages
from tests.examples import Example, check, diagnostics
from tests.sdk_pages import contract_of, duties, names, outcomes, page_paths, read_page, sdk_examples, tells

PATHS = page_paths()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_page_is_well_formed(path: Path) -> None:
    assert read_page(path).problems == ()


def test_every_sdk_has_a_page_and_every_page_an_sdk() -> None:
    assert set(sdk_pages()) == {path.stem.replace("_", "-") for path in PATHS} == set(load().contracts)


@pytest.mark.parametrize("program", sdk_examples(), ids=str)
def test_example_reports_what_it_expects(program: Example) -> None:
    check(program)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_obligation_is_shown_broken_and_no_good_example_breaks_one(path: Path) -> None:
    contract = contract_of(path)
    broken: set[str] = set()
    for twin in read_page(path).twins:
        found = {key for key, outcome in outcomes(twin.example, contract).items() if outcome == "broken"}
        assert twin.section == "Bad" or not found, twin.example.name
        broken |= found
    assert broken == {owed.id for owed in contract.obligations}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_obligation_is_met_by_a_good_example(path: Path) -> None:
    contract = contract_of(path)
    good = [twin for twin in read_page(path).twins if twin.section == "Good"]
    for language in {twin.language for twin in good}:
        found = [outcomes(twin.example, contract) for twin in good if twin.language == language]
        met = {key for one in found for key, outcome in one.items() if outcome == "met"}
        # an app without a provider of its own is no rival of an SDK's, and takes no calls for us to judge
        assert met >= {owed.id for owed in contract.obligations if owed.kind != "owner"}, language


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_page_says_of_each_obligation_what_the_contract_says(path: Path) -> None:
    contract, page = contract_of(path), read_page(path)
    said, sources = duties(page), "\n".join(page.sections["Sources"])
    assert [owed.id for owed in contract.obligations] == list(said)
    for owed in contract.obligations:
        text = said[owed.id]
        assert f"({owed.severity}, {owed.confidence} confidence" in text
        assert any(f"`{rule}`" in text for rule in tells(owed))
        assert all(f"`{call}`" in text for call in (owed.swift, owed.objc) if call)
        assert any(name in text for name in names(owed))
        assert owed.source in sources
    assert contract.source in sources


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_exemption_is_shown(path: Path) -> None:
    contract = contract_of(path)
    found = [item for twin in read_page(path).twins for item in diagnostics(twin.example.files, twin.example.rules)]
    for exemption in contract.exemptions:
        notes = {item.rule for item in found if exemption.why in item.message and item.severity.name == "note"}
        assert notes == set(exemption.rules)
