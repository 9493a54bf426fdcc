"""When a program configures the session for its calls, and where a call begins before that."""

from __future__ import annotations

import pytest

from callkit_lint.model.program import Program
from callkit_lint.questions.configuration_times import (
    beginnings,
    configured_before_activation,
    configured_early,
    is_never_called,
    may_configure_in,
    surest_configurations,
)
from tests.graphs import program
from tests.test_program import ANSWER, CONFIGURE, LAUNCH, REPORT, SET_CATEGORY, START, app, handler

WHEN = {
    "at launch": (LAUNCH.format("configure()\n return true"), True, True),
    "when the provider's owner is created": ("override init() { configure() }", True, True),
    "before the report": (f"func call() {{ configure()\n {REPORT.format('')} }}", True, True),
    "right after the report": (f"func call() {{ {REPORT.format('')}\n configure() }}", True, True),
    "before the report, behind a condition": (
        f"func call() {{ if isFirst {{ configure() }}\n {REPORT.format('')} }}",
        True,
        True,
    ),
    "in the completion of the report": (f"func call() {{ {REPORT.format('self.configure()')} }}", False, True),
    "while answering": (handler(ANSWER, "configure()"), False, True),
    "posted while answering": (handler(ANSWER, "DispatchQueue.main.async { self.configure() }"), False, True),
    "in didActivate": (handler("didActivate", "configure()"), False, False),
    "while the call is muted": (handler("perform CXSetMutedCallAction", "configure()"), False, False),
    "in didActivate and at launch": (
        handler("didActivate", "configure()") + "\n" + LAUNCH.format("configure()\n return true"),
        True,
        True,
    ),
    "in didActivate and somewhere": (
        handler("didActivate", "configure()") + "\nfunc other() { configure() }",
        False,
        True,
    ),
    "never": ("", True, True),
}


@pytest.mark.parametrize(("members", "early", "before"), WHEN.values(), ids=WHEN)
def test_when_the_session_is_configured(members: str, early: bool, before: bool) -> None:
    found = app(members, CONFIGURE)
    assert configured_early(found) is early
    assert configured_before_activation(found) is before


def test_a_program_that_configures_nothing_is_not_early() -> None:
    found = app(handler(ANSWER, SET_CATEGORY.format(".playback")))
    assert configured_early(found) is configured_before_activation(found) is False


@pytest.mark.parametrize(
    ("owner", "early"), [("VoiceNoteRecorder", False), ("AudioDevice", True), ("CallRecorder", True)]
)
def test_a_recorder_that_nobody_is_known_to_use_is_no_early_configuration(owner: str, early: bool) -> None:
    recorder = f"class {owner} {{ func prepare() {{ {SET_CATEGORY.format('.playAndRecord')} }} }}"
    assert configured_early(program({"A.swift": f"import AVFoundation\n{recorder}"})) is early


LIVE = handler("didActivate", "configure()")
LISTEN = (
    "NotificationCenter.default.addObserver(self, selector: #selector(heard), name: {}, object: nil)\n"
    "NotificationCenter.default.addObserver(self, selector: #selector(heard), name: {}, object: nil)"
)
HEARD = "@objc func heard() { configure() }"
FOREGROUND = "UIApplication.didBecomeActiveNotification"
INTERRUPTION = "AVAudioSession.interruptionNotification"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((LIVE, "deinit { configure() }"), False),
        ((LIVE, handler("perform CXEndCallAction", "configure()")), False),
        ((LIVE, f"init() {{ {LISTEN.format(INTERRUPTION, INTERRUPTION)} }}", HEARD), False),
        ((LIVE, handler("didActivate", LISTEN.format(FOREGROUND, INTERRUPTION)), HEARD), False),
        ((LIVE, f"init() {{ {LISTEN.format(FOREGROUND, INTERRUPTION)} }}", HEARD), True),
        ((LIVE, f"func listen() {{ {LISTEN.format(FOREGROUND, INTERRUPTION)} }}", HEARD), True),
        ((LIVE, "init() { socket.on(name) { self.configure() } }"), True),
        ((LIVE, "init() { socket.on(name) { self.log() } }"), False),
        ((LIVE, "@IBAction func tapped(_ sender: Any) { configure() }"), True),
    ],
)
def test_what_comes_no_earlier_than_a_call(members: tuple[str, ...], expected: bool) -> None:
    assert configured_before_activation(app(*members, CONFIGURE)) is expected


def test_a_category_that_is_put_back_is_told_of_only_when_it_is_the_only_one() -> None:
    restore = f"func restore() {{ {SET_CATEGORY.format('former')} }}"
    both = app(CONFIGURE, restore)
    assert [site.constant("category") for site in surest_configurations(both)] == ["playAndRecord"]
    assert len(both.call_configurations) == 2
    assert len(surest_configurations(app(restore))) == 1


