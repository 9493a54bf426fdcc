"""`--format junit`: JUnit's XML. A finding is a failed test case; a run without findings is one that passed."""

from __future__ import annotations

from callkit_lint.reporters import Report, shown_path, text
from callkit_lint.reporters.xml import attribute, content
from callkit_lint.rule import Diagnostic


def render(report: Report) -> str:
    """One suite; each finding's failure holds the text form with its chain."""
    failed = len(report.diagnostics)
    counts = f'tests="{max(1, failed)}" failures="{failed}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name="callkit-lint" {counts}>',
    ]
    lines += [line for diagnostic in report.diagnostics for line in _case(report, diagnostic)]
    if not failed:
        lines.append('    <testcase classname="callkit-lint" name="no findings"/>')
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def _case(report: Report, diagnostic: Diagnostic) -> list[str]:
    path = shown_path(report, diagnostic.path)
    name = f"[{diagnostic.rule}] line {diagnostic.location.line}"
    told = "\n".join(text.lines(report, diagnostic, colour=False))
    failure = f"type={attribute(diagnostic.severity.name)} message={attribute(diagnostic.message)}"
    return [
        f"    <testcase classname={attribute(path)} name={attribute(name)}>",
        f"      <failure {failure}>{content(told)}</failure>",
        "    </testcase>",
    ]
