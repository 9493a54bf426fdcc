"""`--format checkstyle`: Checkstyle's XML, which many servers read."""

from __future__ import annotations

from itertools import groupby

from callkit_lint.reporters import Report, shown_location, shown_path
from callkit_lint.reporters.xml import attribute, element
from callkit_lint.rule import Diagnostic, Severity

SEVERITIES = {Severity.error: "error", Severity.warning: "warning", Severity.note: "info"}


def render(report: Report) -> str:
    """The findings by file."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">']
    for path, found in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.path):
        lines.append(f"  <file name={attribute(shown_path(report, path))}>")
        lines += [f"    {_error(report, diagnostic)}" for diagnostic in found]
        lines.append("  </file>")
    return "\n".join([*lines, "</checkstyle>", ""])


def _error(report: Report, diagnostic: Diagnostic) -> str:
    where = shown_location(report, diagnostic.path, diagnostic.location)
    return element(
        "error",
        line=where.line,
        column=where.column,
        severity=SEVERITIES[diagnostic.severity],
        message=diagnostic.message,
        source=f"callkit-lint.{diagnostic.rule}",
    )
