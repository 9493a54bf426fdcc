"""The callbacks about the session: which delegates have them, which do something, and whether calls have audio."""

from __future__ import annotations

import pytest

from callkit_lint.model.program import Program
from callkit_lint.questions.activation_callbacks import (
    Delegate,
    brings_call_audio,
    delegates,
    drives_webrtc,
    own_call_audio,
)
from tests.graphs import program
from tests.test_program import ANSWER, app, handler

TAKES = handler(ANSWER, "action.fulfill()")
ON, OFF = handler("didActivate", "start()"), handler("didDeactivate", "stop()")
DELEGATE = "import CallKit\nclass Phone: NSObject, CXProviderDelegate {{ {} }}\n"


def only(found: Program) -> Delegate:
    (delegate,) = delegates(found)
    return delegate


def has(found: Program) -> tuple[bool, bool]:
    delegate = only(found)
    return bool(delegate.activated), bool(delegate.deactivated)


# ---- which delegates, and what they have ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "expected"),
    [((TAKES,), (False, False)), ((TAKES, ON), (True, False)), ((TAKES, ON, OFF), (True, True))],
)
def test_what_a_delegate_has(members: tuple[str, ...], expected: tuple[bool, bool]) -> None:
    assert has(app(*members)) == expected


@pytest.mark.parametrize(
    "source",
    [
        DELEGATE.format(TAKES) + f"extension Phone {{ {ON} }}",
        f"import CallKit\nclass Base {{ {ON} }}\nclass Phone: Base, CXProviderDelegate {{ {TAKES} }}",
        DELEGATE.format(TAKES) + f"class Loud: Phone {{ override {ON} }}",
        f"import CallKit\nprotocol Calls: CXProviderDelegate {{}}\nextension Calls {{ {ON} }}\n"
        f"class Phone: Calls {{ {TAKES} }}",
    ],
)
def test_a_callback_counts_wherever_it_stands(source: str) -> None:
    assert has(program({"A.swift": source})) == (True, False)


@pytest.mark.parametrize(
    "members",
    [
        (),
        (handler("perform CXEndCallAction", "action.fulfill()"),),
        (handler(ANSWER, "action.fail()"),),
        (handler(ANSWER, "refuse(action)"), "func refuse(_ action: CXCallAction) { action.fail() }"),
    ],
)
def test_no_calls_can_come_about(members: tuple[str, ...]) -> None:
    assert not list(delegates(app(*members)))


@pytest.mark.parametrize(
    "body",
    ["if ready { action.fulfill() } else { action.fail() }", "onAnswer?(action)", "guard ready else { return }"],
)
def test_calls_can_come_about(body: str) -> None:
    assert list(delegates(app(handler(ANSWER, body), "var onAnswer: ((CXAnswerCallAction) -> Void)?")))


def test_the_place_is_where_the_type_becomes_a_delegate() -> None:
    extension = "import CallKit\nclass Phone: NSObject {}\nextension Phone: CXProviderDelegate {\n" + TAKES + "\n}"
    assert only(program({"A.swift": extension})).place.location.line == 3
    assert only(app(TAKES)).place.location.line == 2


OBJC_TAKES = "- (void)provider:(CXProvider *)p performAnswerCallAction:(CXAnswerCallAction *)a { [a fulfill]; }"
OBJC = "@interface Phone : NSObject {}\n@end\n@interface Phone {} <CXProviderDelegate>\n@end\n"


@pytest.mark.parametrize(("category", "line"), [("()", 5), ("(Calls)", 7)])
def test_the_place_in_objective_c_is_a_body(category: str, line: int) -> None:
    source = (
        OBJC.format("", category) + f"@implementation Phone\n@end\n@implementation Phone (Calls)\n{OBJC_TAKES}\n@end"
    )
    assert only(program({"A.m": source})).place.location.line == line


def test_other_call_frameworks_have_delegates_too() -> None:
    perform = "func conversationManager(_ m: ConversationManager, perform a: ConversationAction) { a.fulfill() }"
    on = "func conversationManager(_ m: ConversationManager, didActivate s: AVAudioSession) { start() }"
    source = f"import LiveCommunicationKit\nclass Phone: ConversationManagerDelegate {{\n{perform}\n{on}\n}}"
    assert has(program({"A.swift": source})) == (True, False)


# ---- which do something ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", False),
        ('print("active")', False),
        ("logger.debug(session)", False),
        ("MXLog.info(session)", False),
        ("if verbose { print(session) }", False),
        ("return", False),
        ("start()", True),
        ("print(session); start()", True),
        ("login()", True),
        ("isActive = true", True),
    ],
)
def test_learning_of_the_activation(body: str, expected: bool) -> None:
    assert only(app(TAKES, handler("didActivate", body))).learns_of_activation == expected


# ---- whose audio it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        ((), False),
        (("TwilioVoice",), True),
        (("WebRTC",), True),
        (("InfobipRTC",), True),
        (("AgoraRtcKit",), False),
        (("AgoraRtcKit", "WebRTC"), False),
        (("Flutter",), False),
        (("Capacitor", "TwilioVideo"), True),
        (("WebKit",), False),
        (("OurCallScreens",), False),
    ],
)
def test_audio_of_sdks(modules: tuple[str, ...], expected: bool) -> None:
    imports = "".join(f"import {module}\n" for module in modules)
    assert brings_call_audio(program({"A.swift": imports + DELEGATE.format(TAKES)})) == expected


ENGINE = "let engine = AVAudioEngine()\nfunc start() { try? engine.start() }\nfunc stop() { engine.stop() }"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((ENGINE, TAKES), True),  # in a type that takes calls, if never started
        ((handler(ANSWER, "audio.stop()"), "let audio = Audio()"), True),
        ((TAKES, "let audio = Audio()"), False),
    ],
)
def test_own_audio_belongs_to_a_type_of_which_something_runs_in_calls(members: tuple[str, ...], expected: bool) -> None:
    found = program({"A.swift": DELEGATE.format("\n".join(members)), "Audio.swift": f"class Audio {{\n{ENGINE}\n}}"})
    assert any(own_call_audio(found)) == expected


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("let factory = RTCPeerConnectionFactory()", True),
        ("let factory = LKRTCPeerConnectionFactory()", True),
        ("func f() { RTCAudioSession.sharedInstance().useManualAudio = true }", True),
        ("func f() { RTCAudioSession.sharedInstance().isAudioEnabled = true }", False),
        ("func f(manager: OTAudioSessionManager) { manager.enableCallingServicesMode() }", False),
    ],
)
def test_driving_webrtc(member: str, expected: bool) -> None:
    assert bool(drives_webrtc(app(member))) == expected
