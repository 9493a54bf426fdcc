"""The app takes a call off hold by itself, without the user asking for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program, first
from callkit_lint.questions import remote_ends
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity

PHASES = ("after", "active", "end", "interruption ended", "interruption began", "media reset", "route change", "setup")


def check(program: Program) -> Iterator[Diagnostic]:
    told = set()
    for runs in program.runs("request hold"):
        run = first((run for run in runs if unholds(run)), PHASES)
        if run is not None:
            told.add(run.site)
            yield tell(run, program.vocabulary.phases[run.phase].text)
    for run in remote_ends.runs_at_remote_ends(program, "request hold"):
        if unholds(run) and run.site not in told:
            told.add(run.site)
            yield tell(run, "when another call has ended")


def unholds(run: Run) -> bool:
    return run.value("hold") in (False, 0) and remote_ends.is_consequence(run)


def tell(run: Run, where: str) -> Diagnostic:
    found = RULE.at(run, MESSAGE.format(where=where), confidence=Confidence.medium)
    edge = run.called_by
    if run.site.constant("hold") is None and edge:  # a helper that holds and unholds: its caller is the mistake
        return replace(found, path=edge.caller.path, location=edge.location)
    return found


MESSAGE = (
    "the app takes a call off hold by itself {where}; the held call starts to hear the user, who did not ask for it. "
    "After another call has ended it stays on hold on purpose. Ask for this only when the user does"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/forums/thread/749202",
        "https://github.com/twilio/video-quickstart-ios/issues/457",
    ),
)
