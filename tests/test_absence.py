"""When something missing is evidence."""

from __future__ import annotations

import pytest

from callkit_lint.absence import is_whole_app, may_be_configured_unseen
from callkit_lint.program import Program
from tests.graphs import program

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
