"""`--format concise`: a line for each finding, and nothing else."""

from __future__ import annotations

from callkit_lint.reporters import Report, text


def render(report: Report, *, colour: bool = False) -> str:
    """The first lines of the text form."""
    return "".join(f"{text.headline(report, diagnostic, colour)}\n" for diagnostic in report.diagnostics)
