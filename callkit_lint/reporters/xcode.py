"""`--format xcode`: lines for Xcode's issue navigator, from a Run Script phase; absolute paths, the chain as notes."""

from __future__ import annotations

import os
from collections.abc import Iterator

from callkit_lint.ir import Location
from callkit_lint.reporters import Report, shown_location, told, told_beside
from callkit_lint.reporters.text import escaped
from callkit_lint.rule import Diagnostic


def render(report: Report) -> str:
    """Errors, warnings and notes; each step of a chain is a note of its own."""
    return "".join(f"{line}\n" for diagnostic in report.diagnostics for line in _lines(report, diagnostic))


def _lines(report: Report, diagnostic: Diagnostic) -> Iterator[str]:
    place = _place(report, diagnostic.path, diagnostic.location)
    yield f"{place}: {diagnostic.severity.name}: {escaped(diagnostic.message)} [{diagnostic.rule}]"
    for words, step in (*told(diagnostic), *told_beside(diagnostic)):
        yield f"{_place(report, step.path, step.location)}: note: {escaped(words)}"


def _place(report: Report, path: str, location: Location) -> str:
    where = shown_location(report, path, location)
    return f"{escaped(os.path.abspath(os.path.join(report.root, path)))}:{where.line}:{where.column}"
