"""The app makes its provider more than once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model.program import Program
from callkit_lint.questions.repeated_providers import endings_without, made_in_several_places, made_per_call
from callkit_lint.rule import Confidence, Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    per_call = list(made_per_call(program))
    for run in per_call:
        if run.phase == "bridge":
            related = [Place(end.path, end.location, LEFT) for end in endings_without(program, run.site)]
            yield RULE.at(run, PER_REQUEST, Severity.warning, confidence=Confidence.medium, related=tuple(related))
        else:
            yield RULE.at(run, PER_CALL)
    for makings in made_in_several_places(program) if not per_call else ():
        last = makings[-1]
        places = tuple(
            Place(making.procedure.path, making.location, f"one is made here, in {making.procedure.display}")
            for making in makings
            if (making.procedure.path, making.location)
            != (last.creation.site.procedure.path, last.creation.site.location)
        )
        found = RULE.at_site(last.creation.site, SEVERAL.format(count=len(makings)), related=places)
        yield replace(found, severity=Severity.warning)


LEFT = "the object that has it ends here, and does not invalidate it"
FIX = "Make one when the app launches, and keep it"
PER_CALL = (
    "a new provider is made for each call; the system then knows several of this app's, what the user does in a call "
    "reaches one that may be gone, and after a while calls are refused. "
    f"{FIX}; for another name or ringtone assign provider.configuration"
)
PER_REQUEST = (
    "each request from the app's other language makes a new provider, and the one before is not taken down; what the "
    f"user does in a call reaches one of them, not always the last. {FIX}"
)
SEVERAL = (
    "{count} places of the app make a provider each and keep it; what the user does in a call reaches the one that "
    f"reported it, and the others know nothing of the call. {FIX}, for the whole app"
)

RULE = Rule(
    check,
    severity=Severity.error,
    since="0.1.0",
    references=("https://developer.apple.com/documentation/callkit/cxprovider",),
)
