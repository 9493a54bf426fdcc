"""When something missing is evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callkit_lint.ir import Lost
from callkit_lint.model.absence import is_whole_app, may_be_configured_unseen, other_side, reports_no_end
from callkit_lint.model.program import Program, build_programs
from tests.graphs import lowered, program

DELEGATE = "class Phone: NSObject, CXProviderDelegate {{ {} }}"
LAUNCH = "class Main: UIResponder, UIApplicationDelegate {}"


def swift(members: str = "", more: str = "", modules: tuple[str, ...] = ("CallKit",)) -> Program:
    imports = "\n".join(f"import {module}" for module in modules)
    return program({"A.swift": f"{imports}\n{DELEGATE.format(members)}\n{more}"})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (swift(), False),
        (swift(more=LAUNCH), True),
        (swift(more="@main struct Main: App { }"), True),
        (swift("func handle(_ call: FlutterMethodCall, result: FlutterResult) {}"), True),
        (program({"A.swift": f"import CallKit\n{LAUNCH}\nlet observer = CXCallObserver()"}), False),
    ],
)
def test_whole_app(found: Program, expected: bool) -> None:
    assert is_whole_app(found) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (swift(), False),
        (swift(modules=("CallKit", "CoreTelephony", "Alamofire", "AVFoundation", "Recall")), False),
        (swift(modules=("CallKit", "TwilioVoice")), True),
        (swift(modules=("CallKit", "WebKit")), True),
        (swift(modules=("CallKit", "Flutter")), False),
        (swift(modules=("CallKit", "RNCallKeep")), True),
        (swift(modules=("CallKit", "AcmeVoIPCore")), True),
        (swift(modules=("CallKit", "BlueRTC")), True),
        (swift('func f() { tone.setCategory("a", b: 1) }'), True),
        (swift("func f() { let capture = AVCaptureSession() }"), True),
        (swift("func setCategory(_ name: String) {}; func f() { setCategory(title) }"), False),
    ],
)
def test_configured_unseen(found: Program, expected: bool) -> None:
    assert may_be_configured_unseen(found) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", False),
        ('#import "CallManager.h"', False),
        ("#import <pjsua-lib/pjsua.h>", True),
        ('#import "pjsua.h"', True),
        ("#import <WebRTC/WebRTC.h>", True),
    ],
)
def test_headers_are_known_by_their_name_alone(line: str, expected: bool) -> None:
    source = f"{line}\n#import <CallKit/CallKit.h>\n@interface A : NSObject <CXProviderDelegate>\n@end\n"
    assert may_be_configured_unseen(program({"A.m": f"{source}@implementation A\n@end\n"})) == expected


# ---- what the app tells of its calls ---------------------------------------------------------------------------------

ENDS = "func f(p: CXProvider) { p.reportCall(with: id, endedAt: nil, reason: .failed) }"
EVENT = "func f(m: ConversationManager) {{ m.reportConversationEvent({}, for: c) }}"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (swift(more=LAUNCH), True),
        (swift(), False),  # no application: whoever uses the library may report
        (swift(ENDS, LAUNCH), False),
        (swift(ENDS.replace("{ ", "{\n#if targetEnvironment(simulator)\n").replace(" }", "\n#endif\n}"), LAUNCH), True),
        (swift(EVENT.format(".conversationEnded(Date(), .failed)"), LAUNCH), False),
        (swift(EVENT.format(".conversationConnected(Date())"), LAUNCH), True),
        (swift(EVENT.format("event"), LAUNCH), False),
        (swift("func endCall(p: CXProvider) { p.invalidate() }", LAUNCH), False),
        (swift("func f(p: CXProvider) { p.invalidate() }", LAUNCH), True),
        (swift("func f() { kit.reportCall(id, over: true) }", LAUNCH), False),
        (swift(more=LAUNCH, modules=("CallKit", "TwilioVoice", "Alamofire")), True),
        (swift(more=LAUNCH, modules=("CallKit", "StreamVideo")), False),
        (swift(more=LAUNCH, modules=("CallKit", "AcmeCalls")), False),
        (program({"AcmeCalls/A.swift": f"import CallKit\nimport AcmeCalls\n{DELEGATE.format('')}\n{LAUNCH}"}), True),
    ],
)
def test_no_end_is_reported(found: Program, expected: bool) -> None:
    assert reports_no_end(found) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (swift(more=LAUNCH), ""),
        (swift(more=LAUNCH, modules=("CallKit", "Alamofire")), "network"),
        (swift("func handle(_ call: FlutterMethodCall, result: FlutterResult) {}"), "network"),
    ],
)
def test_other_side(found: Program, expected: str) -> None:
    assert other_side(found) == expected


def test_a_push_that_reports_is_another_side() -> None:
    report = "provider.reportNewIncomingCall(with: id, update: update) { error in }"
    push = "func pushRegistry(_ r: PKPushRegistry, didReceiveIncomingPushWith p: PKPushPayload, for t: PKPushType)"
    assert other_side(swift(f"{push} {{ {report} }}", modules=("CallKit", "PushKit"))) == "push"


@pytest.mark.parametrize(
    ("imported", "expected"),
    [("#import <Foundation/Foundation.h>", True), ("#import <CallKit/CallKit.h>", False), ('#import "C.h"', False)],
)
def test_lost_parts_count_where_the_call_system_can_be_named(imported: str, expected: bool) -> None:
    files = {
        "A.swift": f"import CallKit\n{DELEGATE.format('')}\n{LAUNCH}",
        "C.h": "#import <CallKit/CallKit.h>\n@interface C : NSObject\n@end\n",
        "B.m": f"{imported}\n@interface B : NSObject\n@end\n@implementation B\n@end\n",
    }
    summaries = lowered(files)
    summaries["B.m"] = replace(summaries["B.m"], lost=(Lost(0, 40),))
    (found,) = build_programs(summaries, {})
    assert not is_whole_app(found)
    assert reports_no_end(found) == expected
