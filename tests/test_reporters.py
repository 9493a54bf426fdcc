"""The forms of a report: text for people and problem matchers, JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import callkit_lint
from callkit_lint.ir import Location
from callkit_lint.reporters import Coverage, Report
from callkit_lint.reporters import json as json_form
from callkit_lint.reporters import text as text_form
from callkit_lint.rule import Confidence, Diagnostic, Place, Severity

CHAIN = (
    Place("App/Provider.swift", Location(31, 5, 31, 20), "CallKit calls provider(_:perform: CXAnswerCallAction)"),
    Place("App/Provider.swift", Location(33, 9, 33, 22), "which calls Audio.start()"),
    Place("App/Audio.m", Location(12, 3, 12, 40), "which calls setActive(true)"),
)
FINDING = Diagnostic(
    "direct-activation",
    Severity.error,
    Confidence.high,
    "App/Audio.m",
    Location(12, 3, 12, 40),
    "the app activates the audio session while answering; CallKit activates it",
    phase="answer",
    chain=CHAIN,
    program="App",
    confidence_reason="the receiver is the shared session",
)
TEXT = """\
App/Audio.m:12:3: error: the app activates the audio session while answering; CallKit activates it [direct-activation]
    because CallKit calls provider(_:perform: CXAnswerCallAction)   App/Provider.swift:31
    which calls Audio.start()                                       App/Provider.swift:33
    which calls setActive(true)                                     App/Audio.m:12
