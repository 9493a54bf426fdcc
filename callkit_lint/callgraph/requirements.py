"""What a program asks of an app that is not here: a requirement of its own protocols that nothing in it implements.

A name says all that is known of it. `configureAudioSession(…)` configures the session for a call, somehow.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.conditions import words
from callkit_lint.callgraph.symbols import Symbols, TypeInfo, base_name
from callkit_lint.ir import Function
from callkit_lint.knowledge import Api

CONFIGURING = frozenset({"configure", "configures", "setup", "prepare"})
AFTERWARDS = frozenset({"after", "end", "ends", "ended", "reset", "restore", "deactivate", "stop", "default", "did"})


def promised_api(symbols: Symbols, owner: str, called: str, path: str) -> Api | None:
    """The call of a requirement without an implementation, by name or selector, as an API with the effect that its
    name tells of."""
    if "ession" not in called:
        return None
    for _, info in symbols.lineage(owner, path):
        for function in _requirements(info) if info and info.kind == "protocol" else ():
            if called in (base_name(function.name), function.selector) and _configures(f"{function.name} {called}"):
                return Api(f"{owner}.{function.name}", "", owner, (function.name,), effect="configuration")
    return None


def _requirements(info: TypeInfo) -> Iterator[Function]:
    return (function for functions in info.declared.values() for function in functions)


def _configures(name: str) -> bool:
    """Whether a name says that it configures the audio session for a call, not that it puts it back after one."""
    named = words(name)
    configures = not CONFIGURING.isdisjoint(named) or ("set", "up") in zip(named, named[1:], strict=False)
    return configures and {"audio", "session"} <= set(named) and AFTERWARDS.isdisjoint(named)
