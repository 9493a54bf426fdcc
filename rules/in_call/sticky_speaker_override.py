"""The app overrides the output to the speaker by itself during a call, not on the user's wish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.loudspeaker import automatic_overrides
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run, path, location in automatic_overrides(program):
        message = MESSAGE.format(where=program.vocabulary.phases[run.phase].text)
        yield replace(RULE.at(run, message, confidence=Confidence.medium), path=path, location=location)


MESSAGE = (
    "the app turns the speaker on by itself {where}; the user is heard by everybody around, the speaker button of the "
    "system's call screen may not turn it off, and it can stay on in later calls. Override only when the user asks"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/library/archive/qa/qa1754/_index.html",
        "https://github.com/GetStream/stream-video-swift/pull/771",
        "https://developer.apple.com/forums/thread/800247",
    ),
)
