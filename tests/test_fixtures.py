"""The fixtures: whole apps, silent but for the lines that say otherwise."""

from __future__ import annotations

import plistlib
import re

import pytest

from callkit_lint.rulebook import load_rules
from tests.examples import Example, check, diagnostics, facts, fixtures

FIXTURES = {program.name: program for program in fixtures()}
SILENT = ("scaffold/swift", "scaffold/objc")


def test_fixtures_are_found() -> None:
    assert set(FIXTURES) == {*SILENT, "speakerbox_like", "route_flapping", "route_flapping_zego", "mixed_chain"}


@pytest.mark.parametrize("program", FIXTURES.values(), ids=str)
def test_fixture_reports_what_it_expects(program: Example) -> None:
    check(program)


@pytest.mark.parametrize("program", FIXTURES.values(), ids=str)
def test_fixture_is_a_call_app(program: Example) -> None:
    plist = plistlib.loads(program.files["Info.plist"])
    assert "voip" in plist["UIBackgroundModes"]
    assert plist["NSMicrophoneUsageDescription"]
    assert {rule for _, _, rule in program.expected} <= set(load_rules())


@pytest.mark.parametrize("name", SILENT)
def test_silent_fixture_expects_nothing(name: str) -> None:
    assert not FIXTURES[name].expected


def test_the_reference_sample_gets_a_note_and_no_more() -> None:
    """Apple's sample configures in the call actions; a linter that calls its reference wrong is wrong itself."""
    (item,) = diagnostics(FIXTURES["speakerbox_like"].files)
    assert (item.rule, item.severity.name) == ("configured-in-call-action", "note")


SETTERS = {
    "scaffold/swift": (
        "AudioSession.swift",
        r"setCategory\(.playAndRecord, mode: .voiceChat, .*\)",
        "setMode(.voiceChat)",
    ),
    "scaffold/objc": ("AudioSession.m", r"setCategory:\w+\s+mode:(\w+)\s+options:0", r"setMode:\1"),
}


@pytest.mark.parametrize("name", SETTERS)
def test_without_its_category_the_scaffold_lacks_just_that(name: str) -> None:
    path, setter, other = SETTERS[name]
    text, edits = re.subn(setter, other, FIXTURES[name].files[path].decode())
    assert edits == 1
    found = diagnostics({**FIXTURES[name].files, path: text.encode()})
    assert {(item.rule, item.severity.name) for item in found} == {("no-call-configuration", "warning")}


def test_route_flapping_is_told_from_the_observer_on() -> None:
    (item,) = diagnostics(FIXTURES["route_flapping"].files)
    assert item.rule == "route-handler-fights-system"
    assert item.path == "CallAudio.m"
    told = [(step.path, step.location.line) for step in item.chain]
    places = [
        ("RouteObserver.swift", "routeChanged(_ notification"),
        ("RouteObserver.swift", "audio.routeDidChange(reason)"),
        ("CallAudio.m", "[self restoreCallCategory]"),
        ("CallAudio.m", "// expect:"),
    ]
    assert told[-4:] == [_line_of("route_flapping", path, text) for path, text in places]
    assert "RouteObserver.routeChanged(_:)" in item.chain[0].text


def test_an_engine_that_writes_the_session_is_one_warning_where_it_is_made() -> None:
    (item,) = diagnostics(FIXTURES["route_flapping_zego"].files)
    assert (item.rule, item.severity.name) == ("sdk-owns-session", "warning")
    line = _line_of("route_flapping_zego", "CallAudio.swift", "createEngine(with: profile")
    assert (item.path, item.location.line) == line
    assert "ZEGO Express" in item.message and "undocumented; confirm with the vendor" in item.message


def test_mixed_chain_goes_from_swift_into_objective_c() -> None:
    (item,) = diagnostics(FIXTURES["mixed_chain"].files)
    told = [(step.path, step.location.line) for step in item.chain]
    places = [
        ("Phone.swift", "perform action: CXAnswerCallAction"),
        ("Phone.swift", "sound.prepare()"),
        ("PhoneSound.swift", "PhoneEngine(volume: 1)"),
        ("PhoneEngine.m", "[self openSession];"),
        ("PhoneEngine.m", "// expect:"),
    ]
    assert told == [_line_of("mixed_chain", path, text) for path, text in places]


def _line_of(name: str, path: str, text: str) -> tuple[str, int]:
    lines = FIXTURES[name].files[path].decode().splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if text in line]
    return path, number


def test_the_scaffold_is_one_app_in_two_languages() -> None:
    """What a page lays over the scaffold gives equal facts only if the rest does."""
    assert facts(FIXTURES["scaffold/swift"].files) == facts(FIXTURES["scaffold/objc"].files)
