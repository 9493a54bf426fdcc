"""Which push callbacks a program has, and which ways through them report no call."""

from __future__ import annotations

import pytest

from callkit_lint.questions.pushes import push_callbacks, unreported
from tests.graphs import program

RECEIVER = """import PushKit
import CallKit
class {name}: NSObject, PKPushRegistryDelegate {{
    let provider = CXProvider(configuration: CXProviderConfiguration())
    let voIPReader = Reader()
    func pushRegistry(
        _ registry: PKPushRegistry, didReceiveIncomingPushWith payload: PKPushPayload, for type: PKPushType,
        completion: @escaping () -> Void
    ) {{
        {body}
        provider.reportNewIncomingCall(with: UUID(), update: CXCallUpdate()) {{ _ in completion() }}
    }}
}}
class Reader {{ func read(_ payload: PKPushPayload) -> String? {{ return nil }} }}
"""


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("", ["New"]),
        ("class App { let old = Old() }", ["New", "Old"]),
        ("class Newer: Old {}", ["New", "Old"]),
    ],
)
def test_a_receiver_that_nothing_makes_is_left_over(beside: str, expected: list[str]) -> None:
    old = RECEIVER.format(name="Old", body="").split("class Reader")[0]
    made = "class Start { let new = New() }\n"
    found = program({"New.swift": RECEIVER.format(name="New", body=""), "Old.swift": old, "B.swift": made + beside})
    assert sorted(push.procedure.function.owner for push in push_callbacks(found)) == expected


def test_the_only_receiver_counts_whoever_makes_it() -> None:
    assert list(push_callbacks(program({"A.swift": RECEIVER.format(name="Only", body="")})))


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("guard type == .voIP else { return }", 0),
        ("let isVoIP = type == .voIP\nguard isVoIP else { return }", 0),
        ("guard let caller = voIPReader.read(payload) else { return }", 1),
        ("guard ready else { return }", 1),
        ("if UIApplication.shared.applicationState == .active { return }", 0),
        ("guard let line = provider else { return }", 0),
    ],
)
def test_ways_through_a_push_without_a_report(body: str, leaks: int) -> None:
    found = program({"A.swift": RECEIVER.format(name="Only", body=body)})
    (push,) = push_callbacks(found)
    assert len(unreported(found, push, waits=True).leaks) == leaks


def test_what_only_an_app_in_front_leaves_out_is_asked_for_by_itself() -> None:
    body = "if UIApplication.shared.applicationState == .active { return }"
    found = program({"A.swift": RECEIVER.format(name="Only", body=body)})
    (push,) = push_callbacks(found)
    assert len(unreported(found, push, waits=True, in_front=True).leaks) == 1


def test_the_making_of_a_shared_object_reports_no_push() -> None:
    shared = (
        "class Shared { static let one = Shared()\nlet provider = CXProvider(configuration: c)\ninit() { "
        "if ready { provider.reportNewIncomingCall(with: UUID(), update: CXCallUpdate()) { _ in } } }\nfunc ring() {} }"
    )
    receiver = RECEIVER.format(name="Only", body="Shared.one.ring()")
    without = "\n".join(line for line in receiver.splitlines() if "reportNewIncomingCall" not in line)
    found = program({"A.swift": without, "B.swift": f"import CallKit\n{shared}"})
    (push,) = push_callbacks(found)
    answer = unreported(found, push, waits=True)
    assert (answer.met, [leak.exit.path for leak in answer.leaks]) == (False, ["A.swift"])
