"""When something that is missing is evidence: what a rule about an absence asks before it speaks.

That nothing in the sources does a thing proves little where the sources are not all there is. So these questions lean
towards silence: a module that might do the thing is taken to do it.
"""

from __future__ import annotations

from itertools import pairwise

from callkit_lint.conditions import words
from callkit_lint.entry_points import Root
from callkit_lint.knowledge import Vocabulary
from callkit_lint.program import Program


def is_whole_app(program: Program) -> bool:
    """Whether the program takes calls and is an app or a plugin, not a library that an app we do not see completes."""
    if not program.armed or program.graph.incomplete:
        return False
    types = program.graph.symbols.types.values()
    launches = {"UIApplicationDelegate", "App"}
    if any(not launches.isdisjoint(info.supertypes) for infos in types for info in infos):
        return True
    return is_plugin(program)


def owes_a_configuration(program: Program) -> bool:
    """Whether nobody but the program can be expected to configure the session for its calls: neither an app that
    completes a library, nor an SDK, nor another package, unless the program takes up the calls' audio."""
    if not is_whole_app(program) or may_be_configured_unseen(program):
        return False
    return not stands_beside_packages(program) or (is_plugin(program) and takes_up_audio(program))


def is_plugin(program: Program) -> bool:
    """Whether code in an app's other language calls the program."""
    return any(isinstance(fact.cause, Root) and fact.phase == "bridge" for fact in program.lifecycle.facts)


def takes_up_audio(program: Program) -> bool:
    """Whether the program is told when the call system has activated the session: audio is its business then."""
    return any(isinstance(fact.cause, Root) and fact.phase == "active" for fact in program.lifecycle.facts)


def stands_beside_packages(program: Program) -> bool:
    """Whether the app is written in another language: other packages' native code is in it, and not in the tree."""
    return not program.vocabulary.app_runtimes.isdisjoint(program.graph.imports)


def may_be_configured_unseen(program: Program) -> bool:
    """Whether something that we do not see may set the category: an SDK, a web view, the capture session, an old C
    function, or a setter on a receiver of unknown type."""
    vocabulary = program.vocabulary
    if any(program.sites("capture", "property")):
        return True
    setters = {
        name.partition("(")[0].partition(":")[0]
        for api in vocabulary.apis.values()
        if api.effect == "category"
        for name in (*api.swift, *api.objc)
    }
    if not setters.isdisjoint(program.graph.unresolved):
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
