"""`--format rdjson`: reviewdog's diagnostic format as one document. Columns are 1-based UTF-8 bytes, ends exclusive."""

from __future__ import annotations

import json
from typing import Any

from callkit_lint.ir import Location
from callkit_lint.reporters import Report, shown_path
from callkit_lint.rule import Diagnostic, Severity

SEVERITIES = {Severity.error: "ERROR", Severity.warning: "WARNING", Severity.note: "INFO"}
SOURCE = {"name": "callkit-lint", "url": "https://github.com/callkit-lint/callkit-lint"}


def render(report: Report) -> str:
    """All diagnostics in one object."""
    document = {"source": SOURCE, "diagnostics": [facts(report, diagnostic) for diagnostic in report.diagnostics]}
    return json.dumps(document, indent=1) + "\n"


def facts(report: Report, diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic as reviewdog takes it; the chain goes into the related locations."""
    places = (*diagnostic.chain, *diagnostic.related)
    code = {"value": diagnostic.rule}
    if address := report.help.get(diagnostic.rule):
        code["url"] = address
    found: dict[str, Any] = {
        "message": diagnostic.message,
        "location": _location(report, diagnostic.path, diagnostic.location),
        "severity": SEVERITIES[diagnostic.severity],
        "source": SOURCE,
        "code": code,
        "related_locations": [
            {"message": place.text, "location": _location(report, place.path, place.location)} for place in places
        ],
    }
    if diagnostic.fix and all(edit.path == diagnostic.path for edit in diagnostic.fix.edits):
        edits = diagnostic.fix.edits
        found["suggestions"] = [{"range": _range(edit.location), "text": edit.text} for edit in edits]
    return found


def _location(report: Report, path: str, location: Location) -> dict[str, Any]:
    return {"path": shown_path(report, path), "range": _range(location)}


def _range(location: Location) -> dict[str, Any]:
    return {
        "start": {"line": location.line, "column": location.column},
        "end": {"line": location.end_line, "column": location.end_column},
    }
