"""The hooks, in the real pre-commit on a small repository; `make test-consumers` runs this."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

consumers = pytest.mark.consumers

TOP = Path(__file__).parent.parent
NOT_COMMITTED = shutil.ignore_patterns(
    ".*_cache", ".git", ".venv", ".hypothesis", "build", "dist", "*.egg-info", "__pycache__"
)
CONFIGURATION = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: {hook}
"""


class Repository:
    """A git repository with its own configuration, and pre-commit in it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        unwanted = ("GIT_", "PYTHON", "PRE_COMMIT")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        self.environment |= {
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "CALLKIT_LINT_CACHE_DIR": str(home / "cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.git("init", "--quiet")
        self.git("config", "user.name", "A")
        self.git("config", "user.email", "a@example.org")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
        )

    def git(self, *arguments: str) -> str:
        result = self.run("git", *arguments)
        assert result.returncode == 0, result.stdout
        return result.stdout.strip()

    def use(self, tool: Repository, hook: str) -> None:
        text = CONFIGURATION.format(repository=tool.folder, revision=tool.git("rev-parse", "HEAD"), hook=hook)
        (self.folder / ".pre-commit-config.yaml").write_text(text)
        self.git("add", "-A")
        installed = self.run(sys.executable, "-m", "pre_commit", "install")
        assert installed.returncode == 0, installed.stdout

    def commit(self, message: str) -> subprocess.CompletedProcess[str]:
        self.git("add", "-A")
        return self.run("git", "commit", "-m", message)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def tool(home: Path) -> Repository:
    """This checkout as it is now, as a repository with one commit."""
    folder = Path(shutil.copytree(TOP, home / "callkit-lint", ignore=NOT_COMMITTED))
    repository = Repository(folder, home)
    repository.git("add", "-A")
    repository.git("commit", "--quiet", "-m", "the tool")
    return repository


def app(folder: Path, home: Path, fixture: str) -> Repository:
    shutil.copytree(TOP / "fixtures" / fixture, folder)
    return Repository(folder, home)


def status_of(hook: str, output: str) -> str:
    """Passed, Failed or Skipped."""
    match = re.search(rf"^callkit-lint \({hook}\)\.*(?:\(.*\))?(Passed|Failed|Skipped)$", output, re.MULTILINE)
    assert match, output
    return match[1]


@consumers
def test_a_clean_commit_passes(tool: Repository, home: Path, tmp_path: Path) -> None:
    repository = app(tmp_path / "Clean", home, "scaffold/swift")
    repository.use(tool, "callkit-lint")
    result = repository.commit("a correct app")
    assert result.returncode == 0, result.stdout
    assert status_of("changed files", result.stdout) == "Passed"


@consumers
def test_a_commit_with_a_mistake_is_stopped(tool: Repository, home: Path, tmp_path: Path) -> None:
    repository = app(tmp_path / "Flapping", home, "route_flapping")
    repository.git("add", "-A")
    repository.git("commit", "--quiet", "-m", "before the hook")
    repository.use(tool, "callkit-lint")

    (repository.folder / "README.md").write_text("No source.\n")
    result = repository.commit("nothing to check")
    assert result.returncode == 0, result.stdout
    assert status_of("changed files", result.stdout) == "Skipped"

    # The mistake lies in CallAudio.m; what is committed is a step of the way to it.
    observer = repository.folder / "RouteObserver.swift"
    observer.write_text(observer.read_text() + "\n// changed\n")
    result = repository.commit("a step of the chain")
    assert result.returncode == 1, result.stdout
    assert status_of("changed files", result.stdout) == "Failed"
    assert re.search(r"^CallAudio\.m:\d+:\d+: error: .+ \[route-handler-fights-system\]$", result.stdout, re.MULTILINE)
    assert re.search(r"^    because .+ RouteObserver\.swift:\d+$", result.stdout, re.MULTILINE)
    assert repository.git("log", "-1", "--format=%s") == "nothing to check"

    repository.git("checkout", "HEAD", "--", "RouteObserver.swift")
    plist = repository.folder / "Info.plist"
    plist.write_text(plist.read_text() + "\n")
    result = repository.commit("a file that the mistake does not touch")
    assert result.returncode == 0, result.stdout
    assert status_of("changed files", result.stdout) == "Passed"


@consumers
def test_a_call_of_what_lies_in_another_file_is_stopped(tool: Repository, home: Path, tmp_path: Path) -> None:
    """The file that activates the session is committed already, harmless while nobody calls it; it is not touched."""
    repository = app(tmp_path / "Calling", home, "scaffold/swift")
    opener = "import AVFoundation\n\nenum Sound {\n    static func open() {\n        {}\n    }\n}\n"
    activation = "try? AVAudioSession.sharedInstance().setActive(true)"
    (repository.folder / "Sound.swift").write_text(opener.replace("{}", activation))
    repository.use(tool, "callkit-lint")
    result = repository.commit("an app whose activation nothing calls")
    assert result.returncode == 0, result.stdout

    center = repository.folder / "CallCenter.swift"
    before = center.read_text()
    assert before.count("server.accept(call)") == 1
    center.write_text(before.replace("server.accept(call)", "server.accept(call)\n        Sound.open()"))
    result = repository.commit("a call from the answer")
    assert result.returncode == 1, result.stdout
    assert status_of("changed files", result.stdout) == "Failed"
    assert re.search(r"^Sound\.swift:5:\d+: error: .+ \[direct-activation\]$", result.stdout, re.MULTILINE)
    assert repository.git("diff", "--cached", "--name-only") == "CallCenter.swift"

    center.write_text(before + "\n// no call\n")
    result = repository.commit("no call")
    assert result.returncode == 0, result.stdout


@consumers
def test_the_full_hook_reports_everything(tool: Repository, home: Path, tmp_path: Path) -> None:
    repository = app(tmp_path / "Flapping", home, "route_flapping")
    repository.git("add", "-A")
    repository.git("commit", "--quiet", "-m", "before the hook")
    repository.use(tool, "callkit-lint-full")
    plist = repository.folder / "Info.plist"
    plist.write_text(plist.read_text() + "\n")
    result = repository.commit("any source or property list")
    assert result.returncode == 1, result.stdout
    assert status_of("whole app", result.stdout) == "Failed"
    assert "[route-handler-fights-system]" in result.stdout


def test_which_files_start_the_hooks() -> None:
    """The manifest names no types: `.h` is no Objective-C for pre-commit, `.pbxproj` is nothing at all."""
    manifest = (TOP / ".pre-commit-hooks.yaml").read_text()
    patterns = set(re.findall(r"^  files: '(.+)'$", manifest, re.MULTILINE))
    assert len(patterns) == 1
    pattern = re.compile(patterns.pop())
    started = [
        "App/A.swift",
        "A.m",
        "A.mm",
        "A.h",
        "App/Info.plist",
        "App/App.entitlements",
        "App.xcodeproj/project.pbxproj",
        "Release.xcconfig",
    ]
    assert [name for name in started if not pattern.search(name)] == []
    others = ["README.md", "a.swift.orig", "Podfile.lock", "notes.html", "A.hpp", "image.png", "A.mmap", "plist"]
    assert [name for name in others if pattern.search(name)] == []
