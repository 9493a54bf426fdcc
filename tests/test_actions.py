"""Call actions: late completions, handlers that wait, mutes that ask for mutes, identifiers that are no call's."""

from __future__ import annotations

import pytest

from callkit_lint.questions.action_completion import open_actions
from callkit_lint.questions.action_identifiers import taken_for_calls
from callkit_lint.questions.actions import blocking_waits, echoed_mutes, late_completions
from tests.graphs import program
from tests.test_program import ANSWER, END, START, app, handler

LATE = "timedOutPerforming CXAction"
MUTED = "perform CXSetMutedCallAction"
ASK = "controller.request(CXTransaction(action: CXSetMutedCallAction(call: id, muted: {}))) {{ _ in }}"
CONTROLLER = "let controller = CXCallController()"


# ---- completions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((handler(LATE, "action.fail()"),), 1),
        ((handler(LATE, "if let start = action as? CXStartCallAction { start.fulfill() }"),), 1),
        ((handler(LATE, "DispatchQueue.main.async { action.fail() }"),), 1),
        ((handler(LATE, "finish(action)"), "func finish(_ done: CXAction) { done.fulfill() }"), 1),
        ((handler(LATE, "finish()"), "var kept: CXAction", "func finish() { kept.fulfill() }"), 0),
        ((handler(LATE, "let kept = last; kept.fulfill()"), "var last: CXAction"), 0),
        ((handler(LATE, "print(action)"),), 0),
        ((handler(ANSWER, "action.fulfill()"),), 0),
    ],
)
def test_late_completions(members: tuple[str, ...], expected: int) -> None:
    assert len(list(late_completions(app(*members)))) == expected


def test_each_late_completion_is_told_once() -> None:
    members = ("func finish(_ done: CXAction) { done.fulfill() }", handler(LATE, "finish(action); action.fail()"))
    again = "class Own: Phone {}"
    assert sorted(run.location.line for run in late_completions(app(*members, again))) == [4, 5]


HOLD = "perform CXSetHeldCallAction"
ENDED = "func ended(id: UUID) {{ for one in provider.pendingCallActions(of: {}.self, withCall: id) {{ one.fail() }} }}"


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("CXAction", "current?.hold(action.isOnHold) { action.fulfill() }", 1),
        ("CXAction", "if !ready { return }; action.fulfill()", 0),
        ("CXSetHeldCallAction", "current?.hold(action.isOnHold) { action.fulfill() }", 0),
        ("CXAnswerCallAction", "if !ready { return }; action.fulfill()", 1),
        ("kind", "current?.hold(action.isOnHold) { action.fulfill() }", 0),
    ],
)
def test_pending_actions_that_are_completed_when_a_call_ends(kind: str, body: str, expected: int) -> None:
    provider = "let provider = CXProvider(configuration: CXProviderConfiguration())"
    found = open_actions(app(provider, ENDED.format(kind), handler(HOLD, body)))
    assert len(list(found)) == expected


# ---- waiting --------------------------------------------------------------------------------------------------------

PAUSE = "Thread.sleep(forTimeInterval: 2)"
SEMAPHORE = "let done = DispatchSemaphore(value: 0)"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PAUSE, 1),
        ("sleep(1)", 1),
        ("usleep(900_000)", 1),
        ("usleep(9_000)", 0),
        ("Thread.sleep(forTimeInterval: 0.1)", 0),
        ("for _ in 0..<9 { Thread.sleep(forTimeInterval: 0.1) }", 1),
        (f"queue.sync {{ {PAUSE} }}", 1),
        (f"queue.async {{ {PAUSE} }}", 0),
        (f"do {{ try go() }} catch {{ {PAUSE} }}", 0),
        ("let group = DispatchGroup(); group.wait()", 1),
        (f"{SEMAPHORE}; go {{ done.signal() }}; done.wait()", 1),
        (f"{SEMAPHORE}; go {{ done.signal() }}; _ = done.wait(timeout: .now() + 9)", 1),
        (f"{SEMAPHORE}; done.wait(); done.signal()", 0),
        (f"{SEMAPHORE}; done.wait()", 0),
        ("Task { try await Task.sleep(nanoseconds: 1) }", 0),
    ],
)
def test_blocking_waits(body: str, expected: int) -> None:
    queue = 'let queue = DispatchQueue(label: "calls")'
    for callback in (ANSWER, END, START, MUTED):
        assert len(list(blocking_waits(app(queue, handler(callback, body))))) == expected
    assert not list(blocking_waits(app(queue, handler("didActivate", body))))


