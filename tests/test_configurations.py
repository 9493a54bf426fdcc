"""The pieces of a configuration: which belong together, which come late, and what they change."""

from __future__ import annotations

import pytest

from callkit_lint.model.lifecycle import Run
from callkit_lint.model.program import Program
from callkit_lint.questions.configurations import (
    activated_between,
    category_before,
    changes_mode_only,
    comes_late_as_a_whole,
    configured_once,
    later_pieces,
)
from tests.graphs import ACTIVATE, runs
from tests.test_program import ANSWER, CONFIGURE, REPORT, app, handler

CATEGORY = "try? AVAudioSession.sharedInstance().setCategory(.playAndRecord)"
MODE = "try? AVAudioSession.sharedInstance().setMode(.voiceChat)"
FULL = "try? AVAudioSession.sharedInstance().setCategory(.playAndRecord, mode: {}, options: [])"
OTHER = "try? AVAudioSession.sharedInstance().setCategory(.playback)"
INIT = "override init() {{ {} }}"
HELD = "perform CXSetHeldCallAction"
TAPPED = "@IBAction func tapped(_ sender: UIButton) {{ {} }}"


def one(program: Program, phase: str) -> Run:
    """The only run in a phase."""
    (run,) = (run for run in runs(program) if run.phase == phase)
    return run


@pytest.mark.parametrize(
    ("body", "before", "between"),
    [
        (f"{CATEGORY}; {MODE}", True, False),
        (f"{CATEGORY}; {ACTIVATE}; {MODE}", True, True),
        (f"{CATEGORY}; try? AVAudioSession.sharedInstance().setActive(false); {MODE}", True, False),
        (f"{FULL.format('.default')}; {MODE}", True, False),
        (f"{FULL.format('.videoChat')}; {MODE}", False, False),
        (f"{OTHER}; {MODE}", False, False),
        (f"{MODE}; {CATEGORY}", False, False),
        (f"if a {{ {CATEGORY} }} else {{ {MODE} }}", False, False),
        (f"{CATEGORY}; try? AVAudioSession.sharedInstance().setMode(.default)", False, False),
    ],
)
def test_the_category_before_a_mode(body: str, before: bool, between: bool) -> None:
    found = app(handler(ANSWER, body))
    (mode,) = found.sites("mode")
    category = category_before(found, mode)
    assert (category is not None) == before
    assert (category is not None and activated_between(category, mode)) == between


@pytest.mark.parametrize(
    ("early", "late", "expected"),
    [
        (FULL.format(".voiceChat"), FULL.format(".videoChat"), True),
        (FULL.format(".voiceChat"), FULL.format(".voiceChat"), False),  # everything once more, as it was
        (FULL.format(".voiceChat"), FULL.format("mode"), True),
        (FULL.format(".voiceChat"), CATEGORY, False),
        (CATEGORY, FULL.format(".voiceChat"), True),
        (OTHER, FULL.format(".voiceChat"), False),
        (f"{CATEGORY}; {MODE}", FULL.format(".videoChat"), True),
        (FULL.format(".voiceChat"), "try? RTCAudioSession.sharedInstance().setConfiguration(c)", True),
    ],
)
def test_a_category_setter_that_changes_the_mode_only(early: str, late: str, expected: bool) -> None:
    found = app(handler(ANSWER, early), handler(HELD, late))
    assert changes_mode_only(found, one(found, "call")) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((handler("didActivate", f"{CATEGORY}; {MODE}"),), True),
        ((handler("didActivate", MODE),), False),
        ((INIT.format(CATEGORY), handler("didActivate", f"{CATEGORY}; {MODE}")), False),
        ((INIT.format(CATEGORY), handler("didActivate", MODE)), False),
    ],
)
def test_a_configuration_that_comes_late_as_a_whole_is_told_of_its_category(
    members: tuple[str, ...], expected: bool
) -> None:
    found = app(*members)
    (run,) = (run for run in runs(found) if run.phase == "active" and run.site.api.effect == "mode")
    assert comes_late_as_a_whole(found, run) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((INIT.format(CATEGORY), handler(ANSWER, MODE)), {"answer"}),
        ((INIT.format(CATEGORY), f"func receive() {{ {REPORT.format(MODE)} }}"), {"reported"}),
        ((INIT.format(CATEGORY), handler(ANSWER, FULL.format(".voiceChat"))), {"answer"}),
        ((INIT.format(CATEGORY), handler("didActivate", MODE)), set()),  # a change of a live call
        ((INIT.format(FULL.format(".voiceChat")), handler(ANSWER, MODE)), set()),
        ((INIT.format(CATEGORY), handler(ANSWER, "go()"), f"func go() {{ {CATEGORY}; {MODE} }}"), set()),
        ((INIT.format(CATEGORY), f"func receive() {{ {MODE}; {REPORT.format('')} }}"), set()),
        ((f"func unknown() {{ {CATEGORY} }}", handler(ANSWER, MODE)), set()),
    ],
)
def test_pieces_that_come_only_after_the_report(members: tuple[str, ...], expected: set[str]) -> None:
    assert {run.phase for run, _ in later_pieces(app(*members))} == expected


@pytest.mark.parametrize(
    ("members", "once"),
    [
        ((INIT.format(CATEGORY),), True),
        ((INIT.format(CATEGORY), TAPPED.format(OTHER)), True),
        ((INIT.format(CATEGORY), TAPPED.format(CATEGORY)), False),
        ((INIT.format(CATEGORY), TAPPED.format("try? AVAudioSession.sharedInstance().setCategory(before)")), False),
        ((INIT.format("configure()"), CONFIGURE), True),
        ((INIT.format("configure()"), handler(ANSWER, "configure()"), CONFIGURE), False),
        ((INIT.format(""), CONFIGURE), False),
        ((INIT.format(OTHER),), False),
    ],
)
def test_calls_that_are_configured_once(members: tuple[str, ...], once: bool) -> None:
    assert bool(configured_once(app(*members))) == once
