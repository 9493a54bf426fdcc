"""The app itself posts the notification of an audio interruption, which is the system's to post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.activations import activates
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for site in program.sites("post") if program.armed else ():
        if site.constant("notification") == INTERRUPTION:
            found = RULE.at_site(site, MESSAGE, related=tuple(listeners(program)))
            runs = program.lifecycle.runs.get(site)
            yield replace(found, phase=runs[0].phase, chain=runs[0].chain()) if runs else found


def listeners(program: Program) -> Iterator[Place]:
    """The activations that the program's own observers of interruptions make."""
    for runs in program.runs("activation"):
        for run in runs:
            if run.phase == "interruption ended" and activates(run):
                yield Place(run.path, run.location, "an observer of interruptions activates here")
                break


INTERRUPTION = "AVAudioSession.interruption"
MESSAGE = (
    "the app posts a made-up audio interruption; everything that listens, in libraries too, restarts its audio or "
    "activates the session that the call already uses, and the call's sound can drop. Start the call's audio in "
    "didActivate by calling it"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/documentation/avfaudio/avaudiosession/interruptionnotification",),
)
