"""Lifecycle: what opens the phases of a call, how they spread over the code, and the chain that proves it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from callkit_lint.knowledge import Callback, Exported, Notification, load
from callkit_lint.model.lifecycle import MANY_BINDINGS
from callkit_lint.rule import Confidence
from tests.graphs import ACTIVATE, ACTIVATE_OBJC, chain, phases, program, programs, runs

VOCABULARY = load()

# ---- what opens a phase: every entry of the vocabulary in every spelling --------------------------------------------


def swift_handler(callback: Callback, name: str, body: str) -> str:
    """A class of the app with the callback as a Swift method, or as a property where the name has no parentheses."""
    base, parentheses, inner = name.partition("(")
    labels = inner.rstrip(")").split(":")[:-1]
    types = [callback.types.get(str(index), callback.parameter or "Any") for index in range(len(labels))]
    given = ", ".join(f"{label} p{index}: {types[index]}" for index, label in enumerate(labels))
    supertypes = ", ".join(["NSObject", *callback.protocols[:1]])
    member = f"func {base}({given})" if parentheses else f"var {base}: Any"
    return f"class Handler: {supertypes} {{ {member} {{ {body} }} }}"


def objc_handler(callback: Callback, selector: str, body: str) -> str:
    pieces = selector.split(":")[:-1]
    kind = f"{callback.parameter} *" if callback.parameter else "id"
    written = " ".join(f"{piece}:({kind})p{index}" for index, piece in enumerate(pieces)) or selector
    protocols = f" <{callback.protocols[0]}>" if callback.protocols else ""
    header = f"@interface Handler : NSObject{protocols}\n@end\n"
    return f"{header}@implementation Handler\n- (void){written} {{ {body} }}\n@end"


def callback_sources() -> Iterator[tuple[Callback, str, str]]:
    """Each callback with each of its spellings: (callback, path, source)."""
    for callback in VOCABULARY.callbacks:
        for name in callback.swift or ("anything(_:)",):
            yield callback, f"{name}.swift", swift_handler(callback, name, ACTIVATE)
        for selector in callback.objc or (("anything:",) if callback.parameter else ()):
            yield callback, f"{selector}.m", objc_handler(callback, selector, ACTIVATE_OBJC)


CALLBACKS = list(callback_sources())
# Whose callbacks are known where they are used.
SDKS = "".join(
    f"import {name}\n"
    for name in (
        "AgoraRtcKit",
        "OpenTok",
        "PortSIPVoIPSDK",
        "Quickblox",
        "SendBirdCalls",
        "SinchRTC",
        "TwilioVoice",
        "VoxImplantSDK",
    )
)


@pytest.mark.parametrize(("callback", "path", "source"), CALLBACKS, ids=[f"{c.id} {path}" for c, path, _ in CALLBACKS])
def test_callback_opens_its_phases(callback: Callback, path: str, source: str) -> None:
    opened = {run.phase: run for run in runs(program({path: source, "Modules.swift": SDKS}))}
    assert set(opened) == set(callback.opens)
    assert all(run.fact.root.text.startswith(callback.text) for run in opened.values())
    assert {run.confidence for run in opened.values()} == {Confidence.high}


@pytest.mark.parametrize("callback", [c for c in VOCABULARY.callbacks if c.protocols], ids=lambda callback: callback.id)
def test_a_callback_that_shares_its_name_needs_its_protocol(callback: Callback) -> None:
    source = swift_handler(callback, callback.swift[0], ACTIVATE)
    declared = f"NSObject, {callback.protocols[0]}"
    assert declared in source
    for protocol in callback.protocols:
        assert phases(program({"A.swift": SDKS + source.replace(declared, protocol)}))
    assert phases(program({"A.swift": SDKS + source.replace(declared, "NSObject")})) == set()


@pytest.mark.parametrize("callback", [c for c in VOCABULARY.callbacks if c.types], ids=lambda callback: callback.id)
def test_a_swift_callback_that_shares_its_name_needs_its_types(callback: Callback) -> None:
    source = swift_handler(callback, callback.swift[0], ACTIVATE)
    for kind in callback.types.values():
        source = source.replace(f": {kind}", ": Other")
    assert phases(program({"A.swift": source})) == set()


@pytest.mark.parametrize("state", ["new", "connected", "completed", "failed", "closed"])
def test_a_callback_of_a_state_opens_its_phase_in_that_state_alone(state: str) -> None:
    head = (
        "class A: NSObject, RTCPeerConnectionDelegate { func peerConnection(_ c: RTCPeerConnection, didChange state: "
    )
    source = f"{head}RTCIceConnectionState) {{ if state == .{state} {{ {ACTIVATE} }} }} }}"
    assert phases(program({"A.swift": source})) == ({"call"} if state in ("connected", "completed") else set())


@pytest.mark.parametrize(
    "source",
    [
        f"func provider(_ p: CXProvider, perform action: CXAnswerCallAction) {{ {ACTIVATE} }}",
        f"class A: NSObject {{ func provider(_ p: CXProvider, answer action: CXAnswerCallAction) {{ {ACTIVATE} }} }}",
        f"class A: NSObject {{ func didActivate() {{ {ACTIVATE} }} }}",
    ],
)
def test_what_is_no_callback_opens_nothing(source: str) -> None:
    assert phases(program({"A.swift": source})) == set()


NAMES = [(notification, name) for notification in VOCABULARY.notifications for name in notification.names]
REGISTRATIONS = {
    "A.swift": "class A: NSObject {{ func listen() {{ NotificationCenter.default.addObserver(self, "
    "selector: #selector(heard), name: {name}, object: nil) }}\n@objc func heard() {{ {swift} }} }}",
    "B.swift": "func listen() {{ NotificationCenter.default.addObserver(forName: {name}, object: nil, queue: .main) "
    "{{ _ in {swift} }} }}",
    "A.m": "@implementation A\n- (void)listen {{ [[NSNotificationCenter defaultCenter] addObserver:self "
    "selector:@selector(heard) name:{name} object:nil]; }}\n- (void)heard {{ {objc} }}\n@end",
    "B.m": "void listen(void) {{ [[NSNotificationCenter defaultCenter] addObserverForName:{name} object:nil queue:nil "
    "usingBlock:^(NSNotification *note) {{ {objc} }}]; }}",
}


@pytest.mark.parametrize("path", REGISTRATIONS)
@pytest.mark.parametrize(("notification", "name"), NAMES, ids=[name for _, name in NAMES])
def test_notification_opens_its_phases(notification: Notification, name: str, path: str) -> None:
    source = REGISTRATIONS[path].format(name=name, swift=ACTIVATE, objc=ACTIVATE_OBJC)
    found = program({path: source})
    assert phases(found) == set(notification.phases)
    assert all(run.fact.root.text.startswith(notification.text) for run in runs(found))


EXPORTED = {
    "RCT_EXPORT_METHOD": ("A.m", "@implementation A\nRCT_EXPORT_METHOD(begin:(NSString *)name) {{ {objc} }}\n@end"),
    "IBAction": ("A.m", "@implementation A\n- (IBAction)begin:(id)sender {{ {objc} }}\n@end"),
}
EXPORTED_SWIFT = "class A: NSObject {{ @{attribute} func begin(_ sender: Any) {{ {swift} }} }}"


EXTERN = "RCT_EXTERN_METHOD"  # declares what another file defines


@pytest.mark.parametrize(
    "exported",
    [exported for exported in VOCABULARY.exported if exported.attribute != EXTERN],
    ids=lambda exported: exported.attribute,
)
def test_exported_function_opens_its_phase(exported: Exported) -> None:
    path, source = EXPORTED.get(exported.attribute, ("A.swift", EXPORTED_SWIFT))
    source = source.format(attribute=exported.attribute, swift=ACTIVATE, objc=ACTIVATE_OBJC)
    assert phases(program({path: source})) == {exported.phase}


@pytest.mark.parametrize(
    ("declared", "function"),
    [
        ("RCT_EXTERN_METHOD(begin:(NSString *)name)", "@objc func begin(_ name: String)"),
        (
            "RCT_EXTERN_METHOD(begin:(NSString *)name with:(NSNumber *)n)",
            "@objc func begin(_ name: String, with n: Int)",
        ),
        (
            "RCT_EXTERN_METHOD(begin:(NSString *)name with:(NSNumber *)n)",
            "@objc(begin:with:) func start(a: String, b: Int)",
        ),
        ("RCT_EXTERN_METHOD(begin)", "@objc func begin()"),
        ("RCT_EXTERN_REMAP_METHOD(jsName, begin:(NSString *)name)", "@objc func begin(_ name: String)"),
        ("RCT_EXTERN__BLOCKING_SYNCHRONOUS_METHOD(begin)", "@objc func begin()"),
    ],
)
@pytest.mark.parametrize(
    ("module", "swift"),
    [
        ("RCT_EXTERN_MODULE(Calls, NSObject)", "@objc(Calls) class Calls: NSObject"),
        ("RCT_EXTERN_MODULE(Calls, NSObject)", "@objc(Calls) final class CallsModule: NSObject"),
        ("RCT_EXTERN_REMAP_MODULE(JsCalls, Calls, NSObject)", "@objc(Calls) class Calls: NSObject"),
    ],
)
def test_a_swift_method_that_objc_declares_for_react_native(
    declared: str, function: str, module: str, swift: str
) -> None:
    header = f"#import <React/RCTBridgeModule.h>\n@interface {module}\n{declared}\n@end\n"
    other = "@objc func other() { OTHER }"
    text = f"{swift} {{\n{function} {{ {ACTIVATE} }}\n{other}\n}}"
    assert phases(program({"Calls.m": header, "Calls.swift": text.replace("OTHER", "")})) == {"bridge"}
    assert (
        phases(program({"Calls.m": header, "Calls.swift": text.replace(ACTIVATE, "").replace("OTHER", ACTIVATE)}))
        == set()
    )


def test_an_action_of_a_swift_screen() -> None:
    assert phases(program({"A.swift": EXPORTED_SWIFT.format(attribute="IBAction", swift=ACTIVATE)})) == {"screen"}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("A.swift", "class A {{ func ask() {{ _ = UIAlertAction(title: t, style: .default) {{ _ in {act} }} }} }}"),
        ("A.swift", "class A {{ func menu() {{ _ = UIAction(title: t, image: nil) {{ _ in {act} }} }} }}"),
        (
            "A.swift",
            "class A {{ func row() {{ _ = UIContextualAction(style: .normal, title: t) {{ _, _, _ in {act} }} }} }}",
        ),
        (
            "A.m",
            "@implementation A\n- (void)ask {{\n"
            "[UIAlertAction actionWithTitle:t style:0 handler:^(id a) {{ {act} }}]; }}\n@end",
        ),
    ],
)
def test_what_the_user_is_asked_runs_when_the_answer_comes(path: str, source: str) -> None:
    act = ACTIVATE if path.endswith(".swift") else "[[AVAudioSession sharedInstance] setActive:YES error:nil];"
    launch = (
        "class D: NSObject, UIApplicationDelegate {{ func applicationDidFinishLaunching(_ a: UIApplication) {{ {} }} }}"
    )
    start = {
        "D.swift": launch.format("A().ask()" if "ask" in source else "A().menu()" if "menu" in source else "A().row()")
    }
    header = {"A.h": "@interface A : NSObject\n- (void)ask;\n@end\n"} if path == "A.m" else {}
    assert phases(program({**start, **header, path: source.format(act=act)})) == {"screen"}


PIGEON = """
@protocol HostApi
- (void)speak;
@end
@interface Plugin : NSObject <HostApi>
@end
@implementation Plugin
- (void)speak {{ {act} }}
@end
void SetUpHostApi(id<FlutterBinaryMessenger> messenger, NSObject<HostApi> *api) {{
    FlutterBasicMessageChannel *channel = [[FlutterBasicMessageChannel alloc] initWithName:@"a"
                                                                          binaryMessenger:messenger];
    [channel setMessageHandler:^(id message, FlutterReply callback) {{ [api speak]; }}];
}}
"""
CHANNEL = """
class D {{ func listen(to messenger: FlutterBinaryMessenger) {{
    let channel = FlutterMethodChannel(name: "calls", binaryMessenger: messenger)
    channel.setMethodCallHandler {{ call, result in {act} }}
}} }}
"""


@pytest.mark.parametrize(
    ("path", "source"), [("A.m", PIGEON.format(act=ACTIVATE_OBJC)), ("A.swift", CHANNEL.format(act=ACTIVATE))]
)
def test_what_a_channel_of_flutter_hears_is_said_by_dart(path: str, source: str) -> None:
    assert phases(program({path: source})) == {"bridge"}


ANSWERED_BY = """
class Calls: NSObject, CXProviderDelegate {{
    func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) {{ {} }}
}}
"""


@pytest.mark.parametrize(
    ("hops", "expected"), [(0, Confidence.high), (2, Confidence.medium), (3, Confidence.low), (4, Confidence.low)]
)
def test_a_way_with_many_hops_of_unknown_time_is_not_believed(hops: int, expected: Confidence) -> None:
    body = ACTIVATE
    for number in range(hops):
        body = f"Unseen.ask{number} {{ {body} }}"
    (run,) = runs(program({"A.swift": ANSWERED_BY.format(body)}))
    assert (run.phase, run.confidence) == ("answer", expected)


SHARED = """
class Audio {{
    static let shared = Audio()
    init() {{ {act} }}
    func {listen}
}}
"""


def test_a_shared_object_is_not_made_by_its_own_method() -> None:
    route = "AVAudioSession.routeChangeNotification"
    observes = f"NotificationCenter.default.addObserver(self, selector: #selector(heard), name: {route}, object: nil)"
    listen = f"listen() {{ {observes} }}\n@objc func heard() {{ _ = Audio.shared }}"
    own = SHARED.format(act=ACTIVATE, listen=listen)
    assert "route change" not in phases(program({"A.swift": own}))
    other = own.replace("_ = Audio.shared", "Other().look()") + "\nclass Other { func look() { _ = Audio.shared } }"
    assert "route change" not in phases(program({"A.swift": other}))
    foreign = other.replace("@objc func heard() { Other().look() }", "").replace(
        "class Other {", f"class Other {{ func listen() {{ {observes} }}\n@objc func heard() {{ look() }}\n"
    )
    assert "route change" in phases(program({"A.swift": foreign}))


def test_what_runs_once_runs_where_a_call_begins() -> None:
    handlers = """
