"""What is not reported any more: by a comment, a baseline, an earlier revision; and the settings around that."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callkit_lint import driver
from callkit_lint.cli import app
from callkit_lint.config import UsageError
from callkit_lint.reporters import Report

HEAD = "import CallKit\nclass Calls: NSObject, CXProviderDelegate {\n"
ANSWER = "    func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) {\n"
ACTIVATE = "        try? AVAudioSession.sharedInstance().setActive(true)\n"
TAIL = "        action.fulfill()\n    }\n}\n"
RULE = "direct-activation"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "app"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "A.swift").write_text(HEAD + ANSWER + ACTIVATE + TAIL)
    (folder / "callkit-lint.toml").write_text('ignore = ["missing-activation-callbacks"]\n')
    return folder


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def reported(*arguments: str, stdin: str | None = None) -> list[str]:
    result = run("check", "-f", "json", *arguments, stdin=stdin)
    assert result.exit_code in (0, 1), result.output
    return [f"{item['path']}:{item['line']}:{item['rule']}" for item in json.loads(result.stdout)["diagnostics"]]


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


# ---- comments -------------------------------------------------------------------------------------------------------


def test_a_comment_that_silences_nothing_is_reported(tree: Path) -> None:
    (tree / "A.swift").write_text(HEAD + f"    // callkit-lint: ignore[{RULE}] old\n" + ANSWER + TAIL)
    assert reported() == ["A.swift:3:unused-suppression"]
    assert reported("--select", RULE) == []  # only some rules ran
    assert reported("--no-suppressions") == []
    assert reported("--ignore", "unused-suppression") == []


def test_a_comment_that_silences_something_is_used(tree: Path) -> None:
    (tree / "A.swift").write_text(HEAD + ANSWER + f"// callkit-lint: ignore[{RULE}] so\n" + ACTIVATE + TAIL)
    assert reported() == []
    assert reported("--no-suppressions") == [f"A.swift:5:{RULE}"]


def test_a_comment_about_a_rule_that_does_not_run_is_no_news(tree: Path) -> None:
    (tree / "A.swift").write_text(HEAD + "    // callkit-lint: ignore[no-provider-refresh] old\n" + ANSWER + TAIL)
    assert reported() == []
    assert reported("--profile", "strict") == ["A.swift:3:unused-suppression"]


def test_a_reason_can_be_required(tree: Path) -> None:
    (tree / "callkit-lint.toml").write_text('require-reason = true\nignore = ["missing-activation-callbacks"]\n')
    for comment, expected in ((f"ignore[{RULE}]", [f"A.swift:5:{RULE}"]), (f"ignore[{RULE}] the reason", [])):
        (tree / "A.swift").write_text(HEAD + ANSWER + f"        // callkit-lint: {comment}\n" + ACTIVATE + TAIL)
        assert reported() == expected
    (tree / "A.swift").write_text(HEAD + ANSWER + f"        // callkit-lint: ignore[{RULE}]\n" + ACTIVATE + TAIL)
    assert "the comment gives no reason" in run("check").stderr


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_comments_are_written_in(tree: Path, end: str, mark: bytes) -> None:
    source = mark + (HEAD + ANSWER + ACTIVATE + TAIL).replace("\n", end).encode()
    (tree / "A.swift").write_bytes(source)
    assert run("check", "--add-suppressions", "to be mended").exit_code == 0
    comment = f"        // callkit-lint: ignore[{RULE}] to be mended{end}"
    before, after = source.split(ACTIVATE.replace("\n", end).encode())
    written = (tree / "A.swift").read_bytes()
    assert written == before + comment.encode() + ACTIVATE.replace("\n", end).encode() + after
    assert reported() == []
    run("check", "--add-suppressions", "to be mended")
    assert (tree / "A.swift").read_bytes() == written


def test_no_comment_is_written_into_a_macro(tree: Path) -> None:
    from callkit_lint.ir import Location
    from callkit_lint.rule import Confidence, Diagnostic, Severity
    from callkit_lint.suppression import silenced

    found = Diagnostic(RULE, Severity.error, Confidence.high, "A.m", Location(2, 1, 2, 5), "m")
    assert silenced([found], lambda path: b"#define A \\\n  f();\n", "why") == ({}, 1)


# ---- baseline -------------------------------------------------------------------------------------------------------


def test_what_the_baseline_knows_is_not_reported(tree: Path) -> None:
    assert run("baseline").exit_code == 0
    known = ("--baseline", "callkit-lint-baseline.json")
    assert reported(*known) == []
    (tree / "A.swift").rename(tree / "B.swift")
    (tree / "B.swift").write_text("\n\n" + (tree / "B.swift").read_text())
    assert reported(*known) == []
    (tree / "B.swift").write_text(HEAD + ANSWER + ACTIVATE + ACTIVATE.replace("try?", "try!") + TAIL)
    assert reported(*known) == [f"B.swift:5:{RULE}"]


def test_a_baseline_only_shrinks(tree: Path) -> None:
    run("baseline")
    path = tree / "callkit-lint-baseline.json"
    (tree / "A.swift").write_text(HEAD + ANSWER + ACTIVATE.replace("try?", "try!") + TAIL)
    shrunk = run("baseline")
    assert (shrunk.exit_code, json.loads(path.read_text())["findings"]) == (1, [])
    assert f"no longer there: {RULE} in Calls.provider(_:perform:)" in shrunk.stderr
    assert run("baseline", "--allow-grow").exit_code == 0
    assert [item["rule"] for item in json.loads(path.read_text())["findings"]] == [RULE]


def test_stale_entries_are_named(tree: Path) -> None:
    run("baseline")
    (tree / "A.swift").write_text(HEAD + ANSWER + TAIL)
    assert f"no longer there: {RULE}" in run("check", "--baseline", "callkit-lint-baseline.json").stderr


def test_the_configuration_can_name_the_baseline(tree: Path) -> None:
    (tree / "callkit-lint.toml").write_text('baseline = "known.json"\nignore = ["missing-activation-callbacks"]\n')
    assert run("baseline").exit_code == 0 and (tree / "known.json").exists()
    assert reported() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not a baseline of this version"),
        ('{"version": 9, "findings": []}', "not a baseline of this version"),
        ('{"version": 1, "findings": [{"rule": 1}]}', "a finding needs rule, symbol and code"),
        ('{"version": 1, "findings": [{"rule": "a", "symbol": "", "code": "", "count": -1}]}', "a count above 0"),
        ('{"version": 1, "findings": [{"rule": "a", "symbol": "", "code": "", "count": true}]}', "a count above 0"),
        pytest.param("[" * 200_000, "not JSON", id="deep"),
        ("\ufeff\x00", "not JSON"),
        (None, "No such file or directory"),
    ],
)
def test_a_broken_baseline_is_one_line(tree: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tree / "known.json").write_text(text)
    result = run("check", "--baseline", "known.json")
    assert (result.exit_code, result.stderr.count("\n"), message in result.stderr) == (2, 1, True), result.stderr


# ---- an earlier revision --------------------------------------------------------------------------------------------


def test_only_what_a_revision_did_not_have(tree: Path) -> None:
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    assert reported("--new-from", "HEAD") == []
    (tree / "A.swift").write_text("\n" + HEAD + ANSWER + ACTIVATE + ACTIVATE.replace("try?", "try!") + TAIL)
    assert reported("--new-from", "HEAD") == [f"A.swift:6:{RULE}"]


def test_no_filter_of_the_repository_runs(tree: Path) -> None:
    (tree / ".gitattributes").write_text("*.swift filter=evil\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("config", "filter.evil.smudge", "touch ran; cat")
    assert reported("--new-from", "HEAD") == []
    assert not (tree / "ran").exists()


@pytest.mark.parametrize("revision", ["nothing", "--help", ":", "HEAD:A.swift"])
def test_a_revision_that_git_does_not_know(tree: Path, revision: str) -> None:
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    result = run("check", f"--new-from={revision}")
    assert (result.exit_code, "git knows no revision" in result.stderr, result.stdout) == (2, True, "")


def test_no_repository_at_all(tree: Path) -> None:
    assert run("check", "--new-from", "HEAD").exit_code == 2


# ---- an unsaved buffer ----------------------------------------------------------------------------------------------


def test_a_buffer_stands_in_for_its_file(tree: Path) -> None:
    unsaved = HEAD + ANSWER + "\n\n" + ACTIVATE + TAIL
    assert reported("--stdin-filename", "A.swift", stdin=unsaved) == [f"A.swift:6:{RULE}"]
    (tree / "A.swift").write_text(unsaved)
    assert reported("A.swift") == [f"A.swift:6:{RULE}"]


def test_a_buffer_that_was_never_saved(tree: Path) -> None:
    (tree / "A.swift").write_text(HEAD + ANSWER + "        Sound().start()\n" + TAIL)
    new = "class Sound {\n    func start() {\n" + ACTIVATE + "    }\n}\n"
    assert reported("--stdin-filename", "New.swift", stdin=new) == [f"New.swift:3:{RULE}"]


def test_a_buffer_in_a_folder_that_is_not_there(tree: Path) -> None:
    assert run("check", "--stdin-filename", "no/A.swift", stdin="").exit_code == 2


def test_a_buffer_that_is_a_folder(tree: Path) -> None:
    result = run("check", "--stdin-filename", ".", stdin="")
    assert (result.exit_code, result.stderr) == (2, "callkit-lint: --stdin-filename .: a directory\n")


# ---- statistics, completeness, configuration ------------------------------------------------------------------------


def test_statistics(tree: Path) -> None:
    assert run("check", "--statistics").stdout == f"     1  {RULE}\n"


def test_a_file_that_was_not_read_whole(tree: Path) -> None:
    assert run("check", "--require-complete", "--exit-zero").exit_code == 0
    (tree / "Broken.swift").write_text("func f( { ]]]")
    assert run("check", "--require-complete", "--exit-zero").exit_code == 4


def test_severities_and_overrides(tree: Path) -> None:
    settings = 'ignore = ["missing-activation-callbacks"]\n'
    (tree / "callkit-lint.toml").write_text(settings + f'severity = {{ {RULE} = "note" }}\n')
    assert (run("check").exit_code, ": note: " in run("check").stdout) == (0, True)
    override = f'[[overrides]]\npaths = ["A.swift"]\nseverity = {{ {RULE} = "warning" }}\n'
    (tree / "callkit-lint.toml").write_text(settings + override)
    assert ": warning: " in run("check").stdout
    (tree / "callkit-lint.toml").write_text(settings + f'[[overrides]]\npaths = ["A.swift"]\nignore = ["{RULE}"]\n')
    assert reported() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'severity = { direct-activatio = "note" }',
            "unknown rule 'direct-activatio' (did you mean 'direct-activation'?)",
        ),
        ('severity = { direct-activation = "off" }', "severity: unknown value 'off'"),
        ("severity = 3", "severity: must be a table"),
        ("[[overrides]]\nignore = []", "overrides: each needs paths"),
        ("[[overrides]]\npaths = []\nignor = []", "overrides: unknown key 'ignor' (did you mean 'ignore'?)"),
        ("overrides = 1", "overrides: must be tables"),
        ("require-reason = 1", "require-reason: must be true or false"),
        ('extends = "nothing.toml"', "nothing.toml: No such file or directory"),
        ("extends = 1", "extends: must be the path"),
        ('extends = "."', "Is a directory"),
        pytest.param("a = " + "[" * 200_000, "not valid TOML: nested too deeply", id="deep"),
        ("baseline = 1", "baseline: must be the path of a file"),
    ],
)
def test_a_mistake_in_the_configuration_is_one_line(tree: Path, text: str, message: str) -> None:
    (tree / "callkit-lint.toml").write_text(text)
    result = run("check")
    assert (result.exit_code, result.stderr.count("\n"), message in result.stderr) == (2, 1, True), result.stderr


def test_the_settings_in_force(tree: Path) -> None:
    (tree / "base.toml").write_text('profile = "strict"\n')
    (tree / "callkit-lint.toml").write_text('extends = "base.toml"\nexclude = ["Old"]\n')
    lines = run("config").stdout.splitlines()
    assert 'exclude = ["Old"]  # callkit-lint.toml' in lines and 'profile = "strict"  # base.toml' in lines
    assert 'fail-on = "warning"  # default' in lines


def test_a_start_is_written_once(tree: Path) -> None:
    (tree / "callkit-lint.toml").unlink()
    assert run("init").exit_code == 0
    made = ["callkit-lint.toml", ".pre-commit-config.yaml", ".github/workflows/callkit-lint.yml"]
    before = {name: (tree / name).read_text() for name in made}
    assert f"A.swift:4:{RULE}" in reported()
    assert "left as it is" in run("init").stderr
    assert {name: (tree / name).read_text() for name in made} == before


def test_a_change_while_a_check_runs_is_seen(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[str] = []

    def lint(*arguments: object) -> Report:
        checks.append((tree / "A.swift").read_text())
        if len(checks) > 1:
            raise UsageError("enough")
        (tree / "A.swift").write_text("class A {}\n")
        return Report()

    def asleep(seconds: float) -> None:
        raise AssertionError("the change was not seen")

    monkeypatch.setattr(driver, "lint", lint)
    monkeypatch.setattr(time, "sleep", asleep)
    result = run("check", "--watch")
    assert (len(checks), checks[-1], result.exit_code) == (2, "class A {}\n", 2), result.output
