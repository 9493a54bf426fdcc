"""Code that observes route changes changes the session again."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import Test, words
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    # What runs only when a device came or went ("device change") is how routing is done, and left alone.
    for runs in program.told(("route change",), "category", "mode", "activation", "override", accept=fights):
        yield RULE.at_all(runs, MESSAGE.format(call=runs[0].site.text))


def fights(run: Run) -> bool:
    """Code that looks at the route's devices first may well leave the system's own change alone."""
    if {"port", "outputs", "output"} & run.tested() or any(map(is_about_the_route, run.guards())):
        return False
    return run.site.api.effect != "activation" or run.value("active") in (True, 1)


def is_about_the_route(test: Test) -> bool:
    """Whether a condition asks for the route (`isRouteAllowed`), and not for the reason of its change."""
    named = set(words(test.text)) if test.kind == "opaque" else set()
    return ("route" in named and named.isdisjoint({"change", "reason"})) or any(map(is_about_the_route, test.parts))


MESSAGE = (
    "an observer of route changes calls {call}; when the user taps the speaker button of the system's call screen "
    "(reason 4, override) this changes the session again (reason 3, category change) and the sound falls back to "
    "the receiver. Only read the route here"
)

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
