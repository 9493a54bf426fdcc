"""Code that observes route changes changes the session again."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.lifecycle import Run
from callkit_lint.program import Program, first
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.runs("category", "mode", "activation", "override"):
        run = first((run for run in runs if fights(run)), ("route change", "device change"))
        if run is not None:
            yield RULE.at(run, MESSAGE.format(call=run.site.text))


def fights(run: Run) -> bool:
    """An override for a device that came or went, or after a look at the route, is how routing is done."""
    match run.site.api.effect:
        case "activation":
            return run.value("active") in (True, 1)
        case "override":
            return run.phase == "route change" and not {"port", "outputs", "output"} & run.tested()
    return True


MESSAGE = (
    "an observer of route changes calls {call}; when the user taps the speaker button of the system's call screen "
    "(reason 4, override) this changes the session again (reason 3, category change) and the sound falls back to the "
    "receiver. Only read the route here"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/forums/thread/810385",
        "https://github.com/flutter-webrtc/flutter-webrtc/pull/1995",
    ),
    replaces=("category-change-in-call", "direct-activation"),
)
