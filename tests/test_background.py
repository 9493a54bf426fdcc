"""What a wake-up in the background leads to."""

from __future__ import annotations

import pytest

from callkit_lint.questions.background import runs_in_background
from tests.graphs import program

PUSH = """import CallKit
import PushKit
class Phone: NSObject, PKPushRegistryDelegate {{
    let controller = CXCallController()
    func pushRegistry(
        _ registry: PKPushRegistry, didReceiveIncomingPushWith payload: PKPushPayload, for type: PKPushType,
        completion: @escaping () -> Void
    ) {{
        follow(Line(payload))
    }}
    func follow(_ line: Line) {{
        {condition}
        controller.request(CXTransaction(action: CXStartCallAction(call: line.id, handle: line.handle))) {{ _ in }}
    }}
}}
"""


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("", True),
        ("guard line.isReady else { return }", True),
        ("guard line.type == .outbound else { return }", False),
        ("guard line.isOutgoing else { return }", False),
    ],
)
def test_a_call_that_is_asked_for_its_direction_is_not_the_push_s(condition: str, told: bool) -> None:
    found = program({"A.swift": PUSH.format(condition=condition)})
    assert bool(list(runs_in_background(found, "request start"))) == told
