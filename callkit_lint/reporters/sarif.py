"""`--format sarif`: SARIF 2.1.0 for code scanning, with the chain as a code flow."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import callkit_lint
from callkit_lint.ir import Location
from callkit_lint.reporters import Report, shown_location, shown_path
from callkit_lint.reporters.fingerprints import fingerprints
from callkit_lint.rule import Confidence, Diagnostic, Fix, Place, Severity
from callkit_lint.rulebook import Entry

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/callkit-lint/callkit-lint"
LEVELS = {Severity.error: "error", Severity.warning: "warning", Severity.note: "note"}
PROBLEMS = {Severity.error: "error", Severity.warning: "warning", Severity.note: "recommendation"}
PRECISION = {Confidence.high: "very-high", Confidence.medium: "high", Confidence.low: "medium"}
SHORT = 1024  # characters of a description that GitHub takes


def render(report: Report) -> str:
    """One run. Columns are 1-based characters, end columns exclusive."""
    rules = sorted({diagnostic.rule for diagnostic in report.diagnostics} | report.rules.keys())
    index = {rule: number for number, rule in enumerate(rules)}
    driver = {
        "name": "callkit-lint",
        "version": callkit_lint.__version__,
        "semanticVersion": callkit_lint.__version__,
        "informationUri": HOME,
        "rules": [_rule(report, rule) for rule in rules],
    }
    marks = fingerprints(report)
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "callkit-lint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the working directory of the run"}}},
        "invocations": [_invocation(report)],
        "results": [
            _result(report, diagnostic, index[diagnostic.rule], mark)
            for diagnostic, mark in zip(report.diagnostics, marks, strict=True)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(report: Report, rule: str) -> dict[str, Any]:
    entry = report.rules.get(rule)
    if entry is None:
        return {"id": rule, "shortDescription": {"text": rule}}
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("-")),
        "shortDescription": {"text": entry.rule.summary[:SHORT]},
        "fullDescription": {"text": entry.rule.summary[:SHORT]},
        "helpUri": entry.help,
        "help": {"text": _plain(entry), "markdown": entry.text},
        "defaultConfiguration": {"level": LEVELS[entry.rule.severity]},
        "properties": {
            "tags": [entry.rule.family, entry.rule.profile],
            "precision": PRECISION[Confidence.high if entry.rule.profile == "default" else Confidence.low],
            "problem.severity": PROBLEMS[entry.rule.severity],
        },
    }


def _plain(entry: Entry) -> str:
    return f"{entry.rule.summary} {entry.help}"[:SHORT]


def _invocation(report: Report) -> dict[str, Any]:
    unread = [(path, f"not read: {reason}") for path, reason in report.coverage.unparsed]
    notes = [_notification(report, path, text) for path, text in (*unread, *report.coverage.notes)]
    failures = [{"level": "error", "message": {"text": failure.headline}} for failure in report.failures]
    return {"executionSuccessful": not failures, "toolExecutionNotifications": [*failures, *notes]}


def _notification(report: Report, path: str, text: str) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": _artifact(report, path)}}
    return {"level": "note", "message": {"text": text}, "locations": [location]}


def _result(report: Report, diagnostic: Diagnostic, index: int, mark: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.rule,
        "ruleIndex": index,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message},
        "locations": [_location(report, diagnostic.path, diagnostic.location, symbol=diagnostic.symbol)],
        "partialFingerprints": {"callkitLint/v1": mark},
        "properties": {"precision": PRECISION[diagnostic.confidence], "confidence": diagnostic.confidence.name},
    }
    if diagnostic.chain:
        steps = [{"location": _said(report, place)} for place in diagnostic.chain]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if diagnostic.fix:
        result["fixes"] = [_fix(report, diagnostic.fix)]
    if diagnostic.related:
        result["relatedLocations"] = [{"id": n, **_said(report, p)} for n, p in enumerate(diagnostic.related, 1)]
    return result


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    files: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        region = _region(shown_location(report, edit.path, edit.location))
        replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        files.setdefault(edit.path, []).append(replacement)
    changes = [{"artifactLocation": _artifact(report, path), "replacements": made} for path, made in files.items()]
    return {"description": {"text": fix.text}, "artifactChanges": changes}


def _said(report: Report, place: Place) -> dict[str, Any]:
    return _location(report, place.path, place.location) | {"message": {"text": place.text}}


def _location(report: Report, path: str, location: Location, symbol: str = "") -> dict[str, Any]:
    where = shown_location(report, path, location)
    region = _region(where)
    region["endColumn"] = max(where.end_column, where.column + 1 if where.end_line == where.line else 1)
    physical = {"artifactLocation": _artifact(report, path), "region": region}
    found: dict[str, Any] = {"physicalLocation": physical}
    if symbol:
        found["logicalLocations"] = [{"fullyQualifiedName": symbol}]
    return found


def _region(where: Location) -> dict[str, int]:
    return {
        "startLine": where.line,
        "startColumn": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }


def _artifact(report: Report, path: str) -> dict[str, str]:
    """A relative reference; a path above the working directory cannot be one below its base."""
    shown = shown_path(report, path)
    reference = {"uri": quote(shown.encode("utf-8", "surrogateescape"), safe="/-._~")}
    return reference if shown.startswith("../") else {**reference, "uriBaseId": "SRCROOT"}
