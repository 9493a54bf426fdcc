"""Activations: which are repairs, which belong to an interruption's observer, and where each is told."""

from __future__ import annotations

import pytest

from callkit_lint.model.program import Program
from callkit_lint.questions.activations import Occurrence, activations, at_interruptions, recoveries, screens_for_calls
from tests.graphs import ACTIVATE, program
from tests.test_program import ANSWER, START, app, handler

ON = "try? session.setActive(true)"
OFF = "try? session.setActive(false)"
SESSION = "let session = AVAudioSession.sharedInstance()"
AFTER_A_SECOND = "DispatchQueue.main.asyncAfter(deadline: .now() + 1) {{ {} }}"
HELD = "perform CXSetHeldCallAction"


def kinds(found: Program) -> set[str]:
    return {occurrence.kind for occurrence in recoveries(found)}


def lines(found: list[Occurrence]) -> set[tuple[str, int]]:
    return {(occurrence.kind, occurrence.location.line) for occurrence in found}


# ---- which are repairs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ACTIVATE, set()),
        (AFTER_A_SECOND.format(ACTIVATE), {"delay"}),
        (f"Timer.scheduledTimer(withTimeInterval: 1, repeats: false) {{ _ in {ACTIVATE} }}", {"delay"}),
        (f"DispatchQueue.main.async {{ {ACTIVATE} }}", set()),
        (f"do {{ try go() }} catch {{ {ACTIVATE} }}", {"retry"}),
        (f"do {{ try go() }} catch {{ DispatchQueue.main.async {{ {ACTIVATE} }} }}", {"retry"}),
        (f"do {{ try go() }} catch {{ log() }}; {ACTIVATE}", set()),
        (f"for _ in 0..<3 {{ {ACTIVATE} }}", {"retry"}),
        (f"repeat {{ {ACTIVATE} }} while quiet", {"retry"}),
        (f"{SESSION}; {OFF}; {ON}", {"restart"}),
        (f"{SESSION}; {OFF}; if loud {{ {ON} }}", {"restart"}),
        (f"{SESSION}; session.deactivate(); {ON}", {"restart"}),
        (f"{SESSION}; {ON}; {OFF}", set()),
        (f"{SESSION}; if loud {{ {OFF} }} else {{ {ON} }}", set()),
        (f"{SESSION}; if loud {{ {OFF}; return }}; {ON}", set()),
        (f"{SESSION}; {ON}; if quiet {{ {ON} }}", {"retry"}),
        (f"{SESSION}; {ON}; {ON}", set()),
        (f"{SESSION}; if loud {{ {ON} }} else {{ {ON} }}", set()),
    ],
)
def test_kinds_in_the_answer_action(body: str, expected: set[str]) -> None:
    assert kinds(app(handler(ANSWER, body))) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((handler(HELD, ACTIVATE),), {"hold"}),
        ((handler(HELD, "hold(action)"), f"func hold(_ a: CXSetHeldCallAction) {{ {ACTIVATE} }}"), {"hold"}),
        ((handler("perform CXSetMutedCallAction", ACTIVATE),), set()),
        ((handler("didDeactivate", ACTIVATE),), set()),
        ((handler("didDeactivate", f"try? session.setCategory(.playback); {ACTIVATE}"),), set()),
        ((handler("didDeactivate", f"try? session.setCategory(.playAndRecord); {ACTIVATE}"),), {"after"}),
        ((handler("perform CXEndCallAction", AFTER_A_SECOND.format(ACTIVATE)),), set()),
    ],
)
def test_kinds_in_other_handlers(members: tuple[str, ...], expected: set[str]) -> None:
    assert kinds(app(*members)) == expected


def test_the_default_of_an_option_is_not_its_value() -> None:
    (runs,) = activations(app(handler(ANSWER, f"if player?.isReady ?? false {{ {ACTIVATE} }}")))
    assert [run.phase for run in runs] == ["answer"]


def test_a_delay_before_a_call_or_far_away_is_none() -> None:
    open_ = f"func open() {{ {ACTIVATE} }}"
    ring_later = AFTER_A_SECOND.format("self.open()")
    assert kinds(app(f"init() {{ {ring_later} }}", open_)) == set()
    two = ("func one() { open() }", open_)
    assert kinds(app(handler(ANSWER, AFTER_A_SECOND.format("self.one()")), *two)) == {"delay"}
    assert kinds(app(handler(ANSWER, AFTER_A_SECOND.format("self.far()")), "func far() { one() }", *two)) == set()


