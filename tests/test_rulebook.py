"""Rules are found by where they lie; one that is not as it should be stops the tool with its name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import callkit_lint
from callkit_lint.config import UsageError
from callkit_lint.rulebook import HEADINGS, Entry, RulebookError, load_rules, require

numbers = itertools.count()

CODE = '''
"""{summary}"""
from collections.abc import Iterator
from callkit_lint.rule import Diagnostic, Rule, Severity

def check(program) -> Iterator[Diagnostic]:
    yield from ()

RULE = Rule(check, Severity.error, "0.1.0", (), {arguments})
'''


def page(name: str, headings: tuple[str, ...] = HEADINGS) -> str:
    return f"# {name}\n\n" + "".join(f"## {heading}\n\nWords.\n\n" for heading in headings)


class Shelf:
    """A folder of rules, under a package name that no other test has."""

    def __init__(self, directory: Path) -> None:
        self.name = f"shelf_{next(numbers)}"
        self.folder = directory / self.name
        self.folder.mkdir()
        (self.folder / "__init__.py").touch()

    def add(self, path: str, *, arguments: str = "", summary: str = "Says something.", text: str | None = None) -> Path:
        module = self.folder / path
        module.parent.mkdir(exist_ok=True)
        module.write_text(CODE.format(summary=summary, arguments=arguments))
        name = module.stem.replace("_", "-")
        module.with_suffix(".md").write_text(page(name) if text is None else text)
        return module

    def load(self) -> Mapping[str, Entry]:
        return load_rules(self.name)

    def error(self) -> str:
        with pytest.raises(RulebookError) as caught:
            self.load()
        return str(caught.value)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Shelf(tmp_path)


def test_a_rule_is_what_lies_in_a_family(shelf: Shelf) -> None:
    shelf.add("in_call/one_thing.py", summary="Says one thing.\n\nAnd more.")
    shelf.add("actions/other_thing.py", arguments="replaces=('one-thing',), profile='strict'")
    entries = shelf.load()
    assert list(entries) == ["one-thing", "other-thing"]
    one = entries["one-thing"]
    assert (one.rule.id, one.rule.family, one.rule.summary) == ("one-thing", "in_call", "Says one thing.")
    assert one.help.endswith(f"/blob/v{callkit_lint.__version__}/rules/in_call/one_thing.md")
    assert one.text == page("one-thing")
    assert entries["other-thing"].rule.replaces == ("one-thing",)


def test_a_module_without_a_rule(shelf: Shelf) -> None:
    shelf.add("actions/thing.py").write_text("X = 1\n")
    assert "actions/thing.py: needs RULE" in shelf.error()


def test_a_module_that_does_not_import(shelf: Shelf) -> None:
    shelf.add("actions/thing.py").write_text("1 / 0\n")
    assert "actions/thing.py: does not import: ZeroDivisionError" in shelf.error()


def test_a_rule_borrowed_from_another_module(shelf: Shelf) -> None:
    shelf.add("actions/thing.py")
    shelf.add("actions/third.py").write_text(f'"""Borrows."""\nfrom {shelf.name}.actions.thing import RULE\n')
    assert "actions/third.py: needs RULE" in shelf.error()


def test_a_rule_without_summary(shelf: Shelf) -> None:
    shelf.add("actions/thing.py", summary=" ")
    assert "actions/thing.py: needs a docstring" in shelf.error()


@pytest.mark.parametrize("arguments", ["kind='absence'", "trigger='something'", "kind='other'"])
def test_an_absence_has_a_trigger_and_nothing_else_has(shelf: Shelf, arguments: str) -> None:
    shelf.add("actions/thing.py", arguments=arguments)
    assert "kind" in shelf.error()


def test_an_unknown_profile(shelf: Shelf) -> None:
    shelf.add("actions/thing.py", arguments="profile='pedantic'")
    assert "unknown profile 'pedantic'" in shelf.error()


def test_a_rule_without_a_page(shelf: Shelf) -> None:
    shelf.add("actions/thing.py").with_suffix(".md").unlink()
    assert "actions/thing.py: has no page thing.md" in shelf.error()


def test_a_page_under_another_name(shelf: Shelf) -> None:
    shelf.add("actions/thing.py", text=page("other-thing"))
    assert "must begin with the heading # thing" in shelf.error()


@pytest.mark.parametrize("missing", HEADINGS)
def test_a_page_without_a_section(shelf: Shelf, missing: str) -> None:
    shelf.add("actions/thing.py", text=page("thing", tuple(name for name in HEADINGS if name != missing)))
    assert f"has no section {missing!r}" in shelf.error()


def test_two_families_with_one_name(shelf: Shelf) -> None:
    shelf.add("actions/thing.py")
    shelf.add("calls/thing.py")
    assert "another family has a rule of this name" in shelf.error()


def test_replacing_what_is_not_there(shelf: Shelf) -> None:
    shelf.add("actions/thing.py", arguments="replaces=('nothing',)")
    assert shelf.error() == "thing replaces nothing, which does not exist"


def test_unknown_names_are_the_users_mistake(shelf: Shelf) -> None:
    shelf.add("actions/one_thing.py")
    entries = shelf.load()
    require(["one-thing"], entries, "--select")
    with pytest.raises(UsageError, match=re.escape("--select: unknown rule 'one-thin' (did you mean 'one-thing'?)")):
        require(["one-thing", "one-thin"], entries, "--select")


def test_our_own_rules_load() -> None:
    entries = load_rules()
    folder = Path(callkit_lint.__file__).parent.parent / "rules"
    assert [entry.page for entry in sorted(entries.values(), key=lambda entry: entry.page)] == sorted(
        path for path in folder.glob("*/*.md")
    )
    assert entries
