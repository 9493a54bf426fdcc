"""Other programs read our reports: Vim, Emacs, JavaScript, Xcode's way. `make test-consumers` installs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.consumers import need

pytestmark = pytest.mark.consumers

TOP = Path(__file__).parent.parent
FIXTURE = TOP / "fixtures" / "mixed_chain"
STEPS = ["Phone.swift", "Phone.swift", "PhoneSound.swift", "PhoneEngine.m", "PhoneEngine.m"]


@pytest.fixture(scope="module")
def tools() -> None:
    """The editors and Node.js."""
    need(vim="vim-nox", emacs="emacs-nox", node="nodejs")


def lint(*arguments: str, cwd: Path = FIXTURE) -> str:
    """What the tool prints on a fixture with one finding, as another program gets it."""
    command = [sys.executable, "-m", "callkit_lint", "check", ".", "--root", ".", "--exit-zero", *arguments]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


# ---- editors --------------------------------------------------------------------------------------------------------


def test_vim_jumps_to_findings_and_steps(tools: None, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text(lint())
    script = [
        f"set runtimepath^={TOP / 'editors' / 'vim'}",
        "compiler callkit-lint",
        f"cgetfile {tmp_path / 'out.txt'}",
        "let entries = map(getqflist(), {_, e -> [bufname(e.bufnr), e.lnum, e.col, e.type, e.text, e.valid]})",
        f"call writefile([json_encode(entries)], '{tmp_path / 'list.json'}')",
        "qa!",
    ]
    commands = [part for line in script for part in ("-c", line)]
    subprocess.run(["vim", "-Nu", "NONE", "-es", *commands], cwd=FIXTURE, check=True, timeout=60)
    entries = [entry for entry in json.loads((tmp_path / "list.json").read_text()) if entry[5]]
    finding, *steps = entries
    assert (finding[0], finding[3].lower()) == ("PhoneEngine.m", "e") and "[direct-activation]" in finding[4]
    assert finding[1:3] == [_line(lint())[0], _line(lint())[1]]
    assert [step[0] for step in steps] == STEPS
    assert all(step[1] > 0 for step in steps)


def _line(text: str) -> tuple[int, int]:
    _, line, column, *_ = text.splitlines()[0].split(":")
    return int(line), int(column)


EMACS = """
(load-file "{file}")
(with-temp-buffer
  (insert-file-contents "{output}")
  (compilation-mode)
  (setq-local compilation-error-regexp-alist '(callkit-lint callkit-lint-step))
  (let ((inhibit-read-only t) (found nil) (seen nil))
    (compilation--ensure-parse (point-max))
    (goto-char (point-min))
    (while (< (point) (point-max))
      (let ((message (get-text-property (point) 'compilation-message)))
        (when (and message (not (memq message seen)))
          (push message seen)
          (let* ((loc (compilation--message->loc message)) (file (compilation--loc->file-struct loc)))
            (push (list (caar file) (compilation--loc->line loc) (compilation--message->type message)) found))))
      (forward-char))
    (dolist (one (reverse found)) (princ (format "%s:%s:%s\\n" (nth 0 one) (nth 1 one) (nth 2 one))))))
"""


def test_emacs_finds_findings_and_steps(tools: None, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text(lint())
    script = EMACS.format(file=TOP / "editors" / "emacs" / "callkit-lint.el", output=tmp_path / "out.txt")
    (tmp_path / "run.el").write_text(script)
    command = ["emacs", "--batch", "-Q", "-l", str(tmp_path / "run.el")]
    shown = subprocess.run(command, cwd=FIXTURE, check=True, capture_output=True, text=True, timeout=120).stdout
    finding, *steps = shown.splitlines()
    assert finding == f"PhoneEngine.m:{_line(lint())[0]}:2"  # 2 is an error, 0 a piece of information
    assert [step.split(":")[0] for step in steps] == STEPS
    assert {step.rpartition(":")[2] for step in steps} == {"0"}


MATCHER = """
const [matchers, output] = [process.argv[2], process.argv[3]].map(f => require('fs').readFileSync(f, 'utf8'));
const found = [];
for (const pattern of JSON.parse(matchers)) {
  const expression = new RegExp(pattern.regexp);
  for (const line of output.split(/\\r?\\n/)) {
    const match = expression.exec(line);
    if (!match) continue;
    const severity = pattern.severity ? match[pattern.severity] : 'note';
    found.push([match[pattern.file], +match[pattern.line], severity, match[pattern.code]]);
  }
}
console.log(JSON.stringify(found));
"""


@pytest.mark.parametrize("place", ["docs/vscode-tasks.json", ".github/callkit-lint-matcher.json"])
def test_the_matchers_work_in_javascript(tools: None, tmp_path: Path, place: str) -> None:
    """As VS Code and the GitHub runner apply them: line by line, an unanchored search by a JavaScript expression."""
    document = json.loads((TOP / place).read_text())
    matchers = document.get("problemMatcher") or [document["tasks"][0]["problemMatcher"]]
    patterns = [one["pattern"] for one in matchers]
    flat = [part for pattern in patterns for part in (pattern if isinstance(pattern, list) else [pattern])]
    (tmp_path / "matchers.json").write_text(json.dumps(flat))
    (tmp_path / "out.txt").write_text(lint())
    (tmp_path / "run.js").write_text(MATCHER)
    command = ["node", "run.js", "matchers.json", "out.txt"]
    found = json.loads(subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout)
    assert found == [["PhoneEngine.m", _line(lint())[0], "error", "direct-activation"]]


def test_a_background_task_sees_where_a_run_begins_and_ends(tools: None, tmp_path: Path) -> None:
    """Between the lines that VS Code looks for stand the findings, again after each change."""
    app = Path(shutil.copytree(FIXTURE, tmp_path / "app"))
    command = [sys.executable, "-u", "-m", "callkit_lint", "check", "--root", ".", "--watch", "--format", "concise"]
    task = json.loads((TOP / "docs" / "vscode-tasks.json").read_text())["tasks"][1]["problemMatcher"]["background"]
    begins, ends = (task[key].strip("^$") for key in ("beginsPattern", "endsPattern"))
    with subprocess.Popen(command, cwd=app, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout
        try:
            assert running.stdout.readline().strip() == begins
            assert "[direct-activation]" in running.stdout.readline()
            assert running.stdout.readline().strip() == ends
            time.sleep(1)
            (app / "PhoneEngine.m").write_text("@implementation PhoneEngine\n@end\n")
            assert running.stdout.readline().strip() == begins
            assert running.stdout.readline().strip() == ends
        finally:
            running.kill()


# ---- Xcode ----------------------------------------------------------------------------------------------------------


def test_the_run_script_prints_what_xcode_reads(tmp_path: Path) -> None:
    """Errors and notes with absolute paths, with only the build directory to write to."""
    derived = tmp_path / "derived"
    derived.mkdir()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": "/nonexistent",
        "SRCROOT": str(FIXTURE),
        "DERIVED_FILE_DIR": str(derived),
    }
    command = ["/bin/sh", str(TOP / "recipes" / "xcode-run-script.sh")]
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    lines = run.stdout.splitlines()
    assert (run.returncode, lines[0].startswith(f"{FIXTURE}/PhoneEngine.m:")) == (1, True)
    assert ": error: " in lines[0] and all(": note: " in line and line.startswith("/") for line in lines[1:])
    assert any(derived.iterdir())
