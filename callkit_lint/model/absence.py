"""When something that is missing is evidence: what a rule about an absence asks before it speaks.

That nothing in the sources does a thing proves little where the sources are not all there is. So these questions lean
towards silence: a module that might do the thing is taken to do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from callkit_lint.callgraph.conditions import Known, words
from callkit_lint.callgraph.graph import Site
from callkit_lint.callgraph.symbols import PRIMARY, Procedure
from callkit_lint.knowledge import Vocabulary
from callkit_lint.model.entry_points import Root, is_callback
from callkit_lint.model.program import Program
from callkit_lint.rule import Place, Severity


def is_whole_app(program: Program) -> bool:
    """Whether the program takes calls, is an app or a plugin, not a library that an app we do not see completes, and
    could be read as a whole."""
    return not program.graph.incomplete and _is_app(program)


def _is_app(program: Program) -> bool:
    if not program.armed:
        return False
    types = program.graph.symbols.types.values()
    launches = {"UIApplicationDelegate", "App"}
    if any(not launches.isdisjoint(info.supertypes) for infos in types for info in infos):
        return True
    return is_plugin(program)


def owes_a_configuration(program: Program) -> bool:
    """Whether nobody but the program can be expected to configure the session for its calls: neither an app that
    completes a library, nor an SDK, nor another package, unless the program takes calls without the other language."""
    if not is_whole_app(program) or may_be_configured_unseen(program):
        return False
    return not stands_beside_packages(program) or (is_plugin(program) and takes_calls_itself(program))


def leaves_configuration_to_its_app(program: Program) -> bool:
    """Whether the program is a library with calls, and only an app that uses it may configure the session instead."""
    if not program.armed or program.graph.incomplete or _is_app(program):
        return False
    return not (stands_beside_packages(program) or may_be_configured_unseen(program))


def is_plugin(program: Program) -> bool:
    """Whether code in an app's other language calls the program."""
    return any(isinstance(fact.cause, Root) and fact.phase == "bridge" for fact in program.lifecycle.facts)


def takes_calls_itself(program: Program) -> bool:
    """Whether pushes of calls come to the program, and the activation of the session: with the app launched by a push,
    the other language may not run yet when a call is answered."""
    roots = [fact.cause for fact in program.lifecycle.facts if isinstance(fact.cause, Root)]
    told = {root.phase for root in roots if not (root.until or root.since)}
    return {"report", "active"} <= told


def stands_beside_packages(program: Program) -> bool:
    """Whether the app is written in another language: other packages' native code is in it, and not in the tree."""
    return not program.vocabulary.app_runtimes.isdisjoint(program.graph.imports)


def may_be_configured_unseen(program: Program) -> bool:
    """Whether something that we do not see may set the category: an SDK, a web view, the capture session, an old C
    function, or a setter on a receiver of unknown type."""
    vocabulary = program.vocabulary
    if any(program.sites("capture", "property")):
        return True
    setters = (api.base_names for api in vocabulary.apis.values() if api.effect == "category")
    if any(not names.isdisjoint(program.graph.unresolved) for names in setters):
        return True
    return any(
        _may_own_the_session(vocabulary, name) for name in program.graph.imports if not _is_own_module(program, name)
    )


def _is_own_module(program: Program, module: str) -> bool:
    """Whether a module is the program itself, which its Objective-C files import for the Swift ones. A plugin's program
    is often named after its example."""
    return program.name.startswith(module) and f"{module}-Swift.h" in program.graph.imports


def _may_own_the_session(vocabulary: Vocabulary, module: str) -> bool:
    """A module that is known to configure the session, or sounds like a calling SDK; of headers only the known ones."""
    if module in vocabulary.session_owners:
        return True
    if module in vocabulary.no_session_owners or module.endswith(".h"):
        return False
    named = words(module)
    joined = [one + next_one for one, next_one in pairwise(named)]  # VoIP is two words to us
    return not vocabulary.session_owner_words.isdisjoint([*named, *joined])


# ---- what the app tells the call system of its calls ----------------------------------------------------------------


def reports_no_end(program: Program) -> bool:
    """Whether a whole app that takes calls never tells the call system that one has ended, nor closes the provider for
    that."""
    closing = (site for site in program.sites("invalidate") if not program.is_dead(site))
    if any(ENDING & set(words(site.procedure.function.name)) for site in closing):
        return False
    return _is_silent(program, "report ended", "conversationEnded")


ENDING = frozenset({"end", "ended", "hangup", "hang", "finish", "terminate", "close", "cancel", "disconnect"})