class Calls: NSObject, CXProviderDelegate {{
    func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) {{ {} }}
    func provider(_ provider: CXProvider, didActivate session: AVAudioSession) {{ _ = Audio.shared }}
}}
"""
    shared = SHARED.format(act=ACTIVATE, listen="idle() {}")
    assert phases(program({"A.swift": shared + handlers.format("_ = Audio.shared")})) == {"answer"}
    assert "active" in phases(program({"A.swift": shared + handlers.format("Task { _ = Audio.shared }")}))


VIEW = "struct {}: View {{ var body: some View {{ {} }} }}"


@pytest.mark.parametrize(
    "body",
    [
        "Text(title).onAppear { ACT }",
        "Text(title).onAppear(perform: { ACT })",
        "Text(title).padding().task { ACT }",
        "Text(title).task(id: number) { ACT }",
        "Text(title).onDisappear { ACT }",
        "VStack { Text(title).onAppear { ACT } }",
        "NavigationView { List { ForEach(rows) { row in Text(row).task { ACT } } } }",
    ],
)
def test_what_a_view_does_when_it_comes_or_goes(body: str) -> None:
    view = VIEW.format("Settings", body.replace("ACT", ACTIVATE))
    assert phases(program({"A.swift": view})) == {"screen"}
    assert phases(program({"A.swift": view.replace("Settings", "CallView")})) == {"call screen"}
    app = f"struct TheApp: App {{ var body: some Scene {{ WindowGroup {{ {body} }} }} }}"
    assert phases(program({"A.swift": app.replace("ACT", ACTIVATE)})) == {"setup"}


def test_what_an_app_of_swiftui_creates_at_launch() -> None:
    app = "struct TheApp: App {{ {} var body: some Scene {{ WindowGroup {{ Root() }} }} }}\n"
    model = f"class Model {{ init() {{ {ACTIVATE} }} }}\n"
    root = "struct Root: View { @StateObject var model = Model()\nvar body: some View { Text(title) } }"
    assert phases(program({"A.swift": app.format("") + model + root})) == {"setup"}
    assert phases(program({"A.swift": app.format("@StateObject var model = Model()\n") + model})) == {"setup"}
    assert phases(program({"A.swift": app.format(f"init() {{ {ACTIVATE} }}\n")})) == {"setup"}


SCREEN = "class {}: UIViewController {{ override func viewDidAppear(_ animated: Bool) {{ {} }} }}"


@pytest.mark.parametrize("name", ["CallViewController", "InCallView", "VOIPController", "CallingViewController"])
def test_the_screen_of_a_call_is_part_of_the_call(name: str) -> None:
    (found,) = runs(program({"A.swift": SCREEN.format(name, ACTIVATE)}))
    assert (found.phase, found.confidence) == ("call screen", Confidence.medium)
    acting = SCREEN.replace("override func viewDidAppear", "@IBAction func mute")
    (found,) = runs(program({"A.swift": acting.format(name, ACTIVATE)}))
    assert (found.phase, found.confidence) == ("call", Confidence.medium)


@pytest.mark.parametrize(
    ("name", "phase"),
    [
        ("CallViewModel", "call screen"),
        ("InCallView", "call screen"),
        ("CallHistoryViewModel", ""),
        ("MessageViewModel", ""),
        ("CallStore", ""),
    ],
)
def test_the_parts_of_a_call_screen_are_made_in_a_call(name: str, phase: str) -> None:
    found = program({"A.swift": f"class {name}: NSObject {{ override init() {{ {ACTIVATE} }} }}"})
    assert {(run.phase, run.confidence) for run in runs(found)} == ({(phase, Confidence.medium)} if phase else set())


def test_what_a_container_of_swiftui_shows_is_shown_with_its_view() -> None:
    body = f"VStack {{ GeometryReader {{ g in Text(name).onAppear {{ {ACTIVATE} }} }} }}"
    assert phases(program({"A.swift": f"struct Room: View {{ var body: some View {{ {body} }} }}"})) == {"screen"}


@pytest.mark.parametrize(
    "name",
    ["SettingsViewController", "CallHistoryViewController", "RecentCallsList", "CallSettingsView", "CallRatingView"],
)
def test_other_screens_are_not(name: str) -> None:
    (found,) = runs(program({"A.swift": SCREEN.format(name, ACTIVATE)}))
    assert (found.phase, found.confidence) == ("screen", Confidence.high)


@pytest.mark.parametrize(
    "body",
    [
        "NotificationCenter.default.publisher(for: AVAudioSession.interruptionNotification).sink {{ _ in {} }}",
        "center.publisher(for: AVAudioSession.interruptionNotification).map {{ $0.userInfo }}.sink {{ info in {} }}",
        "Task {{ for await _ in center.notifications(named: AVAudioSession.interruptionNotification) {{ {} }} }}",
        "let kept = center.publisher(for: AVAudioSession.interruptionNotification)\nview.onReceive(kept) {{ _ in {} }}",
    ],
)
def test_publishers_and_sequences_of_notifications(body: str) -> None:
    assert phases(program({"A.swift": f"func listen() {{ {body.format(ACTIVATE)} }}"})) == {
        "interruption began",
        "interruption ended",
    }


@pytest.mark.parametrize("name", ["heard", "self.heard"])
def test_a_publisher_that_a_property_keeps(name: str) -> None:
    source = (
        "struct A: View {{ private let heard = NotificationCenter.default.publisher(for: .rang)\n"
        "var body: some View {{ text.onReceive({}) {{ _ in {} }} }} }}\n"
        "class B: NSObject, CXProviderDelegate {{ func provider(_ p: CXProvider, perform a: CXAnswerCallAction) {{ "
        "NotificationCenter.default.post(name: .rang, object: nil) }} }}"
    )
    assert phases(program({"A.swift": source.format(name, ACTIVATE)})) == {"answer"}


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("class A: NSObject, CXProviderDelegate {{ override init() {{ {} }} }}", {"setup"}),
        ("class A {{ let provider: CXProvider\n init() {{ {} }} }}", {"setup"}),
        ("class A {{ init() {{ let p = CXProvider(configuration: c)\n {} }} }}", {"setup"}),
        ("@main struct A: App {{ init() {{ {} }} }}", {"setup"}),
        ("class A: UIResponder, UIApplicationDelegate {{ override init() {{ {} }} }}", {"setup"}),
        ("class A: NSObject, CXProviderDelegate {{ let b = B() }}\nclass B {{ init() {{ {} }} }}", {"setup"}),
        ("class A: NSObject {{ init() {{ {} }}\n@RCT_EXPORT_METHOD func f() {{}} }}", {"setup"}),
        ("class A: NSObject {{ init() {{ {} }}\n@IBAction func f() {{}} }}", set()),
        ("class A {{ init() {{ {} }} }}", set()),
        ("class A {{ let observer = CXCallObserver()\n init() {{ {} }} }}", set()),
    ],
)
def test_creating_what_owns_the_provider_is_setup(declaration: str, expected: set[str]) -> None:
    assert phases(program({"A.swift": declaration.format(ACTIVATE)})) == expected


# ---- before and after a report --------------------------------------------------------------------------------------

STEPS = "".join(f"func {name}() {{ {ACTIVATE} }}\n" for name in ("first", "second", "third", "fourth", "done"))


def around(members: str) -> dict[str, set[str]]:
    """The phases of `first`, `second`, … in a class with these members; those that never run are left out."""
    found = program({"A.swift": f"class A: NSObject {{ let provider: CXProvider\n{members}\n{STEPS}}}"})
    named = {name: phases(found, f"A.{name}()") for name in ("first", "second", "third", "fourth", "done")}
    return {name: its_phases for name, its_phases in named.items() if its_phases}


REPORT = "provider.reportNewIncomingCall(with: id, update: update)"


def test_code_around_a_report_and_in_its_completion() -> None:
    found = around(f"func run() {{ first()\n {REPORT} {{ _ in done() }}\n second() }}")
    assert found == {"first": {"report"}, "second": {"report"}, "done": {"reported"}}


def test_a_handler_of_an_action_reports_no_call_of_its_own() -> None:
    answer = "func provider(_ p: CXProvider, perform action: CXAnswerCallAction) { first()\n tell()\n second() }"
    found = around(f"{answer}\nfunc tell() {{ third()\n {REPORT}\n fourth() }}")
    assert found["first"] == found["second"] == {"answer"}
    assert "report" in found["third"]


def test_who_posts_a_notification_does_not_report_what_its_observer_reports() -> None:
    observe = "NotificationCenter.default.addObserver(self, selector: #selector(heard), name: changed, object: nil)"
    post = "NotificationCenter.default.post(name: changed, object: nil)"
    found = around(
        f"func listen() {{ {observe} }}\n@objc func heard() {{ first()\n tell() }}\n"
        f"func tell() {{ {REPORT} }}\nfunc run() {{ second()\n {post}\n third() }}"
    )
    assert found == {"first": {"report"}}


def test_code_around_a_report_in_a_callee() -> None:
    inner = f"func report() {{ second()\n {REPORT} {{ _ in done() }}\n third() }}"
    found = around(f"func run() {{ first()\n report()\n fourth() }}\n{inner}")
    expected = dict.fromkeys(("first", "second", "third", "fourth"), {"report"})
    assert found == {**expected, "done": {"reported"}}


def test_code_after_a_report_that_is_waited_for_is_late_in_every_caller() -> None:
    inner = f"func report() async {{ first()\n try? await {REPORT}\n second() }}"
    callers = "func run() async { await report()\n third() }\nfunc post() { Task { await report()\n fourth() } }"
    found = around(f"{callers}\n{inner}")
    assert found == {"first": {"report"}, "second": {"reported"}, "third": {"reported"}, "fourth": {"reported"}}


def test_what_handles_a_refused_report_or_request_comes_after_no_call() -> None:
    refused = "func run() async {{ do {{ {}\n second() }} catch {{ third() }}\n fourth() }}"
    found = around(refused.format(f"try await {REPORT}"))
    assert found == {"second": {"reported"}, "fourth": {"reported"}}
    request = "try await CXCallController().request(CXTransaction(action: CXStartCallAction(call: id, handle: to)))"
    assert around(refused.format(request)) == {"second": {"requested"}, "fourth": {"requested"}}


@pytest.mark.parametrize(
    "body",
    [
        "if let error { second() } else { done() }",
        "if let error = error { second()\n return }\n done()",
        "guard error == nil else { second()\n return }\n done()",
        "if error != nil { second() }\n if error == nil { done() }",
    ],
)
def test_a_completion_with_an_error_is_after_no_call(body: str) -> None:
    report = f"func run() {{ first()\n {REPORT} {{ error in {body} }} }}"
    assert around(report) == {"first": {"report"}, "done": {"reported"}}
    start = "CXTransaction(action: CXStartCallAction(call: id, handle: to))"
    request = f"func run() {{ CXCallController().request({start}) {{ error in {body} }} }}"
    assert around(request) == {"done": {"requested"}}


def test_code_in_another_arm_than_the_report_is_not_around_it() -> None:
    found = around(
        f"func run() {{ first()\n if isReady {{ {REPORT} {{ _ in }}\n second() }} else {{ third() }}\n fourth() }}"
    )
    assert found == {"first": {"report"}, "second": {"report"}}


def test_a_report_in_a_function_does_not_hide_what_else_leads_there() -> None:
    push = "func pushRegistry(_ r: PKPushRegistry, didReceiveIncomingPushWith p: PKPushPayload, for t: PKPushType)"
    run = f"func run() {{ if isReady {{ {REPORT} {{ _ in }}\n second() }} else {{ third() }} }}"
    found = around(f"{run}\n{push} {{ run() }}")
    assert found == {"second": {"report"}, "third": {"report"}}


def test_what_goes_before_a_report_is_the_new_calls_also_during_another() -> None:
    held = "func provider(_ p: CXProvider, perform action: CXSetHeldCallAction)"
    found = around(f"{held} {{ run() }}\nfunc run() {{ first()\n {REPORT} {{ _ in }}\n second() }}")
    assert found == {"first": {"report"}, "second": {"report", "call"}}


def test_code_around_a_request() -> None:
    action = "let action = CXStartCallAction(call: id, handle: to)"
    request = "CXCallController().request(CXTransaction(action: action)) { _ in done() }"
    found = around(f"func run() {{ first()\n {action}\n second()\n {request}\n third() }}")
    assert found == {**dict.fromkeys(("first", "second", "third"), {"request"}), "done": {"requested"}}


def test_other_requests_open_nothing_and_their_completion_stays_in_the_call() -> None:
    run = (
        "let controller = CXCallController()\n"
        "func run() { first()\n controller.request(CXTransaction(action: CXEndCallAction(call: id))) { _ in done() } }"
    )
    held = "func provider(_ p: CXProvider, perform action: CXSetHeldCallAction) { run() }"
    assert around(run) == {}
    assert around(f"{run}\n{held}") == {"first": {"call"}, "done": {"call"}}


def test_the_completion_of_a_request_that_may_start_a_call_is_after_one() -> None:
    ask = "func ask(_ transaction: CXTransaction) { controller.request(transaction) { _ in done() } }"
    assert around(f"let controller = CXCallController()\n{ask}") == {"done": {"requested"}}


def test_code_around_the_report_of_an_end() -> None:
    found = around("func run() { first()\n provider.reportCall(with: id, endedAt: nil, reason: .failed)\n second() }")
    assert found == {"first": {"end"}, "second": {"end"}}


def test_code_around_a_report_in_objc() -> None:
    text = f"""
