"""Compile-time conditions: what they answer, and that what is not compiled is not in the program."""

from __future__ import annotations

import pytest

from callkit_lint.callgraph.compile_time import Build, build_of, compile_time_test
from callkit_lint.callgraph.conditions import TRUE, Bindings, answer
from callkit_lint.frontends.objc_statements import condition_expression
from callkit_lint.frontends.swift_conditions import compile_condition
from callkit_lint.ir import NOWHERE
from callkit_lint.model.program import build
from callkit_lint.project.boundaries import Boundary
from tests.graphs import ACTIVATE, ACTIVATE_OBJC, calls, linked, lowered, phases, procedure, program

MACROS = {"OFF": "0", "ON": "1", "NO_AUDIO": "NO", "TWO": "2", "BOTH": "(3)", "EMPTY": ""}


def answered(text: str, *, swift: bool = False) -> bool | None:
    condition = compile_condition(text) if swift else condition_expression(text, NOWHERE)
    nothing: Bindings = {}
    return answer(compile_time_test(condition, Build(MACROS)), "", nothing, lambda phase, group: False, {})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("TARGET_OS_IOS && !TARGET_OS_SIMULATOR", True),
        ("TARGET_OS_OSX || TARGET_OS_TV", False),
        ("OFF", False),
        ("ON", True),
        ("NO_AUDIO", False),
        ("!OFF && DEBUG", None),
        ("OFF && DEBUG", False),
        ("DEBUG", None),
        ("defined(OFF)", True),
        ("defined(EMPTY)", True),
        ("defined(DEBUG)", None),
        ("defined(__OBJC__)", True),
        ("defined(__IPHONE_10_0)", True),
        ("TWO > 1", True),
        ("TWO == 1", False),
        ("BOTH != TWO", True),
        ("TWO >= BOTH", False),
        ("UNKNOWN > 1", None),
        ("__IPHONE_OS_VERSION_MAX_ALLOWED >= 80000", True),
        ("__IPHONE_OS_VERSION_MAX_ALLOWED >= __IPHONE_14_0", True),
        ("__IPHONE_OS_VERSION_MAX_ALLOWED < __IPHONE_10_0", False),
        ("__IPHONE_OS_VERSION_MAX_ALLOWED >= 990000", None),
        ("__IPHONE_OS_VERSION_MIN_REQUIRED < 70000", False),
        ("__IPHONE_OS_VERSION_MIN_REQUIRED <= __IPHONE_9_0", False),
        ("__IPHONE_OS_VERSION_MIN_REQUIRED == __IPHONE_9_0", False),
        ("__IPHONE_OS_VERSION_MIN_REQUIRED > __IPHONE_9_0", True),
        ("__IPHONE_OS_VERSION_MIN_REQUIRED < 130000", None),
        ("__has_include(<WebRTC/WebRTC.h>)", None),
    ],
)
def test_conditions_of_the_preprocessor(condition: str, expected: bool | None) -> None:
    assert answered(condition) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("os(iOS) && !targetEnvironment(simulator)", True),
        ("os(macOS) || os(watchOS)", False),
        ("arch(x86_64)", False),
        ("arch(arm64)", None),
        ("canImport(CallKit) && !targetEnvironment(macCatalyst)", True),
        ("canImport(AppKit)", False),
        ("canImport(Sentry)", None),
        ("swift(>=5.9)", None),
        ("DEBUG", None),
    ],
)
def test_conditions_of_swift(condition: str, expected: bool | None) -> None:
    assert answered(condition, swift=True) is expected


CALLER = "class Caller { func f() { Audio().start() } }\n"


def swift(arms: str) -> list[str]:
    """What a caller of `Audio().start()` reaches where these arms declare it."""
    return calls(linked({"A.swift": CALLER + arms.replace("ACT", ACTIVATE)}), "Caller.f()")


