"""Every form of a report: golden files on one fixture, the same findings in each, and names that mean harm."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from typer.testing import CliRunner

from callkit_lint.cli import app
from callkit_lint.console import Format
from callkit_lint.ir import Location
from callkit_lint.reporters import Coverage, Report
from callkit_lint.rule import Confidence, Diagnostic, Place, Severity
from callkit_lint.rulebook import load_rules
from tests.readers import Told, findings

TOP = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
FORMATS = list(Format)
XML = (Format.checkstyle, Format.junit)
JSON = (Format.json, Format.sarif, Format.gitlab, Format.rdjson)
FULL = ("text", "full", "concise", "xcode", "github")  # a line or more for each finding


def render(report: Report, format: str) -> str:
    return str(import_module(f"callkit_lint.reporters.{format}").render(report))


# ---- golden files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_golden(format: Format, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """UPDATE_GOLDEN=1 writes them anew; read the difference before it is committed."""
    monkeypatch.chdir(TOP / "fixtures" / "mixed_chain")
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path))
    run = CliRunner().invoke(app, ["check", ".", "--root", ".", "--format", format, "--select", "direct-activation"])
    assert run.exit_code == 1, run.output
    text = run.stdout.replace(str(Path.cwd()), "/checkout")
    path = GOLDEN / f"mixed_chain.{format}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


# ---- the same findings ----------------------------------------------------------------------------------------------


TWO = [("A.swift", 4, "direct-activation"), ("B.swift", 4, "direct-activation")]


def names(found: Iterable[Told]) -> list[tuple[str, int, str]]:
    """The findings by the names of files, which the format for Xcode gives as absolute paths."""
    return [(Path(one.path).name, one.line, one.rule) for one in found]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app with two findings in two files."""
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "app"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "A.swift").write_text(
        "import CallKit\nclass Calls: NSObject, CXProviderDelegate {\n"
        "    func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) {\n"
        "        try? AVAudioSession.sharedInstance().setActive(true)\n        Sound().start()\n"
        "        action.fulfill()\n    }\n}\n"
    )
    (folder / "B.swift").write_text(
        "import AVFoundation\nclass Sound {\n    func start() {\n"
        "        try? AVAudioSession.sharedInstance().setActive(true)\n    }\n}\n"
    )
    return folder


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_the_same_findings(format: Format, tree: Path) -> None:
    run = CliRunner().invoke(app, ["check", "--select", "direct-activation", "--format", format])
    assert names(findings(format, run.stdout)) == TWO


def test_several_formats_in_one_run(tree: Path) -> None:
    outputs = [part for name in FORMATS for part in ("--output", f"{name}=out.{name}")]
    run = CliRunner().invoke(app, ["check", "--select", "direct-activation", *outputs])
    assert (run.exit_code, run.stdout) == (1, "")
    for name in FORMATS:
        assert names(findings(name, (tree / f"out.{name}").read_text())) == TWO


def test_a_format_in_a_file_and_another_on_standard_output(tree: Path) -> None:
    run = CliRunner().invoke(app, ["check", "--select", "direct-activation", "-f", "concise", "-o", "sarif=a.sarif"])
    assert len(run.stdout.splitlines()) == 2 and json.loads((tree / "a.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("sarf=a", "--output sarf=a: unknown format 'sarf' (did you mean 'sarif'?)"),
        ("sarif=missing/a", "--output missing/a: No such file or directory"),
        ("sarif=.", "--output .: Is a directory"),
        ("sarif=a.json -o json=a.json", "--output a.json: one file cannot hold two formats"),
    ],
)
def test_an_output_that_cannot_be_is_one_line(tree: Path, output: str, message: str) -> None:
    run = CliRunner().invoke(app, ["check", "--output", *output.split()])
    assert (run.exit_code, run.stdout, run.stderr) == (2, "", f"callkit-lint: {message}\n")


def test_an_unknown_format_is_refused(tree: Path) -> None:
    run = CliRunner().invoke(app, ["check", "--format", "sarf"])
    assert (run.exit_code, run.stdout) == (2, "")
    assert "'sarf' is not one of 'text'" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize("unwritable", ["missing/a", ".", "old.json/a"])
