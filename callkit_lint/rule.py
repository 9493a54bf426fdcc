"""What a rule is, and what it reports."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from callkit_lint.ir import Location

if TYPE_CHECKING:
    from callkit_lint.callgraph.graph import Site
    from callkit_lint.model.lifecycle import Run
    from callkit_lint.model.program import Program


class Severity(IntEnum):
    """How bad it is for the caller."""

    note = 1
    warning = 2
    error = 3


class Confidence(IntEnum):
    """How sure the tool is that the code does what the message says."""

    low = 1
    medium = 2
    high = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a file with what there is to say about it: a step of a chain, or a related place."""

    path: str
    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a file's text. A rule gives the statement (without its end) that `location` names: "replace" it by
    the text, "remove" it, or put the text "before" it as a statement of its own. In a report all are "replace", of a
    span that may be empty."""

    path: str
    location: Location
    text: str = ""
    kind: str = "replace"


@dataclass(frozen=True, slots=True)
class Fix:
    """How to mend a finding: edits that belong together. A safe one keeps what the code does but for the mistake; what
    is not safe is a suggestion, to be read before it is kept. `text` says what it does."""

    text: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `path` is relative to the root of analysis; `chain` leads from an entry point to the location;
    `symbol` is the function or type that it lies in."""

    rule: str
    severity: Severity
    confidence: Confidence
    path: str
    location: Location
    message: str
    phase: str = ""
    chain: tuple[Place, ...] = ()
    related: tuple[Place, ...] = ()
    program: str = ""
    confidence_reason: str = ""
    symbol: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's own facts. Its id, family and page follow from where its file lies (`rules/<family>/<rule_name>.py`).

    `kind` is "presence" (reports code that is there) or "absence" (reports code that is missing; `trigger` says what
    must be there for the absence to be a mistake). `replaces` names the rules that this one silences at its place.
    `since` is the version that brought it, `references` the addresses that justify it.
    """

    check: Callable[[Program], Iterator[Diagnostic]]
    severity: Severity
    since: str
    references: tuple[str, ...]
    kind: str = "presence"
    trigger: str = ""
    replaces: tuple[str, ...] = ()
    profile: str = "default"

    @property
    def id(self) -> str:
        return self.check.__module__.rpartition(".")[2].replace("_", "-")

    @property
    def family(self) -> str:
        return self.check.__module__.split(".")[-2]

    @property
    def summary(self) -> str:
        """The first sentence of the rule's docstring."""
        return (sys.modules[self.check.__module__].__doc__ or "").strip().partition("\n")[0]

    def at_all(
        self,
        runs: list[Run],
        message: str,
        severity: Severity | None = None,
        *,
        confidence: Confidence | None = None,
    ) -> Diagnostic:
        """One finding for calls that are one mistake: at the first, with the others as related places."""
        others = tuple(Place(run.path, run.location, f"{run.site.text} here too") for run in runs[1:])
        return self.at(runs[0], message, severity, confidence=confidence, related=others)

    def at_site(self, site: Site, message: str, *, related: tuple[Place, ...] = ()) -> Diagnostic:
        """A finding at an API call that is a mistake, or stands for one, whenever it runs."""
        return Diagnostic(
            rule=self.id,
            severity=self.severity,
            confidence=min(site.confidence, Confidence.medium),
            path=site.procedure.path,
            location=site.location,
            message=message,
            related=related,
        )

    def at_place(
        self, place: Place, severity: Severity | None = None, *, related: tuple[Place, ...] = ()
    ) -> Diagnostic:
        """A finding where no API is called: at a declaration, or an expression. The place's text is the message."""
        return Diagnostic(
            rule=self.id,
            severity=severity or self.severity,
            confidence=Confidence.high,
            path=place.path,
            location=place.location,
            message=place.text,
            related=related,
        )

    def at(
        self,
        run: Run,
        message: str,
        severity: Severity | None = None,
        *,
        confidence: Confidence | None = None,
        related: tuple[Place, ...] = (),
    ) -> Diagnostic:
        """A finding at an API call that can run in a phase, with the chain that leads there."""
        return Diagnostic(
            rule=self.id,
            severity=severity or self.severity,
            confidence=min(run.confidence, confidence or Confidence.high),
            path=run.path,
            location=run.location,
            message=message,
            phase=run.phase,
            chain=run.chain(),
            related=related,
        )
