"""Changing a user's files: read as they are, written whole or not at all. No other module writes any."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from callkit_lint.config import UsageError


def read_whole(path: Path) -> bytes:
    """The bytes of a file that is to be changed; UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def write_whole(path: Path, data: bytes, what: str) -> None:
    """Writes one file as `write_all` does."""
    write_all({path: data}, what)


def write_all(files: Mapping[Path, bytes], what: str) -> None:
    """Replaces the files, keeping their modes; UsageError (naming `what`) where one cannot be, and then none is.

    A link is followed, so that what it names is replaced; what is no file (`/dev/stdout`, a pipe) is written to.
    """
    with contextlib.ExitStack() as left_over:
        ready = []
        for path, data in files.items():
            with _refused(what, path):
                ready.append((path, _prepared(path, data, left_over)))
        for path, put in ready:
            with _refused(what, path):
                put()


@contextlib.contextmanager
def _refused(what: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{what} {path}: {error.strerror}") from error


def _prepared(path: Path, data: bytes, left_over: contextlib.ExitStack) -> Callable[[], object]:
    """What puts the data in its place; all that can fail has been tried before."""
    exists = path.exists()
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if exists and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if exists and not path.is_file():
        return partial(path.write_bytes, data)
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    left_over.callback(Path(name).unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    os.chmod(name, target.stat().st_mode & 0o7777 if exists else 0o666 & ~_umask())
    return partial(os.replace, name, target)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