# ---- where they are told --------------------------------------------------------------------------------------------


def test_a_repair_is_told_at_the_activation_unless_others_get_there_too() -> None:
    late = handler(ANSWER, f"\n{AFTER_A_SECOND.format('self.open()')}")
    helper = f"func open() {{\n{ACTIVATE} }}"
    alone = app(late, helper)
    assert lines(list(recoveries(alone))) == {("delay", 7)}
    shared = app(late, helper, handler(START, "open()"))
    assert lines(list(recoveries(shared))) == {("delay", 5)}
    assert [run.phase for runs in activations(shared) for run in runs][:1] == ["start"]


# ---- screens --------------------------------------------------------------------------------------------------------

FOR_CALL = "try? AVAudioSession.sharedInstance().setCategory(.playAndRecord, mode: {}, options: [])"
SHOWN = "override func viewDidAppear(_ animated: Bool) {{ {} }}"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((SHOWN.format(f"{FOR_CALL.format('.voiceChat')}; {ACTIVATE}"),), {"Phone"}),
        (
            (
                SHOWN.format(
                    f"{SESSION}; try? session.setCategory(.playAndRecord); try? session.setMode(.videoChat); {ACTIVATE}"
                ),
            ),
            {"Phone"},
        ),
        ((SHOWN.format(f"{FOR_CALL.format('.default')}; {ACTIVATE}"),), set()),
        ((SHOWN.format(ACTIVATE),), set()),
        ((SHOWN.format("open(.voiceChat)"), f"func open(_ m: M) {{ {FOR_CALL.format('m')}; {ACTIVATE} }}"), {"Phone"}),
        ((SHOWN.format("open(.spoken)"), f"func open(_ m: M) {{ {FOR_CALL.format('m')}; {ACTIVATE} }}"), set()),
    ],
)
def test_a_screen_that_configures_for_a_call(members: tuple[str, ...], expected: set[str]) -> None:
    found = app(*members)
    assert screens_for_calls(found) == expected
    assert bool(list(activations(found))) == bool(expected)


# ---- interruptions --------------------------------------------------------------------------------------------------

OBSERVE = (
    "NotificationCenter.default.addObserver(self, selector: #selector(heard), "
    "name: AVAudioSession.interruptionNotification, object: nil)"
)
RAW = "let raw = n.userInfo?[AVAudioSessionInterruptionTypeKey] as? UInt"


def observer(body: str, *members: str) -> Program:
    return app(f"init() {{ {OBSERVE} }}", f"@objc func heard(_ n: Notification) {{\n{body} }}", *members)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ACTIVATE, {"untested"}),
        (f"{RAW}; if raw == AVAudioSession.InterruptionType.began.rawValue {{ {ACTIVATE} }}", {"began"}),
        (f"{RAW}; if raw == AVAudioSession.InterruptionType.ended.rawValue {{ {ACTIVATE} }}", set()),
        (f"{RAW}; if wanted {{ {ACTIVATE} }}", {"untested"}),
        (f"if options.contains(.shouldResume) {{ {ACTIVATE} }}", set()),
        (f"if !options.contains(.shouldResume) {{ {ACTIVATE} }}", {"untested"}),
        (f"let shouldResume = options.contains(.shouldResume); if shouldResume {{ {ACTIVATE} }}", set()),
        (OFF, set()),
    ],
)
def test_observers_of_interruptions(body: str, expected: set[str]) -> None:
    assert {occurrence.kind for occurrence in at_interruptions(observer(body))} == expected


def test_an_observer_is_told_at_its_own_call_where_others_activate_there_too() -> None:
    helper = f"func open() {{\n{ACTIVATE} }}"
    assert lines(list(at_interruptions(observer("open()", helper)))) == {("untested", 8)}
    shared = observer("open()", helper, handler(ANSWER, "open()"))
    assert lines(list(at_interruptions(shared))) == {("untested", 6)}


def test_a_local_notification_center_of_objective_c_is_one() -> None:
    source = """
#import <CallKit/CallKit.h>
@interface A : NSObject <CXProviderDelegate>
@end
@implementation A
- (void)observe {
    NSNotificationCenter *center = [NSNotificationCenter defaultCenter];
    [center addObserver:self selector:@selector(heard:) name:AVAudioSessionInterruptionNotification object:nil];
}
- (void)heard:(NSNotification *)notification {
    [[AVAudioSession sharedInstance] setActive:YES error:nil];
}
@end
"""
    assert {occurrence.kind for occurrence in at_interruptions(program({"A.m": source}))} == {"untested"}
