"""The cache gives back what was put in, and when it cannot, does nothing."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest

from callkit_lint import cache as cache_module
from callkit_lint.cache import Cache, cache_directory, lowering_version

KEY, OTHER = b"key", b"other"


def database(directory: Path) -> Path:
    return directory / "summaries.sqlite"


def test_what_is_put_is_found_by_the_next(tmp_path: Path) -> None:
    Cache(tmp_path / "new" / "folder").put({KEY: b"data", OTHER: b""})
    again = Cache(tmp_path / "new" / "folder")
    assert again.get([KEY, OTHER, b"unknown"]) == {KEY: b"data", OTHER: b""}


def test_many_keys(tmp_path: Path) -> None:
    items = {str(number).encode(): bytes(number % 50) for number in range(3000)}
    cache = Cache(tmp_path)
    cache.put(items)
    assert cache.get(items) == items


def test_the_key_is_the_content_the_language_and_the_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Cache(tmp_path).key("swift", b"let a = 1")
    assert Cache(tmp_path).key("swift", b"let a = 1") == first
    assert Cache(tmp_path).key("objc", b"let a = 1") != first
    assert Cache(tmp_path).key("swift", b"let a = 2") != first
    monkeypatch.setattr("callkit_lint.__version__", "99.0.0")
    assert Cache(tmp_path).key("swift", b"let a = 1") != first


def test_an_edited_frontend_gives_other_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "frontends").mkdir()
    for name in ["ir.py", "naming.py", "flat.py", "frontends/swift.py"]:
        (tmp_path / name).write_text("X = 1\n")
    monkeypatch.setattr(cache_module, "_PACKAGE", tmp_path)
    versions = {lowering_version()}
    for name in ["ir.py", "naming.py", "flat.py", "frontends/swift.py", "frontends/new.py"]:
        (tmp_path / name).write_text("X = 2\n")
        versions.add(lowering_version())
    assert len(versions) == 6
    (tmp_path / "program.py").write_text("not part of lowering\n")
    assert lowering_version() in versions


def test_another_grammar_gives_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    before = lowering_version()
    monkeypatch.setattr(cache_module, "version", lambda name: "99")
    assert lowering_version() != before


@pytest.mark.parametrize("content", [b"not a database", b"", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_database_is_made_anew(tmp_path: Path, content: bytes) -> None:
    database(tmp_path).write_bytes(content)
    cache = Cache(tmp_path)
    assert cache.get([KEY]) == {}
    cache.put({KEY: b"data"})
    later = Cache(tmp_path)
    later.put({KEY: b"data"})
    assert Cache(tmp_path).get([KEY]) == {KEY: b"data"}


def test_damage_inside_is_no_error_and_heals(tmp_path: Path) -> None:
    items = {bytes([number]): os.urandom(3000) for number in range(100)}
    Cache(tmp_path).put(items)
    content = bytearray(database(tmp_path).read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xaa" * 64
    database(tmp_path).write_bytes(content)
    Cache(tmp_path).get(items)
    Cache(tmp_path).put({KEY: b"data"})
    Cache(tmp_path).put({KEY: b"data"})
    assert Cache(tmp_path).get([KEY]) == {KEY: b"data"}


def test_a_damaged_row_is_not_given_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put({KEY: b"data", b"third": b"third", OTHER: b"other"})
    with sqlite3.connect(database(tmp_path)) as direct:
        direct.execute("UPDATE summary SET data = ? WHERE key = ?", (b"damaged", KEY))
        direct.execute("UPDATE summary SET data = 'text' WHERE key = ?", (b"third",))
    assert cache.get([KEY, OTHER, b"third"]) == {OTHER: b"other"}


def test_another_schema_is_no_error(tmp_path: Path) -> None:
    with sqlite3.connect(database(tmp_path)) as direct:
        direct.execute("CREATE TABLE summary (name TEXT)")
    cache = Cache(tmp_path)
    cache.put({KEY: b"data"})
    assert cache.get([KEY]) == {}


def test_a_locked_database_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_LOCK_SECONDS", 0.05)
    before = Cache(tmp_path)
    before.put({KEY: b"data"})
    locker = sqlite3.connect(database(tmp_path))
    locker.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    during = Cache(tmp_path)
    assert during.get([KEY]) == {}
    during.put({OTHER: b"other"})
    assert before.get([KEY]) == {}
    assert time.monotonic() - started < 2
    locker.rollback()
    locker.close()
    assert Cache(tmp_path).get([KEY, OTHER]) == {KEY: b"data"}


def test_no_place_for_a_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for directory in [tmp_path / "file" / "below", None]:
        cache = Cache(directory)
        cache.put({KEY: b"data"})
        assert cache.get([KEY]) == {}
    (tmp_path / "summaries.sqlite").mkdir()
    assert Cache(tmp_path).get([KEY]) == {}


def test_two_runs_at_once(tmp_path: Path) -> None:
    one, two = Cache(tmp_path), Cache(tmp_path)
    one.put({KEY: b"data"})
    two.put({KEY: b"data", OTHER: b"other"})
    assert one.get([KEY, OTHER]) == two.get([KEY, OTHER]) == {KEY: b"data", OTHER: b"other"}


def test_the_size_is_bounded_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 400_000
    day = 24 * 60 * 60
    for number in range(40):
        monkeypatch.setattr(time, "time", lambda number=number: 1e9 + number * day)
        cache = Cache(tmp_path, limit)
        cache.put({f"{number}".encode(): os.urandom(20_000)})
        cache.get([b"0"])  # used every day
    cache = Cache(tmp_path, limit)
    kept = cache.get([f"{number}".encode() for number in range(40)])
    assert 5 < len(kept) <= 20
    assert b"0" in kept
    assert b"39" in kept
    assert b"1" not in kept


def test_one_entry_larger_than_the_bound_does_no_harm(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 50_000)
    cache.put({KEY: os.urandom(200_000)})
    cache.put({OTHER: b"other"})
    assert cache.get([OTHER]) == {OTHER: b"other"}


def test_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path))
    assert cache_directory() == tmp_path
    monkeypatch.delenv("CALLKIT_LINT_CACHE_DIR")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_directory() == tmp_path / "xdg" / "callkit-lint"
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_directory() == tmp_path / "Library" / "Caches" / "callkit-lint"
