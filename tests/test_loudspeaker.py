"""The loudspeaker: overrides that nobody asked for, and switches by category or mode."""

from __future__ import annotations

import pytest

from callkit_lint.model.program import Program
from callkit_lint.questions.loudspeaker import automatic_overrides, by_speaker_flag, names_speaker, turns_on
from tests.graphs import program, runs
from tests.test_program import ANSWER, app, handler

LOUD = "try? AVAudioSession.sharedInstance().overrideOutputAudioPort(.speaker)"
CHOOSE = "try? AVAudioSession.sharedInstance().overrideOutputAudioPort({} ? .speaker : .none)"
SET = "try? AVAudioSession.sharedInstance().setCategory(.playAndRecord, options: {})"
MODE = "try? AVAudioSession.sharedInstance().setMode({})"
BUTTON = "@IBAction func tapped(_ sender: UIButton) {{ {} }}"


def overrides(found: Program) -> list[int]:
    """The lines at which automatic overrides are told."""
    return sorted({location.line for _, _, location in automatic_overrides(found)})


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((handler("didActivate", LOUD),), [4]),
        ((handler("perform CXSetMutedCallAction", LOUD),), [4]),
        ((handler(ANSWER, f"DispatchQueue.main.async {{ {LOUD} }}"),), [4]),
        ((handler(ANSWER, LOUD),), []),  # lost: there is no active session yet
        ((handler("didDeactivate", LOUD),), []),
        ((BUTTON.format(LOUD),), []),
        ((handler("didActivate", CHOOSE.format("wantsSpeaker")),), []),
        ((handler("didActivate", CHOOSE.format("isReady")),), [4]),
        ((handler("didActivate", f"if call.hasVideo {{ {LOUD} }}"),), []),
        ((handler("didActivate", "turn(on: true)"), f"func turn(on: Bool) {{ {CHOOSE.format('on')} }}"), [5]),
        ((handler("didActivate", "turn(on: false)"), f"func turn(on: Bool) {{ {CHOOSE.format('on')} }}"), []),
        ((handler("didActivate", "turn(on: state)"), f"func turn(on: Bool) {{ {CHOOSE.format('on')} }}"), []),
        ((handler("didActivate", "startVideo()"), f"func startVideo() {{ {LOUD} }}"), []),
    ],
)
def test_automatic_overrides(members: tuple[str, ...], expected: list[int]) -> None:
    assert overrides(app(*members)) == expected


def test_an_override_that_a_button_shares_is_told_where_nobody_asked() -> None:
    members = (handler("didActivate", "loud()"), BUTTON.format("loud()"), f"func loud() {{ {LOUD} }}")
    assert overrides(app(*members)) == [4]
    assert overrides(app(*members[1:])) == []


def test_each_automatic_place_of_a_shared_override_is_told() -> None:
    muted = handler("perform CXSetMutedCallAction", "loud()")
    members = (handler("didActivate", "loud()"), muted, BUTTON.format("loud()"), f"func loud() {{ {LOUD} }}")
    assert overrides(app(*members)) == [4, 5]


def test_an_unarmed_program_has_no_automatic_overrides() -> None:
    source = f"class A {{ func provider(_ p: CXProvider, didActivate session: AVAudioSession) {{ {LOUD} }} }}"
    assert overrides(program({"A.swift": source})) == []


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (f"func a() {{ if isLoud {{ {SET.format('.defaultToSpeaker')} }} else {{ {SET.format('[]')} }} }}", True),
        (
            f"func a() {{ guard speaker else {{ {SET.format('[]')}; return }}; {SET.format('.defaultToSpeaker')} }}",
            True,
        ),
        (f"func a() {{ switch route {{ case .speaker: {SET.format('.defaultToSpeaker')} default: break }} }}", True),
        (f"func a() {{ {SET.format('handsFree ? .defaultToSpeaker : []')} }}", True),
        (f"func a() {{ {SET.format('[.mixWithOthers, handsFree ? .defaultToSpeaker : .duckOthers]')} }}", True),
        (f"func a() {{ if isLoud {{ options.insert(.defaultToSpeaker) }}; {SET.format('options')} }}", True),
        (f"func a() {{ if isLoud {{ queue.async {{ {SET.format('.defaultToSpeaker')} }} }} }}", True),
        (f"func a() {{ if isLoud {{ {MODE.format('.videoChat')} }} }}", True),
        (f"func setSpeaker(_ on: Bool) {{ {SET.format('on ? .defaultToSpeaker : []')} }}", True),
        (f"func setSpeaker(_ on: Bool) {{ if ready {{ {SET.format('.defaultToSpeaker')} }} }}", False),
        (f"func a() {{ {SET.format('hasVideo ? .defaultToSpeaker : []')} }}", False),
        (f"func a() {{ if isLoud {{ {SET.format('.mixWithOthers')} }} }}", False),
        (
            f"func a() {{ if isLoud {{ show(.defaultToSpeaker) }}; {SET.format('.mixWithOthers')} }}",
            True,
        ),  # not followed
        (f"func a() {{ if isLoud {{ show() }}; {SET.format('options')} }}", False),
    ],
)
def test_switches_by_category_or_mode(function: str, expected: bool) -> None:
    name = function.partition("(")[0].removeprefix("func ")
    found = app(handler("didActivate", f"{name}({'flag' if '_ on' in function else ''})"), function)
    switching = [run for run in runs(found) if by_speaker_flag(run)]
    assert any(turns_on(run) for run in switching) == expected


@pytest.mark.parametrize("name", ["loudspeaker", "hands free", "hand free", "to speaker"])
def test_words_of_the_speaker(name: str) -> None:
    assert names_speaker(set(name.split()))
    assert not names_speaker({"hands", "receiver", "out"})
