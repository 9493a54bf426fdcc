"""What follows where a view controller is created: its view loads and appears, once the code that made it is done.

That a controller is made and shown only much later is not seen: it is taken to be shown at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.callgraph.symbols import Procedure, Symbols
from callkit_lint.ir import Call, Name
from callkit_lint.naming import is_init_selector

APPEARING = ("loadView", "viewDidLoad", "viewWillAppear", "viewDidAppear")


def appearing(symbols: Symbols, call: Call, kind: str, path: str) -> Iterator[Procedure]:
    """What runs when the view of a controller of this type appears, where the call creates one."""
    if not _creates(call, kind):
        return
    lineage = list(symbols.lineage(kind, path))
    if not any(name == "UIViewController" for name, _ in lineage):
        return
    for method in APPEARING:
        yield from next((found for _, info in lineage if info and (found := info.methods.get(method))), [])


def _creates(call: Call, kind: str) -> bool:
    """`T(…)`, `T.init(…)`, `[[T alloc] init…]`, `[T new]`; not `super.init`."""
    if call.message:
        allocated = isinstance(call.receiver, Call) and call.receiver.name == "alloc"
        return (allocated and is_init_selector(call.name)) or (call.name == "new" and isinstance(call.receiver, Name))
    if call.name == "init":
        return isinstance(call.receiver, Name) and call.receiver.name not in ("super", "self", "Self", "")
    return call.receiver is None and call.name.rpartition(".")[2] == kind.rpartition(".")[2]
