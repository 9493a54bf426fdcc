"""The problem matchers for GitHub and Visual Studio Code read our own text form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from callkit_lint.ir import Location
from callkit_lint.reporters import Report, text
from callkit_lint.rule import Confidence, Diagnostic, Place, Severity

TOP = Path(__file__).parent.parent
GITHUB = json.loads((TOP / ".github" / "callkit-lint-matcher.json").read_text())["problemMatcher"]
EDITOR = json.loads((TOP / "docs" / "vscode-tasks.json").read_text())["tasks"][0]["problemMatcher"]
PATHS = [
    "App/Audio.m",
    "App Sources/Call Handling (old)/Audio.m",
    "C:\\Users\\me\\App\\Audio.m",
    "C:/Users/me/App/Audio.m",
    "../Größe/Audio:2.m",
    "App/[Audio].m",
]
MESSAGES = [
    "the app activates the audio session while answering; CallKit activates it",
    "calls setActive(true): CallKit does that [see CXProvider]: error: 3:4: note",
]


def found(pattern: dict[str, Any], line: str) -> dict[str, str]:
    """The groups that a pattern names, by what it says they are."""
    match = re.search(pattern["regexp"], line)
    return {} if match is None else {name: match[group] for name, group in pattern.items() if name != "regexp"}


def lines(severity: Severity, path: str, message: str, colour: bool, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(text, "shown_path", lambda report, shown: shown)
    chain = (Place(path, Location(3, 1, 3, 2), "CallKit calls provider(_:perform: CXAnswerCallAction)"),)
    where = Location(12, 3, 12, 40)
    finding = Diagnostic("direct-activation", severity, Confidence.high, path, where, message, chain=chain)
    report = Report((finding,), line=lambda path, number: b" " * 80)
    return text.render(report, colour=colour).splitlines()


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("severity", list(Severity))
def test_matchers(severity: Severity, path: str, message: str, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    first, step = lines(severity, path, message, colour, monkeypatch)
    expected = {
        "file": path,
        "line": "12",
        "column": "3",
        "severity": severity.name,
        "message": message,
        "code": "direct-activation",
    }
    assert found(EDITOR["pattern"], first) == expected

    by_owner = {matcher["owner"]: found(matcher["pattern"][0], first) for matcher in GITHUB}
    if severity == Severity.note:  # GitHub knows no "note": a matcher of its own says "notice" instead
        del expected["severity"]
        assert by_owner == {"callkit-lint": {}, "callkit-lint-notes": expected}
    else:
        assert by_owner == {"callkit-lint": expected, "callkit-lint-notes": {}}

    patterns = [EDITOR["pattern"], *(matcher["pattern"][0] for matcher in GITHUB)]
    assert [found(pattern, step) for pattern in patterns] == [{}, {}, {}]


def test_what_github_accepts() -> None:
    """The runner refuses equal owners, default severities that it does not know, and keys that it does not know."""
    assert len({matcher["owner"] for matcher in GITHUB}) == len(GITHUB)
    for matcher in GITHUB:
        assert matcher.get("severity", "") in ("", "error", "warning", "notice")
        (pattern,) = matcher["pattern"]
        assert set(pattern) <= {"regexp", "file", "line", "column", "severity", "code", "message", "fromPath", "loop"}


def test_the_expressions_are_also_javascript() -> None:
    """Nothing that only Python knows: named groups as (?P, \\A, \\Z, possessive or atomic parts, inline flags."""
    for pattern in [EDITOR["pattern"], *(matcher["pattern"][0] for matcher in GITHUB)]:
        assert re.search(r"\(\?[^:=!<]|\(\?P|\\[AZ]|[*+?]\+", pattern["regexp"]) is None
