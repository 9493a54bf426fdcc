"""Guards: in which phases the code behind a condition can run, in every spelling that apps use."""

from __future__ import annotations

import pytest

from callkit_lint.callgraph.conditions import Bindings, Known, answer
from callkit_lint.callgraph.link import Graph
from callkit_lint.knowledge import load
from tests.graphs import ACTIVATE, ACTIVATE_OBJC, linked, procedure, site

VOCABULARY = load()
ACTIONS = {kind: phase for callback in VOCABULARY.callbacks for kind, phase in callback.cases.items()}

ALL = set(VOCABULARY.phases)
ENDED = ALL - {"interruption began"}
BEGAN = ALL - {"interruption ended"}
NO_CALL = {phase for phase in ALL if not VOCABULARY.in_group(phase, "in call")}
RINGING = {phase for phase in ALL if not VOCABULARY.in_group(phase, "live")}
INCOMING = {phase for phase in RINGING if not VOCABULARY.in_group(phase, "outgoing")}
NEVER: set[str] = set()


def passing(graph: Graph, bindings: Bindings | None = None) -> set[str]:
    """The phases in which the guards of the program's only API call let it run."""
    return {
        phase
        for phase in ALL
        if all(
            answer(test, phase, bindings or {}, VOCABULARY.in_group, ACTIONS) is not False
            for test in site(graph).guards
        )
    }


def swift(body: str, members: str = "") -> Graph:
    """A handler with this body, where ACT stands for the API call."""
    body = body.replace("ACT", ACTIVATE)
    return linked(
        {"A.swift": f"class Caller {{\n@objc func handle(_ note: Notification) {{\n{body}\n}}\n{members}\n}}"}
    )


def objc(body: str, before: str = "") -> Graph:
    body = body.replace("ACT", ACTIVATE_OBJC)
    return linked(
        {"A.m": f"{before}\n@implementation Caller\n- (void)handle:(NSNotification *)note {{\n{body}\n}}\n@end"}
    )


def test_what_is_not_understood_stays_open() -> None:
    assert passing(swift("ACT")) == passing(swift("if isReady { ACT }")) == passing(swift("while a < b { ACT }")) == ALL
    assert (
        passing(swift("if !(!isReady && !isBusy) { ACT }")) == passing(swift("if !(isReady || !isBusy) { ACT }")) == ALL
    )
    assert passing(swift("if tries == 0 { ACT }")) == passing(swift("guard tries == 1 else { return }\nACT")) == ALL
    assert passing(objc("ACT")) == passing(objc("if (ready) { ACT }")) == ALL


@pytest.mark.parametrize(
    ("body", "phases"),
    [
        ("if (self.calls.count > 0) goto out;\nACT\nout: return;", NO_CALL),
        ("if (self.calls.count > 0) goto out;\nf();\nout:\nACT", ALL),
        ("if (self.calls.count == 0) { f();\nout: g();\nACT }\nif (failed) goto out;", ALL),
        ("#if TARGET_OS_SIMULATOR\nf();\nout: g();\nACT\n#endif", NEVER),
        ("if (self.calls.count > 0) { if (failed) goto out; return; }\nout:\nACT", ALL),
    ],
)
def test_nothing_is_known_behind_a_label(body: str, phases: set[str]) -> None:
    assert passing(objc(body)) == phases


# ---- interruptions --------------------------------------------------------------------------------------------------

RAW = "guard let raw = note.userInfo?[AVAudioSessionInterruptionTypeKey] as? UInt else { return }\n"
TYPE = RAW + "guard let type = AVAudioSession.InterruptionType(rawValue: raw) else { return }\n"
NUMBER = "let kind = (note.userInfo?[AVAudioSessionInterruptionTypeKey] as? NSNumber)"
SWIFT_ENDED = [
    TYPE + "if type == .ended { ACT }",
    TYPE + "if .ended == type { ACT }",
    TYPE + "if case .ended = type { ACT }",
    TYPE + "if type != .began { ACT }",
    TYPE + "if !(type == .began) { ACT }",
    TYPE + "if type == .began { } else { ACT }",
    TYPE + "if type == .began { } else if ready { ACT }",
    TYPE + "if type == .ended, ready { ACT }",
    TYPE + "if ready && type == .ended { ACT }",
    TYPE + "guard type == .ended else { return }\nACT",
    TYPE + "guard type != .began else { return }\nACT",
    TYPE + "if type == .began { return }\nACT",
    TYPE + "if type == .began { pause(); return }\nif ready { ACT }",
    TYPE + "if type == AVAudioSession.InterruptionType.ended { ACT }",
    TYPE + "if type == AVAudioSessionInterruptionType.ended { ACT }",
    TYPE + "if type.rawValue == AVAudioSession.InterruptionType.ended.rawValue { ACT }",
    TYPE + "let ended = type == .ended\nif ended { ACT }",
    TYPE + "let began = (type == .began)\nguard !began else { return }\nACT",
    TYPE + "switch type {\ncase .began: break\ncase .ended: ACT\n@unknown default: break }",
    TYPE + "switch type {\ncase .began: break\ndefault: ACT }",
    TYPE + "switch type {\ncase .began: return\ndefault: break }\nACT",
    TYPE + "switch type {\ncase .ended where ready: ACT\ndefault: break }",
    TYPE + "switch type {\ncase .ended: if options.contains(.shouldResume) { ACT }\ndefault: break }",
    "switch AVAudioSession.InterruptionType(rawValue: raw) {\ncase .ended?: ACT\ndefault: break }",
    "if AVAudioSession.InterruptionType(rawValue: raw)! == .ended { ACT }",
    RAW + "if raw == AVAudioSession.InterruptionType.ended.rawValue { ACT }",
    RAW + "if raw == AVAudioSessionInterruptionType.ended.rawValue { ACT }",
    NUMBER + "?.uintValue\nif kind == AVAudioSession.InterruptionType.ended.rawValue { ACT }",
    NUMBER + "\nif kind!.uintValue == AVAudioSession.InterruptionType.ended.rawValue { ACT }",
    "let type = note.userInfo?[AVAudioSessionInterruptionTypeKey] as? AVAudioSession.InterruptionType\n"
    "if type == .ended { ACT }",
    "let interruptionType = (note.userInfo?[AVAudioSessionInterruptionTypeKey] as? NSNumber)?.intValue\n"
    "if interruptionType == 0 { ACT }",
]


