"""`--format full`: the text form with the code at each step, and where to read more. For people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.ir import Location
from callkit_lint.reporters import Report, shown_location, shown_path, text
from callkit_lint.rule import Diagnostic, Place, Severity

WIDTH = 160  # of a line of code; what is longer is cut


def render(report: Report, *, colour: bool = False) -> str:
    """Each finding as a paragraph: its line, the code, the chain with its code, and the rule's page."""
    return "\n".join(
        "".join(f"{line}\n" for line in _paragraph(report, diagnostic, colour)) for diagnostic in report.diagnostics
    )


def _paragraph(report: Report, diagnostic: Diagnostic, colour: bool) -> Iterator[str]:
    yield text.headline(report, diagnostic, colour)
    yield from _frame(report, diagnostic.path, diagnostic.location, diagnostic.severity, colour)
    for index, step in enumerate(diagnostic.chain):
        yield from _step(report, "because " if not index else "", step, colour)
    for place in diagnostic.related:
        yield from _step(report, "see ", place, colour)
    if address := report.help.get(diagnostic.rule):
        yield f"  more: {address}"


def _step(report: Report, lead: str, place: Place, colour: bool) -> Iterator[str]:
    yield f"  {lead}{text.escaped(place.text)}"
    at = f"{text.escaped(shown_path(report, place.path))}:{place.location.line}"
    code = _cut(report.line(place.path, place.location.line).decode("utf-8", "replace").strip())
    yield f"      {text.dimmed(at, colour)}  {code}".rstrip()


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
