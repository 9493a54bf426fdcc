"""A button of the app mutes the call itself, and the call system is not asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.bypasses import bypasses
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for case in bypasses(program):
        first, others = case.places[0], case.places[1:]
        place = Place(first.path, first.location, MESSAGE.format(name=case.name))
        related = tuple(Place(other.path, other.location, f"{other.text} here too") for other in others)
        yield replace(RULE.at_place(place, related=related), confidence=Confidence.medium, chain=case.chain)


MESSAGE = (
    "a button of the app mutes the call itself ({name}) as the handler of the mute action does, and the call system is "
    "not asked; its call screen, headsets and cars go on showing the old state, and the next tap there may do the "
    "opposite. Request a CXSetMutedCallAction, and mute in its handler alone"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://github.com/twilio/video-quickstart-ios/issues/351",
        "https://github.com/signalapp/Signal-iOS/pull/1587",
        "https://github.com/element-hq/element-x-ios/issues/3050",
    ),
    profile="strict",
)
