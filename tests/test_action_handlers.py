"""Action handlers: what is offered, what is handled, and when a gap is certain."""

from __future__ import annotations

import pytest

from callkit_lint.model.program import Program
from callkit_lint.questions.action_handlers import gaps
from tests.graphs import program
from tests.test_program import END, app, handler

REPORT = "public func receive() { provider.reportNewIncomingCall(with: id, update: update) { _ in } }"
ALL = tuple(handler(f"perform CX{name}CallAction", "action.fulfill()") for name in ("Answer", "End", "SetMuted"))
GROUPS = "func configure(_ c: CXProviderConfiguration) {{ c.maximumCallsPerCallGroup = {} }}"


def missing(found: Program) -> list[str]:
    return [kind for gap in gaps(found) for kind in gap.actions]


def offer(*settings: str) -> str:
    return f"public func offer() {{ let update = CXCallUpdate(); {'; '.join(f'update.{one}' for one in settings)} }}"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((), []),
        ((REPORT,), ["CXAnswerCallAction", "CXEndCallAction", "CXSetMutedCallAction"]),
        ((REPORT, *ALL), []),
        ((REPORT, *ALL, offer("supportsDTMF = true")), ["CXPlayDTMFCallAction"]),
        ((REPORT, *ALL, offer("supportsDTMF = false")), []),
        ((REPORT, *ALL, offer("supportsDTMF = wanted")), []),
        ((offer("supportsHolding = true", "supportsDTMF = true"),), ["CXSetHeldCallAction", "CXPlayDTMFCallAction"]),
        ((offer("supportsUngrouping = true"),), ["CXSetGroupCallAction"]),
        ((offer("supportsGrouping = true"), GROUPS.format(1)), []),
        ((offer("supportsGrouping = true"), GROUPS.format(5)), ["CXSetGroupCallAction"]),
        ((offer("supportsGrouping = true"), GROUPS.format("room")), ["CXSetGroupCallAction"]),
        ((REPORT, "func provider(_ p: CXProvider, execute t: CXTransaction) -> Bool { return true }"), []),
        ((REPORT, "override func responds(to selector: Selector!) -> Bool { return true }"), []),
    ],
)
def test_gaps(members: tuple[str, ...], expected: list[str]) -> None:
    assert missing(app(*members)) == expected


def phone(superclass: str) -> str:
    return f"import CallKit\nclass Phone: {superclass}, CXProviderDelegate {{ let provider: CXProvider\n{REPORT}\n}}"


@pytest.mark.parametrize(
    ("superclass", "more", "expected"),
    [
        ("NSObject", "", 3),
        ("UIViewController", "", 3),
        ("VendorPhone", "", 0),
        ("Base", "class Base: NSObject {}", 3),
        ("Base", "class Base: VendorPhone {}", 0),
        ("Base", f"class Base: NSObject {{ {handler(END, '')} }}", 2),
        ("NSObject", f"class Own: Phone {{ {handler(END, '')} }}", 2),
    ],
)
def test_a_superclass_that_is_not_here_may_handle_the_rest(superclass: str, more: str, expected: int) -> None:
    found = program({"A.swift": phone(superclass), "B.swift": f"import CallKit\n{more}"})
    assert len(missing(found)) == expected


@pytest.mark.parametrize(
    ("function", "expected"), [("func", 0), ("private func", 0), ("@objc func", 3), ("open func", 3)]
)
def test_a_function_that_nothing_calls_offers_nothing(function: str, expected: int) -> None:
    assert len(missing(app(REPORT.replace("public func", function)))) == expected


def test_a_function_that_a_callback_calls_offers() -> None:
    active = handler("didActivate", "receive()")
    assert len(missing(app(REPORT.replace("public ", ""), active))) == 3


def test_it_is_told_where_the_conformance_is_declared() -> None:
    source = "import CallKit\nclass Phone: NSObject { let provider: CXProvider\n" + REPORT + "\n}\n"
    (gap,) = gaps(program({"A.swift": source + "extension Phone: CXProviderDelegate {\n}"}))
    assert (gap.delegate.text, gap.delegate.location.line) == ("Phone", 5)


def test_of_several_delegates_each_answers_for_its_own_calls() -> None:
    other = "import CallKit\nclass Other: NSObject, CXProviderDelegate {}"
    found = program({"A.swift": phone("NSObject"), "B.swift": other})
    assert [gap.delegate.text for gap in gaps(found)] == ["Phone"]


def test_what_offers_stands_beside_the_gap() -> None:
    (gap,) = gaps(app(REPORT, *ALL, offer("supportsDTMF = true")))
    assert [site.api.id for site in gap.offers] == ["CXCallUpdate.supportsDTMF"]


def test_a_conversation_needs_a_case_for_what_it_offers() -> None:
    source = """import LiveCommunicationKit
class Phone: ConversationManagerDelegate {
    public func offer() { var update = Conversation.Update(); update.capabilities = [.playingTones, .video, .pausing] }
    func conversationManager(_ manager: ConversationManager, perform action: ConversationAction) {
        if let pause = action as? PauseConversationAction { pause.fulfill() }
    }
}"""
    assert missing(program({"A.swift": source})) == ["PlayToneAction"]
