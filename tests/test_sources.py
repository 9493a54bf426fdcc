"""Which files are read, as what, and what is said of the others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from callkit_lint.config import Config, UsageError
from callkit_lint.sources import Tree, decode, excluded, find_root, read_file, read_tree

SWIFT = "let a = 1\n"
HEADER = "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n"


def write(path: Path, text: str | bytes = SWIFT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def git(directory: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


def repository(directory: Path, *files: str) -> Path:
    for file in files:
        write(directory / file)
    directory.mkdir(exist_ok=True)
    git(directory, "init", "-q")
    git(directory, "add", "-A")
    return directory


def paths(tree: Tree) -> list[str]:
    return [source.path for source in tree.sources]


def read(root: Path, config: Config | None = None) -> Tree:
    return read_tree(root.resolve(), config or Config())


# ---- the root -------------------------------------------------------------------------------------------------------


def test_without_repository_or_configuration_the_path_is_the_root(tmp_path: Path) -> None:
    write(tmp_path / "App" / "A.swift")
    assert find_root([tmp_path / "App"]) == tmp_path.resolve() / "App"
    assert find_root([tmp_path / "App" / "A.swift"]) == tmp_path.resolve() / "App"


def test_the_nearest_configuration_is_the_root(tmp_path: Path) -> None:
    repository(tmp_path, "ios/App/A.swift", "other/B.swift")
    write(tmp_path / "ios" / "callkit-lint.toml", "")
    assert find_root([tmp_path / "ios" / "App" / "A.swift"]) == tmp_path.resolve() / "ios"


def test_the_repository_that_tracks_the_path_is_the_root(tmp_path: Path) -> None:
    repository(tmp_path, "App/A.swift", "App/Calls/B.swift")
    assert find_root([tmp_path / "App" / "Calls"]) == tmp_path.resolve()
    write(tmp_path / "App" / "Calls" / "New.swift")
    assert find_root([tmp_path / "App" / "Calls" / "New.swift"]) == tmp_path.resolve()


def test_a_repository_that_does_not_track_the_path_is_not(tmp_path: Path) -> None:
    repository(tmp_path, "tool.py")
    write(tmp_path / "download" / "A.swift")
    assert find_root([tmp_path / "download"]) == tmp_path.resolve() / "download"


def test_several_paths_have_one_root(tmp_path: Path) -> None:
    write(tmp_path / "a" / "A.swift")
    write(tmp_path / "b" / "B.swift")
    assert find_root([tmp_path / "a", tmp_path / "b" / "B.swift"]) == tmp_path.resolve()


def test_an_explicit_root(tmp_path: Path) -> None:
    file = write(tmp_path / "a" / "A.swift")
    assert find_root([file], tmp_path) == tmp_path.resolve()
    with pytest.raises(UsageError, match="outside the root"):
        find_root([file], write(tmp_path / "b" / "B.swift").parent)
    with pytest.raises(UsageError, match="no such directory"):
        find_root([file], tmp_path / "nowhere")


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere: no such file or directory"):
        find_root([tmp_path / "nowhere"])


def test_git_variables_of_a_hook_do_not_mislead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository(tmp_path / "other", "X.swift")
    app = repository(tmp_path / "app", "App/A.swift")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert find_root([app / "App"]) == app.resolve()
    assert paths(read(app)) == ["App/A.swift"]


# ---- the files ------------------------------------------------------------------------------------------------------


def test_languages(tmp_path: Path) -> None:
    write(tmp_path / "A.swift")
    write(tmp_path / "B.m", "@implementation B\n@end\n")
    write(tmp_path / "C.mm", "@implementation C\n@end\n")
    write(tmp_path / "D.h", HEADER)
    write(tmp_path / "Plain.h", "int add(int a, int b);\n")
    write(tmp_path / "E.kt")
    tree = read(tmp_path)
    assert [(source.path, source.language) for source in tree.sources] == [
        ("A.swift", "swift"),
        ("B.m", "objc"),
        ("C.mm", "objc++"),
        ("D.h", "objc"),
    ]
    assert tree.unread == ()


def test_manifests_are_read_as_bytes(tmp_path: Path) -> None:
    names = [
        "App.xcodeproj/project.pbxproj",
        "App/Info.plist",
        "App/App.entitlements",
        "Package.swift",
        "Podfile",
        "package.json",
        "plugin.xml",
        "pubspec.yaml",
    ]
    for name in names:
        write(tmp_path / name, b"\x00" + name.encode())
    assert read(tmp_path).manifests == {name: b"\x00" + name.encode() for name in names}


@pytest.mark.parametrize(
    "path",
    [
        "Pods/Kit/A.swift",
        "ios/Carthage/Checkouts/A.swift",
        ".build/checkouts/A.swift",
        "DerivedData/A.swift",
        "node_modules/x/ios/A.m",
        "vendor/A.swift",
        "SourcePackages/A.swift",
        "Kit.framework/Headers/A.h",
        "Kit.xcframework/A.h",
        "Res.bundle/A.swift",
        "AppTests/A.swift",
        "AppUITests/A.swift",
        "Tests/KitTests/A.swift",
        "Sources/CallTests.swift",
        "Sources/CallTests.m",
    ],
)
@pytest.mark.parametrize("tracked", [True, False])
def test_what_is_left_out(tmp_path: Path, path: str, tracked: bool) -> None:
    write(tmp_path / path, HEADER if path.endswith(".h") else SWIFT)
    write(tmp_path / "App" / "A.swift")
    if tracked:
        repository(tmp_path)
    tree = read(tmp_path)
    assert paths(tree) == ["App/A.swift"]
    assert tree.unread == ()


@pytest.mark.parametrize(
    "text", ["import XCTest\n", "#import <XCTest/XCTest.h>\n", "@import XCTest;\n", "import Testing"]
)
def test_a_file_that_imports_a_test_framework_is_a_test(tmp_path: Path, text: str) -> None:
    write(tmp_path / "Calls.swift", "// not import XCTest\nimport UIKit\n")
    write(tmp_path / "Spec.swift", f"import UIKit\n{text}")
    assert paths(read(tmp_path)) == ["Calls.swift"]


def test_the_root_itself_may_have_any_name(tmp_path: Path) -> None:
    write(tmp_path / "Pods" / "SpeedTests" / "A.swift")
    assert paths(read(tmp_path / "Pods" / "SpeedTests")) == ["A.swift"]


@pytest.mark.parametrize("tracked", [True, False])
def test_configured_patterns(tmp_path: Path, tracked: bool) -> None:
    files = ["App/A.swift", "App/Generated/G.swift", "Pods/OurKit/K.swift", "Pods/Other/O.swift", "Old/deep/X.swift"]
    for file in files:
        write(tmp_path / file)
    if tracked:
        repository(tmp_path)
    config = Config(exclude=("Generated", "Old/*"), include=("Pods/OurKit",))
    assert paths(read(tmp_path, config)) == ["App/A.swift", "Pods/OurKit/K.swift"]


def test_patterns_start_at_the_configuration_also_with_another_root(tmp_path: Path) -> None:
    write(tmp_path / "ios" / "App" / "A.swift")
    write(tmp_path / "ios" / "Old" / "B.swift")
    config = Config(exclude=("ios/Old",), path=tmp_path.resolve() / "callkit-lint.toml")
    assert paths(read(tmp_path / "ios", config)) == ["App/A.swift"]


def test_in_a_repository_ignored_files_are_not_read_and_new_ones_are(tmp_path: Path) -> None:
    repository(tmp_path, "App/A.swift", "App/Gone.swift")
    write(tmp_path / ".gitignore", "out/\n")
    write(tmp_path / "out" / "B.swift")
    write(tmp_path / "App" / "New name é.swift")
    (tmp_path / "App" / "Gone.swift").unlink()
    tree = read(tmp_path)
    assert paths(tree) == ["App/A.swift", "App/New name é.swift"]
    assert tree.unread == ()


def test_a_subdirectory_of_a_repository_as_root(tmp_path: Path) -> None:
    repository(tmp_path, "ios/App/A.swift", "other/B.swift")
    assert paths(read(tmp_path / "ios")) == ["App/A.swift"]


def test_a_repository_inside_a_repository_is_walked(tmp_path: Path) -> None:
    repository(tmp_path, "App/A.swift")
    repository(tmp_path / "Kit", "K.swift", "Pods/P.swift")
    assert paths(read(tmp_path)) == ["App/A.swift", "Kit/K.swift"]


def test_a_hostile_repository_runs_nothing(tmp_path: Path) -> None:
    repository(tmp_path, "App/A.swift")
    script = write(tmp_path / "hook.sh", f"#!/bin/sh\ntouch '{tmp_path}/pwned'\n")
    script.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(script))
    write(tmp_path / ".git" / "hooks" / "post-index-change", f"#!/bin/sh\ntouch '{tmp_path}/pwned'\n").chmod(0o755)
    assert find_root([tmp_path / "App"]) == tmp_path.resolve()
    assert paths(read(tmp_path)) == ["App/A.swift"]
    assert not (tmp_path / "pwned").exists()
    git(tmp_path, "status")
    assert (tmp_path / "pwned").exists(), "the configuration would have run the script"


def test_a_configured_work_tree_does_not_move_the_root(tmp_path: Path) -> None:
    repository(tmp_path / "app", "App/A.swift")
    git(tmp_path / "app", "config", "core.worktree", str(tmp_path))
    assert find_root([tmp_path / "app" / "App"]).is_relative_to(tmp_path.resolve() / "app")


# ---- the bytes ------------------------------------------------------------------------------------------------------


def test_files_that_cannot_be_read_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path / "Good.swift")
    write(tmp_path / "._Good.swift", b"\x00\x05\x16\x07\x00\x02" + b"\0" * 40)
    write(tmp_path / "Binary.m", b"\x7fELF\x00\x01\x02\x00\x00garbage\x00more")
    write(tmp_path / "Large.swift", b"// " + b"x" * (4 * 1024 * 1024))
    os.symlink("Loop.swift", tmp_path / "Loop.swift")
    os.symlink("nothing", tmp_path / "Dangling.swift")
    outside = write(tmp_path.parent / f"{tmp_path.name}-outside" / "Secret.swift")
    os.symlink(outside, tmp_path / "Escape.swift")
    os.symlink(".", tmp_path / "itself")
    os.symlink(outside.parent, tmp_path / "elsewhere")
    tree = read(tmp_path)
    assert paths(tree) == ["Good.swift"]
    assert dict(tree.unread) == {
        "._Good.swift": "AppleDouble file",
        "Binary.m": "binary",
        "Large.swift": "larger than 4 MB",
        "Loop.swift": "symbolic link that loops",
        "Dangling.swift": "symbolic link to nothing",
        "Escape.swift": "symbolic link out of the tree",
        "itself": "symbolic link that loops",
        "elsewhere": "symbolic link out of the tree",
    }


def test_files_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "Locked.swift")
    write(tmp_path / "Open.swift")
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:  # for root nothing is unreadable, so the system's answer is played
        if path.name == "Locked.swift":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    tree = read(tmp_path)
    assert tree.unread == (("Locked.swift", "unreadable: Permission denied"),)
    assert paths(tree) == ["Open.swift"]


def test_a_file_that_vanishes_or_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Pipe.swift")
    assert read(tmp_path).unread == (("Pipe.swift", "not a regular file"),)


def test_a_link_inside_the_tree_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "App" / "A.swift")
    os.symlink("App/A.swift", tmp_path / "Link.swift")
    write(tmp_path / "Pods" / "Ours.swift", "let b = 2\n")
    os.symlink("Pods/Ours.swift", tmp_path / "Ours.swift")  # the target is left out, so the link is all there is
    tree = read(tmp_path)
    assert paths(tree) == ["App/A.swift", "Ours.swift"]
    assert tree.unread == ()


def test_decoded_files_are_noted(tmp_path: Path) -> None:
    write(tmp_path / "Wide.swift", 'let name = "é"\n'.encode("utf-16"))
    write(tmp_path / "Padded.m", b"@implementation A\n@end\n" + b"\0" * 512)
    tree = read(tmp_path)
    assert {source.path: source.data for source in tree.sources} == {
        "Wide.swift": 'let name = "é"\n'.encode(),
        "Padded.m": b"@implementation A\n@end\n",
    }
    assert tree.notes == (("Padded.m", "NUL padding removed"), ("Wide.swift", "decoded from UTF-16"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("text", ["let a = 1\n", "// Größe\nlet b = 2\n", "@interface A : NSObject\n@end\n"])
def test_encodings(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[0] == text.encode()


def test_other_encodings_are_left_as_they_are() -> None:
    latin = "// Größe\n".encode("latin-1")
    assert decode(latin) == (latin, "")


@pytest.mark.parametrize(
    "data", [b"\0", b"\0" * 100, b"a\0b", b"\xff\xfea", b"\xff\xfe\x00\xd8\x00\xd8", b"\0" + b"ab" * 99]
)
def test_binaries(data: bytes) -> None:
    assert decode(data) == (None, "binary")


def test_an_empty_file_is_text() -> None:
    assert decode(b"") == (b"", "")


def test_one_file_by_itself(tmp_path: Path) -> None:
    assert read_file(write(tmp_path / "Pods" / "A.swift")).data == SWIFT.encode()
    assert read_file(write(tmp_path / "c.h", "int x;")).language == "objc"
    for path, message in [
        (tmp_path / "nowhere.swift", "no such file"),
        (tmp_path / "Pods", "not a source file"),
        (write(tmp_path / "a.txt"), "not a source file"),
        (write(tmp_path / "b.m", b"a\0b"), "binary"),
    ]:
        with pytest.raises(UsageError, match=message):
            read_file(path)


def test_why_a_path_is_excluded(tmp_path: Path) -> None:
    assert excluded("Pods/A.swift", Config(), tmp_path) == "dependencies"
    assert excluded("App/A.swift", Config(), tmp_path) == ""
    assert excluded("App/A.swift", Config(exclude=("App",)), tmp_path) == "excluded by configuration"
