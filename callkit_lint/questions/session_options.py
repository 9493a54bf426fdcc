"""What the session is told to be for a call: its mode and options, also where a variable or a helper chooses them."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.arguments import argument_for
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import (
    Arm,
    Assign,
    Branch,
    Call,
    Declare,
    Exit,
    Expr,
    Literal,
    Location,
    Member,
    Name,
    Operator,
    Statement,
)
from callkit_lint.model.absence import is_whole_app, may_be_configured_unseen
from callkit_lint.model.keeping import call_at
from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program, first
from callkit_lint.nodes import parts, within
from callkit_lint.questions.configurations import CALL_PHASES
from callkit_lint.questions.loudspeaker import OPTION, by_speaker_flag

# When what configures the session does it for a call; what a screen or a button sets may be another feature's.
NOT_LIVE = ("setup", "report", "request", "reported", "requested", "start", "answer", "started", "answered")
FOR_CALLS = (*NOT_LIVE, "active")
CHATS = frozenset({"voiceChat", "videoChat", "gameChat"})
NO_CHATS = frozenset({"default", "measurement", "moviePlayback", "spokenAudio", "videoRecording", "voicePrompt"})


# ---- the mode -------------------------------------------------------------------------------------------------------


def modes_without_chat(program: Program) -> Iterator[tuple[Run, str, bool]]:
    """The setters that give calls a mode that is not made for talking, each with the mode and whether it holds only
    where the app asks for no other; none where something sets one for calls that is, or that is not known."""
    found: list[tuple[Run, str, bool]] = []
    for site, run in _setters(program):
        mode = run.value("mode")
        presumed = mode is None
        if mode is None:
            mode = _unless_told(program, site)
        if mode not in NO_CHATS:
            return  # it is made for talking, or not known
        found.append((run, str(mode), presumed))
    # In a live call mode-change-in-call speaks of it.
    yield from (one for one in found if one[0].phase in NOT_LIVE)


def _setters(program: Program) -> Iterator[tuple[Site, Run]]:
    """The calls that set a mode for calls, or a whole configuration of which the mode is not known, each with the run
    that tells most."""
    for runs in program.runs("mode", "category"):
        site = runs[0].site
        gives = site.api.effect == "mode" or "mode" in site.given or not site.api.values
        if gives and (site.api.effect == "mode" or site in program.call_configurations):
            run = first(runs, FOR_CALLS) or first(runs, CALL_PHASES)
            if run is not None:
                yield site, run


def category_without_mode(program: Program) -> Run | None:
    """The first call category of a whole app in which nothing sets any mode, nor may do so out of sight."""
    unresolved = program.graph.unresolved
    if "setMode" in unresolved or any(program.sites("mode")) or not is_whole_app(program):
        return None
    categories = list(program.sites("category", "configuration"))
    if any("mode" in site.given or not site.api.values for site in categories) or may_be_configured_unseen(program):
        return None
    runs = (first(program.lifecycle.runs.get(site, ()), FOR_CALLS) for site in program.call_configurations)
    return next((run for run in runs if run is not None and run.value("category") is not None), None)


def _unless_told(program: Program, site: Site) -> str | None:
    """The mode that a setter is given where the app asks for no other: what the variable holds at first, or what the
    helper returns in the end. None where it is not known."""
    call = call_at(site.procedure, site.location)
    value = argument_for(site.api, call, "mode") if call else None
    if isinstance(value, Call):
        callees = {edge.callee for edge in site.procedure.edges if edge.location == value.location}
        return _returned(program, callees.pop()) if len(callees) == 1 else None
    return _first_value(program, site.procedure, value)


def _returned(program: Program, helper: Procedure) -> str | None:
    """What a helper returns last: at its end, or in the last case of the choice that it consists of."""
    exits = [node for node in within(helper.body) if isinstance(node, Exit) and node.kind == "return"]
    value = max(exits, key=lambda one: one.location).value if exits else None
    return _first_value(program, helper, value) or _named(program, value)


def _first_value(program: Program, procedure: Procedure, value: Expr | None) -> str | None:
    """What a local variable holds where nothing else is assigned, if something else is at all."""
    if not isinstance(value, Name):
        return None
    nodes = list(within(procedure.body))
    held = [node.value for node in nodes if isinstance(node, Declare) and node.name == value.name]
    targets = [node.target for node in nodes if isinstance(node, Assign)]
    again = any(isinstance(target, Name) and target.name == value.name for target in targets)
    return _named(program, held[0]) if len(held) == 1 and again else None


def _named(program: Program, value: Statement | None) -> str | None:
    """The mode that a constant names."""
    match value:
        case Member(_, name):
            return name
        case Name(name):
            constant = program.vocabulary.constant(name)
            return str(constant) if constant is not None else None
    return None


# ---- the loudspeaker as the default ---------------------------------------------------------------------------------


def loud_from_the_start(program: Program) -> Iterator[tuple[Run, list[Location]]]:
    """The calls that configure the session for calls with the loudspeaker as its default, each with the places of that
    option: in apps without video, or together with the mode for the voice alone. Not where a choice for or against the
    speaker decides; that is a switch of the speaker."""
    for runs in program.runs("category", "configuration"):
        run = first(runs, FOR_CALLS) or first(runs, CALL_PHASES)
        if run is None or run.site not in program.call_configurations or by_speaker_flag(run):
            continue
        passed = OPTION in str(run.value("options")).split("|")
        places = list(_options(run.site)) or ([run.location] if passed else [])
        if places and (_is_for_voice(program, run) or not program.once(_offers_video)):
            yield run, places


def _options(site: Site) -> Iterator[Location]:
    """Where the function that configures names the option, for this setter or a variable; not for another setter, nor
    where something decides about it while the app runs."""
    stack: list[object] = [site.procedure.body]
    while stack:
        match stack.pop():
            case Call(name, _, _, location) if name.startswith("setCategory") and location != site.location:
                continue
            case Branch(_, _, (Arm(condition), *_)) if not _is_compiled(condition):
                continue
            case Operator("?:"):
                continue
            case Member(_, name) | Name(name) as node if name.endswith((OPTION, "DefaultToSpeaker")):
                yield node.location
            case node:
                stack += reversed(list(parts(node)))


def _is_for_voice(program: Program, run: Run) -> bool:
    """Whether the function that configures also sets the mode for calls without video, and only that one."""
    if run.value("mode") is not None:
        return run.value("mode") == "voiceChat"
    named = {_named(program, node) for node in within(run.site.procedure.body) if isinstance(node, Member | Name)}
    return named & CHATS == {"voiceChat"}


def _offers_video(program: Program) -> bool:
    """Whether the app says anywhere that its calls may have video."""
    whole = (procedure.body for procedure in program.graph.procedures if procedure.closure is None)
    for node in (node for body in whole for node in within(body)):
        match node:
            case Assign(Member(_, "supportsVideo"), value) if not _is_no(value):
                return True
            case Call(_, _, given) if any(one.label == "supportsVideo" and not _is_no(one.value) for one in given):
                return True
    return False


def _is_compiled(condition: Expr | None) -> bool:
    return isinstance(condition, Operator) and condition.op in ("#if", "available")


def _is_no(value: Statement) -> bool:
    return isinstance(value, Literal) and not value.value
