"""`callkit-lint why-not`: what the model thinks of a line. The rules here are made up, the model is real."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callkit_lint import driver
from callkit_lint.cli import app
from callkit_lint.model.program import Program
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity
from callkit_lint.rulebook import Entry
from callkit_lint.why_not.verdicts import Verdict
from callkit_lint.why_not.whynot import ExplainedCall, Explanation, explain
from callkit_lint.why_not.wording import guard_in_words
from tests.graphs import linked, program
from tests.projects import XcodeProject, project

CALLS = """import CallKit
import AVFoundation
class Calls: NSObject, CXProviderDelegate {{
    let provider = CXProvider(configuration: CXProviderConfiguration())
    let session = AVAudioSession.sharedInstance()
    var calls: [UUID] = []
{members}
}}
"""
ANSWER = "    func provider(_ p: CXProvider, perform action: CXAnswerCallAction) {{ {} }}"
ACTIVATED = "    func provider(_ p: CXProvider, didActivate s: AVAudioSession) {{ {} }}"
FIRST = 7  # the line of the first member

Check = Callable[[Program], Iterator[Diagnostic]]


def calls(*members: str) -> str:
    return CALLS.format(members="\n".join(members))


def rule_for(*phases: str, effect: str = "activation", kind: str = "presence") -> Rule:
    """A rule that reports calls with an effect in some phases."""

    def check(program: Program) -> Iterator[Diagnostic]:
        for runs in program.runs(effect):
            for run in runs:
                if run.phase in phases:
                    yield replace(rule.at(run, f"is wrong {run.phase}"), rule="-".join(phases))

    rule = Rule(check, Severity.error, "0.1.0", (), kind=kind)
    return rule


def explained(source: str, line: int, *rules: Rule, **fates: str) -> Explanation:
    """The line as the only program of this source sees it; rules are named by their phases."""
    model = program({"Calls.swift": source})
    found = {f"rule {index}": list(rule.check(model)) for index, rule in enumerate(rules)}
    named = {f"rule {index}": rule for index, rule in enumerate(rules)}
    return explain(model, "Calls.swift", line, named, found, lambda item: fates.get(item.rule, ""))


def only(explanation: Explanation) -> ExplainedCall:
    (call,) = explanation.calls
    return call


def steps(places: tuple[Place, ...]) -> list[str]:
    return [f"{place.location.line} {place.text}" for place in places]


# ---- the call -------------------------------------------------------------------------------------------------------


def test_an_api() -> None:
    call = only(explained(calls(ANSWER.format("try? session.setActive(true)")), FIRST))
    assert (call.text, call.receiver, call.receiver_type) == ("setActive(true)", "session", "AVAudioSession")
    assert [place.text for place in call.reaches] == ["the API AVAudioSession.setActive"]
    assert (call.confidence, call.effect, call.values) == ("high", "activation", (("active", "true"),))
    (phase,) = call.phases
    assert phase.name == "answer"
    assert steps(phase.chain) == [
        f"{FIRST} CallKit asks the app to answer: Calls.provider(_:perform: CXAnswerCallAction)",
        f"{FIRST} which calls setActive(true)",
    ]
    assert (call.guards, call.kept_out, call.dead_ends, call.behind) == ((), (), (), ())


def test_a_function_of_the_program_and_what_it_leads_to() -> None:
    source = calls(
        ANSWER.format("start(loud: true)"),
        "    func start(loud: Bool) { prepare() }",
        "    func prepare() { try? session.setCategory(.playAndRecord, mode: .voiceChat) }",
    )
    call = only(explained(source, FIRST))
    assert (call.text, call.receiver, call.receiver_type) == ("start(…)", "", "Calls")
    assert [(place.text, place.location.line) for place in call.reaches] == [("Calls.start(loud:)", FIRST + 1)]
    assert [(place.text, place.location.line) for place in call.behind] == [("setCategory(.playAndRecord)", FIRST + 2)]
    assert (call.effect, [phase.name for phase in call.phases]) == ("", ["answer"])


def test_a_call_of_something_unknown() -> None:
    call = only(explained(calls(ANSWER.format("thing.begin(loudly: 3)")), FIRST))
    assert (call.text, call.receiver, call.receiver_type) == ("begin(…)", "thing", "")
    assert (call.reaches, call.effect, call.confidence) == ((), "", "")
    assert [phase.name for phase in call.phases] == ["answer"]


def test_an_assignment_that_runs_code() -> None:
    source = calls(ACTIVATED.format("volume = 3"), "    var volume = 1 { didSet { try? session.setMode(.voiceChat) } }")
    call = only(explained(source, FIRST))
    assert (call.text, [place.text for place in call.reaches]) == ("sets volume", ["didSet of Calls.volume"])
    assert [phase.name for phase in call.phases] == ["active"]


def test_calls_in_order_and_in_closures() -> None:
    source = calls(
        ANSWER.format("begin(); DispatchQueue.main.async { self.late() }"), "    func begin() {}", "    func late() {}"
    )
    found = explained(source, FIRST).calls
    assert [call.text for call in found if call.reaches] == ["begin()", "async()", "late()"]
    assert [[phase.name for phase in call.phases] for call in found if call.text in ("begin()", "late()")] == [
        ["answer"],
        ["answered"],
    ]


def test_a_chain_over_several_lines_is_found_by_each_of_them() -> None:
    source = calls(ANSWER.format("\ntry? session\n.setCategory(\n.playback,\nmode: .default)\n"))
    found = [[call.text for call in explained(source, FIRST + line).calls] for line in (1, 2, 3, 4)]
    assert found == [["setCategory(.playback)"]] * 4


def test_an_argument_of_each_caller() -> None:
    source = calls(
        ANSWER.format("set(true)"),
        ACTIVATED.format("set(false)"),
        "    func set(_ on: Bool) { try? session.setActive(on) }",
    )
    call = only(explained(source, FIRST + 2))
    assert call.values == (("active", "the parameter on"),)
    assert [phase.name for phase in call.phases] == ["answer", "active"]


def test_objective_c() -> None:
    source = """#import <CallKit/CallKit.h>
