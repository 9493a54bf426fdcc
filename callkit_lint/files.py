"""Changing a user's files: read as they are, written whole or not at all. No other module writes any."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from callkit_lint.config import UsageError


def read_whole(path: Path) -> bytes:
    """The bytes of a file that is to be changed; UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def write_whole(path: Path, data: bytes, what: str) -> None:
    """Replaces the file, keeping its mode; UsageError (naming `what`) where that cannot be, with nothing half-written.

    A link is followed, so that what it names is replaced; what is no file (`/dev/stdout`, a pipe) is written to.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        _replace(target, data)
    except OSError as error:
        raise UsageError(f"{what} {path}: {error.strerror}") from error


def _replace(target: Path, data: bytes) -> None:
    mode = target.stat().st_mode & 0o7777 if target.exists() else None
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        if mode is None:
            umask = os.umask(0)
            os.umask(umask)
            mode = 0o666 & ~umask
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
