"""Program: the answers to the questions that rules ask."""

from __future__ import annotations

import pytest

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program, facts, first
from callkit_lint.project.boundaries import may_have_calls
from tests.graphs import ACTIVATE, ACTIVATE_OBJC, lowered, program

SET_CATEGORY = "try? AVAudioSession.sharedInstance().setCategory({})"
CONFIGURE = "func configure() { try? AVAudioSession.sharedInstance().setCategory(.playAndRecord, mode: .voiceChat) }"
REPORT = "provider.reportNewIncomingCall(with: id, update: update) {{ _ in {} }}"


def app(*members: str, module: str = "CallKit") -> Program:
    """A program that is armed: the delegate of a provider, with these members; it imports a module."""
    body = "\n".join(("let provider: CXProvider", *members))
    return program({"App.swift": f"import {module}\nclass Phone: NSObject, CXProviderDelegate {{\n{body}\n}}"})


def handler(callback: str, body: str) -> str:
    """A callback of the provider's delegate."""
    argument = {"didActivate": "session: AVAudioSession", "didDeactivate": "session: AVAudioSession"}
    label, _, kind = callback.partition(" ")
    return f"func provider(_ p: CXProvider, {label} {argument.get(label, f'action: {kind}')}) {{ {body} }}"


ANSWER, START, END = (f"perform CX{name}CallAction" for name in ("Answer", "Start", "End"))


# ---- armed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("A.swift", "import CallKit\nclass A: NSObject, CXProviderDelegate {}"),
        ("A.swift", "import CallKit\nclass A: NSObject {}\nextension A: CXProviderDelegate {}"),
        ("A.swift", "import CallKit\nclass A { let provider = CXProvider(configuration: c) }"),
        ("A.swift", "import CallKit\nfunc f() { CXCallController().request(t) { _ in } }"),
        ("A.swift", "import LiveCommunicationKit\nclass A: ConversationManagerDelegate {}"),
        ("A.swift", "import PushToTalk\nclass A: NSObject, PTChannelManagerDelegate {}"),
        ("A.m", "#import <CallKit/CallKit.h>\n@interface A : NSObject <CXProviderDelegate>\n@end"),
        ("A.m", "@import CallKit;\n@interface A ()\n<CXProviderDelegate>\n@end\n@implementation A\n@end"),
        ("A.m", "#import <CallKit/CallKit.h>\nvoid f(id c) { [[CXProvider alloc] initWithConfiguration:c]; }"),
    ],
)
def test_armed(path: str, source: str) -> None:
    assert may_have_calls(lowered({path: source}))
    assert program({path: source}).armed


@pytest.mark.parametrize(
    "source",
    [
        "import CallKit\nfunc busy() -> Bool { return !CXCallObserver().calls.isEmpty }",
        "import CallKit\nclass A: NSObject, CXCallObserverDelegate { let observer = CXCallObserver() }",
        "import CallKit\nclass A: CXCallDirectoryProvider {}",
        "import CallKit\nclass A {}",
    ],
)
def test_watching_or_blocking_calls_does_not_arm(source: str) -> None:
    assert not program({"A.swift": source}).armed


@pytest.mark.parametrize(
    "source",
    [
        "import AVFoundation\nfunc f() { play() }",
        "class A: UIViewController {}",
    ],
)
def test_a_program_without_a_call_framework_is_not_armed_and_need_not_be_linked(source: str) -> None:
    assert not may_have_calls(lowered({"A.swift": source}))
    assert not program({"A.swift": source}).armed


def test_a_program_that_only_takes_pushes_is_linked_but_not_armed() -> None:
    source = "import PushKit\nclass A: NSObject, PKPushRegistryDelegate {}"
    assert may_have_calls(lowered({"A.swift": source}))
    assert not program({"A.swift": source}).armed


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("A.swift", "import RNCallKeep\nclass A {}"),
        ("A.m", '#import "RNCallKeep.h"\n@implementation A\n@end'),
        ("A.swift", "import flutter_callkit_incoming\nclass A {}"),
        ("A.m", "#import <RNVoipPushNotificationManager.h>\n@implementation A\n@end"),
    ],
)
def test_a_program_whose_calls_an_sdk_takes_is_armed(path: str, source: str) -> None:
    assert may_have_calls(lowered({path: source}))
    armed = program({path: source})
    (why,) = armed.armed_by
    assert (why.path, why.location.line, why.text.endswith("takes the calls")) == (path, 1, True)


