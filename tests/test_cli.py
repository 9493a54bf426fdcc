"""The command line: what goes where, and with which exit status. The rules are made up, the pipeline is real."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import callkit_lint
from callkit_lint import driver, lowering
from callkit_lint.cli import app
from callkit_lint.ir import FileSummary, Location
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity
from callkit_lint.rulebook import Entry

TOP = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "callkit_lint"]


def check_files(program: Program) -> Iterator[Diagnostic]:
    """A finding in the first line of every file whose name says so."""
    for path in sorted(program.files):
        for severity in Severity:
            if severity.name in path.lower():
                where = Location(1, 1, 1, 4)
                chain = (Place(path.replace(severity.name, "other"), where, "UIKit calls init()"),)
                yield Diagnostic(
                    "some-rule", severity, Confidence.high, path, where, f"is {severity.name}", chain=chain
                )


def check_nothing(program: Program) -> Iterator[Diagnostic]:
    yield from ()


def check_and_raise(program: Program) -> Iterator[Diagnostic]:
    yield from check_nothing(program)
    raise ZeroDivisionError("in the rule")


def entry(check: Callable[[Program], Iterator[Diagnostic]], kind: str = "presence") -> Entry:
    return Entry(Rule(check, Severity.error, "0.1.0", (), kind=kind), TOP / "rules" / "family" / "some_rule.md")


def use_rules(monkeypatch: pytest.MonkeyPatch, rules: dict[str, Entry]) -> None:
    for module in ("callkit_lint.driver", "callkit_lint.rulebook"):
        monkeypatch.setattr(f"{module}.load_rules", lambda: rules)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a file for each name that is written into it; two made-up rules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    use_rules(monkeypatch, {"some-rule": entry(check_files), "third-rule": entry(check_nothing)})
    monkeypatch.setattr(driver, "may_have_calls", lambda _: True)
    return tmp_path


def write(path: Path, data: str | bytes = "let a = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_line_error(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.stderr
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("callkit-lint: ")
    return result.stderr.removeprefix("callkit-lint: ").rstrip("\n")


# ---- check ----------------------------------------------------------------------------------------------------------


def test_clean(tree: Path) -> None:
    write(tree / "App" / "Fine.swift")
    result = run("check", ".")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "callkit-lint: no findings in 1 file\n"


def test_nothing_to_check(tree: Path) -> None:
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "callkit-lint: nothing to check: no Swift or Objective-C sources found\n"


def test_findings(tree: Path) -> None:
    write(tree / "App" / "error.swift")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout == (
        "App/error.swift:1:1: error: is error [some-rule]\n    because UIKit calls init()   App/other.swift:1\n"
    )
    assert result.stderr == "callkit-lint: 1 finding (1 error) in 1 file\n"


@pytest.mark.parametrize(
    ("found", "fail_on", "status"),
    [
        ("error", None, 1),
        ("warning", None, 1),
        ("note", None, 0),
        ("error", "error", 1),
        ("warning", "error", 0),
        ("note", "note", 1),
    ],
)
def test_exit_status(tree: Path, found: str, fail_on: str | None, status: int) -> None:
    write(tree / f"{found}.swift")
    assert run("check", *(["--fail-on", fail_on] if fail_on else [])).exit_code == status
    assert run("check", "--exit-zero", "--fail-on", "note").exit_code == 0
    write(tree / "callkit-lint.toml", f'fail-on = "{fail_on or "warning"}"')
    assert run("check").exit_code == status


def test_json_is_alone_on_standard_output(tree: Path) -> None:
    write(tree / "App" / "warning.swift")
    result = run("check", "App", "--format", "json")
    assert result.exit_code == 1
    (only,) = json.loads(result.stdout)["diagnostics"]
    assert (only["path"], only["severity"]) == ("App/warning.swift", "warning")
    assert only["help"].startswith("https://")
    assert result.stderr == ""


def test_output_to_a_file(tree: Path) -> None:
    write(tree / "error.swift")
    result = run("check", "--output", tree / "report.txt")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (tree / "report.txt").read_text().startswith("error.swift:1:1: error:")
    assert "No such file" in one_line_error("check", "-o", tree / "nowhere" / "report.txt")


def test_paths_choose_what_is_reported(tree: Path) -> None:
    for name in ["a/error.swift", "b/error.swift", "c/error.swift"]:
        write(tree / name)
    write(tree / "callkit-lint.toml", "")

    def reported(*arguments: str) -> list[str]:
        return re.findall(r"^(\S+?):\d", run("check", *arguments).stdout, re.MULTILINE)

    assert reported() == ["a/error.swift", "b/error.swift", "c/error.swift"]
    assert reported("a") == ["a/error.swift"]
    assert reported("c", "a/error.swift") == ["a/error.swift", "c/error.swift"]
    assert reported("--root", ".", "b") == ["b/error.swift"]
    assert reported("--root", "b") == ["b/error.swift"]
    write(tree / "b" / "other.swift")  # a step of the chain
    assert reported("b/other.swift") == ["b/error.swift"]
    assert reported("b/other.swift", "--only-primary") == []


def test_the_whole_tree_is_read_from_a_directory_below(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree / "callkit-lint.toml", "")
    write(tree / "App" / "error.swift")
    write(tree / "Kit" / "error.swift")
    monkeypatch.chdir(tree / "App")
    result = run("check")
    assert result.stdout.startswith("error.swift:1:1: error")
    assert "../Kit" not in result.stdout
    assert "in 2 files" in result.stderr


def test_only_excluded_paths_are_said(tree: Path) -> None:
    write(tree / "callkit-lint.toml", "")
    write(tree / "Pods" / "error.swift")
    write(tree / "App" / "fine.swift")
    result = run("check", "Pods")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("Pods: not checked: dependencies\n")
    assert "not checked" not in run("check", "Pods", "App").stderr


def test_selection(tree: Path) -> None:
    write(tree / "error.swift")
    assert run("check", "--select", "third-rule").exit_code == 0
    assert run("check", "--select", "third-rule,some-rule").exit_code == 1
    assert run("check", "--ignore", "some-rule").exit_code == 0
    write(tree / "callkit-lint.toml", 'ignore = ["some-rule"]')
    assert run("check").exit_code == 0
    assert run("check", "--ignore", "third-rule").exit_code == 1, "options take the place of the configuration"


def test_comments(tree: Path) -> None:
    write(tree / "error.swift", "let a = 1 // callkit-lint: ignore[some-rule] a reason\n")
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "callkit-lint: no findings in 1 file; 1 silenced by comments\n"
    write(tree / "error.swift", "let a = 1 // callkit-lint: ignore[some-rul]\n")
    result = run("check")
    assert result.exit_code == 1
    assert result.stderr.startswith("error.swift:1: unknown rule 'some-rul' (did you mean 'some-rule'?)\n")


# ---- the user's mistakes --------------------------------------------------------------------------------------------


def test_mistakes_are_one_line(tree: Path) -> None:
    assert one_line_error("check", "nowhere") == "nowhere: no such file or directory"
    assert one_line_error("check", "--select", "some-rul").endswith(
        "unknown rule 'some-rul' (did you mean 'some-rule'?)"
    )
    assert one_line_error("check", "--ignore", "zzz").startswith("command line: unknown rule 'zzz'")
    assert one_line_error("explain", "some-rul").endswith("unknown rule or SDK 'some-rul' (did you mean 'some-rule'?)")
    assert one_line_error("explain", "zego").endswith("unknown rule or SDK 'zego' (did you mean 'zego-kits'?)")
    assert one_line_error("dump", "nowhere.swift").endswith("nowhere.swift: no such file")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selekt = []", "unknown key 'selekt' (did you mean 'select'?)"),
        ("= 1", "callkit-lint.toml:1: not valid TOML"),
        ('select = ["some-rul"]', "callkit-lint.toml: unknown rule 'some-rul' (did you mean 'some-rule'?)"),
    ],
)
def test_a_broken_configuration_is_one_line(tree: Path, text: str, message: str) -> None:
    write(tree / "error.swift")
    write(tree / "callkit-lint.toml", text)
    assert message in one_line_error("check")


def test_wrong_usage(tree: Path) -> None:
    for arguments in [["check", "--nope"], ["chek"], ["check", "--format", "xml"]]:
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "Error:" in result.stderr
        assert not re.search("[─│╭╮╰╯]", result.stderr)


# ---- bad sources ----------------------------------------------------------------------------------------------------


def test_bad_files_are_skipped_and_counted(tree: Path) -> None:
    write(tree / "error.swift")
    write(tree / "._error.swift", b"\x00\x05\x16\x07" + b"\0" * 30)
    write(tree / "binary.m", b"\x7fELF\0\1\2\0x")
    write(tree / "wide.swift", "let b = 1\n".encode("utf-16"))
    write(tree / "padded.m", b"@implementation A\n@end\n\0\0\0\0")
    os.symlink("loop.swift", tree / "loop.swift")
    os.symlink(".", tree / "itself")
    result = run("check", "-v")
    assert result.exit_code == 1
    assert result.stdout.startswith("error.swift:1:1: error: is error")
    assert result.stderr.splitlines() == [
        f"callkit-lint: root of the analysis: {tree.resolve()}",
        "._error.swift: AppleDouble file",
        "binary.m: binary",
        "itself: symbolic link that loops",
        "loop.swift: symbolic link that loops",
        "padded.m: NUL padding removed",
        "wide.swift: decoded from UTF-16",
        "callkit-lint: 1 finding (1 error) in 3 files; 4 files not read",
    ]
    coverage = json.loads(run("check", "--format", "json").stdout)["coverage"]
    assert (coverage["files_seen"], coverage["files_parsed"]) == (7, 3)
    assert coverage["unparsed"][0] == {"path": "._error.swift", "reason": "AppleDouble file"}


@pytest.mark.parametrize(
    "data",
    [
        b"let a = " + b"(" * 20_000 + b")" * 20_000,
        b"{" * 20_000,
        b"a." * 20_000,
        b"\xff\xfe\xfd" * 1000,
        b"\x80\x81\n" * 50,
        b"func f() { " * 3_000,
        b"",
        b"\r\r\r",
        b"// \xe2\x80\xae\n@implementation",
    ],
)
@pytest.mark.parametrize("ending", ["swift", "m", "mm"])
def test_no_source_is_too_bad(tree: Path, data: bytes, ending: str) -> None:
    write(tree / f"error.{ending}", data)
    result = run("check", "--no-cache")
    assert result.exit_code == 1, result.stderr
    assert result.stdout.startswith(f"error.{ending}:1:1: error")
    assert "Traceback" not in result.stderr


# ---- our own failures -----------------------------------------------------------------------------------------------


def test_a_rule_that_raises(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree / "error.swift")
    rules = {"bad-rule": entry(check_and_raise), "some-rule": entry(check_files)}
    use_rules(monkeypatch, rules)
    result = run("check", "--exit-zero")
    assert result.exit_code == 3
    assert result.stdout.startswith("error.swift:1:1: error: is error")
    assert "callkit-lint: internal error: rule bad-rule failed on the program " in result.stderr
    assert "ZeroDivisionError: in the rule" in result.stderr
    assert "Traceback" in result.stderr


def test_a_frontend_that_raises(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree / "error.swift")
    write(tree / "bad.m", "@implementation A\n@end\n")

    def fail(data: bytes, language: str) -> FileSummary:
        raise ZeroDivisionError("in the frontend")

    monkeypatch.setattr("callkit_lint.frontends.objc.lower", fail)
    result = run("check")
    assert result.exit_code == 3
    assert result.stdout.startswith("error.swift:1:1: error: is error")
    assert result.stderr.startswith(
        "callkit-lint: internal error: bad.m could not be analysed: ZeroDivisionError: in the frontend\n"
    )
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("check", "-v").stderr
    coverage = json.loads(run("check", "--format", "json").stdout)["coverage"]
    assert coverage["files_parsed"] == 1
    assert coverage["unparsed"] == [{"path": "bad.m", "reason": "internal error"}]


def test_a_program_that_cannot_be_linked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("in the linker")

    monkeypatch.setattr(driver, "build", fail)
    result = run("check", "--exit-zero")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "the program app could not be analysed" in result.stderr


# ---- cache and processes --------------------------------------------------------------------------------------------


def count_lowered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lowered: list[str] = []
    real = lowering.lower

    def counting(language: str, data: bytes) -> FileSummary:
        lowered.append(language)
        return real(language, data)

    monkeypatch.setattr(lowering, "lower", counting)
    return lowered


def test_a_file_is_lowered_once(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree / "error.swift", "let a = 1 // callkit-lint: ignore[third-rule]\n")
    write(tree / "copy.swift", "let a = 1 // callkit-lint: ignore[third-rule]\n")
    write(tree / "b.m", "@implementation A\n@end\n")
    lowered = count_lowered(monkeypatch)
    first = run("check")
    assert sorted(lowered) == ["objc", "swift"]
    assert run("check").stdout == first.stdout
    assert len(lowered) == 2
    write(tree / "b.m", "@implementation B\n@end\n")
    assert run("check").stdout == first.stdout
    assert len(lowered) == 3
    assert run("check", "--no-cache").stdout == first.stdout
    assert len(lowered) == 5


def test_without_a_cache_none_is_made(tree: Path) -> None:
    write(tree / "error.swift")
    run("check", "--no-cache")
    assert not Path(os.environ["CALLKIT_LINT_CACHE_DIR"]).exists()
    run("check")
    assert Path(os.environ["CALLKIT_LINT_CACHE_DIR"]).exists()


def test_many_files_are_lowered_in_processes(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        write(tree / f"error{number}.swift", f"let a = {number}\nfunc f() {{ a.b(c: {{ d() }}) }}\n")
    alone = run("check", "--no-cache")
    assert alone.stdout.count("[some-rule]") == 40
    monkeypatch.setattr(lowering, "PARALLEL_FROM", 5)
    monkeypatch.setattr(lowering, "_processor_count", lambda: 2)
    lowered = count_lowered(monkeypatch)
    assert run("check", "--no-cache").stdout == alone.stdout
    assert lowered == [], "the work was done elsewhere"

    def fail(*_: object) -> list[bytes | str]:
        raise OSError("no semaphores here")

    monkeypatch.setattr(lowering, "_in_processes", fail)
    assert run("check", "--no-cache").stdout == alone.stdout
    assert len(lowered) == 40


# ---- the other commands ---------------------------------------------------------------------------------------------


def test_explain_prints_the_page() -> None:
    result = run("explain", "direct-activation")
    assert result.exit_code == 0
    assert result.stdout == (TOP / "rules" / "activation" / "direct_activation.md").read_text()


def test_explain_prints_the_page_of_an_sdk() -> None:
    result = run("explain", "zego-express")
    assert result.exit_code == 0
    assert result.stdout == (TOP / "callkit_lint" / "knowledge" / "sdks" / "zego_express.md").read_text()


def test_rules() -> None:
    result = run("rules")
    assert result.exit_code == 0
    assert re.search(r"^activation$", result.stdout, re.MULTILINE)
    assert re.search(r"^  direct-activation +error +\w", result.stdout, re.MULTILINE)


def test_rules_as_json() -> None:
    listed = json.loads(run("rules", "--format", "json").stdout)
    keys = ["id", "family", "kind", "severity", "confidence", "profile", "replaces", "summary", "help"]
    assert all(list(rule) == keys for rule in listed)
    by_id = {rule["id"]: rule for rule in listed}
    assert "category-change-in-call" in by_id["route-handler-fights-system"]["replaces"]
    assert by_id["direct-activation"]["help"].endswith("/rules/activation/direct_activation.md")
    assert f"/v{callkit_lint.__version__}/" in by_id["direct-activation"]["help"]


def test_dump(tree: Path) -> None:
    file = write(tree / "Calls.swift", "func startCall() { session.activate() }\n")
    result = run("dump", file)
    assert result.exit_code == 0
    assert "startCall" in result.stdout
    assert run("dump", "--facts", file).exit_code == 0
    assert run("dump", "--facts", tree).exit_code == 0


def test_help_is_for_newcomers() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "callkit-lint check path/to/MyApp" in result.stdout
    assert re.search("Exit status: 0 clean, 1 findings", run("check", "--help").stdout)
    for command in ["check", "explain", "rules", "dump"]:
        assert command in result.stdout
        assert run(command, "--help").exit_code == 0


# ---- as a process ---------------------------------------------------------------------------------------------------


def process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=60)


def test_the_version() -> None:
    result = process("--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"callkit-lint {callkit_lint.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"]])
def test_starting_is_light(arguments: list[str]) -> None:
    code = f"""