def test_only_the_types_that_are_compiled_are_the_programs() -> None:
    types = "class Audio {\ninit() {}\nfunc start() { ACT }\n}"
    assert swift(types) == ["Audio.init()", "Audio.start()"]
    assert swift(f"#if targetEnvironment(simulator)\n{types}\n#endif") == []
    assert swift(f"#if os(macOS)\n{types}\n#else\n{types}\n#endif") == ["Audio.init()", "Audio.start()"]
    assert swift(f"#if os(iOS)\n{types}\n#else\nimport AppKit\n{types}\n#endif") == ["Audio.init()", "Audio.start()"]
    assert swift(f"#if DEBUG\n{types}\n#endif") == ["Audio.init()", "Audio.start()"]


def test_only_the_members_that_are_compiled_are_a_types() -> None:
    assert swift("class Audio {\n#if os(macOS)\nfunc start() {}\n#endif\n}") == []
    assert swift("class Audio {}\n#if os(macOS)\nextension Audio { func start() {} }\n#endif") == []
    fields = "#if os(macOS)\nlet engine = Fake()\n#else\nlet engine = Engine()\n#endif"
    engines = "class Fake { func run() {} }\nclass Engine { func run() {} }\n"
    source = f"{engines}class Audio {{\n{fields}\nfunc start() {{ engine.run() }}\n}}"
    assert calls(linked({"A.swift": source}), "Audio.start()") == ["Engine.run()"]
    protocols = "protocol Starting { func start() }\n"
    conforming = "#if os(macOS)\nextension Audio: Starting {}\n#endif"
    source = f"{protocols}class Audio {{ func start() {{}} }}\n{conforming}\nfunc f(a: Starting) {{ a.start() }}"
    assert calls(linked({"A.swift": source}), "f(a:)") == []


def test_aliases_and_globals_that_are_not_compiled_do_not_count() -> None:
    kinds = "class Fake { func run() {} }\nclass Engine { func run() {} }\n"
    aliases = "#if os(iOS)\ntypealias Kind = Engine\n#else\ntypealias Kind = Fake\n#endif\n"
    assert calls(linked({"A.swift": kinds + aliases + "func f(a: Kind) { a.run() }"}), "f(a:)") == ["Engine.run()"]
    globals_ = "#if os(iOS)\nlet it = Engine()\n#else\nlet it = Fake()\n#endif\n"
    assert "Engine.run()" in calls(linked({"A.swift": kinds + globals_ + "func f() { it.run() }"}), "f()")
    assert "Fake.run()" not in calls(linked({"A.swift": kinds + globals_ + "func f() { it.run() }"}), "f()")


def test_stored_properties_that_are_not_compiled_are_not_created() -> None:
    kinds = "class Fake { init() { ACT } }\nclass Engine { init() {} }\n"
    fields = "#if targetEnvironment(simulator)\nlet a = Fake()\n#else\nlet b = Engine()\n#endif"
    graph = linked({"A.swift": f"{kinds}class Audio {{\n{fields}\n}}".replace("ACT", ACTIVATE)})
    edges = {edge.callee.display: edge.is_dead for edge in procedure(graph, "Audio's stored properties").edges}
    assert edges == {"Fake.init()": True, "Engine.init()": False}


DELEGATE = "@interface Caller : NSObject <CXProviderDelegate>\n@end\n@implementation Caller\n"
ANSWER = "- (void)provider:(CXProvider *)provider performAnswerCallAction:(CXAnswerCallAction *)action {"


