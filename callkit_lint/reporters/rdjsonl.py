"""`--format rdjsonl`: reviewdog's diagnostic format, one diagnostic a line."""

from __future__ import annotations

import json

from callkit_lint.reporters import Report, rdjson


def render(report: Report) -> str:
    """A JSON object on each line."""
    return "".join(f"{json.dumps(rdjson.facts(report, diagnostic))}\n" for diagnostic in report.diagnostics)
