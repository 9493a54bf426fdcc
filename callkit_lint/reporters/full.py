"""`--format full`: the text form with the code at each step, and where to read more. For people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.ir import Location
from callkit_lint.reporters import Report, shown_location, text, told, told_beside
from callkit_lint.rule import Diagnostic, Severity

WIDTH = 160  # of a line of code; what is longer is cut


def render(report: Report, *, colour: bool = False) -> str:
    """Each finding as a paragraph: its line, the code, the chain with its code, and the rule's page."""
    return "\n".join(
        "".join(f"{line}\n" for line in _paragraph(report, diagnostic, colour)) for diagnostic in report.diagnostics
    )


def _paragraph(report: Report, diagnostic: Diagnostic, colour: bool) -> Iterator[str]:
    yield text.headline(report, diagnostic, colour)
    yield from _frame(report, diagnostic.path, diagnostic.location, diagnostic.severity, colour)
    for words, place in (*told(diagnostic), *told_beside(diagnostic)):
        code = report.line(place.path, place.location.line).decode("utf-8", "replace").strip()
        yield f"  {text.escaped(words)}"
        yield f"      {text.dimmed(text.shown(report, place), colour)}  {_cut(code)}".rstrip()
    if address := report.help.get(diagnostic.rule):
        yield f"  more: {address}"


def _frame(report: Report, path: str, location: Location, severity: Severity, colour: bool) -> Iterator[str]:
    """The line of a finding with a mark under its span."""
    where = shown_location(report, path, location)
    line = report.line(path, where.line).decode("utf-8", "replace")
    if not line.strip():
        return
    before = "".join("\t" if letter == "\t" else " " for letter in line[: where.column - 1])
    last = where.end_column if where.end_line == where.line else len(line) + 1
    width = max(1, min(last, len(line) + 1, WIDTH) - where.column)
    margin = f"{where.line:>5} | "
    yield f"{margin}{_cut(line)}"
    if where.column <= WIDTH:
        yield f"{' ' * (len(margin) - 2)}| {before}{text.painted('^' * width, severity, colour)}"


def _cut(line: str) -> str:
    shown = "".join(letter if letter == "\t" else text.escaped(letter) for letter in line[:WIDTH])
    return f"{shown} …" if len(line) > WIDTH else shown
