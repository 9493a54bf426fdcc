"""Findings that are known already: in a file of the project's, or at an earlier revision.

A finding is known by its rule, the symbol that it lies in and its code without spaces, as often as it was there: so it
stays known when lines move or the file is renamed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from callkit_lint.config import UsageError
from callkit_lint.reporters import Report
from callkit_lint.reporters.fingerprints import Key, key
from callkit_lint.rule import Diagnostic

VERSION = 1


@dataclass(slots=True)
class Baseline:
    """Known findings with their numbers."""

    known: Counter[Key] = field(default_factory=Counter)

    def new(self, report: Report) -> tuple[list[Diagnostic], Counter[Key]]:
        """The findings that are not known, and what is known but no longer there."""
        left = self.known.copy()
        fresh = []
        for diagnostic in report.diagnostics:
            own = key(report, diagnostic)
            if left[own] > 0:
                left[own] -= 1
            else:
                fresh.append(diagnostic)
        return fresh, +left

    def shrunk_to(self, report: Report) -> Baseline:
        """This baseline without what is no longer there."""
        return Baseline(self.known & counted(report).known)


def counted(report: Report) -> Baseline:
    """All findings of a report as known."""
    return Baseline(Counter(key(report, diagnostic) for diagnostic in report.diagnostics))


def read_baseline(path: Path) -> Baseline:
    """The known findings of a file; UsageError where it is none of ours."""
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"baseline {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"baseline {path}: not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), list):
        raise UsageError(f"baseline {path}: not a baseline of this version of callkit-lint; write it anew")
    known: Counter[Key] = Counter()
    for item in data["findings"]:
        try:
            own = (item["rule"], item["symbol"], item["code"])
            count = item.get("count", 1)
            if not all(isinstance(part, str) for part in own) or type(count) is not int or count < 1:
                raise TypeError
        except (TypeError, KeyError, AttributeError):
            raise UsageError(
                f"baseline {path}: a finding needs rule, symbol and code, and a count above 0 if any"
            ) from None
        known[own] += count
    return Baseline(known)


def written(baseline: Baseline) -> bytes:
    """The file's content: a finding a line, sorted, so that changes of it read well."""
    rows = [
        {"rule": rule, "symbol": symbol, "code": code} | ({"count": count} if count > 1 else {})
        for (rule, symbol, code), count in sorted(baseline.known.items())
    ]
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=True) for row in rows)
    body = f"[\n{lines}\n ]" if rows else "[]"
    return f'{{\n "version": {VERSION},\n "tool": "callkit-lint",\n "findings": {body}\n}}\n'.encode()


def told(entries: Iterable[Key]) -> list[str]:
    """Entries in words, for people."""
    return [f"{rule} in {symbol or 'the top of a file'}" for rule, symbol, _ in sorted(entries)]
