"""Mending files: what changes, what must not, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callkit_lint.cli import app
from callkit_lint.fixes import mended
from callkit_lint.ir import Location
from callkit_lint.rule import Confidence, Diagnostic, Edit, Fix, Severity

SWIFT = """import CallKit
final class Calls: NSObject, CXProviderDelegate {
    let provider = CXProvider(configuration: CXProviderConfiguration())
    func provider(_ p: CXProvider, timedOutPerforming action: CXAction) {
TIMEOUT
    }
    func provider(_ p: CXProvider, perform action: CXEndCallAction) {
END
        action.fulfill()
    }
    func ring() {
REPORT
    }
}
"""
OBJC = """#import <CallKit/CallKit.h>
@interface Calls : NSObject <CXProviderDelegate>
@property (nonatomic) CXProvider *provider;
@end
@implementation Calls
- (void)provider:(CXProvider *)p timedOutPerformingAction:(CXAction *)action {
TIMEOUT
}
- (void)provider:(CXProvider *)p performEndCallAction:(CXEndCallAction *)action {
END
    [action fulfill];
}
- (void)ring {
REPORT
}
@end
"""
REPORT = "        provider.reportNewIncomingCall(with: UUID(), update: CXCallUpdate()) { stop($0) }"
REPORT_OBJC = (
    "    [self.provider reportNewIncomingCallWithUUID:id update:u completion:^(NSError *e) { [self stop:e]; }];"
)


def filled(template: str, **parts: str) -> str:
    for name in ("TIMEOUT", "END", "REPORT"):
        template = template.replace(f"{name}\n", f"{parts[name]}\n" if name in parts else "")
    return template


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["check", str(folder), "--root", str(folder), "--no-cache", *options])


def fixed(folder: Path, name: str, text: str, *options: str) -> str:
    """The text that --fix leaves; a second run must change nothing."""
    (folder / name).write_bytes(text.encode())
    for _ in range(2):
        assert "mended" in run(folder, "--fix", "--exit-zero", *options).stderr
    after = (folder / name).read_bytes()
    run(folder, "--fix", *options)
    assert (folder / name).read_bytes() == after
    return after.decode()


STRICT = ("--profile", "strict", "--unsafe-fixes")


@pytest.mark.parametrize(
    ("part", "before", "after", "options"),
    [
        ("TIMEOUT", "        action.fail()\n        log()", "        log()", ()),
        ("TIMEOUT", "        if late { action.fail(); log() }", "        if late { log() }", ()),
        ("TIMEOUT", "        action.fulfill() // done", "        // done", ()),
        (
            "TIMEOUT",
            "        switch kind {\n        case .a: action.fail()\n        default: log()\n        }",
            "        switch kind {\n        case .a: break\n        default: log()\n        }",
            (),
        ),
        ("END", "        calls[action.uuid]?.end()", "        calls[action.callUUID]?.end()", ()),
        (
            "END",
            "        guard let call = find() else {\n            return\n        }",
            "        guard let call = find() else {\n            action.fail()\n            return\n        }",
            (),
        ),
        (
            "END",
            "        guard let call = find() else { return }",
            "        guard let call = find() else { action.fail(); return }",
            (),
        ),
        ("END", "        if done { return }", "        if done { return }", ()),
        ("END", "        if done { return }", "        if done { action.fail(); return }", ("--unsafe-fixes",)),
        ("REPORT", REPORT, f"        provider.configuration = provider.configuration\n{REPORT}", STRICT),
    ],
)
def test_swift(tmp_path: Path, part: str, before: str, after: str, options: tuple[str, ...]) -> None:
    text = fixed(tmp_path, "A.swift", filled(SWIFT, **{part: before}), *options)
    assert text == filled(SWIFT, **{part: after})


@pytest.mark.parametrize(
    ("part", "before", "after", "options"),
    [
        ("TIMEOUT", "    [action fail];\n    [self log];", "    [self log];", ()),
        ("TIMEOUT", "    if (late)\n        [action fail];", "    if (late)\n        [action fail];", ()),
        ("TIMEOUT", "    // late\n    [action fail];", "    // late", ()),
        ("END", "    [self endCall:action.UUID];", "    [self endCall:action.callUUID];", ()),
        ("END", "    [self endCall:[action UUID]];", "    [self endCall:[action callUUID]];", ()),
        (
            "END",
            "    if (!call) {\n        return;\n    }",
            "    if (!call) {\n        [action fail];\n        return;\n    }",
            ("--unsafe-fixes",),
        ),
        ("END", "    if (!call) return;", "    if (!call) return;", ("--unsafe-fixes",)),
        (
            "REPORT",
            REPORT_OBJC,
            f"    self.provider.configuration = self.provider.configuration;\n{REPORT_OBJC}",
            STRICT,
        ),
    ],
)
def test_objc(tmp_path: Path, part: str, before: str, after: str, options: tuple[str, ...]) -> None:
    text = fixed(tmp_path, "A.m", filled(OBJC, **{part: before}), *options)
    assert text == filled(OBJC, **{part: after})


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('CXProviderConfiguration(localizedName: "A")', "CXProviderConfiguration()"),
        ('CXProviderConfiguration.init(localizedName: "A")', "CXProviderConfiguration()"),
    ],
)
def test_the_deprecated_name_goes_where_the_system_is_known(tmp_path: Path, text: str, mended: str) -> None:
    manifest = '// swift-tools-version:5.9\nimport PackageDescription\nlet package = Package(name: "A", '
    manifest += 'platforms: [.iOS(.v15)], targets: [.target(name: "A", path: ".")])\n'
    (tmp_path / "Package.swift").write_text(manifest)
    source = filled(SWIFT).replace("CXProviderConfiguration()", text)
    assert fixed(tmp_path, "A.swift", source) == filled(SWIFT).replace("CXProviderConfiguration()", mended)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_stay(tmp_path: Path, mark: str) -> None:
    before = '        guard let call = find("é") else {\n            return\n        }'
    after = '        guard let call = find("é") else {\n            action.fail()\n            return\n        }'
    text = fixed(tmp_path, "A.swift", (mark + filled(SWIFT, END=before)).replace("\n", "\r\n"))
    assert text == (mark + filled(SWIFT, END=after)).replace("\n", "\r\n")


def test_a_file_in_another_encoding_is_left_alone(tmp_path: Path) -> None:
    data = filled(SWIFT, TIMEOUT="        action.fail()").encode("utf-16")
    (tmp_path / "A.swift").write_bytes(data)
    result = run(tmp_path, "--fix", "--exit-zero")
    assert "0 findings mended" in result.stderr
    assert (tmp_path / "A.swift").read_bytes() == data


def test_what_is_not_reported_is_not_mended(tmp_path: Path) -> None:
    silenced = "        action.fail() // callkit-lint: ignore[timed-out-action-completed] on purpose"
    text = filled(SWIFT, TIMEOUT=silenced)
    assert fixed(tmp_path, "A.swift", text) == text
    plain = filled(SWIFT, TIMEOUT="        action.fail()")
    assert fixed(tmp_path, "A.swift", plain, "--ignore", "timed-out-action-completed") == plain


def test_only_files_of_the_paths_are_mended(tmp_path: Path) -> None:
    text = filled(SWIFT, TIMEOUT="        action.fail()")
    for name in ("A.swift", "B.swift"):
        (tmp_path / name).write_text(text.replace("Calls", name[0]))
    CliRunner().invoke(app, ["check", str(tmp_path / "A.swift"), "--root", str(tmp_path), "--fix", "--no-cache"])
    assert "action.fail()" not in (tmp_path / "A.swift").read_text()
    assert "action.fail()" in (tmp_path / "B.swift").read_text()


def test_a_diff_changes_nothing_and_applies(tmp_path: Path) -> None:
    text = filled(SWIFT, TIMEOUT="        action.fail()")
    (tmp_path / "A.swift").write_text(text)
    result = run(tmp_path, "--diff")
    assert result.exit_code == 1
    assert "-        action.fail()\n" in result.stdout and result.stdout.startswith("--- a/")
    assert (tmp_path / "A.swift").read_text() == text
    (tmp_path / "A.swift").write_text(filled(SWIFT))
    clean = run(tmp_path, "--diff")
    assert (clean.exit_code, clean.stdout) == (0, "")


def test_findings_that_are_left_are_reported(tmp_path: Path) -> None:
    (tmp_path / "A.swift").write_text(filled(SWIFT, TIMEOUT="        action.fail()"))
    result = run(tmp_path, "--fix", "--format", "json")
    rules = {one["rule"] for one in json.loads(result.stdout)["diagnostics"]}
    assert "timed-out-action-completed" not in rules and rules


@pytest.mark.parametrize(
    "options",
    [
        ["--fix", "--diff"],
        ["--unsafe-fixes"],
        ["--fix", "--watch"],
        ["--diff", "--statistics"],
        ["--fix", "--add-suppressions", "why"],
        ["--diff", "--output", "json=out.json"],
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "A.swift").write_text(filled(SWIFT))
    result = run(tmp_path, *options)
    assert result.exit_code == 2 and result.stderr.count("\n") == 1


# ---- edits that meet, and edits that break --------------------------------------------------------------------------


def finding(start: int, end: int, text: str, *, safe: bool = True) -> Diagnostic:
    where = Location(1, start, 1, end)
    fix = Fix("mend", (Edit("A.swift", where, text),), safe)
    return Diagnostic("a-rule", Severity.error, Confidence.high, "A.swift", where, "is wrong", fix=fix)


def made(*findings: Diagnostic, unsafe: bool = False) -> tuple[bytes, int, int]:
    result = mended(findings, lambda _: b"abcdef", lambda _, text: text.count(b"!"), unsafe=unsafe)
    return result.files.get("A.swift", b""), len(result.done), len(result.refused)


def test_edits_that_meet_wait_for_the_next_pass() -> None:
    assert made(finding(1, 3, "X"), finding(2, 4, "Y"), finding(5, 6, "Z")) == (b"XcdZf", 2, 0)


def test_a_fix_that_breaks_the_file_is_not_made() -> None:
    assert made(finding(1, 2, "!"), finding(4, 5, "D")) == (b"abcDef", 1, 1)


def test_a_suggestion_has_to_be_asked_for() -> None:
    assert made(finding(1, 2, "X", safe=False)) == (b"", 0, 0)
    assert made(finding(1, 2, "X", safe=False), unsafe=True) == (b"Xbcdef", 1, 0)
