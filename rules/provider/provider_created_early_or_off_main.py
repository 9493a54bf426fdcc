"""The provider is made before the app has started or on a background queue, or its callbacks come several at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.provider_threads import concurrent_queues, made_before_launch, made_in_background
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for creation, way in made_before_launch(program):
        yield replace(RULE.at_site(creation.site, EARLY), chain=way)
    for creation, way in made_in_background(program):
        yield replace(RULE.at_site(creation.site, BACKGROUND), chain=way)
    for site in concurrent_queues(program):
        yield RULE.at_site(site, CONCURRENT)


EARLY = (
    "the provider is made before the app has started; it may then be unknown to the call system, and calls have no "
    "sound in either direction. Make it when the app has launched, or when it is first needed"
)
BACKGROUND = (
    "the provider is made on a background queue; it connects to the call system at once, and its first callbacks can "
    "come before it has a delegate. Make it on the main thread"
)
CONCURRENT = (
    "callbacks come on a queue that runs several at once: answer and end of one call can overlap, or come in the wrong "
    "order, and a call hangs. Give nil, which is the main queue, or a serial queue"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/forums/thread/783870",
        "https://developer.apple.com/forums/thread/797563",
        "https://developer.apple.com/documentation/callkit/cxprovider/setdelegate(_:queue:)",
    ),
)
