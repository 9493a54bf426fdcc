"""The direction of dependencies: who may import whom. It keeps a rule simple and a frontend replaceable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
FORM = {"ir", "naming", "nodes", "knowledge"}
OUTSIDE = {
    "__main__",
    "baseline",
    "cache",
    "cli",
    "config",
    "console",
    "driver",
    "dump",
    "files",
    "filter",
    "fixes",
    "flat",
    "frontends",
    "lowering",
    "reporters",
    "rule",
    "rulebook",
    "rules",
    "sources",
    "starter",
    "suppression",
    "why_not",
    "worklist",
}
# From project files to what a rule asks; each imports itself and those before it, and `rule` to name a place.
MODEL = ("project", "callgraph", "model", "questions")
READERS = {"baseline", "cache", "config", "files", "knowledge", "rulebook", "sources"}
PURE = {"__future__", "collections", "dataclasses", "enum", "functools", "itertools", "re", "typing", "callkit_lint"}


def modules() -> dict[str, Path]:
    """All modules by dotted name below the package; rules as rules.<family>.<name>."""
    found = {}
    for folder, start in [(TOP / "callkit_lint", ""), (TOP / "rules", "rules")]:
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join(part for part in (start, *parts) if part not in ("", "__init__"))
            found[name] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[str]:
    """What a module needs to run, as dotted names; imports for type checkers only do not count."""
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


def own_imports(name: str) -> set[str]:
    """The parts of our package that a module imports: the first name below callkit_lint."""
    ours = [found.split(".") for found in imports(MODULES[name]) if found.startswith("callkit_lint.")]
    return {parts[1] for parts in ours} - {"__version__"}


def allowed(part: str) -> set[str]:
    """What the modules of a part may import."""
    if part in FORM:
        return FORM
    if part in MODEL:
        return {*MODEL[: MODEL.index(part)]} | FORM | {"rule"}
    everything = {*MODEL, *FORM, *OUTSIDE}
    rules = {
        "frontends": FORM,
        "flat": {"ir"},
        "dump": {"ir"},
        "rule": {"ir"},
        "rules": {"rule", "ir", *MODEL},  # of the model: Program's questions and the types of their answers
        "rulebook": {"rule", "config"},  # and the rules, by name
        "config": {"rule"},
        "console": {"config", "files", "fixes", "reporters"},
        "baseline": {"config", "reporters", "rule"},
        "cache": set(),
        "files": {"config"},
        "fixes": {"ir", "rule"},
        "starter": {"config", "files"},
        "sources": {"config", "frontends"},
        "worklist": {"sources"},
        "lowering": {"cache", "flat", "frontends", "ir", "sources"},
        "suppression": {"config", "ir", "rule"},
        "filter": {"config", "rule", "rulebook", "suppression"},
        "reporters": {"ir", "rule", "rulebook", "knowledge", "project", "questions", "config"},
        "driver": everything - {"cli", "__main__", "rules", "driver"},
        "why_not": {*MODEL, *FORM, "rule"},
        "cli": everything - {"cli", "__main__", "rules"},
        "__main__": {"cli"},
    }
    return rules[part]


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_direction(name: str) -> None:
    part = name.partition(".")[0]
    assert own_imports(name) - {part} <= allowed(part)


def test_the_stages_are_where_this_test_looks() -> None:
    assert {*MODEL, *FORM, *OUTSIDE} - {"rules"} == {name.partition(".")[0] for name in MODULES} - {"", "rules"}


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_only_frontends_know_the_parser(name: str) -> None:
    parsers = {found.partition(".")[0] for found in imports(MODULES[name]) if found.startswith("tree_sitter")}
    assert name.startswith("frontends.") or not parsers


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_only_readers_read(name: str) -> None:
    """A summary that depends on more than the file's own bytes cannot be cached; a rule that reads is not pure."""
    calls = [node.func for node in ast.walk(ast.parse(MODULES[name].read_text())) if isinstance(node, ast.Call)]
    named = {func.id if isinstance(func, ast.Name) else getattr(func, "attr", "") for func in calls}
    reading = named & {"open", "read_bytes", "read_text", "scandir"}
    assert name.partition(".")[0] in READERS or not (reading - ({"open"} if name == "console" else set()))


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("rules.")])
def test_rules_are_pure(name: str) -> None:
    assert {found.partition(".")[0] for found in imports(MODULES[name])} <= PURE


def test_rules_are_loaded_under_one_name() -> None:
    for name, path in MODULES.items():
        assert not [found for found in imports(path) if found.partition(".")[0] == "rules"], name


def test_no_module_with_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
    assert not [name for name in MODULES if empty & set(name.split("."))]
