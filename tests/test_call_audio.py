"""Sound that the app starts around a call: before the activation, as a ringback, as a ringtone."""

from __future__ import annotations

import pytest

from callkit_lint.model.program import Program
from callkit_lint.questions.call_audio import plays_ringback_early, rings, starts_early
from tests.graphs import runs
from tests.test_program import ANSWER, REPORT, START, app, handler

ENGINE = "let engine = AVAudioEngine()"
GO = "try? engine.start()"
SWITCH = "RTCAudioSession.sharedInstance().isAudioEnabled = {}"
JOIN = "let session: OTSession\nfunc join() { session.connect(withToken: token, error: &error) }"
REQUEST = (
    "func call() {{ {} CXCallController().request(CXTransaction(action: CXStartCallAction(call: id, handle: h))) }}"
)


def early(found: Program) -> set[str]:
    """The phases in which audio starts early."""
    effects = ("audio start", "call audio", "join")
    return {run.phase for run in runs(found) if run.site.api.effect in effects and starts_early(found, run)}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((handler(ANSWER, GO),), {"answer"}),
        ((handler(START, GO),), {"start"}),
        ((handler("didActivate", GO),), set()),
        ((handler("didDeactivate", GO),), set()),
        ((handler(ANSWER, f"DispatchQueue.main.async {{ {GO} }}"),), {"answered"}),
        ((handler(ANSWER, f"DispatchQueue.main.asyncAfter(deadline: soon) {{ {GO} }}"),), set()),
        ((REQUEST.format(f"{GO};"),), {"request"}),
        ((f"init() {{ {GO} }}",), {"setup"}),
        ((handler("perform CXSetHeldCallAction", GO),), set()),
        ((handler(ANSWER, "engine.prepare()"),), set()),
    ],
)
def test_when_audio_starts_early(members: tuple[str, ...], expected: set[str]) -> None:
    assert early(app(ENGINE, *members)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("ready", {"answer"}),
        ("sessionActivated", set()),
        ("audio.isActive", set()),
        ("UIApplication.shared.applicationState == .active", {"answer"}),
        ("opened", set()),  # set in didActivate
    ],
)
def test_conditions_that_wait_for_the_activation(condition: str, expected: set[str]) -> None:
    members = (
        handler(ANSWER, f"if {condition} {{ {GO} }}"),
        handler("didActivate", "opened = true"),
        "var opened = false",
    )
    assert early(app(ENGINE, *members)) == expected


@pytest.mark.parametrize(("value", "expected"), [("true", {"answer"}), ("false", set()), ("wanted", set())])
def test_a_switch_counts_when_it_is_switched_on(value: str, expected: set[str]) -> None:
    assert early(app(handler(ANSWER, SWITCH.format(value)))) == expected


def test_an_engine_that_renders_by_hand_is_left_alone() -> None:
    by_hand = "func f() { try? engine.enableManualRenderingMode(.offline, format: f, maximumFrameCount: 9) }"
    assert early(app(ENGINE, handler(ANSWER, GO), by_hand)) == set()


def test_a_session_in_calling_services_mode_may_connect_early() -> None:
    manual = "func f() { OTAudioDeviceManager.currentAudioSessionManager()?.enableCallingServicesMode() }"
    assert early(app(JOIN, handler(ANSWER, "join()"), module="OpenTok")) == {"answer"}
    assert early(app(JOIN, handler(ANSWER, "join()"), manual, module="OpenTok")) == set()


# ---- ringbacks and ringtones ----------------------------------------------------------------------------------------

PLAYER = "let player: AVAudioPlayer"


def ringbacks(found: Program) -> set[str]:
    return {run.phase for run in runs(found) if run.site.api.effect == "playback" and plays_ringback_early(found, run)}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((REQUEST.format("ringback();"), "func ringback() { player.play() }"), {"request"}),
        ((handler(START, "dialTone()"), "func dialTone() { player.play() }"), {"start"}),
        ((handler(START, "tone()"), "func tone() { player.play() }"), set()),
        ((handler(START, "hangUp()"), "func hangUp() { ring() }", "func ring() { player.play() }"), set()),
        ((handler(ANSWER, "ringback()"), "func ringback() { player.play() }"), set()),
        ((handler("didActivate", "ringback()"), "func ringback() { player.play() }"), set()),
    ],
)
def test_ringbacks(members: tuple[str, ...], expected: set[str]) -> None:
    assert ringbacks(app(PLAYER, *members)) == expected


def ringtones(found: Program) -> set[str]:
    phases = ("report", "reported")
    return {
        run.phase for run in runs(found) if run.site.api.effect == "playback" and run.phase in phases and rings(run)
    }


RING = "func ring() { player.play() }"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (("func receive() { ring(); " + REPORT.format("") + " }", RING), {"report"}),
        (("func receive() { " + REPORT.format("self.ring()") + " }", RING), {"reported"}),
        (
            ('func receive() { let p = player; p.url = "Ringtone.caf"; p.play(); ' + REPORT.format("") + " }",),
            {"report"},
        ),
        (("func receive() { beep(); " + REPORT.format("") + " }", "func beep() { player.play() }"), set()),
        (("func receive() { if foreground { ring() } else { " + REPORT.format("") + " } }", RING), set()),
        (("func receive() { ringBack(); " + REPORT.format("") + " }", "func ringBack() { player.play() }"), set()),
    ],
)
def test_ringtones(members: tuple[str, ...], expected: set[str]) -> None:
    assert ringtones(app(PLAYER, *members)) == expected