@pytest.mark.parametrize("body", SWIFT_ENDED)
def test_swift_code_that_an_interruptions_end_runs(body: str) -> None:
    assert passing(swift(body)) == ENDED


@pytest.mark.parametrize(
    "body",
    [
        TYPE + "if type == .began { ACT }",
        TYPE + "if type != .ended { ACT }",
        TYPE + "guard type == .began else { return }\nACT",
        TYPE + "if type == .ended { return }\nACT",
        TYPE + "switch type {\ncase .began: ACT\ncase .ended: break }",
        TYPE + "switch type {\ncase .ended: break\ndefault: ACT }",
        RAW + "if raw == AVAudioSession.InterruptionType.began.rawValue { ACT }",
        "guard let interruptionType = note.userInfo?[AVAudioSessionInterruptionTypeKey] as? Int else { return }\n"
        "if interruptionType == 1 { ACT }",
    ],
)
def test_swift_code_that_an_interruptions_beginning_runs(body: str) -> None:
    assert passing(swift(body)) == BEGAN


@pytest.mark.parametrize(
    "body",
    [
        TYPE + "if type == .ended { }\nACT",
        TYPE + "if type == .ended || ready { ACT }",
        TYPE + "if type == .began { pause() }\nACT",
        TYPE + "if type == .began, ready { return }\nACT",
        TYPE + "switch type {\ncase .began: break\ndefault: break }\nACT",
        TYPE + "switch type {\ncase .began, .ended: ACT\ndefault: break }",
    ],
)
def test_swift_code_that_both_run(body: str) -> None:
    assert passing(swift(body)) == ALL


KIND = "NSInteger kind = [note.userInfo[AVAudioSessionInterruptionTypeKey] integerValue];\n"
KIND_NUMBER = "NSNumber *n = note.userInfo[AVAudioSessionInterruptionTypeKey];\n"
OBJC_ENDED = [
    KIND_NUMBER + "if (n.integerValue == AVAudioSessionInterruptionTypeEnded) { ACT }",
    KIND_NUMBER + "if ([n intValue] == AVAudioSessionInterruptionTypeEnded) { ACT }",
    KIND_NUMBER + "if ([n isEqual:@(AVAudioSessionInterruptionTypeEnded)]) { ACT }",
    KIND_NUMBER + "AVAudioSessionInterruptionType kind = (AVAudioSessionInterruptionType)[n unsignedIntegerValue];\n"
    "if (kind == AVAudioSessionInterruptionTypeEnded) { ACT }",
    KIND + "if (kind == AVAudioSessionInterruptionTypeEnded && ready) { ACT }",
    KIND + "if (kind != AVAudioSessionInterruptionTypeBegan) { ACT }",
    KIND + "if (kind == AVAudioSessionInterruptionTypeBegan) { } else { ACT }",
    KIND + "if (AVAudioSessionInterruptionTypeBegan == kind) { return; }\nACT",
    KIND + "if (AVAudioSessionInterruptionTypeBegan == kind) return;\nACT",
    KIND + "BOOL began = kind == AVAudioSessionInterruptionTypeBegan;\nif (!began) { ACT }",
    KIND + "switch (kind) { case AVAudioSessionInterruptionTypeBegan: break;\n"
    "case AVAudioSessionInterruptionTypeEnded: { ACT break; } default: break; }",
    KIND + "switch (kind) { case AVAudioSessionInterruptionTypeBegan: break; default: ACT break; }",
    "NSInteger interruptionType = [note.userInfo[AVAudioSessionInterruptionTypeKey] integerValue];\n"
    "if (interruptionType == 0) { ACT }",
]


