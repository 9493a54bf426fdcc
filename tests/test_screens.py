"""The app's screens: which are those of a call, and what their nibs create."""

from __future__ import annotations

import pytest

from callkit_lint.model.screens import keypad_screens
from callkit_lint.rule import Confidence
from tests.graphs import ACTIVATE, ACTIVATE_OBJC, linked, phases, program, runs


def opened(screen: str, outlet: str, key: str) -> set[str]:
    text = f"class {screen}: UIViewController {{ {outlet} }}\nclass Key: UIControl {{ {key} }}"
    return phases(program({"A.swift": text.replace("ACT", ACTIVATE)}))


@pytest.mark.parametrize(
    ("outlet", "key", "expected"),
    [
        ("@IBOutlet weak var key: Key!", "required init?(coder: NSCoder) { super.init(coder: coder)\nACT }", True),
        ("@IBOutlet weak var key: Key!", "override func awakeFromNib() { ACT }", True),
        ("@IBOutlet var keys: [Key]!", "override func awakeFromNib() { ACT }", True),
        ("@IBOutlet private weak var key: Key?", "let tone = Tone()\n}\nclass Tone { init() { ACT }", True),
        ("@IBOutlet weak var key: Key!", "override init(frame: CGRect) { super.init(frame: frame)\nACT }", False),
        ("weak var key: Key!", "override func awakeFromNib() { ACT }", False),
        ("@IBOutlet weak var key: UIButton!", "override func awakeFromNib() { ACT }", False),
    ],
)
def test_the_nib_of_a_call_screen_creates_what_its_outlets_name(outlet: str, key: str, expected: bool) -> None:
    assert opened("CallViewController", outlet, key) == ({"call screen"} if expected else set())
    assert opened("SettingsViewController", outlet, key) == ({"screen"} if expected else set())


@pytest.mark.parametrize(
    ("action", "phase"),
    [
        ("didTapHangUp", "end"),
        ("endCall", "end"),
        ("endCallButtonTapped", "end"),
        ("rejectTapped", "end"),
        ("mute", "call"),
        ("callAgain", "call"),
        ("didEndEditing", "call"),
        ("endVideoCallRequest", "call"),
    ],
)
def test_the_button_that_hangs_up_ends_the_call(action: str, phase: str) -> None:
    screen = "class {}: UIViewController {{ @IBAction func {}(_ sender: Any) {{ {} }} }}"
    assert phases(program({"A.swift": screen.format("CallViewController", action, ACTIVATE)})) == {phase}
    assert phases(program({"A.swift": screen.format("SettingsViewController", action, ACTIVATE)})) == {"screen"}


def test_a_screen_that_code_creates_is_not_a_storyboard_s() -> None:
    text = f"class Home: UIViewController {{ let key = Key() }}\nclass Key {{ init() {{ {ACTIVATE} }} }}\n"
    launch = "class App: UIApplicationDelegate { let home = Home() }"
    assert phases(program({"A.swift": text})) == {"screen"}
    assert phases(program({"A.swift": text + launch})) == {"setup"}


def test_the_interface_comes_up() -> None:
    scene = "func scene(_ s: UIScene, willConnectTo: UISceneSession, options: UIScene.ConnectionOptions)"
    assert phases(program({"A.swift": f"class D: UIWindowSceneDelegate {{ {scene} {{ {ACTIVATE} }} }}"})) == {"screen"}


def test_outlets_of_outlets_and_the_screen_itself() -> None:
    panel = "}\nclass Panel: UIView { @IBOutlet var key: Key!"
    awake = "override func awakeFromNib() { ACT }"
    assert opened("CallViewController", f"@IBOutlet var panel: Panel!\n{panel}", awake) == {"call screen"}
    assert opened("CallViewController", awake, "") == {"call screen"}


def test_the_nib_of_an_objc_screen() -> None:
    text = (
        "@interface Key : UIControl\n@end\n@implementation Key\n"
        f"- (instancetype)initWithCoder:(NSCoder *)coder {{ {ACTIVATE_OBJC} return self; }}\n@end\n"
        "@interface CallViewController : UIViewController\n@property (weak, nonatomic) IBOutlet Key *key;\n@end\n"
        "@implementation CallViewController\n@end\n"
    )
    (run,) = runs(program({"A.m": text}))
    assert (run.phase, run.confidence) == ("call screen", Confidence.medium)
    assert run.fact.root.text == "a storyboard or nib brings up the screen CallViewController, and creates Key for it"


TONES = 'func play() { let a = CXPlayDTMFCallAction(call: id, digits: "1", type: .singleTone)\nrequest(a) }'
START = "func start() { let a = CXStartCallAction(call: id, handle: handle)\nrequest(a) }"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("@IBAction func press(_ sender: Any) { center.play() }", True),
        ("func press() { queue.async { self.center.play() } }", True),
        ("func press() { center.play() }\nfunc dial() { center.start() }", False),
        ("func dial() { center.start() }", False),
        ("func press() { }", False),
    ],
)
def test_a_screen_that_only_sends_tones_is_the_keypad_of_a_call(body: str, expected: bool) -> None:
    text = f"class Center {{ {TONES}\n{START} }}\nclass Keys: UIViewController {{ let center = Center()\n{body} }}"
    graph = linked({"A.swift": text})
    assert keypad_screens(graph) == ({"Keys"} if expected else set())
    view = text.replace("UIViewController", "NSObject")
    assert keypad_screens(linked({"A.swift": view})) == set()


def test_a_keypad_comes_in_a_call() -> None:
    body = f"override func viewDidLoad() {{ {ACTIVATE} }}\nfunc press() {{ Center().play() }}"
    text = f"class Center {{ {TONES} }}\nclass Keys: UIViewController {{ {body} }}"
    assert phases(program({"A.swift": text})) == {"call"}
    assert phases(program({"A.swift": text.replace("Center().play()", "")})) == {"screen"}


@pytest.mark.parametrize(
    ("screen", "phase", "confidence"),
    [("CallViewController", "call", Confidence.medium), ("SettingsViewController", "screen", Confidence.high)],
)
def test_a_closure_that_the_screen_of_a_call_gives_to_a_button_runs_in_the_call(
    screen: str, phase: str, confidence: Confidence
) -> None:
    button = "class RoundButton: UIButton { var action: (() -> Void)?\n@IBAction func tapped() { action?() } }\n"
    lay = f"func lay() {{ button.action = {{ {ACTIVATE} }} }}"
    owner = f"class {screen}: UIViewController {{ let button = RoundButton()\n{lay} }}"
    (run,) = runs(program({"A.swift": button + owner}))
    assert (run.phase, run.confidence) == (phase, confidence)
