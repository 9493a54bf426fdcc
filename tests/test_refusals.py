"""Refusals: what counts as looking at the error of a report or a request."""

from __future__ import annotations

import pytest

from callkit_lint.model.program import Program
from callkit_lint.questions.refusals import unheeded
from tests.test_program import app

REPORT = "provider.reportNewIncomingCall(with: id, update: update) {}"
ASK = "func ask(done: ((Error?) -> Void)? = nil) {{ {} }}"


def told(found: Program) -> list[tuple[int, str]]:
    return [(case.location.line, "logged" if case.logged else "unread") for case in unheeded(found)]


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        ("{ _ in }", "unread"),
        ("{ error in }", "unread"),
        ("{ _ in self.calls.append(id) }", "unread"),
        ("{ }", "unread"),
        ("{ if let error = $0 { self.fail(error) } }", ""),
        ("{ error in print(error) }", "logged"),
        ("{ error in if let error { print(error) } }", "logged"),
        ("{ error in if let error { Log.info(error) } else { print(id) } }", "logged"),
        ("{ error in if let error { print(error) } else { self.calls.append(id) } }", ""),
        ("{ error in if let error { print(error) }; self.calls.append(id) }", "logged"),
        ("{ error in if let error { print(error); return }; self.calls.append(id) }", ""),
        ("{ error in guard error == nil else { return }; self.calls.append(id) }", ""),
        ("{ error in guard error == nil else { return } }", "logged"),
        ("{ error in if error == nil { self.calls.append(id) } }", ""),
        ("{ error in self.fail(error) }", ""),
    ],
)
def test_completions(completion: str, expected: str) -> None:
    found = told(app(f"func receive() {{ {REPORT.format(completion)} }}"))
    assert [how for _, how in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("provider.reportCall(with: id, endedAt: nil, reason: .failed)", 0),
        ("end()", 0),
        ("DispatchQueue.main.asyncAfter(deadline: .now() + 4) { self.end() }", 0),
        ("other()", 1),
    ],
)
def test_placeholders_end_at_once(ending: str, expected: int) -> None:
    end = "func end() { provider.reportCall(with: id, endedAt: nil, reason: .failed) }"
    in_completion = app(f"func receive() {{ {REPORT.format('{ _ in ' + ending + ' }')} }}", end)
    behind = app(f"func receive() {{ {REPORT.format('{ _ in }')}\n {ending} }}", end)
    before = app(f"func receive() {{ {ending}\n {REPORT.format('{ _ in }')} }}", end)
    assert (len(told(in_completion)), len(told(behind)), len(told(before))) == (expected, expected, 1)


@pytest.mark.parametrize(
    ("wrapper", "call", "expected"),
    [
        ("{ error in done?(error) }", "ask()", "unread"),
        ("{ error in done?(error) }", "ask(done: nil)", "unread"),
        ("{ error in done?(error) }", "ask { _ in }", "unread"),
        ("{ error in done?(error) }", "ask { error in print(error) }", "logged"),
        ("{ error in done?(error) }", "ask { error in self.fail(error) }", ""),
        ("{ error in done?(error) }", "ask(done: show)", ""),
        ("{ error in print(error); done?(error) }", "ask()", "logged"),
        ("{ error in if let error { done?(error) } else { done?(nil) } }", "ask()", "unread"),
        ("{ error in if error == nil { self.calls.append(id) }; done?(error) }", "ask()", ""),
        ("{ error in if let error { print(error) } else { done?(nil) } }", "ask()", ""),
    ],
)
def test_callers_of_a_function_that_hands_the_error_on(wrapper: str, call: str, expected: str) -> None:
    found = told(app(ASK.format(REPORT.format(wrapper)), f"func receive() {{ {call} }}"))
    assert found == ([(5, expected)] if expected else [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("try? await {}", ["unread"]),
        ("do {{ try await {} }} catch {{ }}", ["unread"]),
        ("do {{ try await {} }} catch {{ print(error) }}", ["logged"]),
        ("do {{ try await {} }} catch {{ fail(error) }}", []),
        ("try await {}", []),
    ],
)
def test_awaited_calls(body: str, expected: list[str]) -> None:
    call = "CXCallController().request(transaction)"
    assert [how for _, how in told(app(f"func ask() async throws {{ {body.format(call)} }}"))] == expected