def test_an_sdk_that_takes_no_calls_arms_nothing() -> None:
    source = "import WebRTC\nclass A {}"
    assert not may_have_calls(lowered({"A.swift": source}))
    assert not program({"A.swift": source}).armed


def test_a_program_that_is_not_armed_has_no_runs() -> None:
    source = f"import UIKit\nclass A: UIViewController {{ override func viewDidLoad() {{ {ACTIVATE} }} }}"
    unarmed = program({"A.swift": source})
    assert len(list(unarmed.sites("activation"))) == 1
    assert list(unarmed.runs("activation")) == []
    armed = program({"A.swift": source, "B.swift": "import CallKit\nclass B: NSObject, CXProviderDelegate {}"})
    assert len(list(armed.runs("activation"))) == 1


# ---- sites and runs -------------------------------------------------------------------------------------------------


def test_sites_are_sorted_and_chosen_by_effect() -> None:
    found = program(
        {
            "B.swift": f"func f() {{ {ACTIVATE} }}",
            "A.m": f"void g(void) {{ {ACTIVATE_OBJC} }}\nvoid h(void) {{ {ACTIVATE_OBJC} }}",
            "C.swift": f"func k() {{ {SET_CATEGORY.format('.playback')} }}",
        }
    )
    assert [item.procedure.display for item in found.sites("activation")] == ["g()", "h()", "f()"]
    assert [item.procedure.display for item in found.sites("activation", "category")] == ["g()", "h()", "f()", "k()"]
    assert list(found.sites("report")) == []


def test_runs_of_a_site_hold_one_for_each_phase() -> None:
    use = f"func use() {{ {ACTIVATE} }}\nfunc unused() {{ {ACTIVATE} }}"
    ((*runs,),) = app(handler(ANSWER, "use()"), handler("didActivate", "use()"), use).runs("activation")
    assert {run.phase for run in runs} == {"answer", "active"}
    assert {run.value("active") for run in runs} == {True}


def told(found: Program, phases: tuple[str, ...]) -> list[list[tuple[str, str]]]:
    return [[(run.phase, run.site.text) for run in runs] for runs in found.told(phases, "activation", "mode")]


def test_told_takes_of_each_call_the_first_phase_that_is_asked_for() -> None:
    use = f"func use() {{ {ACTIVATE} }}"
    found = app(handler(ANSWER, "use()"), handler("didActivate", "use()"), handler(END, "use()"), use)
    assert told(found, ("active", "answer")) == [[("active", "setActive(true)")]]
    assert told(found, ("answer", "active")) == [[("answer", "setActive(true)")]]
    assert told(found, ("call", "end")) == [[("end", "setActive(true)")]]
    assert told(found, ("call",)) == []


def test_told_joins_the_calls_of_one_body() -> None:
    mode = "try? AVAudioSession.sharedInstance().setMode(.voiceChat)"
    use = f"func use() {{ {ACTIVATE}\n {mode}\n other() }}\nfunc other() {{ {ACTIVATE} }}"
    found = app(handler(ANSWER, "use()"), use)
    assert told(found, ("answer",)) == [
        [("answer", "setActive(true)"), ("answer", "setMode(.voiceChat)")],
        [("answer", "setActive(true)")],
    ]


def test_told_leaves_out_what_is_not_accepted() -> None:
    use = f"func use() {{ {ACTIVATE} }}"
    found = app(handler(ANSWER, "use()"), handler("didActivate", "use()"), use)
    runs = found.told(("active", "answer"), "activation", accept=lambda run: run.phase != "active")
    assert [[run.phase for run in group] for group in runs] == [["answer"]]


def test_first_takes_the_shortest_chain_of_the_first_phase() -> None:
    use = f"func use() {{ {ACTIVATE} }}\nfunc detour() {{ use() }}"
    (runs,) = app(handler(ANSWER, "use()"), handler(START, "detour()"), use).runs("activation")
    chosen = first(runs, ("call", "start", "answer"))
    assert chosen is not None
    assert chosen.phase == "start"
    assert first(runs, ("call",)) is None


