"""Bypasses: what a button does itself that the handler of the mute action does, and nothing else."""

from __future__ import annotations

import pytest

from callkit_lint.questions.bypasses import bypasses
from tests.test_program import app, handler

MUTED = handler("perform CXSetMutedCallAction", "track.isMuted = action.isMuted")
BUTTON = "@IBAction func tapped(_ sender: UIButton) {{ {} }}"
ASK = "CXCallController().request(CXTransaction(action: CXSetMutedCallAction(call: id, muted: true))) { _ in }"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((MUTED, BUTTON.format("track.isMuted = true")), [5]),
        ((MUTED, BUTTON.format("track.isMuted = true; track.isMuted = false")), [5]),
        ((MUTED, BUTTON.format("isMuted.toggle()")), []),
        ((MUTED, BUTTON.format("mute()"), "func mute() { track.isMuted = true }"), [6]),
        ((MUTED, BUTTON.format(f"track.isMuted = true; {ASK}")), []),
        ((MUTED, BUTTON.format("track.isMuted = true; ask()"), f"func ask() {{ {ASK} }}"), []),
        ((MUTED, BUTTON.format("track.volume = 0")), []),
        ((MUTED, BUTTON.format("track.isMutedButton = true")), []),
        ((MUTED, handler("didActivate", "track.isMuted = true")), []),
        ((BUTTON.format("track.isMuted = true"),), []),
        ((MUTED, "func handle(_ call: FlutterMethodCall, result: FlutterResult) { track.isMuted = true }"), []),
    ],
)
def test_bypasses(members: tuple[str, ...], expected: list[int]) -> None:
    assert [case.places[0].location.line for case in bypasses(app(*members))] == expected


def test_a_bypass_is_told_once_where_it_is_nearest() -> None:
    shared = ("func mute() { track.isMuted = true }", BUTTON.format("mute()"), BUTTON.format("mute()"))
    (case,) = bypasses(app(MUTED, *shared))
    assert [place.text for place in case.chain][1:] == ["which calls Phone.mute()"]
