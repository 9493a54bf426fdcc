"""Whether an app sends the call system the provider's configuration again before it reports a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from callkit_lint.callgraph.graph import Edge, Site
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.model.program import Program

NEAR = 4  # calls between the report and what sends the configuration
FRESH = ("refresh", "provider")


def stale_reports(program: Program) -> Iterator[list[Site]]:
    """The reports of incoming calls before which nothing near sends the configuration again or makes the provider:
    together those of one function."""
    near = _Near(program)
    stale: dict[Procedure, list[Site]] = defaultdict(list)
    for site in program.sites("report") if program.armed else ():
        if site.api.owner == "CXProvider" and not near.refreshes_before(site.procedure, site.position.order, NEAR):
            stale[site.procedure].append(site)
    yield from stale.values()


class _Near:
    """What sends the configuration near a place: before it in its function, in what that calls, and in its callers."""

    def __init__(self, program: Program) -> None:
        self.fresh = program.leading_to(*FRESH, steps=NEAR)
        self.callers: dict[Procedure, list[Edge]] = defaultdict(list)
        for procedure in program.graph.procedures:
            for edge in procedure.edges:
                self.callers[edge.callee].append(edge)

    def refreshes_before(self, procedure: Procedure, order: int, calls: int) -> bool:
        sites = (site for site in procedure.sites if site.position.order < order)
        edges = (edge for edge in procedure.edges if edge.position.order < order and edge.mode == "now")
        if any(site.api.effect in FRESH for site in sites) or any(edge.callee in self.fresh for edge in edges):
            return True
        above = self.callers[procedure] if calls else []
        return any(self.refreshes_before(edge.caller, edge.position.order, calls - 1) for edge in above)
