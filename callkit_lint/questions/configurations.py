"""How a program configures the session for its calls: the pieces of a configuration, and what sets them apart.

Several rules speak of categories and modes, each of one mistake; what they share is answered here.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.graph import Site
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program, first, is_posted_early
from callkit_lint.questions.configuration_times import configured_before_activation, configured_early, runs_unseen

# The phases between a report or request and the end of a call's audio: a category set in one is the call's.
CALL_PHASES = frozenset(
    {"report", "reported", "request", "requested", "start", "started", "answer", "answered"}
    | {"active", "call", "route change", "device change"}
)


def gives_mode(site: Site) -> bool:
    """Whether a category setter gives a mode too. The default mode is none; a configuration object has all in one."""
    if not site.api.values:
        return True
    return "mode" in site.given and site.constant("mode") != "default"


def changes_mode_only(program: Program, run: Run) -> bool:
    """Whether a category setter changes the mode, as far as the program says, and not the category: all calls have the
    same one, and some code gives them another mode. A configuration object's mode is not known."""
    calls = program.call_configurations
    if run.site not in calls or not gives_mode(run.site) or not _one_category(program):
        return False
    mode = run.value("mode")
    others = {
        _mode(other) for site in (*calls, *program.sites("mode")) for other in program.lifecycle.runs.get(site, ())
    }
    return mode is None or bool(others - {mode, None})


def _one_category(program: Program) -> bool:
    """Whether no other category is set where a call can be."""
    others = (site for site in program.sites("category") if site not in program.call_configurations)
    return not any(run.phase in CALL_PHASES for site in others for run in program.lifecycle.runs.get(site, ()))


def _mode(run: Run) -> object:
    """The mode that a setter leaves the session in; None where it is not known."""
    return run.value("mode") if run.site.api.effect == "mode" or gives_mode(run.site) else "default"


def comes_late_as_a_whole(program: Program, run: Run) -> bool:
    """Whether a piece stands beside the call category, and both come too late for the same reason: that is one
    mistake, and it is told of the category."""
    if not any(site in program.call_configurations for site in run.site.procedure.sites):
        return False
    return not configured_before_activation(program) or (not configured_early(program) and is_posted_early(run))


def category_before(program: Program, mode: Site) -> Site | None:
    """The call category without a mode that is set before this mode in the same function. The default mode completes
    nothing."""
    if mode.constant("mode") == "default":
        return None
    before = [
        site
        for site in mode.procedure.sites
        if site in program.call_configurations and not gives_mode(site) and site.position.dominates(mode.position)
    ]
    return before[-1] if before else None


def activated_between(first: Site, second: Site) -> bool:
    """Whether the function activates the session between two of its calls."""
    return any(
        first.position.dominates(site.position) and site.position.dominates(second.position)
        for site in activations_in(second)
    )


def activations_in(site: Site) -> Iterator[Site]:
    """The calls in the same function that activate the session for certain."""
    own = site.procedure.sites
    return (other for other in own if other.api.effect == "activation" and other.constant("active") in (True, 1))


def configured_once(program: Program) -> list[Site]:
    """The call configurations, where each of them runs while the app sets up and at no other time; else none."""
    for site in program.call_configurations:
        runs = program.lifecycle.runs.get(site, [])
        if not runs or any(run.phase != "setup" for run in runs) or runs_unseen(program, site):
            return []
    return program.call_configurations


def later_pieces(program: Program) -> Iterator[tuple[Run, Site]]:
    """What completes an early category only after the report or request: a mode, or the category once more with
    options, each with the category that lacks it. Not where a category is set in the same phase too; not in a live
    call, where the change itself is told; nothing where it is not known when a category is set."""
    categories = program.call_configurations
    runs = {site: program.lifecycle.runs.get(site, []) for site in categories}
    if any(not found or runs_unseen(program, site) for site, found in runs.items()):
        return
    for own in program.runs("mode", "category"):
        piece = own[0].site
        phases = {run.phase for run in own}
        others = [site for site in categories if site is not piece]
        if not phases <= set(LATE) or any(run.phase in phases for site in others for run in runs[site]):
            continue
        early = [site for site in others if any(run.phase in EARLY for run in runs[site])]
        told = first(own, LATE)
        if early and told and all(_lacks(site, piece) for site in others):
            yield told, early[0]


def _lacks(category: Site, piece: Site) -> bool:
    if piece.api.effect == "mode":
        return not gives_mode(category)
    return bool(category.api.values) and "options" in piece.given and "options" not in category.given


EARLY = ("setup", "report", "request")
LATE = ("answered", "started", "reported", "requested", "answer", "start")
