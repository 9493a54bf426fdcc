"""Which code hears that a call has ended without its user, and what wakes the app in the background."""

from __future__ import annotations

import pytest

from callkit_lint.questions.background import runs_in_background
from callkit_lint.questions.remote_ends import (
    asked_for_together,
    place_of,
    reported_by_end_handler,
    runs_at_remote_ends,
)
from tests.graphs import program

END = "let end = CXEndCallAction(call: call)"
HEAD = "import CallKit\nimport LineKit\n"


def lines(members: str, more: str = "", supertypes: str = "NSObject, CXProviderDelegate, LineDelegate") -> list[int]:
    """The lines of the requests to end a call that follow from an end elsewhere."""
    source = f"{HEAD}class Phone: {supertypes} {{\n{members}\n}}\n{more}"
    found = program({"A.swift": source})
    return sorted({run.location.line for run in runs_at_remote_ends(found, "request end")})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cancelledCallInviteReceived(_ invite: CancelledCallInvite, error: Error)", True),
        ("didReceiveHangUp(_ call: UUID)", True),
        ("onReceivedCancel(_ call: UUID)", True),
        ("remoteUserLeft(_ call: UUID)", True),
        ("peerDidDisconnect(_ call: UUID)", True),
        ("session(_ session: Session, didFailWithError error: Error)", True),
        ("callTimedOut(_ call: UUID)", True),
        ("onCallTimeout()", True),
        ("hangUp(_ call: UUID)", False),
        ("endCall(_ call: UUID)", False),
        ("reportCallEnded(_ call: UUID, isRemoteEnd: Bool)", False),
        ("onUserEndCall()", False),
        ("hangUpTapped()", False),
        ("downloadTimedOut()", False),
        ("sceneDidDisconnect(_ scene: UIScene)", False),
        ("callConnected(_ call: UUID)", False),
        ("provider(_ provider: CXProvider, timedOutPerforming action: CXAction)", False),
    ],
)
def test_names_that_say_that_a_call_has_ended(name: str, expected: bool) -> None:
    assert bool(lines(f"func {name} {{ {END} }}")) == expected


@pytest.mark.parametrize(
    ("supertypes", "caller", "expected"),
    [
        ("NSObject, CXProviderDelegate, LineDelegate", "", [4]),
        ("NSObject, CXProviderDelegate", "", []),  # no delegate of anybody's: an own method, called from wherever
        ("NSObject, CXProviderDelegate, LineDelegate", "func button() { callDidEnd() }", []),
    ],
)
def test_a_callback_of_an_sdk_is_called_by_nobody_here(supertypes: str, caller: str, expected: list[int]) -> None:
    assert lines(f"func callDidEnd() {{ {END} }}\n{caller}", supertypes=supertypes) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"if line.state == .disconnected {{ {END} }}", [4]),
        (f"switch line.state {{ case .talking: break\ncase .error, .released: {END}\ndefault: break }}", [5]),
        (f"if line.state == .talking {{ {END} }}", []),
        (f"if line.state != .disconnected {{ {END} }}", []),
        (END, []),
    ],
)
def test_an_observer_of_a_state_has_to_look_for_an_end(body: str, expected: list[int]) -> None:
    assert lines(f"func callStateChanged(_ line: Line) {{ {body} }}") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"DispatchQueue.main.asyncAfter(deadline: .now() + 9) {{ {END} }}", [4]),
        (END, []),
    ],
)
def test_what_runs_later_in_a_timeout(body: str, expected: list[int]) -> None:
    assert lines(f"func startRingTimeout(_ call: UUID) {{ {body} }}") == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (f"func remoteSideLeft(_ call: UUID) {{ if !wasRemote {{ {END} }} }}", []),
        (f"func remoteSideLeft(_ call: UUID) {{ if isKnown(call) {{ {END} }} }}", [4]),
        ("func remoteSideLeft(_ call: UUID) { Other.shared.note() }", []),
    ],
)
def test_what_is_told_apart_or_set_up_on_the_way_is_no_consequence(members: str, expected: list[int]) -> None:
    other = f"class Other {{ static let shared = Other()\ninit() {{ watch {{ call in {END} }} }}\nfunc note() {{}} }}"
    assert lines(members, other) == expected


def test_pieces_of_code_that_share_a_call_are_told_together() -> None:
    found = program(
        {
            "A.swift": f"""{HEAD}class Phone: NSObject, CXProviderDelegate {{
func remoteSideLeft(_ call: UUID) {{ close(call) }}
func remoteSideFailed(_ call: UUID) {{ close(call) }}
func close(_ call: UUID) {{ end(call) }}
func peerLeft(_ call: UUID) {{ end(call) }}
func end(_ call: UUID) {{ {END} }}
}}"""
        }
    )
    groups = [(len(runs), place_of(runs).location.line) for runs in asked_for_together(found, "request end")]
    assert sorted(groups) == [(1, 7), (2, 6)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("provider.reportCall(with: action.callUUID, endedAt: nil, reason: .remoteEnded)", 1),
        ("provider.reportCall(with: action.callUUID, endedAt: nil, reason: .unanswered)", 0),
        ("if timedOut { provider.reportCall(with: action.callUUID, endedAt: nil, reason: .remoteEnded) }", 0),
    ],
)
def test_reports_in_the_end_handler(body: str, expected: int) -> None:
    handler = f"func provider(_ provider: CXProvider, perform action: CXEndCallAction) {{ {body} }}"
    found = program({"A.swift": f"{HEAD}class Phone: NSObject, CXProviderDelegate {{\n{handler}\n}}"})
    assert len(list(reported_by_end_handler(found))) == expected


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        ("application(_ a: UIApplication, performFetchWithCompletionHandler done: @escaping () -> Void)", 1),
        ("application(_ a: UIApplication, didReceiveRemoteNotification info: [AnyHashable: Any])", 1),
        ("applicationDidBecomeActive(_ a: UIApplication)", 0),
    ],
)
def test_wake_ups(callback: str, expected: int) -> None:
    start = "let start = CXStartCallAction(call: UUID(), handle: handle)"
    found = program(
        {"A.swift": f"{HEAD}class Phone: NSObject, CXProviderDelegate {{\nfunc {callback} {{ {start} }}\n}}"}
    )
    assert len(list(runs_in_background(found, "request start"))) == expected
