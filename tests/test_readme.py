"""The README says what is there."""

from __future__ import annotations

from callkit_lint.rulebook import load_rules
from tests.readme import README, with_table


def test_the_readme_lists_all_rules() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_table(text), "the table is not that of the rules: run `make readme`"


def test_a_line_of_the_table_has_family_rule_severity_and_summary() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if "| [direct-activation]" in line]
    entry = load_rules()["direct-activation"]
    page = "rules/activation/direct_activation.md"
    assert line == f"| activation | [direct-activation]({page}) | error | {entry.rule.summary} |"
    assert (README.parent / page).is_file()