# ---- where a call begins --------------------------------------------------------------------------------------------


def test_where_calls_begin() -> None:
    found = app(
        f"func call() {{ {REPORT.format('')} }}",
        handler(ANSWER, "action.fulfill()"),
        handler(START, "action.fulfill()"),
        "func end() { let action = CXStartCallAction(call: id, handle: h) }",
    )
    told = [place.text.partition(" here")[0] for place in beginnings(found)]
    assert sorted(told) == [
        "a call is answered",
        "a call is started",
        "an incoming call is reported",
        "an outgoing call is requested",
    ]
    assert [place.text.partition(" here")[0] for place in beginnings(found, "answer")] == ["a call is answered"]


# ---- code that nothing calls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((CONFIGURE,), True),
        ((CONFIGURE, "func other() { configure() }"), False),
        ((CONFIGURE, "func other() { thing.configure() }"), False),
        ((f"@objc {CONFIGURE}",), False),
        ((f"override {CONFIGURE}",), False),
        ((handler(ANSWER, SET_CATEGORY.format(".playAndRecord")),), False),
        (("func outer() { run { configure() } }", CONFIGURE), False),
        ((f"func outer() {{ run {{ {SET_CATEGORY.format('.playAndRecord')} }} }}",), True),
    ],
)
def test_code_that_nothing_calls(members: tuple[str, ...], expected: bool) -> None:
    found = app(*members)
    assert [is_never_called(found, site) for site in found.call_configurations] == [expected]


def test_a_requirement_may_be_called_by_others() -> None:
    found = app(CONFIGURE)
    assert all(is_never_called(found, site) for site in found.call_configurations)
    source = (
        "import CallKit\nprotocol Audio { func configure() }\n"
        f"class Phone: NSObject, CXProviderDelegate, Audio {{ {CONFIGURE} }}"
    )
    found = program({"A.swift": source})
    assert not any(is_never_called(found, site) for site in found.call_configurations)


# ---- what an app that is not here implements ------------------------------------------------------------------------


def adapter(requirement: str, call: str, more: str = "") -> Program:
    source = (
        f"import CallKit\nprotocol Audio {{ func {requirement} }}\n{more}\n"
        "class Phone: NSObject, CXProviderDelegate { var audio: Audio?\n"
        f"{handler(ANSWER, f'audio?.{call}')} }}"
    )
    return program({"A.swift": source})


@pytest.mark.parametrize(
    ("requirement", "call", "expected"),
    [
        ("configureAudioSession()", "configureAudioSession()", True),
        ("configureAudioSession(for call: Call)", "configureAudioSession(for: call)", True),
        ("setUpAudioSession()", "setUpAudioSession()", True),
        ("prepareCallAudioSession()", "prepareCallAudioSession()", True),
        ("configureAudioSession(afterCall: Call)", "configureAudioSession(afterCall: call)", False),
        ("restoreAudioSession()", "restoreAudioSession()", False),
        ("configureAudio()", "configureAudio()", False),
        ("audioSessionDidConfigure()", "audioSessionDidConfigure()", False),
    ],
)
def test_a_requirement_without_an_implementation(requirement: str, call: str, expected: bool) -> None:
    found = adapter(requirement, call)
    assert [site.procedure.display for site in found.call_configurations] == (
        ["Phone.provider(_:perform:)"] if expected else []
    )
    assert may_configure_in(found, frozenset({"answer"})) is expected


def test_an_implementation_says_what_it_does() -> None:
    silent = adapter(
        "configureAudioSession()", "configureAudioSession()", "class A: Audio { func configureAudioSession() {} }"
    )
    assert silent.call_configurations == []


def test_a_requirement_of_objective_c() -> None:
    source = """
#import <CallKit/CallKit.h>
@protocol Configurator <NSObject>
- (void)configureAudioSessionForVideoCall:(BOOL)video;
- (void)configureAudioSessionAfterCallEnds;
@end
@interface Phone : NSObject <CXProviderDelegate>
@property (nonatomic, weak) id<Configurator> audio;
@end
@implementation Phone
- (void)provider:(CXProvider *)provider performAnswerCallAction:(CXAnswerCallAction *)action {
    [self.audio configureAudioSessionForVideoCall:NO];
}
- (void)provider:(CXProvider *)provider performEndCallAction:(CXEndCallAction *)action {
    [self.audio configureAudioSessionAfterCallEnds];
}
@end
"""
    found = program({"A.m": source})
    assert [site.text for site in found.call_configurations] == ["configureAudioSession()"]
