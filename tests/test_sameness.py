"""One app, one set of findings: however it is asked for, and in whatever format it is told."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callkit_lint.cli import app
from callkit_lint.config import load_config
from callkit_lint.console import Format
from callkit_lint.driver import Options, lint
from callkit_lint.reporters import Report
from tests.readers import Told, findings

TOP = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The apps of `fixtures/` as one repository, one of them in a folder whose name needs quoting everywhere."""
    folder = Path(shutil.copytree(TOP / "fixtures", tmp_path_factory.mktemp("same") / "apps"))
    (folder / "route_flapping").rename(folder / "Größe, 100% [a]")
    (folder / "callkit-lint.toml").write_text('profile = "strict"\nseverity = { callkit-error-ignored = "note" }\n')
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return folder.resolve()


@pytest.fixture(autouse=True)
def place(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tree.parent / "cache"))


@pytest.fixture(scope="module")
def report(tree: Path) -> Report:
    found = lint([tree], tree, load_config(tree / "callkit-lint.toml"), Options(use_cache=False))
    assert len(found.diagnostics) >= 8 and len({one.rule for one in found.diagnostics}) >= 4
    assert len({one.severity for one in found.diagnostics}) == 3 and any(one.chain for one in found.diagnostics)
    return found


def told(report: Report) -> list[Told]:
    return sorted(Told(one.path, one.location.line, one.rule) for one in report.diagnostics)


def asked(*arguments: str, stdin: bytes | None = None, format: Format = Format.json) -> list[Told]:
    run = CliRunner().invoke(app, ["check", "--format", format, *arguments], input=stdin)
    assert run.exit_code in (0, 1), run.output
    return findings(format, run.stdout)


def hooked(tree: Path) -> Sequence[str]:
    """The names that pre-commit passes: those of the repository that the manifest's pattern takes."""
    pattern = re.search(r"^  files: '(.+)'$", (TOP / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE)
    assert pattern
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=tree, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name and re.search(pattern[1], name)]


def test_every_way_to_ask_finds_the_same(tree: Path, report: Report) -> None:
    assert asked() == asked(".") == asked(str(tree)) == told(report)
    folders = [path.name for path in tree.iterdir() if path.is_dir()]
    assert asked(*folders) == told(report)
    assert asked(*hooked(tree)) == told(report)


def test_a_file_alone_has_what_lies_in_it(report: Report) -> None:
    for path in {one.path for one in report.diagnostics}:
        own = [one for one in told(report) if one.path == path]
        assert [one for one in asked(path) if one.path == path] == asked(path, "--only-primary") == own


def test_a_text_from_standard_input_is_like_the_file(tree: Path, report: Report) -> None:
    for path in {one.path for one in report.diagnostics}:
        data = (tree / path).read_bytes()
        assert asked("--stdin-filename", path, stdin=data) == asked(path)
        assert asked(".", "--stdin-filename", path, stdin=data) == told(report)


@pytest.mark.parametrize("format", list(Format))
def test_every_format_tells_the_same(tree: Path, report: Report, format: Format) -> None:
    """Every finding, and without any one of them the others: a reader that sees what is not told would be no proof."""
    root = f"{tree}/" if format == Format.xcode else ""
    expected = [one._replace(path=root + one.path) for one in told(report)]
    assert asked(format=format) == expected
    render = import_module(f"callkit_lint.reporters.{format}").render
    for left_out in report.diagnostics:
        fewer = replace(report, diagnostics=tuple(one for one in report.diagnostics if one is not left_out))
        gone = Told(root + left_out.path, left_out.location.line, left_out.rule)
        assert findings(format, render(fewer)) == [one for one in expected if one != gone]