def test_groups_of_phases() -> None:
    use = f"func use() {{ {ACTIVATE} }}"
    found = app(handler(ANSWER, "use()"), handler("didActivate", "use()"), handler("didDeactivate", "use()"), use)
    (runs,) = found.runs("activation")
    groups = {run.phase: (found.in_group(run, "live"), found.in_group(run, "in call")) for run in runs}
    assert groups == {"answer": (False, True), "active": (True, True), "after": (False, False)}


# ---- configurations of the session ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "configurations"),
    [
        (f"func f() {{ {SET_CATEGORY.format('.playAndRecord')} }}", 1),
        (f"func f() {{ {SET_CATEGORY.format('AVAudioSessionCategoryPlayAndRecord')} }}", 1),
        (f"func f() {{ {SET_CATEGORY.format('chosen()')} }}", 1),
        (f"func f() {{ {SET_CATEGORY.format('.playback')} }}", 0),
        (f"func f() {{ {SET_CATEGORY.format('.ambient')} }}", 0),
        ("func f() { let s: RTCAudioSession = x\n s.setConfiguration(c) }", 1),
        (
            f"{handler(ANSWER, 'use(.playAndRecord)')}\nfunc use(_ category: AVAudioSession.Category) "
            f"{{ {SET_CATEGORY.format('category')} }}",
            1,
        ),
        (
            f"{handler(ANSWER, 'use(.playback)')}\nfunc use(_ category: AVAudioSession.Category) "
            f"{{ {SET_CATEGORY.format('category')} }}",
            0,
        ),
        (
            f"{handler(ANSWER, 'use(.playback)')}\n{handler(START, 'use(.playAndRecord)')}\n"
            f"func use(_ category: AVAudioSession.Category) {{ {SET_CATEGORY.format('category')} }}",
            1,
        ),
    ],
)
def test_call_configurations(members: str, configurations: int) -> None:
    assert len(app(members).call_configurations) == configurations


LAUNCH = "func application(_ a: UIApplication, didFinishLaunchingWithOptions o: [String: Any]?) -> Bool {{ {} }}"


# ---- late code ------------------------------------------------------------------------------------------------------


def late(found: Program) -> set[tuple[str, str]]:
    return {(fact.procedure.display, how) for fact, how in found.late_starts()}


LATE = {
    "completion of a report": (f"func call() {{ {REPORT.format('self.use()')} }}", {"after the report"}),
    "completion of a request": (
        "func call(c: CXCallController) { c.request(CXTransaction(action: CXStartCallAction(call: id, handle: h))) "
        "{ _ in self.use() } }",
        {"after the report"},
    ),
    "awaited report": (
        "func call() async { try? await provider.reportNewIncomingCall(with: id, update: update)\n use() }",
        {"after the report"},
    ),
    "posted while answering": (handler(ANSWER, "DispatchQueue.main.async { self.use() }"), {"posted"}),
    "posted while starting": (handler(START, "Task { self.use() }"), {"posted"}),
    "delayed while answering": (
        handler(ANSWER, "DispatchQueue.main.asyncAfter(deadline: .now() + 1) { self.use() }"),
        {"delayed"},
    ),
    "posted before a report": (
        f"func call() {{ DispatchQueue.main.async {{ self.use() }}\n {REPORT.format('')} }}",
        {"posted", "after the report"},
    ),
    "fulfilled in the closure": (handler(ANSWER, "DispatchQueue.main.async { self.use()\n action.fulfill() }"), set()),
    "failed in the closure": (handler(ANSWER, "DispatchQueue.main.async { self.use()\n action.fail() }"), set()),
    "at once": (handler(ANSWER, "use()\n action.fulfill()"), set()),
    "on a queue that waits": (handler(ANSWER, "DispatchQueue.main.sync { self.use() }"), set()),
    "posted when active": (handler("didActivate", "DispatchQueue.main.async { self.use() }"), set()),
    "posted at the end": (handler(END, "DispatchQueue.main.async { self.use() }"), set()),
    "posted at launch": (LAUNCH.format("DispatchQueue.main.async { self.use() }\n return true"), set()),
}


