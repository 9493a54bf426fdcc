"""The session's category is set early, and its mode in a later call."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.graph import Site
from callkit_lint.model.program import Program, first
from callkit_lint.questions.configurations import activated_between, category_before, later_pieces
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for runs in program.runs("mode"):
        run = first(runs, PHASES)
        category = category_before(program, runs[0].site)
        if run is not None and category is not None:
            late = activated_between(category, run.site)
            message, severity = (ACTIVATED, Severity.warning) if late else (ADJACENT, Severity.note)
            yield RULE.at(run, message, severity, related=(place(category),))
    for run, category in later_pieces(program):
        severity = Severity.note if run.phase in ("start", "answer") else Severity.warning
        where = program.vocabulary.phases[run.phase].text
        yield RULE.at(run, LATER.format(call=run.site.text, where=where), severity, related=(place(category),))


def place(category: Site) -> Place:
    return Place(category.procedure.path, category.location, f"{category.text} without it")


PHASES = (
    *("setup", "report", "request", "start", "answer", "reported", "requested", "started", "answered"),
    *("bridge", "media reset"),
)

ADJACENT = (
    "category and mode are set by two calls; between them the session is in a state that nobody wants, and an error "
    "leaves it there. Set both in one call: setCategory(_:mode:options:)"
)
ACTIVATED = (
    "the mode is set when the session was already activated without it; the route switches once more at the start of "
    "the call. Set category, mode and options in one call, before"
)
LATER = (
    "{call} completes the session's configuration only {where}; a call can start with half of it, in the wrong route "
    "or without echo cancellation. Set category, mode and options in one call, before the call is reported or requested"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/forums/thread/810385",
        "https://developer.apple.com/documentation/avfaudio/avaudiosession/setmode(_:)",
    ),
)
