"""`--format github`: annotations of GitHub Actions, worst first, since only the first ten of a kind are shown."""

from __future__ import annotations

from callkit_lint.reporters import Report, shown_location, shown_path, told
from callkit_lint.reporters.text import escaped
from callkit_lint.rule import Diagnostic, Severity

WORDS = {Severity.error: "error", Severity.warning: "warning", Severity.note: "notice"}
SHOWN = 10  # annotations of one kind that GitHub shows of a step


def render(report: Report) -> str:
    """Workflow commands, one a line; what GitHub leaves out is counted in a plain line at the end."""
    ordered = sorted(report.diagnostics, key=lambda one: -one.severity)
    lines = [_command(report, diagnostic) for diagnostic in ordered]
    hidden = sum(max(0, sum(one.severity == kind for one in ordered) - SHOWN) for kind in Severity)
    if hidden:
        lines.append(f"{hidden} more than GitHub shows as annotations; the log of this step has all")
    return "".join(f"{line}\n" for line in lines)


def _command(report: Report, diagnostic: Diagnostic) -> str:
    where = shown_location(report, diagnostic.path, diagnostic.location)
    properties = {
        "file": shown_path(report, diagnostic.path),
        "line": where.line,
        "endLine": where.end_line,
        "col": where.column,
        "endColumn": where.end_column,
        "title": diagnostic.rule,
    }
    if where.end_line != where.line:
        del properties["col"], properties["endColumn"]  # GitHub refuses columns over several lines
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    steps = [f"{words} ({shown_path(report, step.path)}:{step.location.line})" for words, step in told(diagnostic)]
    return f"::{WORDS[diagnostic.severity]} {written}::{_data(diagnostic.message, *steps)}"


def _data(*lines: str) -> str:
    """The lines of a command's message, as its syntax wants them."""
    return "%0A".join(escaped(line).replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return escaped(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
