"""`--format markdown`: for job summaries and comments on a change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from callkit_lint.reporters import Report, shown_path, told
from callkit_lint.reporters.text import escaped, summary
from callkit_lint.rule import Diagnostic

_MEANS = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def render(report: Report) -> str:
    """A heading with the counts, then each finding with its chain."""
    lines = ["## callkit-lint", "", f"{text(summary(report))}", ""]
    for diagnostic in report.diagnostics:
        lines += _item(report, diagnostic)
    return "\n".join(lines).rstrip() + "\n"


def _item(report: Report, diagnostic: Diagnostic) -> Iterator[str]:
    rule = f"`{diagnostic.rule}`"
    if address := report.help.get(diagnostic.rule):
        rule = f"[{rule}]({address})"
    place = f"{shown_path(report, diagnostic.path)}:{diagnostic.location.line}"
    yield f"- **{diagnostic.severity.name}** {_code(place)}: {text(diagnostic.message)} {rule}"
    for number, (words, step) in enumerate(told(diagnostic), 1):
        yield f"  {number}. {text(words)} {_code(f'{shown_path(report, step.path)}:{step.location.line}')}"


def text(words: str) -> str:
    """Text that means nothing to Markdown."""
    return _MEANS.sub(r"\\\1", escaped(words))


def _code(words: str) -> str:
    """Text as code; a longer fence than any in it keeps it whole."""
    shown = escaped(words)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if "`" in shown else f"`{shown}`"
