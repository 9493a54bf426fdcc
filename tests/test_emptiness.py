"""Whether a function does anything but write to a log."""

from __future__ import annotations

import pytest

from callkit_lint.model.emptiness import only_logs
from tests.graphs import linked, procedure

AROUND = """
class Phone {{
    var device = Device(), calls: [UUID: String] = [:], call: UUID?, callLog: [String] = [], onEnd: (() -> Void)?
    weak var delegate: PhoneDelegate?
    func reset() {{ {body} }}
    func say() {{ print("x") }}
    func forget() {{ call = nil }}
    func again() {{ reset() }}
}}
protocol PhoneDelegate: AnyObject {{ func phoneDidReset() }}
class Quiet: PhoneDelegate {{ func phoneDidReset() {{}} }}
"""

NOTHING = [
    "",
    'print("reset")',
    'NSLog("reset %@", describe(call))',
    'os_log("reset")',
    'Logger.calls.info("reset")',
    "Log.assertOnMainThread()",
    'DDLogInfo("reset")',
    'consoleLogInfo("reset", type: .debug)',
    'self.logger.error("reset")',
    'assertionFailure("reset")',
    "say()",
    "again()",
    'if call != nil { print("reset") }',
    'DispatchQueue.main.async { print("reset") }',
    "DispatchQueue.main.async { self.say() }",
    "device.isEnabled = true",
    "let old = call",
    '#if DEBUG\n print("reset")\n #endif',
    '#if canImport(UIKit)\n print("reset")\n #endif',
    'if #available(iOS 15, *) { print("reset") }',
]
SOMETHING = [
    "call = nil",
    "calls[id] = nil",
    "calls.removeAll()",
    "callLog.removeAll()",
    "device.isEnabled = false",
    "device.stop()",
    "forget()",
    "onEnd?()",
    "session.logOut()",
    "logOut()",
    "delegate?.phoneDidReset()",
    'fatalError("reset")',
    "DispatchQueue.main.async { self.forget() }",
    "for call in calls { call.end() }",
    "count += 1",
    "Task { await store.removeAll() }",
    "compareFingerprint()",
]


@pytest.mark.parametrize("body", NOTHING)
def test_nothing_but_a_log(body: str) -> None:
    assert only_logs(procedure(linked({"A.swift": AROUND.format(body=body)}), "Phone.reset()"))


@pytest.mark.parametrize("body", SOMETHING)
def test_something_is_done(body: str) -> None:
    assert not only_logs(procedure(linked({"A.swift": AROUND.format(body=body)}), "Phone.reset()"))


@pytest.mark.parametrize(
    ("body", "nothing_else"),
    [
        ("action.fulfill(withDateEnded: Date())", True),
        ('print("end")\n action.fulfill()', True),
        ("guard call != nil else { action.fail()\n return }\n action.fulfill()", True),
        ("DispatchQueue.main.async { action.fulfill() }", True),
        ("forget()\n action.fulfill()", False),
        ("device.stop()\n action.fulfill()", False),
    ],
)
def test_nothing_but_a_log_and_calls_with_some_effects(body: str, nothing_else: bool) -> None:
    body = f"let action = CXEndCallAction(call: call!)\n{body}"
    reset = procedure(linked({"A.swift": AROUND.format(body=body)}), "Phone.reset()")
    assert only_logs(reset, "fulfil", "fail", "request end") == nothing_else
    assert not only_logs(reset, "request end")
