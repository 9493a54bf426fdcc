"""`--format gitlab`: GitLab's Code Quality report."""

from __future__ import annotations

import json
from typing import Any

from callkit_lint.reporters import Report, shown_location, shown_path
from callkit_lint.reporters.fingerprints import fingerprints
from callkit_lint.rule import Diagnostic, Severity

SEVERITIES = {Severity.error: "critical", Severity.warning: "major", Severity.note: "info"}


def render(report: Report) -> str:
    """A list of issues; the rule stands in the description too, since GitLab shows no check name."""
    marks = fingerprints(report)
    issues = [_issue(report, one, mark) for one, mark in zip(report.diagnostics, marks, strict=True)]
    return json.dumps(issues, indent=1) + "\n"


def _issue(report: Report, diagnostic: Diagnostic, mark: str) -> dict[str, Any]:
    where = shown_location(report, diagnostic.path, diagnostic.location)
    begin = {"line": where.line, "column": where.column}
    end = {"line": where.end_line, "column": where.end_column}
    return {
        "description": f"{diagnostic.rule}: {diagnostic.message}",
        "check_name": diagnostic.rule,
        "fingerprint": mark,
        "severity": SEVERITIES[diagnostic.severity],
        "location": {"path": shown_path(report, diagnostic.path), "positions": {"begin": begin, "end": end}},
    }