def test_far_from_the_handler_a_wait_has_another_reason() -> None:
    def chain(length: int) -> tuple[str, ...]:
        calls = [f"func f{n}() {{ f{n + 1}() }}" for n in range(length)]
        return (handler(ANSWER, "f0()"), *calls, f"func f{length}() {{ {PAUSE} }}")

    assert list(blocking_waits(app(*chain(2))))
    assert not list(blocking_waits(app(*chain(3))))


# ---- muting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((handler(MUTED, ASK.format("true")),), 1),
        ((handler(MUTED, f"guard calls[action.callUUID] != nil else {{ return }}; {ASK.format('true')}"),), 1),
        ((handler(MUTED, f"if isMuted != action.isMuted {{ {ASK.format('true')} }}"),), 0),
        ((handler(MUTED, f"if fromUser {{ {ASK.format('true')} }}"),), 0),
        ((handler(MUTED, "set(true)"), f"func set(_ on: Bool) {{ {ASK.format('on')} }}"), 1),
        ((handler(MUTED, "on = true"), f"var on = false {{ didSet {{ {ASK.format('on')} }} }}"), 1),
        ((handler(ANSWER, ASK.format("true")),), 0),
        ((handler(MUTED, "let other = CXSetMutedCallAction(call: id, muted: true)"),), 0),
    ],
)
def test_echoed_mutes(members: tuple[str, ...], expected: int) -> None:
    assert len(list(echoed_mutes(app(CONTROLLER, *members)))) == expected


# ---- identifiers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("let peer = calls[action.uuid]", 1),
        ("let peer = calls[action.callUUID]", 0),
        ("let peer = people[action.uuid]", 0),
        ("provider.reportCall(with: action.uuid, endedAt: nil, reason: .failed)", 1),
        ("let id = action.uuid; end(call: id)", 1),
        ("let id = action.uuid; endCall(id)", 1),
        ("let callId = action.uuid", 1),
        ("current = action.uuid", 0),
        ("currentId = action.uuid", 1),
        ("lastActionId = action.uuid", 0),
        ("pendingActions.insert(action.uuid)", 0),
        ("let call = calls.first { $0.id == action.uuid }", 1),
        ("let call = find { one in return one.id == action.uuid }", 1),
        ("if call.id == action.uuid { go() }", 1),
        ("if other.uuid == action.uuid { go() }", 0),
        ('print("\\(action.uuid)")', 0),
        ('log.debug("call", action.uuid)', 0),
        ('send("ended", ["id": action.uuid.uuidString])', 1),
        ('send("ended", ["action": action.uuid.uuidString])', 0),
        ("callKit.forget(action.uuid)", 0),
        ("if let end = action as? CXEndCallAction { hangUpCall(end.uuid) }", 1),
        ("switch action { case let end as CXEndCallAction: hangUpCall(end.uuid); default: break }", 1),
        ("let other = call; hangUpCall(other.uuid)", 0),
    ],
)
def test_identifiers_taken_for_calls(body: str, expected: int) -> None:
    assert len(list(taken_for_calls(app(handler(END, body))))) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("id peer = self.calls[action.UUID];", 1),
        ("id peer = self.calls[[action UUID]];", 1),
        ("id peer = [self.calls objectForKey:action.UUID];", 1),
        ("if ([action.UUID isEqual:call.uuid]) { [self go]; }", 1),
        ("if ([call.uuid isEqual:action.UUID]) { [self go]; }", 1),
        ("[self.waitingActions addObject:action.UUID];", 0),
        ('NSLog(@"%@", action.UUID);', 0),
        ('[self send:@"ended" body:@{@"callUUID": action.UUID.UUIDString}];', 1),
    ],
)
def test_identifiers_taken_for_calls_in_objective_c(body: str, expected: int) -> None:
    method = "- (void)provider:(CXProvider *)provider performEndCallAction:(CXEndCallAction *)action"
    source = f"#import <CallKit/CallKit.h>\n@implementation Phone\n{method} {{ {body} }}\n@end"
    assert len(list(taken_for_calls(program({"Phone.m": source})))) == expected
