"""All files to summaries: from the cache, in this process, or over the processor's cores when there are many."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from callkit_lint.cache import Cache
from callkit_lint.flat import flatten, inflate
from callkit_lint.frontends import objc, swift
from callkit_lint.ir import FileSummary
from callkit_lint.sources import Source

PARALLEL_FROM = 200  # files; below that, starting processes costs more than it saves
_CHUNK = 16


@dataclass(slots=True)
class Lowered:
    """Summaries by path, and for files whose frontend raised, the path and the traceback."""

    summaries: dict[str, FileSummary] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)


def lower(language: str, data: bytes) -> FileSummary:
    """One file in the neutral form."""
    return swift.lower(data) if language == "swift" else objc.lower(data, language)


def lower_all(sources: Sequence[Source], cache: Cache) -> Lowered:
    """The summaries of all files. Files of equal content and language are lowered once."""
    keys = [cache.key(source.language, source.data) for source in sources]
    summaries = _stored(cache, set(keys))
    missing = {key: source for key, source in zip(keys, sources, strict=True) if key not in summaries}
    errors: dict[bytes, str] = {}
    fresh: dict[bytes, bytes] = {}
    for key, outcome in zip(missing, _lower_each(list(missing.values())), strict=True):
        if isinstance(outcome, str):
            errors[key] = outcome
        else:
            fresh[key] = outcome
            summaries[key] = inflate(outcome)
    cache.put(fresh)
    result = Lowered()
    for key, source in zip(keys, sources, strict=True):
        if key in summaries:
            result.summaries[source.path] = summaries[key]
        else:
            result.failures.append((source.path, errors[key]))
    return result


def _stored(cache: Cache, keys: set[bytes]) -> dict[bytes, FileSummary]:
    summaries = {}
    for key, data in cache.get(keys).items():
        try:
            summaries[key] = inflate(data)
        except ValueError:
            continue  # damaged: lower the file again
    return summaries


def _lower_each(sources: Sequence[Source]) -> Iterable[bytes | str]:
    """For each file its flat summary, or the traceback as text."""
    processes = _processor_count()
    if len(sources) > PARALLEL_FROM and processes > 1:
        try:
            return _in_processes(sources, processes)
        except Exception:  # a sandbox without semaphores, a worker that died: slower, but the same result
            pass
    return map(lower_flat, sources)


def _in_processes(sources: Sequence[Source], processes: int) -> list[bytes | str]:
    from concurrent.futures import ProcessPoolExecutor  # slow to import, and needed for large trees only

    executor = ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_parent)
    try:
        return list(executor.map(lower_flat, sources, chunksize=_CHUNK))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def lower_flat(source: Source) -> bytes | str:
    """What a worker sends: the flat summary, or the traceback of a frontend that raised."""
    try:
        return flatten(lower(source.language, source.data))
    except Exception:
        return traceback.format_exc()


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _processor_count() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
