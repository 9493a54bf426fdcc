"""Paths on which something that is owed is not done."""

from __future__ import annotations

import pytest

from callkit_lint.model.debts import Debt, Leak, Summary
from callkit_lint.model.paths import PathSearch
from callkit_lint.rule import Confidence
from tests.graphs import program

OWED = Debt(frozenset({"fulfil", "fail"}), waits=True, bound=True)
NOW = Debt(frozenset({"fulfil", "fail"}), waits=False, bound=True)

SWIFT = """import CallKit
class Phone: NSObject, CXProviderDelegate {{
var pending: CXAnswerCallAction?
{more}
func provider(_ p: CXProvider, perform action: CXAnswerCallAction) {{
{body}
}} }}
{beside}"""

OBJC = """#import <CallKit/CallKit.h>
@interface Phone : NSObject <CXProviderDelegate>
@end
@implementation Phone
- (void)provider:(CXProvider *)p performAnswerCallAction:(CXAnswerCallAction *)action {{
{body}
}}
@end"""


def search(files: dict[str, str], debt: Debt = OWED) -> Summary:
    found = program(files)
    handler = next(p for p in found.graph.symbols.procedures if p.function.name == "provider(_:perform:)")
    return PathSearch(found, debt, "answer").leaks(handler, handler.parameters[1].name)


def swift(body: str, more: str = "", beside: str = "", debt: Debt = OWED) -> Summary:
    return search({"A.swift": SWIFT.format(body=body, more=more, beside=beside)}, debt)


def objc(body: str) -> Summary:
    return search({"A.m": OBJC.format(body=body)})


def sure(summary: Summary) -> list[Leak]:
    assert summary.known
    return [leak for leak in summary.leaks if leak.confidence >= Confidence.medium]


@pytest.mark.parametrize(
    "body",
    [
        "action.fulfill()",
        "guard ready else { action.fail(); return }\naction.fulfill()",
        "defer { action.fulfill() }\nif ready { return }\nstart()",
        "if ready { action.fulfill() } else { action.fail() }",
        "ready ? action.fulfill() : action.fail()",
        "switch kind { case .a: action.fulfill()\ncase .b: action.fail()\ndefault: action.fail() }",
        "switch kind { case .a:\nstart()\nfallthrough\ndefault:\naction.fail() }",
        "do { try start() } catch { action.fail()\nreturn }\naction.fulfill()",
        "do { try start()\naction.fulfill() } catch { action.fail() }",
        "repeat { action.fulfill() } while ready",
        "while true { if ready { action.fulfill()\nbreak } }",
        "DispatchQueue.main.async { action.fulfill() }",
        "DispatchQueue.main.sync { action.fulfill() }",
        "Task { await start()\naction.fulfill() }",
        "service.connect { ok in if ok { action.fulfill() } else { action.fail() } }",
        "service.connect(success: { action.fulfill() }, failure: { log() })\naction.fail()",
        "pending = action",
        "queue.append(action)",
        "service.answer(action)",
        "let open = action\nopen.fulfill()",
        "guard ready else { fatalError() }\naction.fulfill()",
        "var done = false\nif ready { action.fulfill()\ndone = true }\nif !done { action.fail() }",
        "if ready { action.fulfill() }\nif !ready { action.fail() }",
        "if count > 1 { action.fulfill() }\nif count <= 1 { action.fail() }",
        "let call = find()\ncall.start { [weak self, weak call] ok in\nguard let self = self, let call = call else "
        "{ return }\naction.fulfill() }",
        "func finish() { action.fulfill() }\nfinish()",
        "let done = { action.fulfill() }()",
        "let done: Bool = { if ready { action.fulfill() } else { action.fail() }\nreturn true }()",
        "#if targetEnvironment(simulator)\nreturn\n#else\naction.fulfill()\n#endif",
        "for call in calls { call.stop() }\naction.fulfill()",
    ],
)
def test_no_way_is_left_open(body: str) -> None:
    assert sure(swift(body)) == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("start()", 5),
        ("guard ready else { return }\naction.fulfill()", 6),
        ("if ready { action.fulfill() }", 6),
        ("guard let call = find() else {\nlog()\nreturn }\naction.fulfill()", 8),
        ("switch kind { case .a: action.fulfill()\ncase .b: break\ndefault: action.fail() }", 7),
        ("do { try start()\naction.fulfill() } catch {\nlog() }", 6),
        ("for call in calls { action.fulfill() }", 6),
        ("while ready { action.fulfill() }", 6),
        ("service.connect { ok in\nif ok { action.fulfill() } }", 7),
        ("DispatchQueue.main.async {\nguard ready else { return }\naction.fulfill() }", 7),
        ("guard ready else { throw Lost() }\naction.fulfill()", 6),
        ("if ready { print(action) }", 5),
        ("ready && action.fulfill()", 5),
        ("let open = { action.fulfill() }", 5),
        ("let done: Bool = { guard ready else { return false }\naction.fulfill()\nreturn true }()", 6),
    ],
)
def test_a_way_is_left_open(body: str, line: int) -> None:
    leaks = sure(swift(body))
    assert [leak.exit.location.line for leak in leaks] == [line]


