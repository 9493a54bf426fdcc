"""Identifiers of calls: made anew, kept, or written in the source."""

from __future__ import annotations

import pytest

from callkit_lint.questions.identities import of_all_calls, of_no_call
from tests.graphs import program

WRITTEN = "6F6B1C52-2B0E-4C0B-9C8F-0A4A4F4B7A11"
END = "provider.reportCall(with: {}, endedAt: nil, reason: .failed)"
REPORT = "provider.reportNewIncomingCall(with: {}, update: update) {{ error in }}"
FINISH = f"func finish(_ id: UUID) {{ {END.format('id')} }}"


def swift(body: str, more: str = "") -> str:
    return f"import CallKit\nclass A: NSObject, CXProviderDelegate {{\nfunc f() {{ {body} }}\n{more}\n}}"


@pytest.mark.parametrize(
    ("body", "more", "expected"),
    [
        (END.format("UUID()"), "", 1),
        (END.format("UUID.init()"), "", 1),
        (END.format("call.id ?? UUID()"), "", 1),
        ("let end = CXEndCallAction(call: UUID())", "", 1),
        ("finish(UUID())", FINISH, 1),
        (f"let id = UUID(); {END.format('id')}", "", 1),
        (f"var id = UUID(); if let known {{ id = known }}; {END.format('id')}", "", 1),
        (f"var id = UUID(); id = known; {END.format('id')}", "", 0),
        (f"let id = UUID(); keep(id); {END.format('id')}", "", 0),
        (f"let id = UUID(); {REPORT.format('id')}; {END.format('id')}", "", 0),
        ("finish(UUID())", f"func finish(_ id: UUID) {{ {REPORT.format('id')}; {END.format('id')} }}", 0),
        (END.format("A.id"), "static let id = UUID()", 0),
        (END.format("id"), "let id = UUID()", 0),
        (REPORT.format("UUID()"), "", 0),
    ],
)
def test_new_identifiers_of_calls_that_must_exist(body: str, more: str, expected: int) -> None:
    assert len(list(of_no_call(program({"A.swift": swift(body, more)})))) == expected


@pytest.mark.parametrize("made", ["[NSUUID UUID]", "[[NSUUID alloc] init]", "[NSUUID new]", "self.id ?: [NSUUID UUID]"])
def test_spellings_of_objective_c(made: str) -> None:
    report = f"[provider reportCallWithUUID:{made} endedAtDate:nil reason:CXCallEndedReasonFailed];"
    head = "#import <CallKit/CallKit.h>\n@interface A : NSObject <CXProviderDelegate>\n@end\n@implementation A\n"
    found = program({"A.m": f"{head}- (void)f:(CXProvider *)provider {{ {report} }}\n@end"})
    assert len(list(of_no_call(found))) == 1


@pytest.mark.parametrize(
    ("body", "more", "expected"),
    [
        (REPORT.format(f'UUID(uuidString: "{WRITTEN}")!'), "", 1),
        (f'let id = UUID(uuidString: "{WRITTEN}")!; {REPORT.format("id")}', "", 1),
        (REPORT.format("A.id"), f'static let id = UUID(uuidString: "{WRITTEN}")!', 1),
        (REPORT.format("UUID(uuidString: text)!"), "", 0),
        (REPORT.format('UUID(uuidString: "not one")!'), "", 0),
        (
            f"{REPORT.format('A.id')}; {END.format('A.id')}",
            f'static let id = UUID(uuidString: "{WRITTEN}")!',
            0,
        ),
    ],
)
def test_identifiers_that_are_written(body: str, more: str, expected: int) -> None:
    assert len(list(of_all_calls(program({"A.swift": swift(body, more)})))) == expected
