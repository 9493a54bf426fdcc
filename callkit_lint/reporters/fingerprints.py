"""What makes a finding the same one after lines have moved or a file was renamed."""

from __future__ import annotations

import hashlib
from collections import Counter

from callkit_lint.reporters import Report
from callkit_lint.rule import Diagnostic

Key = tuple[str, str, str]  # rule, enclosing symbol, code without its spaces


def key(report: Report, diagnostic: Diagnostic) -> Key:
    """Rule, enclosing symbol and normalised code; neither path nor line."""
    code = b"".join(report.line(diagnostic.path, diagnostic.location.line).split())
    return diagnostic.rule, diagnostic.symbol, code.decode("utf-8", "replace")


def fingerprints(report: Report) -> list[str]:
    """A digest for each finding, in order; equal findings are told apart by their number."""
    seen: Counter[Key] = Counter()
    found = []
    for diagnostic in report.diagnostics:
        own = key(report, diagnostic)
        seen[own] += 1
        text = "\0".join((*own, str(seen[own])))
        found.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return found
