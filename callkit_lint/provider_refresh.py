"""Whether an app sends the call system the provider's configuration again before it reports a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from callkit_lint.graph import Edge, Site
from callkit_lint.program import Program
from callkit_lint.symbols import Procedure

NEAR = 2  # calls between the report and what sends the configuration


def stale_reports(program: Program) -> Iterator[list[Site]]:
    """The reports of incoming calls before which nothing near sends the configuration again or makes the provider:
    together those of one function."""
    fresh = program.leading_to("refresh", "provider", steps=NEAR)
    callers: dict[Procedure, list[tuple[Procedure, Edge]]] = defaultdict(list)
    for procedure in program.graph.procedures:
        for edge in procedure.edges:
            callers[edge.callee].append((procedure, edge))
    stale: dict[Procedure, list[Site]] = defaultdict(list)
    for site in program.sites("report") if program.armed else ():
        if site.api.owner != "CXProvider" or program.is_dead(site):
            continue
        own = _refreshed_before(fresh, site.procedure, site.position.order)
        if not own and not any(
            _refreshed_before(fresh, caller, edge.position.order) for caller, edge in callers[site.procedure]
        ):
            stale[site.procedure].append(site)
    yield from stale.values()


def _refreshed_before(fresh: set[Procedure], procedure: Procedure, order: int) -> bool:
    """Whether a body sends the configuration, or calls what does, before this point."""
    sites = (site for site in procedure.sites if site.position.order < order)
    edges = (edge for edge in procedure.edges if edge.position.order < order and edge.mode == "now")
    return any(site.api.effect in ("refresh", "provider") for site in sites) or any(e.callee in fresh for e in edges)
