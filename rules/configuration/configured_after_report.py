"""The session is configured only after the call was reported or requested, when the user may already have answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.lifecycle import Fact, Run
from callkit_lint.model.program import CONFIGURES, Program
from callkit_lint.questions.configuration_times import configured_early
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    if configured_early(program):
        return
    for start, how in program.late_starts():
        for run in program.runs_from(start, *CONFIGURES):
            if run.site in program.call_configurations:
                yield report(start, run, how)


def report(start: Fact, run: Run, how: str) -> Diagnostic:
    """The finding lies in the late code, where the configuration is called; the chain goes on to the setter."""
    found = RULE.at(run, MESSAGES[how], Severity.error if how == "delayed" else Severity.warning)
    return replace(found, path=start.procedure.path, location=run.place_from(start))


MESSAGES = {
    "after the report": (
        "the session is configured only after the call was reported; a user who answers at once starts the call on a "
        "session that is not ready, or has it changed under a live call: silence, or a jump from the speaker. "
        "Configure before the report, without activating"
    ),
    "posted": (
        "the session is configured in a closure that runs later, when the call may already be live; the route can jump "
        "or the sound drop at the start of the call. Configure before the call is reported or requested"
    ),
    "delayed": (
        "the session is configured after a delay, on a call that is live by then; the speaker choice is lost and the "
        "sound may drop. Configure once, before the call is reported or requested, and delete this"
    ),
}

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/810385",),
    replaces=("configured-only-after-activation", "category-change-in-call"),
)
