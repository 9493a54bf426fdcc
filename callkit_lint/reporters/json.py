"""`--format json`: the machine form, stable and versioned. Columns are 1-based characters, end columns exclusive."""

from __future__ import annotations

import json
from typing import Any

import callkit_lint
from callkit_lint.reporters import Report, shown_location, shown_path
from callkit_lint.rule import Diagnostic, Edit, Fix, Place

VERSION = 1


def render(report: Report) -> str:
    """The report as one JSON document."""
    coverage = report.coverage
    document = {
        "version": VERSION,
        "tool": "callkit-lint",
        "tool_version": callkit_lint.__version__,
        "diagnostics": [_diagnostic(report, diagnostic) for diagnostic in report.diagnostics],
        "coverage": {
            "files_seen": coverage.files_seen,
            "files_parsed": coverage.files_parsed,
            "lost_bytes": coverage.lost_bytes,
            "unparsed": [{"path": shown_path(report, path), "reason": reason} for path, reason in coverage.unparsed],
        },
    }
    return json.dumps(document, indent=1) + "\n"


def _diagnostic(report: Report, diagnostic: Diagnostic) -> dict[str, Any]:
    where = shown_location(report, diagnostic.path, diagnostic.location)
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.name,
        "confidence": diagnostic.confidence.name,
        "path": shown_path(report, diagnostic.path),
        "line": where.line,
        "column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
        "message": diagnostic.message,
        "phase": diagnostic.phase,
        "chain": [_place(report, place) for place in diagnostic.chain],
        "related": [_place(report, place) for place in diagnostic.related],
        "program": diagnostic.program,
        "confidence_reason": diagnostic.confidence_reason,
        "help": report.help.get(diagnostic.rule, ""),
        "fix": _fix(report, diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    return {"safe": fix.safe, "text": fix.text, "edits": [_edit(report, edit) for edit in fix.edits]}


def _edit(report: Report, edit: Edit) -> dict[str, Any]:
    where = shown_location(report, edit.path, edit.location)
    return {
        "path": shown_path(report, edit.path),
        "start_line": where.line,
        "start_column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
        "text": edit.text,
    }


def _place(report: Report, place: Place) -> dict[str, Any]:
    where = shown_location(report, place.path, place.location)
    return {"path": shown_path(report, place.path), "line": where.line, "column": where.column, "text": place.text}
