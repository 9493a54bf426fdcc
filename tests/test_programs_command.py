"""`callkit-lint programs`: each program with its evidence, whether it is armed and by what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callkit_lint.cli import app
from tests.projects import XcodeProject

CALLS = """import CallKit
class Calls: NSObject, CXProviderDelegate {
    let provider = CXProvider(configuration: CXProviderConfiguration())
    func providerDidReset(_ provider: CXProvider) { provider.invalidate() }
    func end() { CXCallController().request(transaction) { _ in } }
}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app that takes calls beside one that does not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    made = XcodeProject()
    made.target("Phone", ["Phone/Calls.swift"], settings={"IPHONEOS_DEPLOYMENT_TARGET": "15.0"})
    made.target("Notes", ["Notes/Notes.swift"])
    for path, text in {
        "Apps.xcodeproj/project.pbxproj": made.data.decode(),
        "Phone/Calls.swift": CALLS,
        "Phone/Phone.h": "@interface Phone : NSObject\n@end\n",
        "Notes/Notes.swift": "class Notes {}\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["programs", *arguments])
    assert result.exit_code == 0, result.output
    return result


def test_text(tree: Path) -> None:
    assert run().stdout.splitlines() == [
        "Notes: not armed, 1 file",
        "    application target Notes of Apps.xcodeproj (1 file)",
        "    not armed: no provider or controller of calls, no delegate of one, and no SDK that has them, so rules are "
        "silent on it",
        "Phone: armed, 2 files",
        "    application target Phone of Apps.xcodeproj (1 file)",
        "    1 file is in no target and lies nearest to these",
        "    runs on iOS 15.0 and later",
        "    armed: Calls is a CXProviderDelegate   Phone/Calls.swift:2",
        "    armed: Calls's stored properties calls CXProvider()   Phone/Calls.swift:3",
        "    armed: Calls.providerDidReset(_:) calls invalidate()   Phone/Calls.swift:4",
        "    armed: 1 more such place",
    ]


def test_the_files_of_each_program(tree: Path) -> None:
    lines = run("--verbose").stdout.splitlines()
    assert lines[3] == "        Notes/Notes.swift"
    assert lines[-2:] == ["        Phone/Calls.swift", "        Phone/Phone.h"]


def test_json(tree: Path) -> None:
    document = json.loads(run("--format", "json").stdout)
    assert document["version"] == 1
    notes, phone = document["programs"]
    assert notes == {
        "name": "Notes",
        "armed": False,
        "armed_by": [],
        "evidence": ["application target Notes of Apps.xcodeproj (1 file)"],
        "deployment_target": "",
        "macros": [],
        "platform": "",
        "files": ["Notes/Notes.swift"],
    }
    assert (phone["name"], phone["armed"], phone["deployment_target"]) == ("Phone", True, "15.0")
    assert phone["files"] == ["Phone/Calls.swift", "Phone/Phone.h"]
    assert phone["armed_by"][0] == {"path": "Phone/Calls.swift", "line": 2, "text": "Calls is a CXProviderDelegate"}


def test_an_app_for_a_system_without_calls(tree: Path) -> None:
    made = XcodeProject()
    made.target("Phone", ["Phone/Calls.swift"])
    made.target("Desk", ["Phone/Calls.swift", "Notes/Notes.swift"], settings={"SDKROOT": "macosx"})
    made.target("Watch", ["Phone/Calls.swift", "Notes/Notes.swift", "Phone/Phone.h"], settings={"SDKROOT": "watchos"})
    (tree / "Apps.xcodeproj/project.pbxproj").write_bytes(made.data)
    lines = run().stdout.splitlines()
    assert lines[:4] == [
        "Desk: not armed, 2 files",
        "    application target Desk of Apps.xcodeproj (2 files)",
        "    built for macOS",
        "    not armed: an app for macOS can have no provider of calls, so rules are silent on it",
    ]
    assert "Phone: armed, 1 file" in lines
    assert lines[lines.index("Watch: armed, 3 files") + 2] == "    built for watchOS"
    programs = {one["name"]: one for one in json.loads(run("--format", "json").stdout)["programs"]}
    assert {name: (one["armed"], one["platform"]) for name, one in programs.items()} == {
        "Desk": (False, "macOS"),
        "Phone": (True, ""),
        "Watch": (True, "watchOS"),
    }


def test_a_path_chooses_the_programs_with_files_there(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [line for line in run("Notes", "--root", ".").stdout.splitlines() if not line.startswith(" ")]
    assert names == ["Notes: not armed, 1 file"]
    monkeypatch.chdir(tree / "Phone")
    document = json.loads(run("--root", "..", "--format", "json").stdout)
    assert [program["files"] for program in document["programs"]] == [["Calls.swift", "Phone.h"]]


def test_wrong_usage(tree: Path) -> None:
    result = CliRunner().invoke(app, ["programs", "missing"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "callkit-lint: missing: no such file or directory\n"


def test_a_name_that_moves_the_cursor_is_shown_as_text(tree: Path) -> None:
    made = XcodeProject()
    made.target("Ph\x1b[31mone", ["Phone/Calls.swift"])
    (tree / "Apps.xcodeproj/project.pbxproj").write_bytes(made.data)
    assert "\x1b" not in run().stdout