@pytest.mark.parametrize("body", OBJC_ENDED)
def test_objc_code_that_an_interruptions_end_runs(body: str) -> None:
    assert passing(objc(body)) == ENDED


@pytest.mark.parametrize(
    "body",
    [
        KIND + "if (kind == AVAudioSessionInterruptionTypeBegan) { ACT }",
        KIND + "if (kind != AVAudioSessionInterruptionTypeEnded) { ACT }",
        KIND + "switch (kind) { case AVAudioSessionInterruptionTypeBegan: ACT break; default: break; }",
        "NSInteger interruptionType = [note.userInfo[AVAudioSessionInterruptionTypeKey] integerValue];\n"
        "if (interruptionType == 1) { ACT }",
    ],
)
def test_objc_code_that_an_interruptions_beginning_runs(body: str) -> None:
    assert passing(objc(body)) == BEGAN


# ---- route changes --------------------------------------------------------------------------------------------------

REASON = "let reason = AVAudioSession.RouteChangeReason(rawValue: raw)\n"


@pytest.mark.parametrize(
    ("body", "without"),
    [
        (REASON + "if reason == .oldDeviceUnavailable { ACT }", "route change"),
        (REASON + "if reason == .newDeviceAvailable { ACT }", "route change"),
        (REASON + "if reason == .categoryChange { ACT }", "device change"),
        (REASON + "if reason == .override { ACT }", "device change"),
        (REASON + "guard reason == .routeConfigurationChange else { return }\nACT", "device change"),
        (
            REASON + "switch reason {\ncase .newDeviceAvailable, .oldDeviceUnavailable: ACT\ndefault: x }",
            "route change",
        ),
        (REASON + "switch reason {\ncase .categoryChange?: ACT\ndefault: break }", "device change"),
    ],
)
def test_reasons_of_a_route_change(body: str, without: str) -> None:
    assert passing(swift(body)) == ALL - {without}


@pytest.mark.parametrize(
    ("condition", "without"),
    [
        ("reason == AVAudioSessionRouteChangeReasonOldDeviceUnavailable", "route change"),
        ("[number intValue] == AVAudioSessionRouteChangeReasonNewDeviceAvailable", "route change"),
        ("AVAudioSessionRouteChangeReasonCategoryChange == reason", "device change"),
    ],
)
def test_reasons_of_a_route_change_in_objc(condition: str, without: str) -> None:
    assert passing(objc(f"if ({condition}) {{ ACT }}")) == ALL - {without}


# ---- whether there is a call ----------------------------------------------------------------------------------------

SWIFT_NO_CALL = [
    "CXCallObserver().calls.isEmpty",
    "self.callObserver.calls.isEmpty",
    "calls.isEmpty",
    "activeCalls.isEmpty",
    "CXCallObserver().calls.count == 0",
    "0 == CXCallObserver().calls.count",
    "!(CXCallObserver().calls.count > 0)",
    "calls.count == 0 && isReady",
    "!hasActiveCall",
    "hasNoActiveCalls",
    "!self.hasActiveCall",
    "hasActiveCall == false",
    "!PhoneCenter.shared.hasActiveCalls",
    "!center.hasOngoingCall()",
    "!isInCall",
    "!isOnCall",
    "!callInProgress",
    "!center.isCallActive",
    "currentCall == nil",
    "nil == currentCall",
    "center.activeCall == nil",
    "callState == .idle",
]


@pytest.mark.parametrize("condition", SWIFT_NO_CALL)
def test_conditions_that_say_there_is_no_call(condition: str) -> None:
    assert passing(swift(f"if {condition} {{ ACT }}")) == NO_CALL
    assert passing(swift(f"guard {condition} else {{ return }}\nACT")) == NO_CALL
    assert passing(swift(f"if {condition} {{ return }}\nACT")) == ALL


@pytest.mark.parametrize(
    ("condition", "phases"),
    [
        ("call.state == .ringing", RINGING),
        ("status == .ringing", RINGING),
        ("case .ringing = call.state", RINGING),
        ("call.state == .incoming", INCOMING),
        ("state == .IncomingReceived", INCOMING),
        ("call.state == .incomingRinging", INCOMING),
        ("call.direction == .incoming", ALL),
        ("call.isIncoming", ALL),
        ("state == .incoming", ALL),
        ("call.sound == .ringing", ALL),
    ],
)
def test_a_call_that_rings_is_not_live(condition: str, phases: set[str]) -> None:
    assert passing(swift(f"if {condition} {{ ACT }}")) == phases


def test_a_switch_over_a_call_s_state_tells_ringing_from_live() -> None:
    arms = "switch call.state {{ case .incoming: {}\n case .connected: {}\n default: break }}"
    assert passing(swift(arms.format("ACT", "break"))) == INCOMING
    assert passing(swift(arms.format("break", "ACT"))) == ALL
    text = "switch (call.state) {{ case CallStateIncomingReceived: {} break; default: {} break; }}"
    assert passing(objc(text.format("ACT", ""))) == INCOMING
    assert passing(objc(text.format("", "ACT"))) == ALL


