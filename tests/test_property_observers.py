"""Observers of properties: whoever sets the property runs them."""

from __future__ import annotations

import pytest

from tests.graphs import ACTIVATE, ACTIVATE_OBJC, chain, edge, linked, modes, phases, procedure, program, runs

MODEL = "class Model: NSObject {\n@objc dynamic var state = 0\n@Published var mode = 0\nvar part = Part()\n}\n"
PART = "class Part: NSObject { @objc dynamic var state = 0 }\n"
ANSWER = "func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) { SET }\n"


def swift(members: str, setting: str = "model.state = 1") -> set[str]:
    """The phases of the activation in these members of a delegate whose answer action sets a property."""
    delegate = f"class Calls: NSObject, CXProviderDelegate {{\nlet model = Model()\n{ANSWER}{members}\n}}"
    text = MODEL + PART + delegate.replace("SET", setting).replace("ACT", ACTIVATE)
    return phases(program({"A.swift": text}))


@pytest.mark.parametrize(
    ("observing", "setting", "expected"),
    [
        ("model.observe(\\.state, options: [.new]) { _, _ in ACT }", "model.state = 1", {"answer"}),
        ("model.observe(\\Model.state) { _, _ in ACT }", "model.state = 1", {"answer"}),
        ("model.observe(\\.part.state) { _, _ in ACT }", "model.part.state = 1", {"answer"}),
        ("model.observe(\\.part.state) { _, _ in ACT }", "model.state = 1", set()),
        ("model.observe(\\.mode) { _, _ in ACT }", "model.state = 1", set()),
        ("model.publisher(for: \\.state).sink { _ in ACT }", "model.state = 1", {"answer"}),
        ("model.publisher(for: \\.state).map { $0 }.sink { _ in ACT }", "model.state = 1", {"answer"}),
        ("model.$mode.sink { _ in ACT }", "model.mode = 1", {"answer"}),
        ("model.$mode.receive(on: queue).sink { _ in ACT }", "model.mode = 1", {"answered"}),
        ("model.$mode.removeDuplicates().sink { [weak self] _ in self?.f() }", "model.mode = 1", {"answer"}),
        ("model.$mode.sink { _ in ACT }", "model.mode += 1", {"answer"}),
        ("view.onReceive(model.$mode) { _ in ACT }", "model.mode = 1", {"answer"}),
        ("model.$mode.sink { _ in ACT }", "print(model.mode)", set()),
    ],
)
def test_closures_that_observe(observing: str, setting: str, expected: set[str]) -> None:
    assert swift(f"func watch() {{ {observing} }}\nfunc f() {{ ACT }}", setting) == expected


def test_a_published_property_of_the_own_type() -> None:
    text = "class A { @Published var state = 0\nfunc watch() { $state.sink { _ in use() } }\nfunc set() { state = 1 } }"
    assert edge(linked({"A.swift": text}), "A.set()", "a closure in A.watch()").mode == "now"


OBSERVE = "override func observeValue(forKeyPath keyPath: String?, of object: Any?, change: C?, context: P?) { BODY }"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ('"state"', "ACT", {"answer"}),
        ("#keyPath(Model.state)", "ACT", {"answer"}),
        ("stateKey", "ACT", {"answer"}),
        ('"other"', "ACT", set()),
        ('"state"', 'if keyPath == "state" { ACT }', {"answer"}),
        ('"state"', "if keyPath == #keyPath(Model.state) { ACT }", {"answer"}),
        ('"state"', 'if keyPath == "mode" { ACT }', set()),
        ('"state"', 'guard keyPath == "mode" else { return }\nACT', set()),
        ('"state"', 'switch keyPath {\ncase "mode": ACT\ndefault: break\n}', set()),
    ],
)
def test_observe_value(path: str, body: str, expected: set[str]) -> None:
    adding = f"func watch() {{ model.addObserver(self, forKeyPath: {path}, options: .new, context: nil) }}"
    constant = 'let stateKey = "state"\n'
    members = f"{adding}\n{OBSERVE.replace('BODY', body)}\n}}\n{constant}extension Calls {{"
    assert swift(members) == expected


OBJC = """
@interface Model : NSObject
@property (nonatomic) NSInteger state;
@end
@implementation Model
@end
@interface Calls : NSObject <CXProviderDelegate>
@property (nonatomic, strong) Model *model;
@end
@implementation Calls
- (void)watch { [self.model addObserver:self forKeyPath:PATH options:0 context:NULL]; }
- (void)provider:(CXProvider *)provider performAnswerCallAction:(CXAnswerCallAction *)action { SET }
- (void)observeValueForKeyPath:(NSString *)keyPath ofObject:(id)object change:(NSDictionary *)change
                       context:(void *)context {
    BODY
}
@end
"""


@pytest.mark.parametrize(
    ("path", "setting", "body", "expected"),
    [
        ('@"state"', "self.model.state = 1;", "ACT", {"answer"}),
        ('@"state"', "[self.model setState:1];", "ACT", {"answer"}),
        ("NSStringFromSelector(@selector(state))", "self.model.state = 1;", "ACT", {"answer"}),
        ('@"state"', 'NSLog(@"%ld", (long)self.model.state);', "ACT", set()),
        ('@"state"', "self.model.state = 1;", 'if ([keyPath isEqualToString:@"state"]) { ACT }', {"answer"}),
        ('@"state"', "self.model.state = 1;", 'if ([keyPath isEqualToString:@"mode"]) { ACT }', set()),
    ],
)
def test_observe_value_in_objc(path: str, setting: str, body: str, expected: set[str]) -> None:
    text = OBJC.replace("PATH", path).replace("SET", setting).replace("BODY", body).replace("ACT", ACTIVATE_OBJC)
    assert phases(program({"A.m": text})) == expected


def test_the_variable_behind_a_property_is_not_observed() -> None:
    text = (
        "@interface A : NSObject\n@property int state;\n@end\n@implementation A\n"
        '- (void)watch { [self addObserver:self forKeyPath:@"state" options:0 context:NULL]; }\n'
        "- (void)set { _state = 1; }\n- (void)change { self.state = 1; }\n"
        "- (void)observeValueForKeyPath:(NSString *)k ofObject:(id)o change:(id)c context:(void *)x { }\n@end"
    )
    graph = linked({"A.m": text})
    assert modes(graph, "A.set()") == []
    assert modes(graph, "A.change()") == ["now"]


def test_a_frameworks_property_is_not_followed() -> None:
    text = "class A {\nfunc f(p: AVPlayer) { p.observe(\\.status) { _, _ in use() }\np.rate = 1 } }"
    assert [item.callee.display for item in procedure(linked({"A.swift": text}), "A.f(p:)").edges] == [
        "a closure in A.f(p:)"
    ]


def test_the_chain_names_the_property_and_its_observer() -> None:
    watching = "func watch() { model.observe(\\.state) { _, _ in ACT } }"
    text = f"{MODEL}{PART}class Calls: NSObject, CXProviderDelegate {{\nlet model = Model()\n{ANSWER}{watching}\n}}"
    found = program({"A.swift": text.replace("SET", "model.state = 1").replace("ACT", ACTIVATE)})
    (run,) = runs(found)
    assert chain(run)[1] == "A.swift:9 which sets state, which a closure in Calls.watch() observes"


def test_an_observer_added_in_dead_code_observes_nothing() -> None:
    dead = "#if os(macOS)\n$s.sink { _ in use() }\n#endif"
    text = f"class A {{ @Published var s = 0\nfunc w() {{\n{dead}\n}}\nfunc f() {{ s = 1 }} }}"
    assert modes(linked({"A.swift": text}), "A.f()") == []
