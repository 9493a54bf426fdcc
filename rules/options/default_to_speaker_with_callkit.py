"""The session of an audio call has the loudspeaker as its default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.session_options import loud_from_the_start
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run, (option, *others) in loud_from_the_start(program):
        related = tuple(Place(run.path, place, "and here") for place in others)
        found = RULE.at(run, MESSAGE, confidence=Confidence.medium, related=related)
        yield replace(found, location=option)


MESSAGE = (
    "defaultToSpeaker makes the loudspeaker the default of an audio call: everybody around hears the caller, and since "
    "the option stays, the speaker button of the system's call screen cannot switch it off. Leave the option out; for "
    "a button of the app's own use overrideOutputAudioPort"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/library/archive/qa/qa1754/_index.html",
        "https://github.com/GetStream/stream-video-js/issues/2219",
        "https://github.com/opentok/CallKit/issues/14",
    ),
)
