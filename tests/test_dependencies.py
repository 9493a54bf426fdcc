"""What manifests say of libraries: pods, packages and plugins, with versions where they are settled."""

from __future__ import annotations

import json

import pytest

from callkit_lint.project.dependencies import dependencies_of, read_dependencies

RESOLVED_1 = {"object": {"pins": [{"repositoryURL": "https://example.com/a/Calls.git", "state": {"version": "1.2.0"}}]}}
RESOLVED_2 = {"pins": [{"location": "https://example.com/a/Calls", "state": {"revision": "abc", "version": None}}]}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Podfile", "target 'App' do\n  pod 'TwilioVoice', '~> 6'\nend\n", [("pod", "TwilioVoice", "", 2)]),
        ("Podfile", "pod \"Calls/Core\"\n# pod 'Old'\n", [("pod", "Calls", "", 1)]),
        ("Podfile.lock", "PODS:\n  - Calls (6.1.0):\n    - Other (= 2)\n", [("pod", "Calls", "6.1.0", 2)]),
        ("Podfile.lock", "PODS:\n  - Calls/A (2.0)\n  - Calls/B (2.0)\n", [("pod", "Calls", "2.0", 2)]),
        (
            "Package.swift",
            '.package(url: "https://x.io/a/sdk-swift.git", from: "2.0.0")',
            [("package", "sdk-swift", "", 1)],
        ),
        ("Package.resolved", json.dumps(RESOLVED_1), [("package", "Calls", "1.2.0", 1)]),
        ("Package.resolved", json.dumps(RESOLVED_2), [("package", "Calls", "", 1)]),
        ("Package.resolved", "{", []),
        ("Package.resolved", '{"pins": 3}', []),
        ("pubspec.yaml", "name: a\ndependencies:\n  calls: ^1.0\n\nflutter:\n  x: 1\n", [("plugin", "calls", "", 3)]),
        ("package.json", '{\n"dependencies": {\n"rn-calls": "1"}}', [("plugin", "rn-calls", "", 3)]),
        ("package.json", "[1]", []),
        ("Other.txt", "pod 'A'", []),
    ],
)
def test_reading(path: str, text: str, expected: list[tuple[str, str, str, int]]) -> None:
    found = read_dependencies({path: text.encode()})
    assert [(one.kind, one.name, one.version, one.line) for one in found] == expected


def test_a_manifest_speaks_for_what_lies_below_it() -> None:
    resolved = json.dumps(RESOLVED_1).encode()
    inside = "App/App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved"
    found = read_dependencies({inside: resolved, "Other/Podfile": b"pod 'Calls'", "Podfile": b"pod 'Base'"})
    names = [one.name for one in dependencies_of(["App/Sources/A.swift"], found)]
    assert sorted(names) == ["Base", "Calls"]
