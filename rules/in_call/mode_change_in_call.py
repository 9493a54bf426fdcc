"""The session's mode is set while a call is active."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.questions.configurations import changes_mode_only, comes_late_as_a_whole
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    def changes(run: Run) -> bool:
        return changes_mode(program, run)

    for runs in program.told(("active", "call"), "mode", "category", accept=changes):
        where = program.vocabulary.phases[runs[0].phase].text
        severity = Severity.error if any(is_severe(run) for run in runs) else Severity.warning
        yield RULE.at_all(runs, MESSAGE.format(where=where), severity)
    for run in program.runs_beside_updates("mode", "category"):
        if changes(run):
            yield RULE.at(run, BESIDE_UPDATE, confidence=Confidence.medium)


def changes_mode(program: Program, run: Run) -> bool:
    """A mode, also one that comes with the category that all calls have. Behind a look at the session's mode it is
    most likely set only where it is not right yet; where the whole configuration comes late, that is told."""
    if {"session", "mode"} <= run.tested() or comes_late_as_a_whole(program, run):
        return False
    return run.site.api.effect == "mode" or changes_mode_only(program, run)


def is_severe(run: Run) -> bool:
    """A category setter re-routes even where the category stays; WebRTC's configuration sets only what differs."""
    return run.site.api.effect == "category" and bool(run.site.api.values) or handles_action(run)


def handles_action(run: Run) -> bool:
    """Whether the call system waits for the code: a handler of its actions."""
    return run.fact.root.procedure.function.name in ("provider(_:perform:)", "conversationManager(_:perform:)")


MESSAGE = (
    "the session's mode is set {where}; it takes effect at once: the sound jumps between speaker and receiver, and the "
    "speaker button of the system's call screen no longer fits. Choose the mode of a call before it is reported or "
    "requested"
)
BESIDE_UPDATE = (
    "the session's mode is set with an update of a call that goes on; it takes effect at once, and videoChat turns the "
    "speaker on without the user. Choose the mode of a call before it is reported or requested"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/avfaudio/avaudiosession/setmode(_:)",
        "https://developer.apple.com/documentation/avfaudio/avaudiosession/mode-swift.struct/videochat",
    ),
    replaces=("category-change-in-call", "partial-early-configuration"),
)