def test_a_state_that_a_caller_gives_still_decides() -> None:
    body = "enum CallState { case ringing, live }\nfunc use(state: CallState) { if state == .ringing { ACT } }"
    graph = linked({"A.swift": body.replace("ACT", ACTIVATE)})
    assert passing(graph, {"state": Known("live")}) == NEVER
    assert passing(graph, {"state": Known("ringing")}) == RINGING


@pytest.mark.parametrize(
    "body",
    [
        "if let call = currentCall { return }\nACT",
        "guard let call = currentCall else { ACT\n return }",
        "if currentCall != nil { } else { ACT }",
        "let free = CXCallObserver().calls.isEmpty\nguard free else { return }\nACT",
        "let observer = CXCallObserver()\nif observer.calls.isEmpty { ACT }",
        "let calls = CXCallObserver().calls\nif calls.isEmpty { ACT }",
        "_ = CXCallObserver().calls.isEmpty ? AVAudioSession.sharedInstance().setActive(true) : nothing",
    ],
)
def test_other_ways_to_ask_whether_there_is_a_call(body: str) -> None:
    assert passing(swift(body)) == NO_CALL


@pytest.mark.parametrize(
    ("condition", "members"),
    [
        ("!busy", "var busy: Bool { return !CXCallObserver().calls.isEmpty }"),
        ("!busy()", "func busy() -> Bool { !CXCallObserver().calls.isEmpty }"),
        ("self.free", "var free: Bool { currentCall == nil }"),
        ("self.free", "var free: Bool { calm }\nvar calm: Bool { currentCall == nil }"),
        ("Phone.shared.free", "}\nclass Phone {\nstatic let shared = Phone()\nvar free: Bool { currentCall == nil }"),
        ("free()", "}\nfunc free() -> Bool { return CXCallObserver().calls.count == 0 }\nclass Other {"),
    ],
)
def test_a_condition_is_seen_through_a_helper(condition: str, members: str) -> None:
    assert passing(swift(f"if {condition} {{ ACT }}", members)) == NO_CALL


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("var free: Bool { if currentCall == nil { return true }\n return false }", NO_CALL),
        ("var free: Bool { if currentCall != nil { return false } else { return isReady } }", NO_CALL),
        (
            "var free: Bool { if isReady { return false } else if busy { return false }\n return currentCall == nil }",
            NO_CALL,
        ),
        ("var free: Bool { currentCall == nil ? isReady : false }", NO_CALL),
        ("var free: Bool { if isReady { return true }\n return currentCall == nil }", ALL),
        ("var free: Bool { if isReady { log() }\n return currentCall == nil }", ALL),
        ("var free: Bool { log()\n return currentCall == nil }", ALL),
        (
            "var free: Bool { if v.majorVersion < 10 { return true } else if v.majorVersion > 10 { return false } "
            "else { return v.minorVersion < 2 } }",
            NEVER,
        ),
    ],
)
def test_a_helper_that_chooses_what_it_returns(members: str, expected: set[str]) -> None:
    assert passing(swift("if free { ACT }", members)) == expected


@pytest.mark.parametrize(
    "members",
    [
        "var free: Bool { free == true }",
        "var free: Bool { return free == true ? true : false }",
        "var free: Bool { if case true = free { return true }\n return false }",
        "var free: Bool { calm == true }\nvar calm: Bool { free != false }",
    ],
)
def test_a_helper_that_asks_itself_stays_open(members: str) -> None:
    assert passing(swift("if free == true { ACT }", members)) == ALL


@pytest.mark.parametrize(("declared", "phases"), [("var", ALL), ("let", NEVER)])
@pytest.mark.parametrize("static", [True, False])
def test_the_value_that_a_variable_starts_with_says_nothing(declared: str, phases: set[str], static: bool) -> None:
    flag = f"{declared} ready = false"
    handler = f"@objc func handle(_ note: Notification) {{ if {'C.' * static}ready {{ {ACTIVATE} }} }}"
    source = f"class C {{ static {flag}\n{handler} }}" if static else f"{flag}\nclass C {{ {handler} }}"
    assert passing(linked({"A.swift": source})) == phases


@pytest.mark.parametrize(("declared", "phases"), [("static BOOL", ALL), ("static const BOOL", NEVER)])
def test_the_value_that_a_variable_of_c_starts_with_says_nothing(declared: str, phases: set[str]) -> None:
    handler = f"@implementation C\n- (void)handle:(id)note {{ if (ready) {{ {ACTIVATE_OBJC} }} }}\n@end"
    assert passing(linked({"A.m": f"{declared} ready = NO;\n{handler}"})) == phases


def test_a_variable_that_changes_says_nothing() -> None:
    assert passing(swift("var free = CXCallObserver().calls.isEmpty\nfree = ask()\nif free { ACT }")) == ALL


