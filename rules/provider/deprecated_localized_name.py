"""The provider's configuration is given a name by an initialiser that is deprecated since iOS 14."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callkit_lint.callgraph.conditions import names_in
from callkit_lint.callgraph.graph import Site
from callkit_lint.ir import Name
from callkit_lint.model.keeping import call_at
from callkit_lint.model.program import Program
from callkit_lint.project.deployment import version
from callkit_lint.rule import Diagnostic, Edit, Fix, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for site in program.sites("provider name") if program.armed else ():
        system = program.systems.get(site.procedure.path, "")
        if program.is_dead(site) or asks_for_system(site) or (system and version(system) < (14,)):
            continue
        found = replace(RULE.at_site(site, MESSAGE), confidence=site.confidence)
        yield replace(found, fix=_fix(site)) if system else replace(found, severity=Severity.note)


def _fix(site: Site) -> Fix | None:
    """The initialiser without a name."""
    call = call_at(site.procedure, site.location)
    if call is None or call.attempt or call.optional:
        return None
    implicit = isinstance(call.receiver, Name) and not call.receiver.name
    text = "[[CXProviderConfiguration alloc] init]" if call.message else "CXProviderConfiguration()"
    edit = Edit(site.procedure.path, site.location, ".init()" if implicit else text)
    return Fix("leave the name out", (edit,))


def asks_for_system(site: Site) -> bool:
    """Whether the call is meant for old systems: some test of the system's version stands around it."""
    return any({"os", "version"} & names_in(test) for test in site.guards)


MESSAGE = (
    "the name is not used: this initialiser is deprecated since iOS 14, and the call screen shows the app's display "
    "name. Use CXProviderConfiguration()"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/documentation/callkit/cxproviderconfiguration/init(localizedname:)",),
)