def test_nothing_is_half_written(tree: Path, unwritable: str) -> None:
    (tree / "old.json").write_text("old")
    before = sorted(tree.iterdir())
    run = CliRunner().invoke(app, ["check", "-o", "json=old.json", "-o", "junit=new.xml", "-o", f"sarif={unwritable}"])
    assert (run.exit_code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert (sorted(tree.iterdir()), (tree / "old.json").read_text()) == (before, "old")


def test_a_pipe_and_a_link_are_written_to(tree: Path) -> None:
    (tree / "real.json").write_text("old")
    (tree / "link.json").symlink_to("real.json")
    command = [sys.executable, "-m", "callkit_lint", "check", "-o", "json=/dev/stdout", "-o", "rdjson=link.json"]
    run = subprocess.run([*command, "-f", "json"], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (1, "")
    expected = findings(Format.json, run.stdout)
    assert findings(Format.rdjson, (tree / "real.json").read_text()) == expected and (tree / "link.json").is_symlink()


def test_a_file_that_must_not_be_written(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere, so that the answers of the system are put in its mouth."""
    (tree / "old.json").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "old.json")
    run = CliRunner().invoke(app, ["check", "-o", "json=old.json"])
    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr == "callkit-lint: --output old.json: Permission denied\n"
    assert (tree / "old.json").read_text() == "old"


def test_a_folder_that_must_not_be_written(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**named: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    run = CliRunner().invoke(app, ["check", "--no-cache", "-o", "json=new.json"])
    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr == "callkit-lint: --output new.json: Permission denied\n"


# ---- names and texts that mean harm ---------------------------------------------------------------------------------

HARM = [
    "\x1b[31mred\x1b[0m",
    "%0A::error file=x::gotcha",
    "]]><evil/>&amp;<!--",
    "a\"b'c`d|e*f_g[h](i)",
    "line\nfeed\rreturn\ttab\x00nul\x07bell",
    "\u202egnirts\u2028separator",
    "\udcff surrogate",
    "::stop-commands::x",
]


def harmful(text: str) -> Report:
    place = Place(text, Location(1, 1, 1, 5), text)
    finding = Diagnostic(
        "some-rule", Severity.error, Confidence.high, text, Location(1, 1, 1, 5), text, chain=(place,), related=(place,)
    )
    data = text.encode("utf-8", "surrogatepass").partition(b"\n")[0]
    return Report((finding,), Coverage(1, 1, 0, ((text, text),)), Path.cwd(), lambda path, line: data)


@pytest.mark.parametrize("text", HARM, ids=range(len(HARM)))
@pytest.mark.parametrize("format", FORMATS)
def test_no_text_breaks_a_format(format: Format, text: str) -> None:
    shown = render(harmful(text), format).encode("utf-8", "backslashreplace").decode()
    if format in JSON:
        json.loads(shown)
    elif format == Format.rdjsonl:
        (line,) = shown.splitlines()
        json.loads(line)
    elif format in XML:
        root = ElementTree.fromstring(shown)
        assert not list(root.iter("evil"))
    controls = {letter for letter in shown if ord(letter) < 32 or ord(letter) in (0x202E, 0x2028)}
    assert controls <= ({"\n", "\t"} if format == Format.full else {"\n"}), format


@pytest.mark.parametrize("text", HARM, ids=range(len(HARM)))
def test_a_workflow_command_stays_one_line(text: str) -> None:
    lines = render(harmful(text), "github").splitlines()
    assert len(lines) == 1 and lines[0].startswith("::error file=")
    assert re.fullmatch(r"::error [^:]*::.*", lines[0])


def test_text_that_is_markdown_is_shown_as_written() -> None:
    assert r"a\*b\*\_c\_ \<b\>" in render(harmful("a*b*_c_ <b>"), "markdown")


# ---- single formats -------------------------------------------------------------------------------------------------


def finding(severity: Severity = Severity.warning, line: int = 1, path: str = "A.swift") -> Diagnostic:
    return Diagnostic("some-rule", severity, Confidence.high, path, Location(line, 1, line, 5), "m", symbol="A.f()")


def report(findings: Iterable[Diagnostic], source: bytes = b"code") -> Report:
    return Report(tuple(findings), root=Path.cwd(), line=lambda path, line: source, rules=load_rules())


def test_github_gets_the_worst_first_and_hears_what_it_does_not_show() -> None:
    found = [finding(Severity.note, line) for line in range(1, 13)] + [finding(Severity.error, 20)]
    lines = render(report(found), "github").splitlines()
    assert lines[0].startswith("::error ") and lines[-1].startswith("2 more than GitHub shows")


def sarif(found: Iterable[Diagnostic], source: bytes = b"code") -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render(report(found, source), "sarif"))["runs"][0]
    return run


def test_fingerprints_outlive_moved_lines_and_renamed_files() -> None:
    def marks(*found: Diagnostic) -> list[str]:
        return [item["partialFingerprints"]["callkitLint/v1"] for item in sarif(found)["results"]]

    assert marks(finding(line=1)) == marks(finding(line=9, path="B.swift"))
    first, second = marks(finding(line=1), finding(line=2))
    assert first != second


def test_sarif_has_every_rule_with_its_page() -> None:
    run = sarif([finding()])
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(load_rules()) < set(rules)
    page = rules["direct-activation"]
    assert page["help"]["markdown"].startswith("# direct-activation") and page["helpUri"].endswith(".md")
    assert run["results"][0]["ruleIndex"] == list(rules).index("some-rule")


def test_sarif_claims_less_for_rules_of_the_strict_profile() -> None:
    rules = {rule["id"]: rule["properties"] for rule in sarif([])["tool"]["driver"]["rules"]}
    assert {rules[name]["precision"] for name, entry in load_rules().items() if entry.rule.profile == "strict"} == {
        "medium"
    }
    assert rules["direct-activation"]["precision"] == "very-high"


# From docs.gitlab.com/ci/testing/code_quality (what a report must have) and GitLab's own schema, which asks for less.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path"],
                "properties": {"path": {"type": "string", "pattern": r"^(?!/|\./|[A-Za-z]:)[^\\]+$"}},
                "anyOf": [
                    {
                        "required": ["lines"],
                        "properties": {
                            "lines": {
                                "required": ["begin"],
                                "properties": {"begin": {"type": "integer", "minimum": 1}},
                            }
                        },
                    },
                    {
                        "required": ["positions"],
                        "properties": {
                            "positions": {
                                "required": ["begin"],
                                "properties": {
                                    "begin": {
                                        "required": ["line"],
                                        "properties": {"line": {"type": "integer", "minimum": 1}},
                                    }
                                },
                            }
                        },
                    },
                ],
            },
        },
    },
}


def test_gitlab_gets_what_it_documents() -> None:
    text = render(report(finding(severity, line) for severity in Severity for line in (1, 2)), "gitlab")
    issues = json.loads(text)
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 6  # equal ones would be shown as one
    assert text.startswith("[")  # with a byte order mark GitLab takes nothing
    absolute = {"path": "/A.swift", "lines": {"begin": 1}}
    for key, wrong in (("severity", "error"), ("location", absolute), ("location", {"path": "A.swift"})):
        assert not jsonschema.Draft202012Validator(GITLAB).is_valid([issues[0] | {key: wrong}])


def test_gitlab_shows_the_rule_in_the_description() -> None:
    (issue,) = json.loads(render(report([finding()]), "gitlab"))
    assert issue["description"].startswith("some-rule: ")


def test_a_path_above_the_working_directory_has_no_base() -> None:
    above = finding(path="../B c.swift")
    place = sarif([above])["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "../B%20c.swift"}


def test_reviewdog_counts_bytes() -> None:
    place = Location(1, 7, 1, 9)
    found = Diagnostic("r", Severity.note, Confidence.high, "A.swift", place, "m")
    text = json.loads(render(report([found], "äöü = 1".encode()), "rdjson"))
    assert text["diagnostics"][0]["location"]["range"]["start"] == {"line": 1, "column": 7}


def test_a_clean_run_passes_one_test() -> None:
    suite = ElementTree.fromstring(render(report([]), "junit"))
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


def test_the_frame_marks_the_span() -> None:
    found = Diagnostic("r", Severity.error, Confidence.high, "A.swift", Location(3, 9, 3, 13), "m")
    lines = render(report([found], b"    let call = 1"), "full").splitlines()
    assert lines[1:3] == ["    3 |     let call = 1", "      |         ^^^^"]


def test_a_long_line_is_cut() -> None:
    found = Diagnostic("r", Severity.error, Confidence.high, "A.swift", Location(1, 900, 1, 910), "m")
    lines = render(report([found], b"x" * 5000), "full").splitlines()
    assert max(map(len, lines)) < 200