@pytest.mark.parametrize(
    "condition",
    [
        "call.hasConnected",
        "!call.hasConnected",
        "call.hasEnded",
        "!call.isOnHold",
        "call.isOutgoing",
        "call == nil",
        "callback == nil",
        "callback != nil",
        "caller == nil",
        "callUUID == nil",
        "incomingCall == nil",
        "calls.count == 2",
        "calls.count > 1",
        "items.isEmpty",
        "callId.isEmpty",
        "call.name.isEmpty",
        "list.count == 0",
        "!isRecalled",
        "CXCallObserver().calls.isEmpty || isReady",
        "call.state == .active",
    ],
)
def test_conditions_that_do_not_say_there_is_no_call(condition: str) -> None:
    assert passing(swift(f"if {condition} {{ ACT }}")) == ALL
    assert passing(swift(f"guard {condition} else {{ return }}\nACT")) == ALL


@pytest.mark.parametrize(
    "body",
    [
        "guard let call = list.call(for: id) else { return }\nACT",
        "if let call = list.call(for: id) { ACT }",
        "guard let call = currentCall else { return }\nACT",
        "if let call = currentCall { ACT }",
    ],
)
def test_a_call_that_is_there_is_no_guard(body: str) -> None:
    assert passing(swift(body)) == ALL


@pytest.mark.parametrize(
    ("body", "phases"),
    [
        ("if ([[CXCallObserver alloc] init].calls.count == 0) { ACT }", NO_CALL),
        ("if ([[[[CXCallObserver alloc] init] calls] count] == 0) { ACT }", NO_CALL),
        ("if (self.calls.count > 0) { return; }\nACT", NO_CALL),
        ("if (!self.hasActiveCall) { ACT }", NO_CALL),
        ("if (![self hasActiveCall]) { ACT }", NO_CALL),
        ("if ([self hasActiveCall] == NO) { ACT }", NO_CALL),
        ("if ([self hasActiveCall]) { return; }\nACT", NO_CALL),
        ("if (self.currentCall == nil) { ACT }", NO_CALL),
        ("if (!self.currentCall) { ACT }", NO_CALL),
        ("if (!_currentCall) { ACT }", NO_CALL),
        ("if (self.currentCall) { return; }\nACT", NO_CALL),
        ("if (self.currentCall) { ACT }", ALL),
        ("if (self.callback) { ACT }", ALL),
        ("if (self.callback == nil) { ACT }", ALL),
        ("if (call.hasConnected) { ACT }", ALL),
        ("if (!call.hasConnected) { ACT }", ALL),
    ],
)
def test_whether_there_is_a_call_in_objc(body: str, phases: set[str]) -> None:
    assert passing(objc(body)) == phases


