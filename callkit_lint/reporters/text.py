"""`--format text`: a line for problem matchers, and below it the chain that led there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from callkit_lint.reporters import Report, shown_location, shown_path, told, told_beside
from callkit_lint.rule import Diagnostic, Place, Severity

_COLOURS = {Severity.error: "31", Severity.warning: "33", Severity.note: "36"}
_DIM = "2"


def render(report: Report, *, colour: bool = False) -> str:
    """The findings, each a first line and its evidence; empty when there are none."""
    return "".join(f"{line}\n" for diagnostic in report.diagnostics for line in lines(report, diagnostic, colour))


def summary(report: Report) -> str:
    """The outcome in one line, for standard error."""
    coverage = report.coverage
    if not coverage.files_seen:
        return "nothing to check: no Swift or Objective-C sources found"
    counts = [
        _count(number, severity.name)
        for severity in reversed(Severity)
        if (number := sum(item.severity == severity for item in report.diagnostics))
    ]
    total = f"{_count(len(report.diagnostics), 'finding')} ({', '.join(counts)})" if counts else "no findings"
    parts = [f"{total} in {_count(coverage.files_parsed, 'file')}"]
    if report.suppressed:
        parts.append(f"{report.suppressed} silenced by comments")
    if coverage.unparsed:
        parts.append(f"{_count(len(coverage.unparsed), 'file')} not read")
    if coverage.lost_bytes:
        parts.append(f"{_count(coverage.lost_bytes, 'byte')} not understood")
    return "; ".join(parts)


def escaped(text: str) -> str:
    """The text with everything that could move a terminal's cursor, break a line or reorder letters made visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    # Cc control, Cf format (bidirectional marks), Cs lone surrogate, Zl and Zp line and paragraph separators
    if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return letter
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii")


def headline(report: Report, diagnostic: Diagnostic, colour: bool) -> str:
    """A finding's line, as problem matchers read it."""
    where = shown_location(report, diagnostic.path, diagnostic.location)
    place = f"{escaped(shown_path(report, diagnostic.path))}:{where.line}:{where.column}"
    severity = painted(diagnostic.severity.name, diagnostic.severity, colour)
    return f"{place}: {severity}: {escaped(diagnostic.message)} {dimmed(f'[{diagnostic.rule}]', colour)}"


def lines(report: Report, diagnostic: Diagnostic, colour: bool) -> Iterator[str]:
    """A finding's line, and below it its chain and related places."""
    yield headline(report, diagnostic, colour)
    steps = [(escaped(words), shown(report, place)) for words, place in (*told(diagnostic), *told_beside(diagnostic))]
    width = max((len(text) for text, _ in steps), default=0)
    for text, at in steps:
        yield f"    {text:<{width}}   {dimmed(at, colour)}"


def shown(report: Report, place: Place) -> str:
    """A place as path and line."""
    return f"{escaped(shown_path(report, place.path))}:{place.location.line}"


def painted(text: str, severity: Severity, colour: bool) -> str:
    """In the colour of a severity, if at all."""
    return _painted(text, _COLOURS[severity]) if colour else text


def dimmed(text: str, colour: bool) -> str:
    """What matters less."""
    return _painted(text, _DIM) if colour else text


def _painted(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
