"""What is shipped: the wheel holds every file, and works in an empty environment, away from the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import callkit_lint

TOP = Path(__file__).parent.parent
NOT_SHIPPED = shutil.ignore_patterns(
    ".*_cache", ".git", ".venv", ".hypothesis", "build", "dist", "*.egg-info", "__pycache__"
)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    shown = [str(part) for part in command]
    return subprocess.run(shown, cwd=cwd, capture_output=True, text=True, env=environment, timeout=600)


def succeed(*command: str | Path, cwd: Path) -> str:
    result = run(*command, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def pip(*arguments: str | Path, cwd: Path, python: str | Path = sys.executable) -> str:
    return succeed(python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that a build leaves nothing behind in the real one."""
    return Path(shutil.copytree(TOP, tmp_path_factory.mktemp("checkout") / "copy", ignore=NOT_SHIPPED))


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", folder, checkout, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds nothing but the wheel and what it requires."""
    folder = tmp_path_factory.mktemp("environment")
    succeed(sys.executable, "-m", "venv", folder, cwd=folder)
    pip("install", wheel, cwd=folder, python=folder / "bin" / "python")
    return folder / "bin"


def shipped(wheel: Path) -> list[str]:
    names = zipfile.ZipFile(wheel).namelist()
    return sorted(name for name in names if ".dist-info/" not in name)


def sources() -> list[str]:
    """Every file that belongs to the tool, where a wheel has it."""
    found: list[str] = ["callkit_lint/py.typed"]
    for folder, place in [(TOP / "callkit_lint", "callkit_lint"), (TOP / "rules", "callkit_lint/rules")]:
        for path in folder.rglob("*"):
            if path.suffix in (".py", ".toml", ".md", ".json") and "__pycache__" not in path.parts:
                found.append(f"{place}/{path.relative_to(folder).as_posix()}")
    return sorted(found)


def test_the_package_list_is_the_folders() -> None:
    settings = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {path.parent.relative_to(TOP) for path in (TOP / "callkit_lint").rglob("__init__.py")}
    packages = {".".join(folder.parts) for folder in folders} | {"callkit_lint.rules"}
    assert set(settings["packages"]) == packages


def test_the_wheel_holds_every_file_and_nothing_else(wheel: Path) -> None:
    assert shipped(wheel) == sources()


def test_the_wheel_of_the_source_distribution_is_the_same(checkout: Path, wheel: Path, tmp_path: Path) -> None:
    succeed(sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path, checkout, cwd=tmp_path)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "Makefile", ".pre-commit-hooks.yaml", ".ci/run"} <= names
    assert {"tests/test_package.py", "fixtures/route_flapping/RouteObserver.swift"} <= names
    assert {".github/callkit-lint-matcher.json", "docs/vscode-tasks.json"} <= names
    pip("wheel", "--no-deps", "--wheel-dir", tmp_path, archive, cwd=tmp_path)
    (again,) = tmp_path.glob("*.whl")
    assert shipped(again) == shipped(wheel)


def test_it_runs_elsewhere(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(TOP / "fixtures" / "route_flapping", tmp_path / "Flapping")
    result = run(installed / "callkit-lint", "check", "--no-cache", "Flapping", cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    assert "[route-handler-fights-system]" in result.stdout
    assert "    because " in result.stdout
    again = run(installed / "python", "-m", "callkit_lint", "check", "--no-cache", "Flapping", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (1, result.stdout)
    assert (
        succeed(installed / "callkit-lint", "--version", cwd=tmp_path) == f"callkit-lint {callkit_lint.__version__}\n"
    )


def test_rules_and_pages_are_inside(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(succeed(installed / "callkit-lint", "rules", "--format", "json", cwd=tmp_path))
    pages = {path.stem.replace("_", "-"): path for path in (TOP / "rules").glob("*/*.md")}
    assert [rule["id"] for rule in listed] == sorted(pages)
    pages |= {"agora": TOP / "callkit_lint" / "knowledge" / "sdks" / "agora.md"}
    for name, page in pages.items():
        assert succeed(installed / "callkit-lint", "explain", name, cwd=tmp_path) == page.read_text()


def test_no_global_package_of_a_common_name(installed: Path, tmp_path: Path) -> None:
    for name in ["rules", "tests", "fixtures"]:
        assert "ModuleNotFoundError" in run(installed / "python", "-c", f"import {name}", cwd=tmp_path).stderr
    code = "import callkit_lint; print(len(callkit_lint.__path__))"
    assert succeed(installed / "python", "-c", code, cwd=tmp_path) == "1\n"


def requirements(names: Sequence[str]) -> set[str]:
    return {name.split(">")[0].split("<")[0].strip() for name in names}


def test_what_it_requires() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    assert requirements(project["dependencies"]) == {"tree-sitter", "tree-sitter-swift", "tree-sitter-objc", "typer"}
    assert project["license"] == "MIT"
    assert "callkit-lint contributors" in (TOP / "LICENSE").read_text()
    assert f"## {callkit_lint.__version__}" in (TOP / "CHANGELOG.md").read_text()