# ---- systems, regions, settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "phases"),
    [
        ("#if targetEnvironment(simulator)\nACT\n#endif", NEVER),
        ("#if targetEnvironment(simulator)\n#else\nACT\n#endif", ALL),
        ("#if !targetEnvironment(simulator)\nACT\n#endif", ALL),
        ("#if !targetEnvironment(simulator)\n#else\nACT\n#endif", NEVER),
        ("#if os(iOS) && targetEnvironment(simulator)\nACT\n#endif", NEVER),
        ("#if arch(i386) || arch(x86_64)\nACT\n#endif", NEVER),
        ("#if arch(arm64)\nACT\n#endif", ALL),
        ("#if os(iOS)\nACT\n#endif", ALL),
        ("#if os(iOS)\n#else\nACT\n#endif", NEVER),
        ("#if os(macOS) || os(tvOS)\nACT\n#endif", NEVER),
        ("#if os(iOS)\n#elseif os(macOS)\nACT\n#endif", NEVER),
        ("#if os(macOS)\n#elseif os(iOS)\nACT\n#endif", ALL),
        ("#if DEBUG\nACT\n#endif", ALL),
        ("#if targetEnvironment(macCatalyst)\nACT\n#endif", NEVER),
        ("#if canImport(CallKit)\nACT\n#endif", ALL),
        ("#if canImport(CallKit)\n#else\nACT\n#endif", NEVER),
        ("#if canImport(Sentry)\n#else\nACT\n#endif", ALL),
        ("if false { ACT }", NEVER),
        ("if isSimulator { ACT }", NEVER),
        ("if Platform.isSimulator { return }\nACT", ALL),
        ("if !Platform.isSimulator { ACT }", ALL),
        ("if #available(iOS 10, *) { ACT }", ALL),
        ("if #available(iOS 10, *) { } else { ACT }", NEVER),
        ("guard #available(iOS 10.0, *) else { ACT\n return }", NEVER),
        ("if #available(iOS 9.0, *) { return }\nACT", NEVER),
        ("if #available(iOS 13, *) { } else { ACT }", ALL),
        ("if #available(iOS 13, *) { ACT }", ALL),
        ("if #unavailable(iOS 10) { ACT }", NEVER),
        ("if #unavailable(iOS 13) { ACT }", ALL),
        ("if (UIDevice.current.systemVersion as NSString).floatValue < 10.0 { ACT }", NEVER),
        ("if Float(UIDevice.current.systemVersion)! >= 10 { } else { ACT }", NEVER),
        ("if (UIDevice.current.systemVersion as NSString).floatValue >= 10.0 { ACT }", ALL),
        ("if (UIDevice.current.systemVersion as NSString).floatValue < 13.0 { ACT }", ALL),
        ("if ProcessInfo.processInfo.operatingSystemVersion.majorVersion < 10 { ACT }", NEVER),
        ('if UIDevice.current.systemVersion.compare("8.0", options: .numeric) == .orderedAscending { ACT }', NEVER),
        ('if UIDevice.current.systemVersion.compare("8.0", options: .numeric) != .orderedAscending { ACT }', ALL),
        ("if let v = Float(UIDevice.current.systemVersion), v < 11.0 { ACT }", NEVER),
        ("if let v = Float(UIDevice.current.systemVersion), v < 13.0 { ACT }", ALL),
        ("let v = ProcessInfo.processInfo.operatingSystemVersion\nif v.majorVersion < 11 { ACT }", NEVER),
        ("if ProcessInfo.processInfo.operatingSystemVersion.minorVersion < 4 { ACT }", ALL),
        ("if 10 > Int(UIDevice.current.systemVersion)! { ACT }", NEVER),
        ("if !ProcessInfo().isOperatingSystemAtLeast(LEAST) { ACT }", NEVER),
        ("if !ProcessInfo().isOperatingSystemAtLeast(version) { ACT }", ALL),
        ('if Locale.current.regionCode == "CN" { ACT }', NEVER),
        ('if Locale.current.regionCode != "CN" { ACT }', ALL),
        ('guard Locale.current.regionCode != "CN" else { ACT\n return }', NEVER),
        ('if Locale.current.regionCode == "CH" { ACT }', ALL),
        ("if isCallKitEnabled { ACT }", ALL),
        ("if !isCallKitEnabled { ACT }", NEVER),
        ("if useCallKit { return }\nACT", NEVER),
        ("if !settings.useCallKit() { ACT }", NEVER),
        ("if settings.useCallKit == false { ACT }", NEVER),
        ("if callKitDisabled { ACT }", NEVER),
        ("if !callKitDisabled { ACT }", ALL),
        ("if shouldBypassCallKitForIncomingCall() { ACT }", NEVER),
        ("if !shouldBypassCallKitForIncomingCall() { ACT }", ALL),
        ("if !session.rejectedByCallKit { ACT }", ALL),
        ("if CallKitCenter.shared.isVideo { } else { ACT }", ALL),
    ],
)
def test_where_the_app_runs(body: str, phases: set[str]) -> None:
    least = "OperatingSystemVersion(majorVersion: 10, minorVersion: 0, patchVersion: 0)"
    assert passing(swift(body.replace("LEAST", least))) == phases


OLD = "[[[UIDevice currentDevice] systemVersion] floatValue]"
COMPARED = 'if ([[UIDevice currentDevice].systemVersion compare:@"8.0" options:NSNumericSearch]'
LEAST = "isOperatingSystemAtLeastVersion:"