import sys
from callkit_lint.cli import app
try:
    app({arguments!r})
except SystemExit:
    pass
heavy = ["rich", "pydantic", "tree_sitter", "sqlite3", "tomllib", "multiprocessing", "asyncio", "callkit_lint.driver"]
sys.exit(", ".join(name for name in heavy if name in sys.modules) or 0)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_reader_who_has_seen_enough() -> None:
    running = subprocess.Popen(
        [*COMMAND, "explain", "direct-activation"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait(timeout=60) == 0


def test_an_interrupt_is_quiet(tmp_path: Path) -> None:
    slow = write(tmp_path / "bin" / "git", f"#!/bin/sh\ntouch '{tmp_path}/started'\nsleep 30\n")
    slow.chmod(0o755)
    write(tmp_path / "App" / "A.swift")
    running = subprocess.Popen(
        [*COMMAND, "check", str(tmp_path / "App")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PATH": f"{slow.parent}:{os.environ['PATH']}"},
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    output, errors = running.communicate(timeout=30)
    assert (running.returncode, output, errors) == (130, b"", b"")


def test_an_encoding_that_lacks_a_letter(tmp_path: Path) -> None:
    page = process("explain", "direct-activation", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert page.returncode == 0
    write(tmp_path / "Größe.swift", b"\0bin\0")
    result = process("check", "--no-cache", tmp_path, "-v", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 0
    assert "binary" in result.stderr


def on_terminal(*arguments: str | Path, **environment: str) -> str:
    """What a terminal is shown on standard output."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux says so at the end
            break
        if not part:
            break
        shown += part
    running.wait(timeout=60)
    os.close(ours)
    return shown.decode()


def test_colour_is_for_terminals() -> None:
    arguments = ["check", "--no-cache", str(TOP / "fixtures" / "route_flapping")]
    assert "\033[31merror\033[0m" in on_terminal(*arguments)
    assert "error" in on_terminal(*arguments, NO_COLOR="1")
    assert "\033" not in on_terminal(*arguments, NO_COLOR="1")
    assert "\033" not in on_terminal(*arguments, TERM="dumb")
    assert "\033" not in process(*arguments).stdout
