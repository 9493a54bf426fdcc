"""An app with a sound engine of its own does not notice when the media services are reset."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.graph import Site
from callkit_lint.model import absence
from callkit_lint.model.entry_points import Root
from callkit_lint.model.program import Program
from callkit_lint.questions.activation_callbacks import does_nothing, own_call_audio
from callkit_lint.rule import Diagnostic, Place, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    starts = [site for site in own_call_audio(program) if _outlives_calls(program, site)]
    if not starts or not absence.is_whole_app(program) or absence.may_be_configured_unseen(program):
        return
    resets = [fact for fact in program.lifecycle.facts if fact.phase == "media reset" and isinstance(fact.cause, Root)]
    handlers = [fact.procedure for fact in resets]
    if all(does_nothing(handler.body) for handler in handlers):
        logs = tuple(Place(handler.path, handler.location, "this only writes a log") for handler in handlers)
        yield RULE.at_site(starts[0], MESSAGE, related=logs)


def _outlives_calls(program: Program, site: Site) -> bool:
    """Whether what is started was there before: a unit that is made for the start has nothing to lose, and recorders
    are made for each recording."""
    made = program.leading_to("audio unit")
    return site.api.effect == "audio start" and site.api.owner != "AVAudioRecorder" and site.procedure not in made


MESSAGE = (
    "this app runs its calls' audio itself and does nothing when the media services are reset; after a reset every "
    "engine and unit is dead and the session has lost its category, and calls stay silent until the app is started "
    "again. Observe mediaServicesWereResetNotification: make the objects anew and configure the session again"
)

RULE = Rule(
    check,
    severity=Severity.note,
    since="0.1.0",
    references=(
        "https://developer.apple.com/documentation/avfaudio/avaudiosession/mediaserviceswereresetnotification",
        "https://developer.apple.com/library/archive/qa/qa1749/_index.html",
    ),
    kind="absence",
    trigger="a whole app that starts an engine or unit of its own for its calls, and no SDK that may own the audio",
)