@pytest.mark.parametrize(
    ("body", "phases"),
    [
        ("#if TARGET_OS_SIMULATOR\nACT\n#endif", NEVER),
        ("#if !TARGET_OS_SIMULATOR\nACT\n#endif", ALL),
        ("#if TARGET_OS_SIMULATOR\n#else\nACT\n#endif", ALL),
        ("#if !(TARGET_IPHONE_SIMULATOR)\n#else\nACT\n#endif", NEVER),
        ("#if TARGET_OS_IPHONE\nACT\n#endif", ALL),
        ("#if TARGET_OS_IPHONE\n#else\nACT\n#endif", NEVER),
        ("#if TARGET_OS_OSX\nACT\n#endif", NEVER),
        ("#if 1\nACT\n#endif", ALL),
        ("#ifdef DEBUG\nACT\n#endif", ALL),
        ("if (@available(iOS 10.0, *)) { ACT }", ALL),
        ("if (@available(iOS 10.0, *)) { } else { ACT }", NEVER),
        ("if (@available(iOS 14.0, *)) { } else { ACT }", ALL),
        (f"if ({OLD} < 10.0) {{ ACT }}", NEVER),
        (f"if ({OLD} >= 10.0) {{ ACT }}", ALL),
        (f"if ({OLD} >= 10.0) {{ return; }}\nACT", NEVER),
        ("if ([UIDevice currentDevice].systemVersion.floatValue < 10) { ACT }", NEVER),
        ('if (SYSTEM_VERSION_GREATER_THAN_OR_EQUAL_TO(@"7.0")) { ACT }', ALL),
        ('if (SYSTEM_VERSION_GREATER_THAN_OR_EQUAL_TO(@"7.0")) { } else { ACT }', NEVER),
        ("if (MY_SYSTEM_VERSION_GREATER_THAN_OR_EQUAL_TO(10.0)) { } else { ACT }", NEVER),
        ('if (SYSTEM_VERSION_LESS_THAN(@"8.0")) { ACT }', NEVER),
        ('if (SYSTEM_VERSION_LESS_THAN_OR_EQUAL_TO(@"7.0")) { return; }\nACT', ALL),
        ('if (SYSTEM_VERSION_EQUAL_TO(@"9.0")) { ACT }', NEVER),
        ('if (SYSTEM_VERSION_GREATER_THAN(@"13.0")) { } else { ACT }', ALL),
        ("if (SYSTEM_VERSION_LESS_THAN(minimum)) { ACT }", ALL),
        ("if (floor(NSFoundationVersionNumber) <= NSFoundationVersionNumber_iOS_9_x_Max) { ACT }", NEVER),
        ("if (floor(NSFoundationVersionNumber) > NSFoundationVersionNumber_iOS_9_x_Max) { ACT }", ALL),
        ("if (NSFoundationVersionNumber < NSFoundationVersionNumber_Unheard_Of) { ACT }", ALL),
        (f"float version = {OLD};\nif (version < 8.0) {{ ACT }}", NEVER),
        (f"float version = {OLD};\nif (version < 8.0) {{ return; }}\nACT", ALL),
        (f"if ({OLD} == 8.0) {{ ACT }}", NEVER),
        (f"if ({OLD} != 8.0) {{ ACT }}", ALL),
        (f"{COMPARED} == NSOrderedAscending) {{ ACT }}", NEVER),
        (f"{COMPARED} != NSOrderedAscending) {{ ACT }}", ALL),
        (f"{COMPARED} == NSOrderedDescending) {{ }} else {{ ACT }}", NEVER),
        (f"{COMPARED} == NSOrderedSame) {{ ACT }}", NEVER),
        (f"{COMPARED} == other) {{ ACT }}", ALL),
        (f"if (![[NSProcessInfo processInfo] {LEAST}(NSOperatingSystemVersion){{10, 0, 0}}]) {{ ACT }}", NEVER),
        (f"if (![[NSProcessInfo processInfo] {LEAST}(NSOperatingSystemVersion){{13, 0, 0}}]) {{ ACT }}", ALL),
        ("if (iOS7Later) { } else { ACT }", NEVER),
        ("if (IS_OS_8_OR_LATER) { ACT }", ALL),
        ("if (!IS_OS_8_OR_LATER) { ACT }", NEVER),
        ("if (!iOS13OrLater) { ACT }", ALL),
        ('if ([[NSLocale currentLocale].countryCode isEqualToString:@"CN"]) { ACT }', NEVER),
        ('if ([@"CN" isEqualToString:region]) { ACT }', NEVER),
        ('if (![[NSLocale currentLocale].countryCode isEqualToString:@"CN"]) { ACT }', ALL),
        ("if (!self.callKitEnabled) { ACT }", NEVER),
        ("if ([self isCallKitEnabled]) { return; }\nACT", NEVER),
        ("if ([self isCallKitEnabled]) { ACT }", ALL),
    ],
)
def test_where_an_objc_app_runs(body: str, phases: set[str]) -> None:
    assert passing(objc(body)) == phases


@pytest.mark.parametrize("body", ["#if 0\nACT\n#endif", "#if 1\n#else\nACT\n#endif"])
def test_code_that_is_commented_out_by_the_preprocessor_is_not_there(body: str) -> None:
    assert procedure(objc(body), "Caller.handle(_:)").sites == []
    assert len(procedure(objc(body.replace("#if 0", "#if 1").replace("#else", "")), "Caller.handle(_:)").sites) == 1


def test_swift_code_in_a_false_condition_is_not_there() -> None:
    assert procedure(swift("#if false\nACT\n#endif"), "Caller.handle(_:)").sites == []
    assert len(procedure(swift("#if true\nACT\n#endif"), "Caller.handle(_:)").sites) == 1


@pytest.mark.parametrize(
    ("macro", "body", "phases"),
    [
        ("#define OWN_AUDIO 0", "#if OWN_AUDIO\nACT\n#endif", NEVER),
        ("#define OWN_AUDIO 1", "#if OWN_AUDIO\nACT\n#endif", ALL),
        ("#define OWN_AUDIO 1", "#if OWN_AUDIO\n#else\nACT\n#endif", NEVER),
        ("#define OWN_AUDIO 0", "#ifdef OWN_AUDIO\nACT\n#endif", ALL),
        ("#define OWN_AUDIO 0", "#ifndef OWN_AUDIO\nACT\n#endif", NEVER),
        ("#define OWN_AUDIO 0", "#if defined(OWN_AUDIO)\nACT\n#endif", ALL),
        ("#define OWN_AUDIO NO", "if (OWN_AUDIO) { ACT }", NEVER),
        ("#define OWN_AUDIO YES", "if (OWN_AUDIO) { ACT }", ALL),
        ("#define OWN_AUDIO YES", "if (!OWN_AUDIO) { ACT }", NEVER),
        ("static const BOOL OWN_AUDIO = NO;", "if (OWN_AUDIO) { ACT }", NEVER),
        ("", "#if OWN_AUDIO\nACT\n#endif", ALL),
        ("", "if (OWN_AUDIO) { ACT }", ALL),
    ],
)
def test_macros_defined_as_constants(macro: str, body: str, phases: set[str]) -> None:
    assert passing(objc(body, macro)) == phases