@pytest.mark.parametrize(
    ("define", "arms", "expected"),
    [
        ("", "#if TARGET_OS_SIMULATOR\nLIVE\n#else\nDEAD\n#endif", set()),
        ("", "#if TARGET_OS_SIMULATOR\nDEAD\n#else\nLIVE\n#endif", {"answer"}),
        ("#define OWN_AUDIO 0\n", "#if OWN_AUDIO\nLIVE\n#else\nDEAD\n#endif", set()),
        ("#define OWN_AUDIO 1\n", "#if OWN_AUDIO\nLIVE\n#else\nDEAD\n#endif", {"answer"}),
        ("#define OWN_AUDIO 0\n#define OWN_AUDIO 1\n", "#if OWN_AUDIO\nLIVE\n#endif", {"answer"}),
        ("", "#if OWN_AUDIO\nLIVE\n#endif", {"answer"}),
        ("", "#if 0\nLIVE\n#endif", set()),
        ("", "#if __IPHONE_OS_VERSION_MAX_ALLOWED < 80000\nLIVE\n#endif", set()),
    ],
)
def test_a_method_in_an_arm_that_is_off_never_runs(define: str, arms: str, expected: set[str]) -> None:
    methods = arms.replace("LIVE", f"- (void)begin {{ {ACTIVATE_OBJC} }}").replace("DEAD", "- (void)begin { }")
    text = f"{DELEGATE}{ANSWER} [self begin]; }}\n{methods}\n@end\n"
    assert phases(program({"Settings.h": f"#import <CallKit/CallKit.h>\n{define}", "A.m": text})) == expected


def test_callbacks_observers_and_targets_in_an_arm_that_is_off_open_nothing() -> None:
    callback = f"{ANSWER} {ACTIVATE_OBJC} }}"
    assert phases(program({"A.m": f"{DELEGATE}{callback}\n@end"})) == {"answer"}
    assert phases(program({"A.m": f"{DELEGATE}#if TARGET_OS_SIMULATOR\n{callback}\n#endif\n@end"})) == set()
    targets = (
        "[button addTarget:self action:@selector(press) forControlEvents:UIControlEventTouchUpInside];",
        "[[NSNotificationCenter defaultCenter] addObserver:self selector:@selector(press) "
        "name:AVAudioSessionRouteChangeNotification object:nil];",
    )
    for target in targets:
        press = f"- (void)press {{ {ACTIVATE_OBJC} }}"
        text = f"{DELEGATE}- (void)viewSetUp {{\n#if IN\n{target}\n#endif\n}}\n{press}\n@end"
        assert phases(program({"A.m": text.replace("IN", "DEBUG")}))
        assert not phases(program({"A.m": text.replace("IN", "TARGET_OS_SIMULATOR")}))


def test_what_is_not_compiled_is_no_evidence() -> None:
    provider = "let provider = CXProvider(configuration: CXProviderConfiguration())"
    text = f"import CallKit\nclass Calls {{ func f() {{\n#if IN\n{provider}\nunknown.begin()\n#endif\n}} }}"
    live = program({"A.swift": text.replace("IN", "DEBUG")})
    dead = program({"A.swift": text.replace("IN", "os(macOS)")})
    assert [site.api.effect for site in live.sites("provider")] == ["provider"]
    assert list(dead.sites("provider")) == []
    assert (live.armed, dead.armed) == (True, False)
    assert "begin" in live.graph.unresolved
    assert "begin" not in dead.graph.unresolved


@pytest.mark.parametrize(
    ("condition", "after"),
    [("os(iOS)", True), ("!targetEnvironment(simulator)", True), ("DEBUG", False), ("os(macOS)", False)],
)
def test_what_is_certainly_compiled_stands_as_if_there_were_no_condition(condition: str, after: bool) -> None:
    text = f"func f() {{\n#if {condition}\n{ACTIVATE}\n#else\ng()\n#endif\n{ACTIVATE}\n}}"
    first, second = procedure(linked({"A.swift": text}), "f()").sites
    assert first.position.dominates(second.position) is after


def test_a_condition_that_is_certain_keeps_what_leaves() -> None:
    text = "func f() {\n#if os(iOS)\nguard calls.isEmpty else { return }\n#endif\nACT\n}".replace("ACT", ACTIVATE)
    (only,) = procedure(linked({"A.swift": text}), "f()").sites
    assert [test.kind for test in only.guards] == ["no call"]


def test_a_closure_made_in_dead_code_is_dead() -> None:
    text = f"func f() {{\n#if os(macOS)\nDispatchQueue.main.async {{ {ACTIVATE} }}\n#endif\n}}"
    assert list(program({"A.swift": text}).sites("activation")) == []