@pytest.mark.parametrize(("members", "expected"), LATE.values(), ids=LATE)
def test_late_starts(members: str, expected: set[str]) -> None:
    assert {how for _, how in late(app(members, "func use() {}"))} == expected


def test_late_starts_lead_to_what_they_run() -> None:
    found = app(handler(ANSWER, "DispatchQueue.main.async { self.use() }\n use()"), f"func use() {{ {ACTIVATE} }}")
    ((start, how),) = found.late_starts()
    assert how == "posted"
    (run,) = found.runs_from(start, "activation")
    assert isinstance(run, Run)
    assert (run.phase, run.fact.root) == ("answered", start.root)
    assert list(found.runs_from(start, "category")) == []


def test_the_late_way_is_found_where_an_earlier_one_leads_to_the_same_code() -> None:
    members = "func use() { configure() }"
    found = app(f"func call() {{ use()\n {REPORT.format('self.use()')} }}", members, CONFIGURE)
    ((start, _),) = found.late_starts()
    (run,) = found.runs_from(start, "category")
    assert [step.text for step in run.chain()][1:-1] == ["which calls Phone.use()", "which calls Phone.configure()"]


def test_an_unarmed_program_has_no_late_starts() -> None:
    source = (
        "class A { func application(_ a: X, didFinishLaunchingWithOptions o: Y) { DispatchQueue.main.async { f() } } }"
    )
    assert late(program({"A.swift": source})) == set()


# ---- facts ----------------------------------------------------------------------------------------------------------


def test_facts_are_the_same_in_both_languages() -> None:
    swift = f"""
import CallKit
class Phone: NSObject, CXProviderDelegate {{
    func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) {{ use(true); action.fulfill() }}
    func use(_ on: Bool) {{ if on && CXCallObserver().calls.isEmpty {{ {ACTIVATE} }} }}
}}
"""
    objc = f"""
#import <CallKit/CallKit.h>
@interface Phone : NSObject <CXProviderDelegate>
@end
@implementation Phone
- (void)provider:(CXProvider *)provider performAnswerCallAction:(CXAnswerCallAction *)action {{
    [self use:YES];
    [action fulfill];
}}
- (void)use:(BOOL)on {{ if (on && [[CXCallObserver alloc] init].calls.count == 0) {{ {ACTIVATE_OBJC} }} }}
@end
"""
    text = facts(lowered({"Phone.swift": swift}), {})
    assert text == facts(lowered({"Phone.m": objc}), {})
    assert text.splitlines() == [
        "Phone.CXProviderDelegate.performAnswerCallAction",
        "  CXAction.fulfill() when [] in ['answer']",
        "Phone.use(_:)",
        "  AVAudioSession.setActive(active=True) when [no call and parameter on] in []",
    ]


@pytest.mark.parametrize(
    ("condition", "fact"),
    [
        ("if isReady {{ {} }}", ""),
        ("if type == AVAudioSession.InterruptionType.ended {{ {} }}", "interruption ended"),
        ("if type != AVAudioSession.InterruptionType.ended {{ {} }}", "not interruption ended"),
        ("if reason == AVAudioSession.RouteChangeReason.categoryChange {{ {} }}", "reason categoryChange"),
        ("if hasActiveCall {{ {} }}", "not no call"),
        ("if action is CXEndCallAction {{ {} }}", "action CXEndCallAction"),
        ("if thing is Phone {{ {} }}", ""),
        ("if mode == 3 {{ {} }}", "parameter mode is 3"),
    ],
)
def test_facts_tell_the_guards_that_are_understood(condition: str, fact: str) -> None:
    source = f"func f(mode: Int) {{ {condition.format(ACTIVATE)} }}"
    assert facts(lowered({"A.swift": source}), {}).splitlines()[1].partition(" when ")[2] == f"[{fact}] in []"


def test_facts_tell_differences_apart() -> None:
    text = f"import CallKit\nclass A: NSObject, CXProviderDelegate {{ {handler(ANSWER, ACTIVATE)} }}"
    base = facts(lowered({"A.swift": text}), {})
    assert base == facts(lowered({"B.swift": "\n" + text}), {})
    assert base != facts(lowered({"A.swift": text.replace("true", "false")}), {})
    assert base != facts(lowered({"A.swift": text.replace("CXAnswer", "CXStart")}), {})