@interface Calls : NSObject <CXProviderDelegate>
@end
@implementation Calls
- (void)provider:(CXProvider *)provider didActivateAudioSession:(AVAudioSession *)session {
    [session setActive:YES error:nil];
    [self begin:YES];
}
- (void)begin:(BOOL)loud {}
@end
"""
    model = program({"Calls.m": source})
    first, second = (only(explain(model, "Calls.m", line, {}, {}, lambda _: "")) for line in (6, 7))
    assert (first.text, first.receiver, first.receiver_type) == ("setActive(true)", "session", "AVAudioSession")
    assert (second.text, [place.text for place in second.reaches]) == ("begin:", ["Calls.begin(_:)"])
    assert [phase.name for phase in first.phases] == ["active"]


def test_a_line_without_calls_names_the_nearest_ones() -> None:
    found = explained(calls("    var volume = 1", "", ANSWER.format("begin()"), "", ACTIVATED.format("end()")), FIRST)
    assert (found.calls, found.nearby) == ((), (4, 5, FIRST + 2, FIRST + 4))


# ---- conditions -----------------------------------------------------------------------------------------------------


def test_the_condition_that_keeps_a_phase_out() -> None:
    source = calls(
        ANSWER.format("if calls.isEmpty { start() }"),
        "    func start() { try? session.setActive(true) }",
    )
    call = only(explained(source, FIRST + 1))
    (kept_out,) = call.kept_out
    assert (call.phases, kept_out.name) == ((), "answer")
    assert steps(kept_out.cut) == [f"{FIRST} calls Calls.start() only where there is no call (calls isEmpty)"]
    assert call.dead_ends == ()


def test_only_the_phases_that_conditions_exclude_are_kept_out() -> None:
    source = calls(
        ANSWER.format("start()"),
        "    func application(_ a: UIApplication, didFinishLaunchingWithOptions o: [String: Any]?) { start() }",
        "    func start() { guard calls.isEmpty else { return }; try? session.setActive(true) }",
    )
    call = next(call for call in explained(source, FIRST + 2).calls if call.effect)
    assert call.guards == ("there is no call (calls isEmpty)",)
    assert [phase.name for phase in call.phases] == ["setup"]
    assert [phase.name for phase in call.kept_out] == ["answer"]
    assert steps(call.kept_out[0].cut) == [f"{FIRST + 2} runs only where there is no call (calls isEmpty)"]


def test_a_parameters_value_can_keep_a_phase_out() -> None:
    source = calls(
        ANSWER.format("start(false)"), "    func start(_ now: Bool) { if now { try? session.setActive(true) } }"
    )
    call = only(explained(source, FIRST + 1))
    assert steps(call.kept_out[0].cut) == [f"{FIRST + 1} runs only where the parameter now is true"]


def test_conditions_that_are_understood_stand_in_the_chain() -> None:
    source = calls(
        ACTIVATED.format("if flag && calls.count > 0 { start() }"), "    func start() { try? session.setActive(true) }"
    )
    call = only(explained(source, FIRST + 1))
    assert (
        steps(call.phases[0].chain)[1] == f"{FIRST} which calls Calls.start(), only where there is a call (calls count)"
    )


def test_conditions_that_decide_nothing_do_not_stand_in_the_chain() -> None:
    source = calls(
        ACTIVATED.format("if usesCallKit && flag { start() }"), "    func start() { try? session.setActive(true) }"
    )
    call = only(explained(source, FIRST + 1))
    assert steps(call.phases[0].chain)[1] == f"{FIRST} which calls Calls.start()"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("calls.isEmpty", "there is no call (calls isEmpty)"),
        ("!calls.isEmpty", "there is a call (calls isEmpty)"),
        ("on", "the parameter on is true"),
        ("!on", "the parameter on is false"),
        ("on && calls.isEmpty", "the parameter on is true and there is no call (calls isEmpty)"),
        ("!(on && calls.isEmpty)", "the parameter on is false or there is a call (calls isEmpty)"),
        ("on && (other || flag)", "the parameter on is true and (`other` (not understood: stays open) or "
         "`flag` (not understood: stays open))"),
        ("kind == 3", "the parameter kind is 3"),
        ("kind != 4", "the parameter kind is not 4"),
        ("kind != nil", "the parameter kind is not nil"),
        ("kind == nil", "the parameter kind is nil"),
        ("reason == .categoryChange", "the reason of the route change is categoryChange"),
        ("type == .ended", "an interruption ends"),
        ("type != .ended", "no interruption ends"),
        ("action is CXAnswerCallAction", "the action is a CXAnswerCallAction"),
        ("action is UIView", "a value is a UIView (stays open)"),
        ("usesCallKit", "a condition that always holds where calls are possible"),
    ],
)  # fmt: skip
def test_conditions_in_words(condition: str, words: str) -> None:
    graph = linked({"A.swift": f"func f(on: Bool, kind: Int) {{ if {condition} {{ g() }} }}\nfunc g() {{}}"})
    (edge,) = (edge for procedure in graph.procedures for edge in procedure.edges)
    assert [guard_in_words(test) for test in edge.guards] == [words]


def test_code_behind_an_error_and_in_a_loop() -> None:
    source = "func f() { do { try h() } catch { while x { g() } } }\nfunc g() {}\nfunc h() throws {}"
    (edge,) = (e for p in linked({"A.swift": source}).procedures for e in p.edges if e.callee.display == "g()")
    assert [guard_in_words(test) for test in edge.guards] == ["the code before it failed", "the loop runs"]


# ---- what is not reached --------------------------------------------------------------------------------------------


def test_where_the_way_to_an_entry_point_is_lost() -> None:
    source = calls("    func start() { try? session.setActive(true) }", "    func begin() { start() }")
    call = only(explained(source, FIRST))
    assert (call.phases, call.kept_out) == ((), ())
    assert [f"{p.location.line} {p.text}" for p in call.dead_ends] == [
        f"{FIRST + 1} nothing that is known calls Calls.begin()"
    ]


def test_a_closure_of_which_nothing_says_when_it_runs() -> None:
    source = calls(
        "    override init() { register { self.start() } }", "    func start() { try? session.setActive(true) }"
    )
    call = only(explained(source, FIRST + 1))
    assert call.phases == ()
    assert steps(call.dead_ends) == [f"{FIRST} Calls.init() gives a closure to register: when that runs is not known"]


# ---- rules ----------------------------------------------------------------------------------------------------------


def verdicts(source: str, line: int, *rules: Rule, **fates: str) -> list[Verdict]:
    return [verdict for call in explained(source, line, *rules, **fates).calls for verdict in call.verdicts]


ACTIVATE = "try? session.setActive(true)"


def test_a_rule_that_reports() -> None:
    (verdict,) = verdicts(calls(ANSWER.format(ACTIVATE)), FIRST, rule_for("answer"))
    assert verdict == Verdict("answer", True, "error: is wrong answer")


def test_a_rule_that_reports_what_a_call_leads_to() -> None:
    source = calls(ANSWER.format("start()"), f"    func start() {{ {ACTIVATE} }}")
    (verdict,) = verdicts(source, FIRST, rule_for("answer"))
    assert (verdict.reports, steps(verdict.places)) == (True, [f"{FIRST + 1} the finding, of which this is a step"])


def test_a_finding_that_is_not_shown() -> None:
    (verdict,) = verdicts(calls(ANSWER.format(ACTIVATE)), FIRST, rule_for("answer"), answer="a comment silences it")
    assert verdict == Verdict("answer", False, "a comment silences it; it would say: is wrong answer")


def test_a_rule_that_looks_at_other_effects_has_no_verdict() -> None:
    assert verdicts(calls(ANSWER.format(ACTIVATE)), FIRST, rule_for("answer", effect="category")) == []


def test_a_rule_that_finds_the_phase_right() -> None:
    (verdict,) = verdicts(calls(ANSWER.format(ACTIVATE)), FIRST, rule_for("active"))
    assert (verdict.reports, verdict.text) == (
        False,
        "no mistake with these arguments in these phases (answer), or an exception (its Limits)",
    )


def test_a_rule_that_a_condition_keeps_silent() -> None:
    source = calls(ANSWER.format(f"if calls.isEmpty {{ {ACTIVATE} }}"), ACTIVATED.format(ACTIVATE))
    would, would_not = verdicts(source, FIRST, rule_for("answer"), rule_for("call"))
    assert would.text == "a condition keeps the phase out in which it would report"
    assert steps(would.places) == [f"{FIRST} runs only where there is no call (calls isEmpty)"]
    assert would_not.text == "conditions keep every phase out"


def test_a_rule_whose_call_nothing_reaches() -> None:
    (verdict,) = verdicts(calls(f"    func start() {{ {ACTIVATE} }}"), FIRST, rule_for("answer"))
    assert verdict.text == "no known way leads to this call"


def test_a_program_that_is_not_armed() -> None:
    push = "func pushRegistry(_ r: PKPushRegistry, didReceiveIncomingPushWith p: PKPushPayload, for t: PKPushType)"
    body = ACTIVATE.replace("session", "AVAudioSession.sharedInstance()")
    source = f"class A: NSObject, PKPushRegistryDelegate {{\n{push} {{\n{body} }} }}"
    found = explained(source, 3, rule_for("report"), rule_for("answer"))
    assert not found.armed
    assert [verdict.text for call in found.calls for verdict in call.verdicts] == [
        "the program is not armed; if it were, this would be reported",
        "the program is not armed",
    ]


def test_an_absence_rule_is_about_what_is_not_there() -> None:
    (verdict,) = verdicts(calls(ANSWER.format(ACTIVATE)), FIRST, rule_for("active", kind="absence"))
    assert verdict.text == "nothing that it looks for is missing, as far as the whole program is known"


def test_a_rule_that_raises_has_no_verdict() -> None:
    def check(program: Program) -> Iterator[Diagnostic]:
        raise ZeroDivisionError
        yield

    model = program({"Calls.swift": calls(ANSWER.format(ACTIVATE))})
    rules = {"broken": Rule(check, Severity.error, "0.1.0", ())}
    assert only(explain(model, "Calls.swift", FIRST, rules, {}, lambda _: "")).verdicts == ()


# ---- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with one made-up rule."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    use(monkeypatch, {"answer": rule_for("answer")})
    (tmp_path / "Calls.swift").write_text(calls(ANSWER.format(ACTIVATE)))
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, rules: dict[str, Rule]) -> None:
    entries = {name: Entry(rule, Path()) for name, rule in rules.items()}
    monkeypatch.setattr(driver, "load_rules", lambda: entries)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["why-not", *arguments])


def test_text(tree: Path) -> None:
    result = run(f"Calls.swift:{FIRST}")
    assert (result.exit_code, result.stderr) == (0, "")
    head, program_line, *lines = result.stdout.splitlines()
    assert head == f"Calls.swift:{FIRST}: {ANSWER.format(ACTIVATE).strip()}"
    assert program_line == "in the program app"
    assert lines == [
        "",
        "  setActive(true)",
        "    on          session: AVAudioSession",
        "    reaches     the API AVAudioSession.setActive",
        "    effect      activation: active = true",
        "    runs        while answering [answer]",
        "                  because CallKit asks the app to answer: Calls.provider(_:perform: CXAnswerCallAction)   "
        f"Calls.swift:{FIRST}",
        f"                  which calls setActive(true)   Calls.swift:{FIRST}",
        "    rules       answer: reports: error: is wrong answer",
    ]


def test_a_call_without_an_effect_is_told_in_short(tree: Path) -> None:
    (tree / "Calls.swift").write_text(calls(ANSWER.format("let a = AVAudioSession.sharedInstance()")))
    assert run(f"Calls.swift:{FIRST}").stdout.splitlines()[3:] == [
        "  sharedInstance()",
        "    on          AVAudioSession: AVAudioSession",
        "    reaches     nothing with an effect; it gives AVAudioSession",
        "    runs        answer",
    ]


def test_json(tree: Path) -> None:
    document = json.loads(run(f"Calls.swift:{FIRST}", "--format", "json").stdout)
    assert document["version"] == 1
    (explanation,) = document["explanations"]
    assert (explanation["program"], explanation["armed"], explanation["path"]) == ("app", True, "Calls.swift")
    (call,) = explanation["calls"]
    assert (call["effect"], call["values"], call["receiver_type"]) == (
        "activation",
        {"active": "true"},
        "AVAudioSession",
    )
    assert call["phases"][0]["name"] == "answer"
    assert call["phases"][0]["chain"][-1] == {
        "path": "Calls.swift",
        "line": FIRST,
        "text": "which calls setActive(true)",
    }
    assert call["verdicts"] == [{"rule": "answer", "reports": True, "text": "error: is wrong answer", "places": []}]
    assert call["location"]["line"] == FIRST


def test_rules_that_are_silent_for_one_reason_are_told_together(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, {"active": rule_for("active"), "call": rule_for("call")})
    (line,) = [line for line in run(f"Calls.swift:{FIRST}").stdout.splitlines() if "silent" in line]
    assert line.startswith("    rules       active, call: silent: no mistake")


@pytest.mark.parametrize(
    ("comment", "options", "reason"),
    [
        (" // callkit-lint: ignore[answer] known", [], "a comment silences it"),
        ("", ["--profile", "default"], "its confidence is low, which the profile default does not show"),
        ("", ["--profile", "strict"], ""),
    ],
)
def test_why_a_finding_is_not_shown(
    tree: Path, monkeypatch: pytest.MonkeyPatch, comment: str, options: list[str], reason: str
) -> None:
    rule = rule_for("answer")
    sure = Confidence.high if comment else Confidence.low

    def check(program: Program) -> Iterator[Diagnostic]:
        return (replace(item, confidence=sure) for item in rule.check(program))

    use(monkeypatch, {"answer": replace(rule, check=check)})
    (tree / "Calls.swift").write_text(calls(ANSWER.format(ACTIVATE) + comment))
    output = " ".join(run(f"Calls.swift:{FIRST}", *options).stdout.split())
    expected = f"answer: silent: {reason}; it would say: is wrong answer" if reason else "answer: reports: error"
    assert expected in output


def test_a_finding_that_a_more_specific_rule_replaces(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    general, specific = rule_for("answer"), rule_for("answer", "call")
    use(monkeypatch, {"answer": general, "answer-call": replace(specific, replaces=("answer",))})
    output = " ".join(run(f"Calls.swift:{FIRST}").stdout.split())
    assert "answer-call: reports: error: is wrong answer" in output
    assert "answer: silent: a more specific rule speaks for it: answer-call; it would say: is wrong answer" in output


def test_a_rule_that_is_not_selected(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, {"answer": replace(rule_for("answer"), profile="strict")})
    assert "answer: silent: this rule is not selected" in run(f"Calls.swift:{FIRST}").stdout
    assert "answer: reports" in run(f"Calls.swift:{FIRST}", "--profile", "strict").stdout


def test_a_file_of_two_programs_is_explained_for_each(tree: Path) -> None:
    (tree / "B.swift").write_text("class B {}\n")
    (tree / "Apps.xcodeproj").mkdir()
    made = project(One=["Calls.swift"], Two=["Calls.swift", "B.swift"])
    (tree / "Apps.xcodeproj/project.pbxproj").write_bytes(made)
    lines = run(f"Calls.swift:{FIRST}").stdout.splitlines()
    assert [line for line in lines if line.startswith("in the program")] == ["in the program One", "in the program Two"]


def test_a_file_that_only_tests_are_built_from(tree: Path) -> None:
    made = XcodeProject()
    made.target("App", ["Calls.swift"])
    made.target("Checks", ["Checks.swift"], kind="bundle.unit-test")
    (tree / "Apps.xcodeproj").mkdir()
    (tree / "Apps.xcodeproj/project.pbxproj").write_bytes(made.data)
    (tree / "Checks.swift").write_text("func f() { g() }\n")
    assert run("Checks.swift:1").stdout == "no program has this file: it is built into tests only\n"


def test_a_column_and_a_line_without_calls(tree: Path) -> None:
    assert run(f"Calls.swift:{FIRST}:9").stdout == run(f"Calls.swift:{FIRST}").stdout
    assert "no call on this line; the nearest are on lines 4, 5, 7" in run("Calls.swift:6").stdout


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("Calls.swift", "'Calls.swift' is not FILE:LINE"),
        ("Missing.swift:3", "Missing.swift: no such file or directory"),
        ("Notes.txt:1", "Notes.txt: not checked: no Swift or Objective-C source"),
        ("Pods/A.swift:1", "Pods/A.swift: not checked: dependencies"),
    ],
)
def test_wrong_usage(tree: Path, place: str, message: str) -> None:
    (tree / "Notes.txt").write_text("")
    (tree / "Pods").mkdir()
    (tree / "Pods/A.swift").write_text("")
    result = run(place, "--root", ".")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"callkit-lint: {message}\n")
