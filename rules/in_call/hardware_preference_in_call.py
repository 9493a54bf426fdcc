"""Hardware preferences are set while a call is active, or after the session was activated."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.questions.configurations import activations_in
from callkit_lint.rule import Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    told = set()
    for runs in program.told(LIVE, "preference"):
        told.add(runs[0].site.procedure)
        yield RULE.at_all(runs, IN_CALL.format(where=program.vocabulary.phases[runs[0].phase].text))
    for runs in program.told(BEFORE, "preference", accept=follows_activation):
        if runs[0].site.procedure not in told:
            yield RULE.at_all(runs, AFTER_ACTIVATION, Severity.note)


def follows_activation(run: Run) -> bool:
    """Whether the same function has activated the session before, for certain."""
    return any(site.position.dominates(run.site.position) for site in activations_in(run.site))


LIVE = ("active", "call")
BEFORE = ("answer", "start", "answered", "started", "reported", "requested", "report", "request", "setup")

IN_CALL = (
    "a hardware preference is set {where}; it can re-open the audio hardware: a click, a gap, or a refusal. Set sample "
    "rate and buffer duration with the category, before the call is reported or requested"
)
AFTER_ACTIVATION = (
    "a hardware preference is set after the session was activated; it may come too late for this call, or interrupt "
    "the sound. Set it before, and leave the activation to the call system"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/library/archive/qa/qa1631/_index.html",),
)
