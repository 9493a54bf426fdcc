"""What rules there are: `callkit-lint rules` for people and for machines, and the README's table."""

from __future__ import annotations

import json
from collections.abc import Iterable

from callkit_lint.rulebook import Entry


def as_text(entries: Iterable[Entry]) -> str:
    """One line a rule, grouped by family."""
    ordered = sorted(entries, key=lambda entry: (entry.rule.family, entry.rule.id))
    width = max((len(entry.rule.id) for entry in ordered), default=0)
    lines: list[str] = []
    family = ""
    for entry in ordered:
        rule = entry.rule
        if rule.family != family:
            family = rule.family
            lines += ["", family] if lines else [family]
        profile = "" if rule.profile == "default" else f" ({rule.profile})"
        lines.append(f"  {rule.id:<{width}}  {rule.severity.name:<7}  {rule.summary}{profile}")
    return "".join(f"{line}\n" for line in lines)


def as_table(entries: Iterable[Entry]) -> str:
    """A Markdown table for the README, each id with a link to the rule's page in the repository."""
    lines = ["| family | rule | severity | what it reports |", "|---|---|---|---|"]
    for entry in sorted(entries, key=lambda entry: (entry.rule.family, entry.rule.id)):
        rule = entry.rule
        severity = rule.severity.name if rule.profile == "default" else f"{rule.severity.name} ({rule.profile})"
        page = f"rules/{rule.family}/{entry.page.name}"
        lines.append(f"| {rule.family} | [{rule.id}]({page}) | {severity} | {rule.summary} |")
    return "".join(f"{line}\n" for line in lines)


def as_json(entries: Iterable[Entry]) -> str:
    """A list of objects, by id."""
    return json.dumps([_facts(entry) for entry in entries], indent=1) + "\n"


def _facts(entry: Entry) -> dict[str, object]:
    rule = entry.rule
    return {
        "id": rule.id,
        "family": rule.family,
        "kind": rule.kind,
        "severity": rule.severity.name,
        "confidence": "high",  # the most that a finding can have; a finding states its own
        "profile": rule.profile,
        "replaces": list(rule.replaces),
        "summary": rule.summary,
        "help": entry.help,
    }
