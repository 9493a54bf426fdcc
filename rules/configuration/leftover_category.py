"""Another feature leaves the session in a category that no call can use, and calls are configured only at launch."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program, first
from callkit_lint.questions.configurations import configured_once
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    configurations = configured_once(program)
    if not configurations:
        return
    once = tuple(Place(s.procedure.path, s.location, "calls are configured here, at launch") for s in configurations)
    for runs in program.runs("category"):
        run = first(runs, OTHER_FEATURES)
        if run is not None and run.site not in configurations and not any(program.in_group(r, "live") for r in runs):
            yield RULE.at(run, MESSAGE.format(call=run.site.text), confidence=Confidence.medium, related=once)


OTHER_FEATURES = ("screen", "bridge", "after", "end", "interruption ended")

MESSAGE = (
    "{call} takes the session from calls, and nothing sets it back: the app configures it for calls once, at launch. "
    "The next incoming call then starts without a microphone, and the caller hears nothing. Configure again before "
    "each call is reported or requested"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://github.com/mfairley/expo-callkit-telecom/issues/32",),
)