"""


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(*diagnostics: Diagnostic, root: Path | None = None, source: bytes = b"", **others: object) -> Report:
    def line(path: str, number: int) -> bytes:
        return source

    return Report(diagnostics, root=root or Path.cwd(), line=line, **others)  # type: ignore[arg-type]


def finding(message: str = "m", path: str = "A.swift", column: int = 1, end_column: int = 2) -> Diagnostic:
    where = Location(1, column, 1, end_column)
    return Diagnostic("some-rule", Severity.warning, Confidence.high, path, where, message)


# ---- text -----------------------------------------------------------------------------------------------------------


def test_the_text_form_is_the_one_of_the_design() -> None:
    assert text_form.render(report(FINDING, source=b" " * 80)) == TEXT


def test_no_finding_no_text() -> None:
    assert text_form.render(report()) == ""


def test_a_finding_without_chain_is_one_line() -> None:
    assert text_form.render(report(finding())) == "A.swift:1:1: warning: m [some-rule]\n"


def test_related_places_follow_the_chain() -> None:
    related = Diagnostic(
        "some-rule",
        Severity.note,
        Confidence.high,
        "A.swift",
        Location(1, 1, 1, 2),
        "m",
        chain=(Place("A.swift", Location(1, 1, 1, 2), "UIKit calls init()"),),
        related=(Place("B.swift", Location(7, 1, 7, 2), "the delegate is set here"),),
    )
    assert text_form.render(report(related)).splitlines()[1:] == [
        "    because UIKit calls init()     A.swift:1",
        "    see the delegate is set here   B.swift:7",
    ]


def test_colour_adds_nothing_but_colour() -> None:
    coloured = text_form.render(report(FINDING, source=b" " * 80), colour=True)
    assert "\033[31merror\033[0m" in coloured
    for code in ("31", "2", "0"):
        coloured = coloured.replace(f"\033[{code}m", "")
    assert coloured == TEXT


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("größe → 📞", "größe → 📞"),
        ("\033[2J\033]0;title\a", "\\x1b[2J\\x1b]0;title\\x07"),
        ("two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"),
        ("right\u202eto left", "right\\u202eto left"),
        ("next\u2028line \x9b31m \x7f", "next\\u2028line \\x9b31m \\x7f"),
        ("bad\udcffbyte", "bad\\udcffbyte"),
    ],
)
def test_nothing_in_a_source_can_steer_the_terminal(raw: str, shown: str) -> None:
    chain = (Place(raw, Location(1, 1, 1, 2), raw),)
    place = Diagnostic("some-rule", Severity.error, Confidence.high, raw, Location(1, 1, 1, 2), raw, chain=chain)
    assert text_form.render(report(place)) == (
        f"{shown}:1:1: error: {shown} [some-rule]\n    because {shown}   {shown}:1\n"
    )


def test_columns_are_characters() -> None:
    source = 'let größe = "📞"; call()'
    start = source.encode().index(b"call") + 1
    rendered = text_form.render(report(finding(column=start, end_column=start + 6), source=source.encode()))
    assert rendered.startswith(f"A.swift:1:{source.index('call') + 1}:")
    document = json.loads(json_form.render(report(finding(column=start, end_column=start + 6), source=source.encode())))
    (only,) = document["diagnostics"]
    assert (only["column"], only["end_column"]) == (source.index("call") + 1, source.index("call") + 7)


def test_paths_are_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ios" / "App").mkdir(parents=True)
    inside = report(finding(path="App/A.swift"), root=tmp_path / "ios")
    assert text_form.render(inside).startswith("ios/App/A.swift:1:1:")
    monkeypatch.chdir(tmp_path / "ios" / "App")
    assert text_form.render(inside).startswith("A.swift:1:1:")
    assert text_form.render(report(finding(path="B.swift"), root=tmp_path / "ios")).startswith("../B.swift:1:1:")


def test_the_summary() -> None:
    seen = Coverage(3, 3)
    assert text_form.summary(report()) == "nothing to check: no Swift or Objective-C sources found"
    assert text_form.summary(report(coverage=Coverage(1, 1))) == "no findings in 1 file"
    assert text_form.summary(report(FINDING, FINDING, finding(), coverage=seen)) == (
        "3 findings (2 errors, 1 warning) in 3 files"
    )
    partly = Coverage(3, 2, 40, (("A.swift", "binary"),))
    assert text_form.summary(report(coverage=partly, suppressed=2)) == (
        "no findings in 2 files; 2 silenced by comments; 1 file not read; 40 bytes not understood"
    )


# ---- JSON -----------------------------------------------------------------------------------------------------------

NUMBER, TEXT_VALUE = {"type": "integer", "minimum": 0}, {"type": "string"}


def record(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


PLACES = {"type": "array", "items": record(path=TEXT_VALUE, line=NUMBER, column=NUMBER, text=TEXT_VALUE)}
EDIT = record(
    path=TEXT_VALUE, start_line=NUMBER, start_column=NUMBER, end_line=NUMBER, end_column=NUMBER, text=TEXT_VALUE
)
SCHEMA = record(
    version={"const": 1},
    tool={"const": "callkit-lint"},
    tool_version=TEXT_VALUE,
    diagnostics={
        "type": "array",
        "items": record(
            rule=TEXT_VALUE,
            severity={"enum": ["error", "warning", "note"]},
            confidence={"enum": ["high", "medium", "low"]},
            path=TEXT_VALUE,
            line=NUMBER,
            column=NUMBER,
            end_line=NUMBER,
            end_column=NUMBER,
            message=TEXT_VALUE,
            phase=TEXT_VALUE,
            chain=PLACES,
            related=PLACES,
            program=TEXT_VALUE,
            confidence_reason=TEXT_VALUE,
            help=TEXT_VALUE,
            fix={"anyOf": [{"type": "null"}, record(safe={"type": "boolean"}, edits={"type": "array", "items": EDIT})]},
        ),
    },
    coverage=record(
        files_seen=NUMBER,
        files_parsed=NUMBER,
        lost_bytes=NUMBER,
        unparsed={"type": "array", "items": record(path=TEXT_VALUE, reason=TEXT_VALUE)},
    ),
)


def test_the_json_form_has_every_key(tmp_path: Path) -> None:
    coverage = Coverage(3, 2, 40, (("App/Old.m", "binary"),))
    help = {"direct-activation": "https://example.org/direct-activation"}
    rendered = json_form.render(report(FINDING, source=b" " * 80, coverage=coverage, help=help))
    document = json.loads(rendered)
    jsonschema.validate(document, SCHEMA)
    assert document["tool_version"] == callkit_lint.__version__
    (only,) = document["diagnostics"]
    assert only["rule"] == "direct-activation"
    assert (only["line"], only["column"], only["end_line"], only["end_column"]) == (12, 3, 12, 40)
    assert only["chain"][1] == {
        "path": "App/Provider.swift",
        "line": 33,
        "column": 9,
        "text": "which calls Audio.start()",
    }
    assert (only["phase"], only["program"], only["help"]) == ("answer", "App", help["direct-activation"])
    assert document["coverage"] == {
        "files_seen": 3,
        "files_parsed": 2,
        "lost_bytes": 40,
        "unparsed": [{"path": "App/Old.m", "reason": "binary"}],
    }


def test_json_of_odd_text_is_still_json() -> None:
    odd = "\033[2J \u2028 \udcff \n größe"
    document = json.loads(json_form.render(report(finding(odd, path=odd))))
    assert document["diagnostics"][0]["message"] == odd
    assert json_form.render(report(finding(odd))).isascii()


def test_reports_are_stable() -> None:
    assert json_form.render(report(FINDING)) == json_form.render(report(FINDING))
    assert json.loads(json_form.render(report()))["diagnostics"] == []