def test_functions_of_the_program_are_looked_through() -> None:
    finish = "func finish(_ given: CXAnswerCallAction, ok: Bool) {\nif ok { given.fulfill() } else { given.fail() } }"
    assert sure(swift("finish(action, ok: ready)", finish)) == []
    forgets = "func finish(_ given: CXAnswerCallAction, ok: Bool) {\nif ok { given.fulfill() } }"
    (leak,) = sure(swift("finish(action, ok: ready)", forgets))
    assert (leak.exit.location.line, leak.depth) == (5, 1)
    assert [turn.text for turn in leak.turns] == [
        "which calls Phone.finish(_:ok:)",
        "where this condition does not hold",
    ]


def test_what_a_caller_states_decides_in_the_callee() -> None:
    finish = "func finish(_ given: CXAnswerCallAction, ok: Bool) {\nif ok { given.fulfill() } }"
    assert sure(swift("finish(action, ok: true)", finish)) == []
    assert len(sure(swift("finish(action, ok: false)", finish))) == 1


def test_of_a_protocol_every_type_must_do_it() -> None:
    finish = "func finish(_ a: CXAnswerCallAction)"
    types = (
        f"protocol Finishing {{{{ {finish} }}}}\nclass One: Finishing {{{{ {finish} {{{{ a.fulfill() }}}} }}}}\n"
        f"class Two: Finishing {{{{ {finish} {{{{ {{}} }}}} }}}}"
    )
    member = "var finisher: Finishing"
    assert sure(swift("finisher.finish(action)", member, types.format("a.fail()"))) == []
    assert len(sure(swift("finisher.finish(action)", member, types.format("log()")))) == 1


def test_of_overloads_that_may_be_meant_one_way_is_told_alone() -> None:
    beside = """func end(_ action: CXAction, first: Later) { guard ready else { return }
action.fulfill() }
func end(_ action: CXAction, last: Later) { guard ready else { return }
action.fulfill() }"""
    (leak,) = sure(swift("end(action) { tidy() }", beside=beside))
    assert [turn.text for turn in leak.turns if turn.text.startswith("which calls")] == ["which calls end(_:first:)"]


def test_a_thrown_error_of_a_callee_reaches_the_handler() -> None:
    risky = "func risky(_ a: CXAnswerCallAction) throws { guard ready else { throw Lost() }\na.fulfill() }"
    assert sure(swift("do { try risky(action) } catch { action.fail() }", risky)) == []
    assert len(sure(swift("do { try risky(action) } catch { log() }", risky))) == 1
    assert len(sure(swift("try? risky(action)", risky))) == 1


def test_a_closure_that_its_function_does_not_run_on_every_way_is_a_doubt() -> None:
    dial = "func dial(then: () -> Void) {\nif ready { then() } }"
    found = swift("dial { action.fulfill() }", dial)
    assert sure(found) == []
    assert [leak.confidence for leak in found.leaks] == [Confidence.low]


def test_how_sure_an_optional_chain_is_to_end_early_is_for_the_debt_to_say() -> None:
    body = "service?.connect { action.fulfill() }"
    assert [leak.confidence for leak in swift(body).leaks] == [Confidence.low]
    strict = Debt(OWED.effects, waits=True, bound=True, skips=Confidence.medium)
    (leak,) = sure(swift(body, debt=strict))
    assert leak.exit.text == "where there is nothing to call this on"


def test_recursion_is_not_known() -> None:
    again = "func again(_ a: CXAnswerCallAction) { if ready { again(a) } else { a.fail() } }"
    assert sure(swift("again(action)", again)) == []


def test_what_runs_later_does_not_count_before_return() -> None:
    assert len(sure(swift("DispatchQueue.main.async { action.fulfill() }", debt=NOW))) == 1
    assert sure(swift("DispatchQueue.main.sync { action.fulfill() }", debt=NOW)) == []
    assert len(sure(swift("calls.forEach { _ in action.fulfill() }", debt=NOW))) == 1


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("[action fulfill];", 0),
        ("if (!ready) { [action fail]; return; }\n[action fulfill];", 0),
        ("if (ready) { [action fulfill]; }", 1),
        ("switch (kind) { case 1: [self start]; case 2: [action fulfill]; break; default: [action fail]; }", 0),
        ("switch (kind) { case 1: [self start]; break; case 2: [action fulfill]; break; default: [action fail]; }", 1),
        ("@try { [self start]; } @finally { [action fulfill]; }", 0),
        ("dispatch_async(queue, ^{ [action fulfill]; });", 0),
        ("self.pending = action;", 0),
        ("[self.queue addObject:action];", 0),
        ("do { [action fulfill]; } while (ready);", 0),
        (
            "__weak typeof(self) weakSelf = self;\n[api go:^{ typeof(self) strongSelf = weakSelf;\n"
            "if (!strongSelf) { return; }\n[action fulfill]; }];",
            0,
        ),
    ],
)
def test_ways_in_objc(body: str, leaks: int) -> None:
    assert len(sure(objc(body))) == leaks


