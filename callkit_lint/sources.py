"""Which files there are, their bytes and their language; the only module that reads them.

PATHS choose what is reported, never what is read: the analysis sees the whole tree below the root.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from callkit_lint.config import Config, UsageError, configured_path, find_config, matches
from callkit_lint.frontends.objc import is_objc_header

LARGEST = 4 * 1024 * 1024

_LANGUAGES = {".swift": "swift", ".m": "objc", ".mm": "objc++", ".h": "objc"}
_MANIFEST_NAMES = {"project.pbxproj", "Package.swift", "Podfile", "pubspec.yaml", "package.json", "plugin.xml"} | {
    "Podfile.lock",
    "Package.resolved",
}
_MANIFEST_ENDINGS = (".plist", ".entitlements", ".podspec")

Stamps = dict[str, tuple[int, int]]
NO_BUFFERS: Mapping[Path, bytes] = {}

# Other people's code and build products. Tests neither are reported nor count as callers.
_EXCLUDED_DIRECTORIES = {
    ".git": "version control",
    "Pods": "dependencies",
    "Carthage": "dependencies",
    "node_modules": "dependencies",
    "vendor": "dependencies",
    "SourcePackages": "dependencies",
    ".build": "build products",
    "DerivedData": "build products",
    "build": "build products",
    "tests": "tests",
    "__tests__": "tests",
}
_EXCLUDED_ENDINGS = {
    ".framework": "binary framework",
    ".xcframework": "binary framework",
    ".bundle": "bundle",
    ".app": "build products",
    ".xcarchive": "build products",
    "Tests": "tests",
}
_TEST_FILE = re.compile(r"Tests\.(swift|mm?|h)$")
_TEST_IMPORT = re.compile(rb"^\s*(?:import\s+(?:XCTest|Testing)\b|#import\s+<XCTest/|@import\s+XCTest\b)", re.MULTILINE)

# A repository's own configuration may name programs to run; none of them shall.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_GIT_ENVIRONMENT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


class Source(NamedTuple):
    """A file to lower: its path below the root with forward slashes, the language to read it as, its text as UTF-8."""

    path: str
    language: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything that was read below the root. `unread` and `notes` are paths with a reason or remark."""

    root: Path
    sources: tuple[Source, ...]
    manifests: dict[str, bytes]
    unread: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]


# ---- the root -------------------------------------------------------------------------------------------------------


def find_root(paths: Iterable[Path], root: Path | None = None) -> Path:
    """The root of analysis for these PATHS; UsageError for a path that does not exist or lies outside the root."""
    paths = list(paths)
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or directory")
    if root is None:
        return _common(sorted({_root_of(path.resolve()) for path in paths}))
    if not root.is_dir():
        raise UsageError(f"--root {root}: no such directory")
    root = root.resolve()
    for path in paths:
        if not path.resolve().is_relative_to(root):
            raise UsageError(f"{path}: outside the root {root}")
    return root


def _root_of(path: Path) -> Path:
    directory = path if path.is_dir() else path.parent
    if config := find_config(directory):
        return config.parent
    return _tracking_top(directory) or directory


@cache
def _tracking_top(directory: Path) -> Path | None:
    """The top level of the repository that tracks files of this directory; a new file there belongs to it too."""
    shown = _git(directory, "rev-parse", "--show-toplevel")
    top = Path(os.fsdecode(shown).rstrip("\r\n")).resolve()
    # A configured core.worktree may name any place: believe it only where the repository is.
    if not shown or not (top / ".git").exists() or not _git(directory, "ls-files", "-z", "--cached", "--", "."):
        return None
    return top


def _common(roots: list[Path]) -> Path:
    if len(roots) == 1:
        return roots[0]
    common = Path(os.path.commonpath(roots))
    if common == Path(common.anchor) or common == Path(os.path.expanduser("~")):
        raise UsageError(f"{roots[0]} and {roots[1]} are different projects: check them one at a time, or give --root")
    return common