def test_a_macro_of_another_file_counts_too() -> None:
    header = "#import <Foundation/Foundation.h>\n#define OWN_AUDIO 0\n"
    text = f"void f(void) {{\n#if OWN_AUDIO\n{ACTIVATE_OBJC}\n#endif\n}}"
    assert passing(linked({"Settings.h": header, "A.m": text})) == NEVER


# ---- parameters -----------------------------------------------------------------------------------------------------


def given(declaration: str, body: str) -> Graph:
    body = body.replace("ACT", ACTIVATE)
    return linked({"A.swift": f"enum Mode {{ case idle, call }}\nfunc use({declaration}) {{ {body} }}"})


@pytest.mark.parametrize(
    ("declaration", "body", "runs", "rests"),
    [
        ("on: Bool", "if on { ACT }", True, False),
        ("on: Bool", "guard on else { return }\nACT", True, False),
        ("on: Bool", "if !on { ACT }", False, True),
        ("on: Bool", "if on == true { ACT }", True, False),
        ("on: Bool", "if on { } else { ACT }", False, True),
        ("on: Bool", "if on && isReady { ACT }", True, False),
        ("on: Bool", "let wanted = on\nif wanted { ACT }", True, False),
        ("_ on: Bool", "_ = on ? AVAudioSession.sharedInstance().setActive(true) : nil", True, False),
        ("on: Mode", "if on == .call { ACT }", "call", "idle"),
        ("on: Mode", "if on != .idle { ACT }", "call", "idle"),
        ("on: Mode", "if on == Mode.call { ACT }", "call", "idle"),
        ("on: Mode", "switch on {\ncase .call: ACT\ncase .idle: break }", "call", "idle"),
        ("on: Mode", "switch on {\ncase .idle: break\ndefault: ACT }", "call", "idle"),
        ("on: Mode", "switch on {\ncase .idle: return\ndefault: break }\nACT", "call", "idle"),
        ("on: Mode", "if case .call = on { ACT }", "call", "idle"),
        ("on: Int", "switch on {\ncase 1: ACT\ndefault: break }", 1, 2),
        ("on: Int", "if on == 1 { ACT }", 1, 2),
        ("on: String", 'if on == "call" { ACT }', "call", "idle"),
        ("on: Call?", "if let on { ACT }", "call", None),
        ("on: Call?", "if on != nil { ACT }", "call", None),
    ],
)
def test_a_parameter_decides(
    declaration: str, body: str, runs: bool | int | str, rests: bool | int | str | None
) -> None:
    graph = given(declaration, body)
    assert passing(graph) == ALL
    assert passing(graph, {"on": Known(runs)}) == ALL
    assert passing(graph, {"on": Known(rests)}) == NEVER


@pytest.mark.parametrize(
    "body", ["var on = on\non = true\nif on { ACT }", "if on || isReady { ACT }", "if allowed(on) { ACT }"]
)
def test_a_parameter_that_does_not_decide(body: str) -> None:
    graph = given("on: Bool", body)
    assert passing(graph, {"on": Known(True)}) == passing(graph, {"on": Known(False)}) == ALL


def test_a_parameter_that_is_not_known_decides_nothing() -> None:
    graph = given("on: Bool, other: Bool", "if on == other { ACT }")
    assert passing(graph, {"on": Known(True)}) == ALL
    assert passing(graph, {"on": Known(True), "other": Known(True)}) == ALL
    assert passing(graph, {"on": Known(True), "other": Known(False)}) == NEVER


def test_a_parameter_decides_in_objc() -> None:
    graph = objc("}\n- (void)use:(BOOL)on {\nif (on) { ACT }")
    assert passing(graph, {"on": Known(True)}) == ALL
    assert passing(graph, {"on": Known(False)}) == NEVER


@pytest.mark.parametrize(("given", "phases"), [(None, NEVER), (0, NEVER), (1, ALL), ("call", ALL)])
def test_what_is_nil_or_zero_is_false_in_c(given: int | str | None, phases: set[str]) -> None:
    graph = objc("}\n- (void)use:(Call *)call {\nif (call) { ACT }")
    assert passing(graph, {"call": Known(given)}) == phases


# ---- the action of a handler that receives all ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "if let join = action as? JoinConversationAction { ACT }",
        "if action is JoinConversationAction { ACT }",
        "guard action is JoinConversationAction else { return }\nACT",
        "switch action {\ncase let join as JoinConversationAction: ACT\ndefault: break }",
        "switch action {\ncase is JoinConversationAction: ACT\ndefault: break }",
    ],
)
def test_the_type_of_an_action_leaves_its_phase(body: str) -> None:
    handler = "func conversationManager(_ manager: ConversationManager, perform action: ConversationAction)"
    graph = linked({"A.swift": f"class Caller {{ {handler} {{ {body.replace('ACT', ACTIVATE)} }} }}"})
    others = set(ACTIONS.values()) - {"answer"}
    assert passing(graph) == ALL - others
