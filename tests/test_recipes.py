"""The files that are copied into other services: each is read by its service's schema, and its commands are run, with
a copy of this repository in place of the one they install from. `make test-consumers` runs these."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.consumers import need

pytestmark = pytest.mark.consumers

TOP = Path(__file__).parent.parent
RECIPES = TOP / "recipes"
HOME = "https://github.com/callkit-lint/callkit-lint"
FOUND = "PhoneEngine.m"  # the file with the error of the fixture


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text())


# ---- schemas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "place", "right", "wrong"),
    [
        ("github-actions", "action.yml", "using: composite", "using: nothing"),
        ("gitlab-ci", "recipes/gitlab-ci.yml", "when: always", "when: never-ever"),
    ],
)
def test_a_service_knows_the_keys_of_its_file(schema: str, place: str, right: str, wrong: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    text = (TOP / place).read_text()
    assert right in text
    (tmp_path / "broken.yml").write_text(text.replace(right, wrong))
    assert subprocess.run([*command, str(tmp_path / "broken.yml")], capture_output=True).returncode == 1
    run = subprocess.run([*command, str(TOP / place)], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, ""), run.stdout


def test_the_lane_of_fastlane_is_ruby() -> None:
    need(ruby="ruby")
    assert subprocess.run(["ruby", "-wc", str(RECIPES / "Fastfile")], capture_output=True).returncode == 0


# ---- commands -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a service: git finds this repository's files, tagged, at the address that recipes name."""
    folder = tmp_path_factory.mktemp("service")
    copy = folder / "copy"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, copy / name)
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "all"], ["tag", "v0.1.0"]):
        subprocess.run(["git", *command], cwd=copy, check=True)
    subprocess.run(["git", "config", "uploadpack.allowFilter", "true"], cwd=copy, check=True)  # pip leaves blobs out
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{copy}.insteadOf",
        "GIT_CONFIG_VALUE_0": HOME,
        **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTPS_", "https_"))},
    }


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A checkout with one error."""
    place = tmp_path / "checkout"
    shutil.copytree(TOP / "fixtures" / "mixed_chain", place)
    return place


def shell(
    script: str, where: Path, environment: dict[str, str], *, interpreter: str = "sh -e"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*interpreter.split(), "-c", script], cwd=where, env=environment, capture_output=True, text=True
    )


def test_xcode_cloud(service: dict[str, str], app: Path) -> None:
    environment = {**service, "CI_PRIMARY_REPOSITORY_PATH": str(app)}
    run = shell((RECIPES / "ci_post_clone.sh").read_text(), app.parent, environment)
    assert run.returncode == 1, run.stderr
    assert re.search(rf"^{re.escape(str(app))}/{FOUND}:\d+:\d+: error: ", run.stdout, re.M)


def test_gitlab(service: dict[str, str], app: Path) -> None:
    job = yaml(RECIPES / "gitlab-ci.yml")["callkit-lint"]
    lines = [line for line in job["before_script"] if "apt-get" not in line] + job["script"]
    environment = in_environment(service, app.parent / "python")
    run = shell("\n".join(lines), app, environment)
    assert run.returncode == 1, run.stderr
    report = json.loads((app / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [one["location"]["path"] for one in report] == [FOUND]
    assert FOUND in run.stdout


def in_environment(service: dict[str, str], place: Path) -> dict[str, str]:
    """With a Python of its own first in the path: what a container is to a recipe that installs without one."""
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    return {**service, "PATH": f"{place / 'bin'}:{service['PATH']}"}


def test_bitrise(service: dict[str, str], app: Path) -> None:
    (step,) = yaml(RECIPES / "bitrise.yml")["workflows"]["primary"]["steps"]
    results = app.parent / "results"
    script = step["script@1"]["inputs"][0]["content"].replace("/tmp/", f"{app.parent}/")
    run = shell(script, app, {**service, "BITRISE_TEST_RESULT_DIR": str(results)}, interpreter="bash")
    assert run.returncode == 1, run.stderr
    assert FOUND in (results / "callkit-lint" / "callkit-lint.xml").read_text()
    assert json.loads((results / "callkit-lint" / "test-info.json").read_text()) == {"test-name": "callkit-lint"}


def test_jenkins(service: dict[str, str], app: Path) -> None:
    text = (RECIPES / "Jenkinsfile").read_text()
    (script,) = re.findall(r"sh '''(.*?)'''", text, re.S)
    (pattern,) = re.findall(r"pattern: '(.*?)'", text)
    run = shell(script, app, service, interpreter="sh -xe")
    assert run.returncode == 0, run.stderr
    (log,) = json.loads((app / pattern).read_text())["runs"]
    assert [one["level"] for one in log["results"]] == ["error"]


def test_fastlane(service: dict[str, str], app: Path) -> None:
    """fastlane runs the commands of a lane in its own folder, below the project."""
    (app / "fastlane").mkdir()
    commands = re.findall(r'sh\("(.*?)"\)', (RECIPES / "Fastfile").read_text())
    run = shell("\n".join(commands), app / "fastlane", service)
    assert run.returncode == 1, run.stderr
    assert f"{FOUND}:" in run.stdout and (app / "build").is_dir()


# ---- the action -----------------------------------------------------------------------------------------------------


def action(
    service: dict[str, str], app: Path, **inputs: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """What the scripts of the action print, run as GitHub's runner does, and what the last one puts out."""
    document = yaml(TOP / "action.yml")
    temporary = app.parent / "temp"
    temporary.mkdir(exist_ok=True)
    files = {"GITHUB_STEP_SUMMARY": str(temporary / "summary.md"), "GITHUB_OUTPUT": str(temporary / "output")}
    values = {"github.action_path": str(TOP), "runner.temp": str(temporary)}
    values |= {f"inputs.{name}": str(one["default"]) for name, one in document["inputs"].items()}
    values |= {f"inputs.{name}": text for name, text in inputs.items()}
    environment = in_environment(service, app.parent / "python")
    for step in document["runs"]["steps"]:
        if "run" in step:
            own = {
                name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], text)
                for name, text in step["env"].items()
            }
            run = shell(
                step["run"], app, {**environment, **files, **own}, interpreter="bash --noprofile --norc -eo pipefail"
            )
    told = Path(files["GITHUB_OUTPUT"])
    return run, dict(line.split("=", 1) for line in told.read_text().splitlines()) if told.exists() else {}


def test_the_action_annotates_sums_up_and_fails(service: dict[str, str], app: Path) -> None:
    run, told = action(service, app)
    first, *_, last = run.stdout.splitlines()
    assert run.returncode == 1, run.stderr
    assert (first, last) == (
        f"::add-matcher::{TOP}/.github/callkit-lint-matcher.json",
        "::remove-matcher owner=callkit-lint-notes::",
    )
    assert f"{FOUND}:" in run.stdout and FOUND in (app.parent / "temp" / "summary.md").read_text()
    (log,) = json.loads(Path(told["report"]).read_text())["runs"]
    assert [one["level"] for one in log["results"]] == ["error"]


def test_the_action_passes_its_options_on(service: dict[str, str], app: Path) -> None:
    run, told = action(service, app, paths="Phone.swift", args="--ignore direct-activation")
    assert (run.returncode, "report" in told) == (0, True), run.stdout + run.stderr


def test_text_in_an_input_of_the_action_is_no_command(service: dict[str, str], app: Path) -> None:
    run, told = action(service, app, paths="$(touch spoilt) `touch spoilt` ; touch spoilt")
    assert (run.returncode, told, (app / "spoilt").exists()) == (2, {}, False)