@interface A : NSObject
@property CXProvider *provider;
@end
@implementation A
- (void)run {{ [self report]; [self second]; }}
- (void)report {{
    [self first];
    [self.provider reportNewIncomingCallWithUUID:a update:b completion:^(NSError *error) {{ [self done]; }}];
}}
- (void)first {{ {ACTIVATE_OBJC} }}
- (void)second {{ {ACTIVATE_OBJC} }}
- (void)done {{ {ACTIVATE_OBJC} }}
@end
"""
    found = program({"A.m": text})
    named = {name: phases(found, f"A.{name}()") for name in ("first", "second", "done")}
    assert named == {"first": {"report"}, "second": {"report"}, "done": {"reported"}}


# ---- closures: when they run decides their phase --------------------------------------------------------------------


def opener(phase: str) -> Callback | None:
    """A callback that opens this phase and no other."""
    return next((c for c in VOCABULARY.callbacks if c.opens == (phase,) and c.swift), None)


OPENED = [phase for phase in VOCABULARY.phases if opener(phase)]
GIVEN = {
    "now": "DispatchQueue.main.sync {{ {} }}",
    "later": "DispatchQueue.main.async {{ {} }}",
    "delayed": "DispatchQueue.main.asyncAfter(deadline: .now() + 1) {{ {} }}",
    "unknown": "somebody.keep {{ {} }}",
}


@pytest.mark.parametrize("mode", GIVEN)
@pytest.mark.parametrize("phase", OPENED)
def test_closures_run_in_the_phase_that_the_knowledge_gives(phase: str, mode: str) -> None:
    entry, callback = VOCABULARY.phases[phase], opener(phase)
    assert callback is not None
    expected = {"now": phase, "later": entry.later or phase, "delayed": entry.delayed or phase, "unknown": phase}[mode]
    body = GIVEN[mode].format("Audio().use()")
    audio = f"class Audio {{ func use() {{ {ACTIVATE} }} }}"
    found = program({"A.swift": swift_handler(callback, callback.swift[0], body), "B.swift": audio})
    assert phases(found, "Audio.use()") == ({expected} if mode != "unknown" or entry.unknown else set())


ANSWERS = "func provider(_ p: CXProvider, perform action: CXAnswerCallAction)"
ANSWER = f"class A: NSObject, CXProviderDelegate {{{{ {ANSWERS} {{{{ {{}} }}}}\n{{}} }}}}"
USE = f"func use() {{ {ACTIVATE} }}"


@pytest.mark.parametrize(
    ("body", "phase"),
    [
        ("use()", "answer"),
        ("DispatchQueue.main.async { use() }", "answered"),
        ("DispatchQueue.main.async { DispatchQueue.main.async { use() } }", "answered"),
        ("DispatchQueue.main.async { DispatchQueue.main.sync { use() } }", "answered"),
        ("DispatchQueue.main.asyncAfter(deadline: .now() + 1) { use() }", "call"),
        ("DispatchQueue.main.asyncAfter(deadline: .now() + 1) { DispatchQueue.main.async { use() } }", "call"),
        ("somebody.keep { use() }", "answer"),
        ("post { use() }", "answered"),
        ("post { post { use() } }", "answered"),
        ("runNow { use() }", "answer"),
        ("Task { await later() }", "answered"),
    ],
)
def test_closures_of_the_answer(body: str, phase: str) -> None:
    members = (
        "func post(_ f: @escaping () -> Void) { DispatchQueue.main.async { f() } }\n"
        "func runNow(_ f: () -> Void) { f() }\nfunc later() async { use() }"
    )
    assert phases(program({"A.swift": ANSWER.format(body, f"{members}\n{USE}")}), "A.use()") == {phase}


def test_a_stored_closure_runs_in_the_phase_of_who_calls_it() -> None:
    members = (
        f"var onActive: (() -> Void)?\n{USE}\n"
        "func provider(_ p: CXProvider, didActivate session: AVAudioSession) { onActive?() }"
    )
    assert phases(program({"A.swift": ANSWER.format("onActive = { self.use() }", members)}), "A.use()") == {"active"}


def test_guards_outside_a_closure_hold_inside() -> None:
    guarded = "guard CXCallObserver().calls.isEmpty else { return }\n DispatchQueue.main.async { use() }"
    assert phases(program({"A.swift": ANSWER.format(guarded, USE)}), "A.use()") == set()


def test_guards_of_a_caller_hold_in_the_callee() -> None:
    handler = "func provider(_ p: CXProvider, didDeactivate session: AVAudioSession) { quiet() }"
    quiet = "func quiet() { if !hasActiveCall { use() } }"
    found = program({"A.swift": ANSWER.format("quiet()", f"{handler}\n{quiet}\n{USE}")})
    assert phases(found, "A.use()") == {"after"}


# ---- the values of parameters ---------------------------------------------------------------------------------------


def activations(sources: dict[str, str]) -> dict[str, set[object]]:
    """For each phase the values that the session is activated with."""
    found: dict[str, set[object]] = {}
    for run in runs(program(sources)):
        if run.site.api.effect == "activation":
            found.setdefault(run.phase, set()).add(run.value("active"))
    return found


HOPS = """
final class Audio {
    func start() { switchAudio(to: true) }
    func stop() { switchAudio(to: false) }
    func switchAudio(to on: Bool, loud: Bool = false) { apply(on) }
    private func apply(_ active: Bool) { try? AVAudioSession.sharedInstance().setActive(active) }
}
"""
TWO_HANDLERS = ANSWER.format(
    "Audio().start()", "func provider(_ p: CXProvider, didDeactivate session: AVAudioSession) { Audio().stop() }"
)


def test_a_literal_reaches_the_effect_through_hops_and_each_way_keeps_its_own() -> None:
    assert activations({"A.swift": TWO_HANDLERS, "Audio.swift": HOPS}) == {"answer": {True}, "after": {False}}


def test_a_literal_crosses_the_languages() -> None:
    header = (
        "@interface Audio : NSObject\n- (void)start;\n- (void)stop;\n- (void)switchTo:(BOOL)on loud:(BOOL)loud;\n@end"
    )
    methods = (
        "- (void)start { [self switchTo:YES loud:NO]; }\n- (void)stop { [self switchTo:NO loud:NO]; }\n"
        "- (void)switchTo:(BOOL)on loud:(BOOL)loud { [Session.shared applyWithActive:on]; }"
    )
    session = (
        "@objc class Session: NSObject { @objc static let shared = Session()\n"
        "@objc func apply(active: Bool) { try? AVAudioSession.sharedInstance().setActive(active) } }"
    )
    sources = {"Audio.h": header, "Audio.m": f"@implementation Audio\n{methods}\n@end", "Session.swift": session}
    assert activations({"A.swift": TWO_HANDLERS, **sources}) == {"answer": {True}, "after": {False}}


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("apply(true)", {True}),
        ("apply(isReady)", {None}),
        ("apply(!true)", {False}),
        ("let on = false\n apply(on)", {False}),
        ("DispatchQueue.main.sync { apply(true) }", {True}),
        ("apply(true)\n apply(false)", {True, False}),
        ("apply()", {True}),
        ("pass(false)", {False}),
        ("pass(Setting.active)", {True}),
        ("hide(false)", {None}),
    ],
)
def test_what_a_parameter_gets(body: str, values: set[object]) -> None:
    members = (
        "func apply(_ on: Bool = true) { try? AVAudioSession.sharedInstance().setActive(on) }\n"
        "func pass(_ on: Bool) { DispatchQueue.main.sync { self.apply(on) } }\n"
        "func hide(_ on: Bool) { ask { on in try? AVAudioSession.sharedInstance().setActive(on) } }"
    )
    setting = "enum Setting { static let active = true }"
    assert activations({"A.swift": ANSWER.format(body, members), "B.swift": setting}) == {"answer": values}


def test_a_parameter_that_shuts_the_way_does_so_for_its_caller_only() -> None:
    handler = "func provider(_ p: CXProvider, didActivate session: AVAudioSession) { use(false) }"
    members = f"{handler}\nfunc use(_ on: Bool) {{ guard on else {{ return }}\n {ACTIVATE} }}"
    assert activations({"A.swift": ANSWER.format("use(true)", members)}) == {"answer": {True}}


def test_recursion_ends_and_what_it_computes_is_unknown() -> None:
    members = (
        "func one(_ on: Bool) { try? AVAudioSession.sharedInstance().setActive(on)\n two(!on) }\n"
        "func two(_ on: Bool) { one(on)\n two(on) }"
    )
    assert activations({"A.swift": ANSWER.format("one(true)", members)}) == {"answer": {True, None}}


def test_too_many_values_become_unknown() -> None:
    calls = "\n".join(f'setMode("mode{number}")' for number in range(MANY_BINDINGS + 10))
    members = "func setMode(_ mode: String) { try? AVAudioSession.sharedInstance().setMode(mode) }"
    found = [run.value("mode") for run in runs(program({"A.swift": ANSWER.format(calls, members)}))]
    assert len(found) == MANY_BINDINGS + 1
    assert found.count(None) == 1


# ---- chains ---------------------------------------------------------------------------------------------------------

CHAIN_SOURCES = {
    "Provider.swift": ANSWER.format(
        "begin()", "func begin() { prepare(); Audio.shared.start() }\nfunc prepare() { begin() }"
    ),
    "Audio.swift": "final class Audio { static let shared = Audio()\n let engine = Engine()\n"
    "func start() { engine.open() } }",
    "Engine.h": "@interface Engine : NSObject\n- (void)open;\n- (void)warmUp;\n@end",
    "Engine.m": f"@implementation Engine\n- (void)warmUp {{ [self open]; }}\n- (void)open {{\n{ACTIVATE_OBJC} }}\n@end",
    "Detour.swift": "extension A { func provider(_ p: CXProvider, perform action: CXStartCallAction) { detour() }\n"
    "func detour() { detourAgain()\n Audio.shared.engine.warmUp() }\nfunc detourAgain() { Audio.shared.start() } }",
}


def test_the_chain_leads_from_the_entry_point_to_the_call() -> None:
    (found,) = (run for run in runs(program(CHAIN_SOURCES)) if run.phase == "answer")
    steps = [(step.path, step.location.line) for step in found.chain()]
    assert steps == [
        ("Provider.swift", 1),
        ("Provider.swift", 1),
        ("Provider.swift", 2),
        ("Audio.swift", 3),
        ("Engine.m", 4),
    ]
    assert "perform: CXAnswerCallAction" in found.chain()[0].text
    assert [step.text for step in found.chain()[1:]] == [
        "which calls A.begin()",
        "which calls Audio.start()",
        "which calls Engine.open()",
        "which calls setActive(true)",
    ]


def test_chains_are_shortest_and_the_same_in_any_order_of_the_files() -> None:
    orders = list(itertools.permutations(CHAIN_SOURCES))
    found = {
        tuple(sorted(tuple(chain(run)) for run in runs(program({path: CHAIN_SOURCES[path] for path in order}))))
        for order in orders[::7]
    }
    ((answer, start),) = found
    assert {len(answer), len(start)} == {5}


def test_of_two_ways_as_long_the_first_by_path_and_line_is_shown() -> None:
    handler = f"class A: NSObject, CXProviderDelegate {{ {ANSWERS} {{ use() }} }}"
    sources = {
        "B.swift": handler.replace("A:", "B:"),
        "A.swift": handler,
        "C.swift": f"func use() {{ {ACTIVATE} }}",
    }
    for order in itertools.permutations(sources):
        (found,) = runs(program({path: sources[path] for path in order}))
        assert [step.path for step in found.chain()] == ["A.swift", "A.swift", "C.swift"]


def test_a_chain_is_as_sure_as_its_weakest_step() -> None:
    bell = f"class Bell {{ func ringTheBell() {{ {ACTIVATE} }} }}"
    sources = {"A.swift": ANSWER.format("let bell = unknown()\n bell.ringTheBell()", ""), "B.swift": bell}
    (found,) = runs(program(sources))
    assert found.confidence == Confidence.medium
    sources["A.swift"] = ANSWER.format("let bell = Bell()\n bell.ringTheBell()", "")
    (found,) = runs(program(sources))
    assert found.confidence == Confidence.high


def test_code_that_nothing_calls_runs_in_no_phase() -> None:
    found = program({"A.swift": ANSWER.format("", USE)})
    assert phases(found) == set()
    assert [site.text for site in found.sites("activation")] == ["setActive(true)"]


def test_a_run_knows_the_words_of_the_conditions_on_its_way() -> None:
    body = "if session.category == .playback { use() }"
    (found,) = runs(program({"A.swift": ANSWER.format(body, USE)}))
    assert "category" in found.tested()
    (found,) = runs(program({"A.swift": ANSWER.format("use()", USE)}))
    assert found.tested() == set()


def test_the_graph_of_a_program_may_be_deep() -> None:
    depth = 3000
    steps = "\n".join(f"func step{number}() {{ step{number + 1}() }}" for number in range(depth))
    source = f"{ANSWER.format('step0()', '')}\n{steps}\nfunc step{depth}() {{ {ACTIVATE} }}"
    (found,) = runs(program({"A.swift": source}))
    assert len(found.chain()) == depth + 3


def test_every_program_of_a_tree_has_its_own_phases() -> None:
    app = "@main struct App{}: App {{}}\n"
    handler = ANSWER.format("use()", USE)
    found = programs(
        {"one/A.swift": app.format(1) + handler, "two/A.swift": app.format(2) + ANSWER.format("", USE)},
        "one/One.xcodeproj/project.pbxproj",
        "two/Two.xcodeproj/project.pbxproj",
    )
    assert {name: phases(item) for name, item in found.items()} == {"one": {"answer"}, "two": set()}
