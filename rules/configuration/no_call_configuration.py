"""An app that takes calls never sets the category that calls need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.model import absence
from callkit_lint.model.program import Program
from callkit_lint.questions.configuration_times import beginnings, is_never_called
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    dead = [site for site in program.call_configurations if is_never_called(program, site)]
    if len(dead) < len(program.call_configurations) or not any(program.sites("report", "request start")):
        return
    creations = list(program.sites("provider"))
    uncalled = [Place(site.procedure.path, site.location, "nothing calls the code that sets it here") for site in dead]
    if creations and absence.owes_a_configuration(program):
        beside = absence.stands_beside_packages(program)
        others = (Place(site.procedure.path, site.location, "another provider") for site in creations[1:])
        related = (*others, *uncalled, *beginnings(program, "answer"))
        found = RULE.at_site(creations[0], PLUGIN if beside else MESSAGE, related=related)
        # Without audio of its own the app may be a study of the call screens, or get its audio from elsewhere.
        own_audio = not beside and any(program.sites("audio start"))
        yield found if own_audio else replace(found, severity=Severity.note)
    elif dead and absence.leaves_configuration_to_its_app(program):
        related = (*uncalled[1:], *beginnings(program, "answer"))
        yield replace(RULE.at_site(dead[0], LIBRARY, related=related), severity=Severity.note)


MESSAGE = (
    "this app takes calls, but nothing that runs in it sets the call category (play and record); in the default "
    "category the microphone does not record, and the other side hears silence. Set category, mode and options once, "
    "at launch or before each call is reported or requested"
)
PLUGIN = (
    "this plugin takes calls, but nothing that runs in it sets the call category (play and record); unless another "
    "package of the app does so in time, the microphone does not record, and the other side hears silence. Set "
    "category, mode and options before each call is reported or requested"
)
LIBRARY = (
    "nothing calls this code, and nothing else in this library sets the call category (play and record); unless the "
    "app that uses it does so in time, the microphone does not record, and the other side hears silence. Call it "
    "before each call is reported or requested, or delete it"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/forums/thread/810385",),
    kind="absence",
    trigger="an app that makes a provider and reports or requests a call, and no SDK that may configure the session",
)
