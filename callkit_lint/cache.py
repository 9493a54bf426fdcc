"""Summaries by content, in the user's cache directory, so that an unchanged file is lowered once.

A convenience that may fail at any time: a database that cannot be opened, is locked by another run or is corrupt is
treated as empty, and nothing is reported. Rows are compressed data with a checksum; nothing in them can execute.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import callkit_lint

_PACKAGE = Path(__file__).parent
_LOWERING = ("ir.py", "flat.py", "naming.py", "frontends/*.py")
_GRAMMARS = ("tree-sitter", "tree-sitter-swift", "tree-sitter-objc")
_LIMIT = 512 * 1024 * 1024
_DAY = 24 * 60 * 60
_LOCK_SECONDS = 2.0
_BATCH = 500  # rows asked for in one statement


def cache_directory() -> Path | None:
    """Where the cache lies: CALLKIT_LINT_CACHE_DIR, else one in the system's place for caches, else None."""
    if chosen := os.environ.get("CALLKIT_LINT_CACHE_DIR"):
        return Path(chosen)
    try:
        return _system_caches() / "callkit-lint"
    except RuntimeError:  # a user without a home
        return None


def _system_caches() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def lowering_version() -> bytes:
    """A hash of everything beside the file itself that its summary depends on; an edited frontend changes it."""
    digest = hashlib.sha256(callkit_lint.__version__.encode())
    for name in _GRAMMARS:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{name} {version(name)}\n".encode())
    for pattern in _LOWERING:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.digest()


class Cache:
    """Bytes by key. Every method works, or does nothing and returns nothing."""

    def __init__(self, directory: Path | None, limit: int = _LIMIT) -> None:
        """The cache in this directory; None gives one that keeps nothing."""
        self._limit = limit
        self._path = None if directory is None else directory / "summaries.sqlite"
        self._database = None if self._path is None else _open(self._path)
        self._version = lowering_version() if self._database is not None else b""

    def key(self, language: str, data: bytes) -> bytes:
        """The key of a file's summary."""
        return hashlib.sha256(self._version + language.encode() + b"\0" + data).digest()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What is stored under these keys."""
        found: dict[bytes, bytes] = {}
        if self._database is None:
            return found
        wanted = list(keys)
        try:
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                rows = self._database.execute(f"SELECT key, data FROM summary WHERE key IN ({marks})", batch)
                for key, data in rows:
                    with contextlib.suppress(zlib.error, TypeError):
                        found[key] = zlib.decompress(data)
            self._touch(list(found))
        except sqlite3.Error as error:
            self._give_up(error)
        return found

    def put(self, items: Mapping[bytes, bytes]) -> None:
        """Stores these, and drops what has not been used for longest when that makes the cache too large."""
        if self._database is None or not items:
            return
        day = int(time.time()) // _DAY
        rows = [(key, day, zlib.compress(data, 1)) for key, data in items.items()]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO summary (key, day, data) VALUES (?, ?, ?)", rows)
            self._shrink()
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Lets go of the database; the cache is empty from here on."""
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(sqlite3.Error):
                database.close()

    def _give_up(self, error: sqlite3.Error) -> None:
        self.close()
        if self._path is not None and _is_damage(error):
            with contextlib.suppress(OSError):
                self._path.unlink()  # the next run starts anew

    def _touch(self, keys: list[bytes]) -> None:
        """Notes today as the last use; one write per row and day."""
        assert self._database is not None
        day = int(time.time()) // _DAY
        with self._database:
            self._database.executemany(
                "UPDATE summary SET day = ? WHERE key = ? AND day <> ?", [(day, key, day) for key in keys]
            )

    def _shrink(self) -> None:
        assert self._database is not None
        while (size := _used_bytes(self._database)) > self._limit:
            with self._database:
                (rows,) = self._database.execute("SELECT count(*) FROM summary").fetchone()
                surplus = max(1, int(rows * (1 - 0.8 * self._limit / size)))
                oldest = "SELECT rowid FROM summary ORDER BY day, rowid LIMIT ?"
                self._database.execute(f"DELETE FROM summary WHERE rowid IN ({oldest})", (surplus,))
            if surplus >= rows:
                return


def _open(path: Path) -> sqlite3.Connection | None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return _connect(path)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                return None
            path.unlink()
            return _connect(path)
    except (OSError, sqlite3.Error):
        return None


def _is_damage(error: sqlite3.Error) -> bool:
    """Not a database or a damaged one; locked, read-only or full is somebody else's business."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_LOCK_SECONDS)
    try:
        # Losing the last rows in a power cut costs a second run some time, nothing else.
        database.execute("PRAGMA synchronous = OFF")
        with database:
            database.execute("CREATE TABLE IF NOT EXISTS summary (key BLOB PRIMARY KEY, day INTEGER, data BLOB)")
            database.execute("CREATE INDEX IF NOT EXISTS summary_day ON summary (day)")
    except sqlite3.Error:
        database.close()
        raise
    return database


def _used_bytes(database: sqlite3.Connection) -> int:
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    (page,) = database.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * page)
