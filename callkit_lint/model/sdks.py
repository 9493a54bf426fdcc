"""Which SDKs a program uses: those whose modules or headers its files import."""

from __future__ import annotations

from collections.abc import Mapping

from callkit_lint.callgraph.link import Graph
from callkit_lint.ir import Location
from callkit_lint.knowledge import Vocabulary
from callkit_lint.rule import Place

TOP = Location(1, 1, 1, 1)


def imported_sdks(graph: Graph, vocabulary: Vocabulary) -> Mapping[str, tuple[Place, ...]]:
    """The SDKs that a program imports, by the id of their contract, each with the files that do. One whose sources are
    in the program is none: it owes itself nothing."""
    own = {part for path in graph.imported for part in path.split("/")}
    own |= {name.removesuffix("-Swift.h") for name in graph.imports if name.endswith("-Swift.h")}
    found: dict[str, tuple[Place, ...]] = {}
    for contract in vocabulary.contracts.values():
        places = [
            Place(path, TOP, f"imports {names[0]}")
            for path, imported in sorted(graph.imported.items())
            if (names := [name for name in imported if name not in own and _is_of(contract.imports, name)])
        ]
        if places:
            found[contract.id] = tuple(places)
    return found


def _is_of(modules: tuple[str, ...], imported: str) -> bool:
    return imported in modules or imported.partition("/")[0] in modules
