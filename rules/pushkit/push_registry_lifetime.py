"""The VoIP push registry is dropped, made too late, or works on a queue for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.providers import creations, is_lost
from callkit_lint.questions.pushes import is_made_late, runs_on_any_thread
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for creation in creations(program, "registry"):
        site = creation.site
        if is_lost(creation):
            yield replace(RULE.at_site(site, LOST), confidence=site.confidence)
        elif program.armed and (late := is_made_late(program, site)):
            yield RULE.at(late, LATE, confidence=Confidence.medium)
        elif runs_on_any_thread(site):
            yield RULE.at_site(site, ANY_THREAD)


LOST = (
    "nothing of the app keeps this push registry; that pushes still come rests on what PushKit happens to hold, which "
    "no document promises, and without them the phone does not ring. Keep it in a property that lives from launch on"
)
LATE = (
    "the push registry is made only here, not while the app launches; a push that starts the app finds nobody to take "
    "it: the system kills the app, the phone does not ring. Make it in application(_:didFinishLaunchingWithOptions:)"
)
ANY_THREAD = (
    "the push registry calls back on a concurrent queue; two pushes can be handled at the same time, and the report of "
    "a call needs a hop to the main thread, which comes too late. Use the main queue"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/pushkit/pkpushregistry/init(queue:)",
        "https://developer.apple.com/forums/thread/817976",
    ),
)