def _git(directory: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git prints; nothing where there is no git, no repository, or one that git does not trust."""
    environment = {name: value for name, value in os.environ.items() if name not in _GIT_ENVIRONMENT}
    try:
        command = [*_GIT, "-C", str(directory), *arguments]
        run = subprocess.run(command, input=given, capture_output=True, env=environment, check=True)
    except (OSError, subprocess.SubprocessError):
        return b""
    return run.stdout


def export(root: Path, revision: str, folder: Path) -> None:
    """Writes the sources and manifests below the root as they were at a git revision into a folder.

    Blobs are read as they are stored: no filter of the repository's runs. UsageError where git does not know it.
    """
    if not _git(root, "rev-parse", "--show-toplevel"):
        raise UsageError(f"--new-from: {root} is in no git repository, or in one that git does not trust")
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    if not commit:
        raise UsageError(f"--new-from: git knows no revision {revision!r}")
    listed = _git(root, "ls-tree", "-r", "-z", commit.decode(), "--", ".")
    wanted: list[tuple[bytes, str]] = []
    for entry in listed.split(b"\0"):
        meta, _, path = entry.partition(b"\t")
        mode, kind, blob, *_ = [*meta.split(), b"", b"", b""]
        name = path.decode("utf-8", "surrogateescape")
        if kind == b"blob" and mode in (b"100644", b"100755") and _is_wanted(name.rpartition("/")[2]):
            wanted.append((blob, name))
    answers = _blobs(root, [blob for blob, _ in wanted])
    for (_, name), data in zip(wanted, answers, strict=True):
        target = folder / name
        if ".." not in Path(name).parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def stamps(root: Path, config: Config) -> Stamps:
    """Time and size of each source and manifest below the root: what differs when one has changed."""
    found: Stamps = {}
    for path in _files(root, config):
        if _is_wanted(path.rpartition("/")[2]):
            with suppress(OSError):
                status = (root / path).stat()
                found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _is_wanted(name: str) -> bool:
    return _is_manifest(name) or os.path.splitext(name)[1] in _LANGUAGES


def _is_manifest(name: str) -> bool:
    return name in _MANIFEST_NAMES or name.endswith(_MANIFEST_ENDINGS)


def _blobs(root: Path, names: list[bytes]) -> list[bytes]:
    """The contents of git objects, in order."""
    output = _git(root, "cat-file", "--batch", given=b"".join(name + b"\n" for name in names))
    found, at = [], 0
    for _ in names:
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[-1])
        found.append(output[end + 1 : end + 1 + size])
        at = end + size + 2
    return found


# ---- the files ------------------------------------------------------------------------------------------------------


def read_tree(root: Path, config: Config, buffers: Mapping[Path, bytes] = NO_BUFFERS) -> Tree:
    """Reads every source and manifest below the root that is neither excluded nor a test. `buffers` are texts, by
    absolute path, that stand in for files, saved or not."""
    sources: list[Source] = []
    manifests: dict[str, bytes] = {}
    unread: list[tuple[str, str]] = []
    notes: list[tuple[str, str]] = []
    unsaved = {path.relative_to(root).as_posix(): text for path, text in buffers.items() if path.is_relative_to(root)}
    paths = sorted(_files(root, config) | {path for path in unsaved if not excluded(path, config, root)})
    listed = set(paths)
    for path in paths:
        name = path.rpartition("/")[2]
        is_manifest = _is_manifest(name)
        language = _LANGUAGES.get(os.path.splitext(name)[1])
        problem = "" if path in unsaved else _link_problem(root, path)
        if problem:
            unread.append((path, problem))
        if problem or not (is_manifest or language) or _is_second_name(root, path, listed):
            continue
        data, problem = (unsaved[path], "") if path in unsaved else _read(root / path)
        if data is None:
            unread.append((path, problem))
            continue
        if is_manifest:
            manifests[path] = data
        if language is None:
            continue
        text, remark = decode(data)
        if text is None:
            unread.append((path, remark))
        elif _is_source(name, text):
            sources.append(Source(path, language, text))
            if remark:
                notes.append((path, remark))
    return Tree(root, tuple(sources), manifests, tuple(unread), tuple(notes))


def language_of(path: str) -> str:
    """The language of a source file, by its name."""
    return _LANGUAGES[os.path.splitext(path)[1]]


def read_file(path: Path) -> Source:
    """One file by itself, whatever its name says; UsageError where it cannot be read as text."""
    language = _LANGUAGES.get(path.suffix)
    if language is None:
        raise UsageError(f"{path}: not a source file (expected {', '.join(sorted(_LANGUAGES))})")
    if not path.is_file():
        raise UsageError(f"{path}: {'not a file' if path.exists() else 'no such file'}")
    data, problem = _read(path)
    text, remark = (None, problem) if data is None else decode(data)
    if text is None:
        raise UsageError(f"{path}: {remark}")
    return Source(path.name, language, text)


def _is_source(name: str, text: bytes) -> bool:
    """Headers without an Objective-C marker are C or C++; a file that imports a test framework is a test."""
    if name.endswith(".h") and not is_objc_header(text):
        return False
    return _TEST_IMPORT.search(text) is None


def excluded(path: str, config: Config, root: Path) -> str:
    """Why the file or directory at this path below the root is left out; "" when it is not."""
    parts = path.split("/")
    configured = configured_path(path, config, root)
    if matches(configured, config.exclude):
        return "excluded by configuration"
    if matches(configured, config.include):
        return ""
    for part in parts:
        if reason := _EXCLUDED_DIRECTORIES.get(part):
            return reason
        for ending, reason in _EXCLUDED_ENDINGS.items():
            if part.endswith(ending):
                return reason
    return "tests" if _TEST_FILE.search(parts[-1]) else ""


def _files(root: Path, config: Config) -> set[str]:
    """Paths below the root: what git knows and does not ignore where the root is tracked, else what is there."""
    tracked = _git(root, "ls-files", "-z", "--cached", "--", ".")
    if not tracked:
        return set(_walk(root, "", config))
    listed = tracked + _git(root, "ls-files", "-z", "--others", "--exclude-standard", "--", ".")
    found: set[str] = set()
    for path in map(os.fsdecode, listed.split(b"\0")):
        path = path.rstrip("/")
        if not path or excluded(path, config, root):
            continue
        full = root / path
        if full.is_dir() and not full.is_symlink():  # a submodule or a repository inside
            found.update(_walk(root, path, config))
        elif os.path.lexists(full):
            found.add(path)
    return found


def _walk(root: Path, start: str, config: Config) -> Iterator[str]:
    """Files below a directory, links to directories not followed, excluded directories not entered."""
    pending = [start]
    while pending:
        directory = pending.pop()
        try:
            with os.scandir(root / directory) as entries:
                for entry in entries:
                    path = f"{directory}/{entry.name}" if directory else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if not excluded(path, config, root) or _may_include(path, config, root):
                            pending.append(path)
                    elif not excluded(path, config, root):
                        yield path
        except OSError:
            continue


def _may_include(path: str, config: Config, root: Path) -> bool:
    """Whether an excluded directory may hold something that the configuration includes again."""
    inside = configured_path(path, config, root) + "/"
    return any("/" in pattern and (pattern.startswith(inside) or "*" in pattern) for pattern in config.include)


# ---- the bytes ------------------------------------------------------------------------------------------------------


def _link_problem(root: Path, path: str) -> str:
    """Why a symbolic link is not followed; "" for other files and for links to files of the tree."""
    full = root / path
    if not full.is_symlink():
        return ""
    try:
        target = full.resolve(strict=True)
    except (RuntimeError, OSError) as error:
        loops = isinstance(error, RuntimeError) or error.errno == errno.ELOOP
        return "symbolic link that loops" if loops else "symbolic link to nothing"
    if not target.is_relative_to(root):
        return "symbolic link out of the tree"
    return "symbolic link that loops" if full.is_relative_to(target) else ""


def _is_second_name(root: Path, path: str, listed: set[str]) -> bool:
    """Whether this is a link to a file that is read under its own name."""
    full = root / path
    return full.is_symlink() and full.resolve().relative_to(root).as_posix() in listed


def _read(path: Path) -> tuple[bytes | None, str]:
    """A file's bytes, or None and why there are none."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None, "not a regular file"
        if status.st_size > LARGEST:
            return None, f"larger than {LARGEST // 1024 // 1024} MB"
        return path.read_bytes(), ""
    except OSError as error:
        return None, f"unreadable: {error.strerror}"


def decode(data: bytes) -> tuple[bytes | None, str]:
    """The text as UTF-8 without a byte order mark, and a remark where that took a change; None and why for a binary.

    Other encodings are left as they are: their bytes above 127 stand in comments and strings, which the parsers accept.
    """
    if data.startswith(b"\x00\x05\x16\x07"):
        return None, "AppleDouble file"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _from_utf16(data, "utf-16")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" not in data:
        return data, ""
    padded = data.rstrip(b"\0")
    if b"\0" not in padded and padded:
        return padded, "NUL padding removed"
    head = data[:4096]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(data) % 2 == 0 and zeros.count(0) > 0.7 * len(zeros):
            return _from_utf16(data, encoding)
    return None, "binary"


def _from_utf16(data: bytes, encoding: str) -> tuple[bytes | None, str]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None, "binary"
    return (None, "binary") if "\0" in text else (text.encode(), "decoded from UTF-16")
