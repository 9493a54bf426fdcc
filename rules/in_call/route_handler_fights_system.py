"""Code that observes route changes changes the session again."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.lifecycle import Run
from callkit_lint.program import Program
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    effects = ("category", "mode", "activation", "override")
    for runs in program.told(("route change", "device change"), *effects, accept=fights):
        yield RULE.at_all(runs, MESSAGES[runs[0].phase].format(call=runs[0].site.text))


def fights(run: Run) -> bool:
    """An override for a device that came or went, or after a look at the route, is how routing is done."""
    match run.site.api.effect:
        case "activation":
            return run.value("active") in (True, 1)
        case "override":
            return run.phase == "route change" and not {"port", "outputs", "output"} & run.tested()
    return True


MESSAGES = {
    "route change": (
        "an observer of route changes calls {call}; when the user taps the speaker button of the system's call screen "
        "(reason 4, override) this changes the session again (reason 3, category change) and the sound falls back to "
        "the receiver. Only read the route here"
    ),
    "device change": (
        "an observer of route changes calls {call} when an audio device comes or goes; that changes the route once "
        "more, in a call away from what the user chose, and the sound can drop. Only read the route here"
    ),
}

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=(
        "https://developer.apple.com/forums/thread/810385",
        "https://github.com/flutter-webrtc/flutter-webrtc/pull/1995",
    ),
    replaces=("category-change-in-call", "mode-change-in-call", "direct-activation"),
)
