"""The README's table of rules, as the rulebook has them. `make readme` runs this as a program, which writes it."""

from __future__ import annotations

from pathlib import Path

from callkit_lint.reporters.rule_list import as_table
from callkit_lint.rulebook import load_rules

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- `make readme` writes this table -->\n", "<!-- end of the table -->"


def with_table(text: str) -> str:
    """The README's text with the table of the rules that there are now."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    assert start and end, f"README.md needs the lines {START.strip()} and {END}"
    return f"{before}{START}{as_table(load_rules().values())}{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