def test_goto_is_given_up() -> None:
    assert not objc("if (ready) goto done;\n[action fulfill];\ndone:\n[self log];").known


def test_a_watched_call_is_early_only_where_the_debt_is_met_afterwards() -> None:
    debt = Debt(frozenset({"fulfil"}), waits=True, watches=lambda call: call.name == "ring")
    assert [place.location.line for place in swift("ring()\naction.fulfill()", debt=debt).early] == [6]
    assert swift("action.fulfill()\nring()", debt=debt).early == ()
    assert swift("if ready { ring()\nreturn }\naction.fulfill()", debt=debt).early == ()


SAID = Debt(frozenset({"fulfil"}), waits=True, parts=frozenset({"payload"}), trusts=lambda call: call.name == "sdk")


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("sdk(action.payload)", 0),
        ("sdk(action.payload)\nlog()", 0),
        ("if !sdk(action.payload) { log() }", 1),
        ("if !sdk(action.payload) { action.fulfill() }", 0),
        ("guard ready, sdk(action.payload) else { return }", 0),
        ("if ready && sdk(action.payload) { log() }", 0),
        ("if ready || sdk(action.payload) { log() }", 1),
        ("sdk(action.payload)\nguard ready else { return }\naction.fulfill()", 1),
        ("guard ready else { sdk(action.payload)\nreturn }\naction.fulfill()", 0),
        ("sdk(action.payload)\nif ready { sdk(action.payload) }", 0),
    ],
)
def test_who_is_trusted_may_refuse_or_leave_it_to_the_caller(body: str, leaks: int) -> None:
    assert len(sure(swift(body, debt=SAID))) == leaks


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("var data = action.payload\ndata = map(data)\nguard let data else { return }\naction.fulfill()", 1),
        ("let data = action.payload\nguard let data else { return }\naction.fulfill()", 0),
        ("var data = action.payload\ndata = map(data)\nother.take(data)", 0),
    ],
)
def test_who_maps_a_value_gives_it_back(body: str, leaks: int) -> None:
    assert len(sure(swift(body, debt=SAID))) == leaks


@pytest.mark.parametrize(
    ("result", "turns"),
    [("-> String? ", ["where this guard fails"]), ("", ["calls", "where this condition holds", "comes back", "guard"])],
)
def test_where_a_reader_finds_nothing_is_no_turn_but_what_its_caller_does(result: str, turns: list[str]) -> None:
    reader = f"func look(_ data: Payload) {result}{{ if data.isEmpty {{ return nil }}\nreturn sdk(data) }}"
    body = "look(action.payload)\nguard ready else { return }\naction.fulfill()"
    (leak,) = sure(swift(body, reader, debt=SAID))
    assert len(leak.turns) == len(turns)
    assert all(text in turn.text for text, turn in zip(turns, leak.turns, strict=True))


def test_a_leak_names_the_function_that_leaves_the_debt_open() -> None:
    more = "func end(_ a: CXAnswerCallAction) {\nif ready { a.fulfill() } }"
    (leak,) = swift("start { self.end(action) }", more).leaks
    assert leak.left.display == "Phone.end(_:)"


@pytest.mark.parametrize(
    ("closure", "leaks"),
    [
        ("{ _, given in given.fulfill() }", 0),
        ("{ [weak self] _, given in\nself?.end(given) }", 0),
        ("{ _, given in\nif ready { given.fulfill() } }", 1),
        ("{ _, given in log() }", 1),
    ],
)
def test_a_closure_that_is_kept_elsewhere_is_looked_through(closure: str, leaks: int) -> None:
    more = "var handed: ((UUID, CXAnswerCallAction) -> Void)?\nfunc end(_ a: CXAnswerCallAction) { a.fail() }"
    beside = f"extension Phone {{ func wire() {{ handed = {closure} }} }}"
    assert len(sure(swift("handed?(action.callUUID, action)", more, beside))) == leaks


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("tell(UUID(uuidString: action.id)!)\naction.fulfill()", 1),
        ("let id = UUID(uuidString: action.id)\ntell(id!)\naction.fulfill()", 1),
        ("let id = UUID(uuidString: action.id)\ntell(id)\naction.fulfill()", 0),
        ("let id = UUID(uuidString: action.id)\nif id != nil { tell(id!) }\naction.fulfill()", 0),
        ("var id = UUID(uuidString: action.id)\nid = id ?? UUID()\ntell(id!)\naction.fulfill()", 0),
        ("action.fulfill()\ntell(UUID(uuidString: action.id)!)", 0),
        ('tell(UUID(uuidString: "4A0D6B3C-0000-4000-8000-000000000000")!)\naction.fulfill()', 0),
        ("tell(UUID(uuidString: UUID().uuidString)!)\naction.fulfill()", 0),
    ],
)
def test_a_crash_is_a_way_out_where_it_matters(body: str, leaks: int) -> None:
    found = [leak.kind for leak in sure(swift(body, debt=Debt(frozenset({"fulfil"}), waits=True, crashes=True)))]
    assert found == ["crash"] * leaks
    assert not sure(swift(body, debt=Debt(frozenset({"fulfil"}), waits=True)))