def test_the_bodies_that_are_off_are_still_known() -> None:
    graph = linked({"A.swift": f"#if os(macOS)\nfunc f() {{ {ACTIVATE} }}\n#endif"})
    assert [site.is_dead for site in procedure(graph, "f()").sites] == [True]


# ---- what the project says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "macros", "expected"),
    [
        ("", (), Build({}, (12, 0))),
        ("15.0", (), Build({}, (15, 0))),
        ("14.5.1", (), Build({}, (14, 5))),
        ("9.0", (), Build({}, (12, 0))),
        (
            "",
            ("PLAIN", "ONE=1", 'TEXT=\\"a b\\"', "OFF=0"),
            Build({"PLAIN": "", "ONE": "1", "TEXT": "a b", "OFF": "0"}),
        ),
    ],
)
def test_a_build_is_read_from_settings(target: str, macros: tuple[str, ...], expected: Build) -> None:
    assert build_of(target, macros) == expected


@pytest.mark.parametrize(
    ("target", "condition", "expected"),
    [
        ("15.0", "if #available(iOS 14, *) { } else { ACT }", False),
        ("15.0", "guard #available(iOS 15, *) else { ACT\nreturn }", False),
        ("15.0", "if #unavailable(iOS 15) { ACT }", False),
        ("15.0", "if #available(iOS 16, *) { } else { ACT }", True),
        ("15.0", "if #available(iOS 14, *) { ACT }", True),
        ("15.0", "if (UIDevice.current.systemVersion as NSString).floatValue < 15.0 { ACT }", False),
        ("13.0", "if #available(iOS 14, *) { } else { ACT }", True),
        ("", "if #available(iOS 14, *) { } else { ACT }", True),
    ],
)
def test_the_deployment_target_decides_tests_of_the_system(target: str, condition: str, expected: bool) -> None:
    delegate = (
        "class Calls: NSObject, CXProviderDelegate { func provider(_ p: CXProvider, perform a: CXAnswerCallAction) {"
    )
    files = lowered({"A.swift": f"{delegate} {condition.replace('ACT', ACTIVATE)} }} }}"})
    found = build(Boundary("app", files, (), target))
    assert phases(found) == ({"answer"} if expected else set())
    assert bool(list(found.sites("activation"))) is expected


@pytest.mark.parametrize(
    ("macros", "condition", "expected"),
    [
        (("OWN_AUDIO=0",), "OWN_AUDIO", False),
        (("OWN_AUDIO=1",), "!OWN_AUDIO", False),
        (("OWN_AUDIO=1",), "OWN_AUDIO", True),
        (("OWN_AUDIO",), "!defined(OWN_AUDIO)", False),
        ((), "OWN_AUDIO", True),
        ((), "!OWN_AUDIO", True),
    ],
)
def test_what_every_configuration_defines_decides_conditions(
    macros: tuple[str, ...], condition: str, expected: bool
) -> None:
    files = lowered({"A.m": f"#if {condition}\nvoid f(void) {{ {ACTIVATE_OBJC} }}\n#endif"})
    assert bool(list(build(Boundary("app", files, (), macros=macros)).sites("activation"))) is expected


def test_a_name_that_the_project_and_the_sources_define_differently_says_nothing() -> None:
    files = lowered({"A.m": f"#define X 1\n#if X\nvoid f(void) {{ {ACTIVATE_OBJC} }}\n#endif"})
    assert list(build(Boundary("app", files, (), macros=("X=0",))).sites("activation"))


def test_the_lowest_system_of_a_build_is_the_least_that_its_macro_says() -> None:
    condition = condition_expression("__IPHONE_OS_VERSION_MIN_REQUIRED >= 150000", NOWHERE)
    old, new = (compile_time_test(condition, build_of(target, ())) for target in ("13.0", "15.0"))
    assert (old.kind, new) == ("opaque", TRUE)