def ended_by_the_user_alone(program: Program) -> Iterator[tuple[Site, Site]]:
    """The reports of incoming calls of a type that makes its provider itself, each with a report of an end, where ends
    are reported only as the user's actions are handled: nobody else's end is told of these calls.

    Of several types with a provider each answers for its own; what a type without one reports may be of anybody's.
    """
    alive = [site for site in program.sites("report", "report ended") if not program.is_dead(site)]
    owners = {site.procedure.function.owner for site in program.sites("provider") if not program.is_dead(site)}
    for owner in sorted(owners) if _reports_itself(program) else ():
        own = [site for site in alive if site.procedure.function.owner not in owners - {owner}]
        ends = [site for site in own if site.api.effect == "report ended"]
        runs = [program.lifecycle.runs.get(site, []) for site in ends]
        if ends and all(runs) and all(run.phase in USERS and not run.fact.root.acts for one in runs for run in one):
            reports = (site for site in own if site.api.effect == "report")
            yield from ((site, ends[0]) for site in reports if site.procedure.function.owner == owner)


USERS = frozenset({"answer", "start", "answered", "started"})  # where the call system asks for what the user wants


def reports_an_end(program: Program) -> bool:
    """Whether the app ever tells the call system that a call has ended."""
    events = (site for site in program.sites("report event") if _may_be(site, "conversationEnded"))
    return any(not program.is_dead(site) for site in (*program.sites("report ended"), *events))


def reports_no_connection(program: Program) -> bool:
    """Whether a whole app never tells the call system that an outgoing call has been answered."""
    return _is_silent(program, "report connected", "conversationConnected")


def _is_silent(program: Program, effect: str, event: str) -> bool:
    if any(not program.is_dead(site) for site in program.sites(effect)):
        return False
    return _reports_itself(program) and not any(_may_be(site, event) for site in program.sites("report event"))


def _reports_itself(program: Program) -> bool:
    """Whether all that the call system hears of an app's calls is seen here: nothing that could not be read or
    resolved, and no module, may report for it."""
    if not _is_app(program) or any(map(partial(_may_speak_of_calls, program), program.graph.incomplete)):
        return False
    return not REPORTS & program.graph.unresolved and not any(
        _may_own_the_provider(program, name) for name in program.graph.imports
    )


def _may_speak_of_calls(program: Program, path: str) -> bool:
    """Whether a file can name the call system: every Swift file (a module's imports reach its other files), and an
    Objective-C file that imports a call framework, itself or through the program's headers."""
    if path.endswith(".swift"):
        return True
    headers = {name.rpartition("/")[2]: name for name in program.files if name.endswith(".h")}
    pending, seen = [path], {path}
    while pending:
        for name in program.graph.imported.get(pending.pop(), ()):
            if name in program.vocabulary.call_modules:
                return True
            header = headers.get(name.rpartition("/")[2], "")
            if header and header not in seen:
                seen.add(header)
                pending.append(header)
    return False


REPORTS = frozenset({"reportCall", "reportCallWithUUID", "reportConversationEvent", "reportOutgoingCall"})


def _may_be(site: Site, event: str) -> bool:
    value = site.values.get("event")
    return not isinstance(value, Known) or value.value == event


def _may_own_the_provider(program: Program, module: str) -> bool:
    """A module that may report the app's calls: known for it, or of unknown contents with a name that speaks of calls.
    An SDK that only carries the media has no provider; a module whose sources are here is no secret."""
    vocabulary = program.vocabulary
    if _is_own_module(program, module) or any(module in path.split("/") for path in program.files):
        return False
    if module in vocabulary.provider_owners:
        return True
    return module not in vocabulary.session_owners and _may_own_the_session(vocabulary, module)


def other_side(program: Program) -> str:
    """What brings the app its calls: "network" (code that is not Apple's, another language, sockets), "push" alone, or
    "" where nothing does: a study of the call screens, which nobody can hang up on."""
    if is_plugin(program):
        return "network"
    known = program.vocabulary.apple_modules
    if any(not name.endswith(".h") and name not in known for name in program.graph.imports):
        return "network"
    pushes = (callback for callback in program.vocabulary.background if callback.id.startswith("PKPush"))
    reporting = program.leading_to("report")
    return "push" if any(is_callback(one, callback) for callback in pushes for one in reporting) else ""


def weight_of_calls(program: Program) -> Severity:
    """How bad a mistake about another side is: a warning, but a note in a study of the call screens, whose calls have
    no other side."""
    return Severity.warning if other_side(program) == "network" else Severity.note


def start_handlers(program: Program) -> Iterator[Procedure]:
    """The methods by which the call system asks the app to start a call, where they complete that action."""
    for callback in program.vocabulary.callbacks:
        if callback.phases == ("start",) or "start" in callback.cases.values():
            for procedure in program.leading_to("fulfil"):
                if procedure.closure is None and is_callback(procedure, callback):
                    yield procedure


def owner_of(program: Program, site: Site) -> Place:
    """The class whose code makes a call, else the call itself: where something is told that its whole owner lacks."""
    procedure = site.procedure
    info = program.graph.symbols.type_at(procedure.function.owner, procedure.path)
    for path, declaration in info.declarations if info else ():
        if path == procedure.path and declaration.kind in PRIMARY:
            return Place(path, declaration.location, declaration.name)
    return Place(procedure.path, site.location, site.text)
