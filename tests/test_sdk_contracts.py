"""Obligations to SDKs: met, broken or undecided, on small apps that use one; and the contracts of a project's own."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

import callkit_lint.knowledge
from callkit_lint.cli import app
from callkit_lint.knowledge import KnowledgeError, load
from callkit_lint.knowledge.contracts import HANDLERS, KINDS
from callkit_lint.questions.sdk_contracts import verdicts
from tests.examples import ROOT, diagnostics, expectations, presence_rules
from tests.graphs import program

FOLDER = Path(callkit_lint.knowledge.__file__).parent
PACKS = sorted((FOLDER / "sdks").glob("*.toml"))
DOCUMENT = ROOT / "docs" / "contracts.md"
SCHEMA = json.loads((FOLDER / "contract.schema.json").read_text())

APP = """import CallKit
import UIKit
{imports}
@main class AppDelegate: UIResponder, UIApplicationDelegate {{ let calls = Calls() }}
class Calls: NSObject, CXProviderDelegate {{
    let provider = CXProvider(configuration: CXProviderConfiguration())
    {members}
    func providerDidReset(_ provider: CXProvider) {{ {reset} }}
    func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) {{ {answer}; action.fulfill() }}
    func provider(_ provider: CXProvider, didActivate audioSession: AVAudioSession) {{ {on} }}
    func provider(_ provider: CXProvider, didDeactivate audioSession: AVAudioSession) {{ {off} }}
}}
"""


def source(imports: str, **parts: str) -> str:
    empty = dict.fromkeys(("members", "reset", "answer", "on", "off"), "")
    return APP.format(imports="".join(f"import {name}\n" for name in imports.split()), **empty | parts)


def outcomes(text: str, contract: str) -> dict[str, str]:
    found = verdicts(program({"App.swift": text}))
    return {one.obligation.id: one.outcome for one in found if one.contract.id == contract}


# ---- recognition ----------------------------------------------------------------------------------------------------


def test_an_sdk_is_recognised_by_what_is_imported() -> None:
    assert list(program({"App.swift": source("TwilioVoice")}).sdks) == ["twilio-voice"]
    assert not program({"App.swift": source("Foundation")}).sdks


def test_an_sdk_owes_itself_nothing() -> None:
    inside = program({"Sources/TwilioVoice/App.swift": source("TwilioVoice")})
    assert not inside.sdks


def test_beside_the_sdk_that_stands_on_it_it_owes_nothing() -> None:
    text = source("LiveKit WebRTC", members="let factory = RTCPeerConnectionFactory()")
    assert outcomes(text, "livekit") and not outcomes(text, "webrtc")


def test_an_sdk_with_webrtc_inside_that_leaves_it_to_the_app_owes_what_webrtc_does() -> None:
    assert outcomes(source("Mediasoup", members="let factory = RTCPeerConnectionFactory()"), "webrtc")


# ---- settings -------------------------------------------------------------------------------------------------------

JOIN = 'engine.joinChannel(byToken: nil, channelId: "a", info: nil, uid: 0, joinSuccess: nil)'
ENGINE = 'let engine = AgoraRtcEngineKit.sharedEngine(withAppId: "a", delegate: nil)'
RESTRICT = "engine.setAudioSessionOperationRestriction(.all)"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"on": JOIN}, "broken"),
        ({"on": JOIN, "answer": RESTRICT}, "met"),
        ({"on": "start()"}, "undecided"),  # nothing shows that the engine is used
        ({"on": JOIN, "answer": "other.setAudioSessionOperationRestriction(.all)"}, "undecided"),
    ],
)
def test_a_setting(parts: dict[str, str], expected: str) -> None:
    assert outcomes(source("AgoraRtcKit", members=ENGINE, **parts), "agora")["restrict"] == expected


@pytest.mark.parametrize("other", ["Flutter", "React"])
def test_a_setting_may_be_made_in_the_other_language(other: str) -> None:
    text = source(f"AgoraRtcKit {other}", members=ENGINE, on=JOIN)
    assert outcomes(text, "agora")["restrict"] == "undecided"


def test_what_depends_on_a_setting_is_only_owed_with_it() -> None:
    speaker = f"{JOIN}; engine.setEnableSpeakerphone(true)"
    without = outcomes(source("AgoraRtcKit", members=ENGINE, on=speaker), "agora")
    restricted = outcomes(source("AgoraRtcKit", members=ENGINE, on=speaker, answer=RESTRICT), "agora")
    assert (without["no-routing"], restricted["no-routing"]) == ("undecided", "broken")


ROOM = "let room = Room()\nfunc begin() async { try? await room.connect(url: url, token: token) }"
LAZY = "try? AudioManager.shared.setEngineAvailability({})"


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [
        ("", "broken", "late"),  # only made when the first call is over
        (LAZY.format(".none"), "met", ""),
        (LAZY.format("wanted"), "undecided", "the values of a call are not known"),
        (LAZY.format(".default"), "broken", "late"),  # another value is no such setting
    ],
)
def test_a_setting_that_comes_too_late(answer: str, outcome: str, said: str) -> None:
    text = source("LiveKit", members=ROOM, answer=answer, on=LAZY.format(".default"), off=LAZY.format(".none"))
    (verdict,) = [one for one in verdicts(program({"App.swift": text})) if one.obligation.id == "engine-waits"]
    assert (verdict.outcome, verdict.text) == (outcome, said)


# ---- handlers -------------------------------------------------------------------------------------------------------

DEVICE = "let device = DefaultAudioDevice()\nfunc switchOn(_ on: Bool) { device.isEnabled = on }"


@pytest.mark.parametrize(
    ("parts", "on", "off"),
    [
        ({"on": "device.isEnabled = true", "off": "device.isEnabled = false"}, "met", "undecided"),
        (
            {"on": "device.isEnabled = true", "off": "device.isEnabled = false", "reset": "device.isEnabled = false"},
            "met",
            "met",
        ),
        ({"on": "tell()", "off": "tell()"}, "broken", "broken"),
        ({"on": "", "off": "tell()"}, "undecided", "broken"),  # an empty didActivate is another rule's
    ],
)
def test_a_handler(parts: dict[str, str], on: str, off: str) -> None:
    members = "let device = DefaultAudioDevice()\nfunc tell() { calls.append(1) }\nvar calls: [Int] = []"
    found = outcomes(source("TwilioVoice", members=members, **parts), "twilio-voice")
    assert (found["device-on"], found["device-off"]) == (on, off)


def test_a_device_that_is_on_by_default_is_only_owed_the_switch_where_it_is_switched_off() -> None:
    members = "let device = DefaultAudioDevice()\nfunc tell() { calls.append(1) }\nvar calls: [Int] = []"
    off = {"off": "device.isEnabled = false", "reset": "device.isEnabled = false"}
    never = outcomes(source("TwilioVideo", members=members, on="tell()", off="tell()"), "twilio-video")
    switched = outcomes(source("TwilioVideo", members=members, on="tell()", **off), "twilio-video")
    assert (never["device-on"], never["device-off"]) == ("undecided", "broken")
    assert (switched["device-on"], switched["device-off"]) == ("broken", "met")


def test_an_audio_device_of_the_apps_own_owes_nothing() -> None:
    own = "class Own: NSObject, AudioDevice {}\n" + source("TwilioVoice", on="print(1)")
    assert set(outcomes(own, "twilio-voice").values()) == {"undecided"}


def test_a_library_owes_nothing() -> None:
    text = source("TwilioVoice", on="tell()").replace(
        "@main class AppDelegate: UIResponder, UIApplicationDelegate", "class A"
    )
    assert "broken" not in outcomes(text, "twilio-voice").values()


# ---- what must not be -----------------------------------------------------------------------------------------------


def test_a_forbidden_phase() -> None:
    start = "session.audioVideo.start(audioVideoConfiguration: configuration)"
    assert outcomes(source("AmazonChimeSDK", answer=start), "amazon-chime")["starts-after-activation"] == "broken"
    assert outcomes(source("AmazonChimeSDK", on=start), "amazon-chime")["starts-after-activation"] == "met"


def test_the_order_of_two_calls() -> None:
    session = "RTCAudioSession.sharedInstance()"
    told, enabled = f"{session}.audioSessionDidActivate(audioSession)", f"{session}.isAudioEnabled = true"
    right = outcomes(source("WebRTC", on=f"{told}; {enabled}"), "webrtc")
    wrong = outcomes(source("WebRTC", on=f"{enabled}; {told}"), "webrtc")
    assert (right["told-before-enabled"], wrong["told-before-enabled"]) == ("met", "broken")


def test_a_provider_beside_that_of_an_sdk() -> None:
    members = "let view = JitsiMeetView()"
    rival = source("JitsiMeetSDK", members=members, on="view.join(options)")
    off = source("JitsiMeetSDK", members=members, on="view.join(options)", reset="JMCallKitProxy.enabled = false")
    assert outcomes(rival, "jitsi-meet") == {"own-provider": "broken"}
    assert outcomes(off, "jitsi-meet") == {"own-provider": "met"}


def test_what_the_sdk_documents_is_a_note_that_says_so() -> None:
    configures = "try? AVAudioSession.sharedInstance().setCategory(.playAndRecord, mode: .voiceChat, options: [])"
    rules = frozenset({"category-change-in-call"})
    text = {name: source(name, on=configures).encode() for name in ("LiveKit", "Foundation")}
    (documented,) = diagnostics({"App.swift": text["LiveKit"]}, rules)
    (plain,) = diagnostics({"App.swift": text["Foundation"]}, rules)
    assert (documented.severity.name, plain.severity.name) == ("note", "error")
    assert "LiveKit's own guide" in documented.message


# ---- the format -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_pack_follows_the_schema(path: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_pack_describes_an_sdk(path: Path) -> None:
    contract = load().contracts[tomllib.loads(path.read_text("utf-8"))["sdk"]["id"]]
    assert contract.source.startswith("https://")
    assert all(owed.source.startswith("https://") for owed in contract.obligations if owed.severity != "note")


OWN = """
[sdk]
id = "house"
name = "House"
text = "our own engine"
source = "https://example.com"
imports = ["House"]
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (OWN + 'importz = ["A"]', "own.toml:8: house: unknown key 'importz' (did you mean 'imports'?)"),
        (OWN.replace('imports = ["House"]', ""), "own.toml: nothing tells that the SDK is there"),
        (OWN + 'session = "maybe"', "own.toml:8: session 'maybe' is none of yes, no, unknown"),
        (
            OWN + '[[obligation]]\nid = "a"\nkind = "setting"\nwhy = "w"\ncalls = ["X.y"]',
            "own.toml:12: a: no API has the id 'X.y'",
        ),
        (
            OWN + '[[obligation]]\nid = "a"\nkind = "wish"\nwhy = "w"\ncalls = []',
            "own.toml:10: a: kind 'wish' is none of",
        ),
        (
            '[[obligation]]\nid = "a"\nkind = "setting"\nwhy = "w"\ncalls = []',
            "own.toml: [[obligation]] without an [sdk]",
        ),
        ('[[entry]]\nfunction = "A.b()"\nphase = "cal"', "unknown phase 'cal' (did you mean 'call'?)"),
        ("[sdkx]", "own.toml:1: unknown table 'sdkx' (did you mean 'sdk'?)"),
        ("a = ", "own.toml: not valid TOML"),
        (OWN.replace("house", "agora"), "own.toml: the SDK agora is described twice"),
    ],
)
def test_a_mistake_in_a_contract_is_one_line(text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load((("own.toml", text),))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_the_documented_contract_does_what_the_document_says(tree: Path) -> None:
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE))
    jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(blocks["toml"]))
    (tree / "callkit-contracts" / "own.toml").write_text(blocks["toml"])
    (tree / "App.swift").write_text(blocks["swift"])
    rules = ",".join([*presence_rules(), "sdk-owns-session", "sdk-call-missing"])
    report = json.loads(CliRunner().invoke(app, ["check", "--format", "json", "--select", rules]).stdout)
    found = {(item["path"], item["line"], item["rule"]) for item in report["diagnostics"]}
    assert found == expectations({"App.swift": blocks["swift"].encode()})


def test_the_document_names_every_kind_and_handler() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert all(f"| `{kind}` |" in text for kind in KINDS)
    assert all(f"`{handler}`" in text for handler in HANDLERS)
    assert f"{len(PACKS)} SDKs" in " ".join(text.split())


# ---- for users ------------------------------------------------------------------------------------------------------

RADIO = """import CallKit
import UIKit
@main class AppDelegate: UIResponder, UIApplicationDelegate { let calls = Calls() }
class Calls: NSObject, CXProviderDelegate {
    func providerDidReset(_ provider: CXProvider) { provider.invalidate() }
}
class Radio {
    func tune() { try? AVAudioSession.sharedInstance().setActive(true) }
    func later() { if state.isFree { tune() } }
    func other() { bus.post(RadioTuned()) }
}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLKIT_LINT_CACHE_DIR", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    (tmp_path / "App.swift").write_text(RADIO)
    (tmp_path / "callkit-lint.toml").write_text('contracts = ["callkit-contracts/*.toml"]\n')
    (tmp_path / "callkit-contracts").mkdir()
    return tmp_path


def check(tree: Path, contract: str) -> tuple[int, str]:
    (tree / "callkit-contracts" / "own.toml").write_text(contract)
    result = CliRunner().invoke(app, ["check", "--select", "direct-activation"])
    return result.exit_code, result.output


ENTRY = '[[entry]]\nfunction = "{}"\nphase = "call"\n'
GUARD = '[[guard]]\ncondition = "state.isFree"\nexcludes = ["call"]\n'
SAME = '[[same]]\nposting = "RadioTuned"\nruns = "Radio.tune()"\n'


@pytest.mark.parametrize(
    ("contract", "findings"),
    [
        ("", 0),
        (ENTRY.format("Radio.tune()"), 1),
        (ENTRY.format("Radio.later()"), 1),
        (ENTRY.format("Radio.later()") + GUARD, 0),
        (ENTRY.format("Radio.other()"), 0),
        (ENTRY.format("Radio.other()") + SAME, 1),
    ],
)
def test_a_project_says_what_the_graph_cannot_see(tree: Path, contract: str, findings: int) -> None:
    code, output = check(tree, contract)
    assert (code, output.count("[direct-activation]")) == (min(findings, 1), findings), output


def test_a_broken_contract_is_one_line_and_exit_2(tree: Path) -> None:
    code, output = check(tree, "[[entry]]\nfunktion = 'a'\nphase = 'call'\n")
    assert code == 2
    assert "unknown key 'funktion' (did you mean 'function'?)" in output and output.count("\n") == 1


def test_contracts_that_are_not_there(tree: Path) -> None:
    (tree / "callkit-lint.toml").write_text('contracts = ["nothing/*.toml"]\n')
    result = CliRunner().invoke(app, ["check"])
    assert (result.exit_code, "no file is named 'nothing/*.toml'" in result.output) == (2, True)


def test_the_sdks_command(tree: Path) -> None:
    (tree / "callkit-lint.toml").unlink()
    (tree / "Media.swift").write_text("import HMSSDK\n")
    (tree / "Podfile.lock").write_text("PODS:\n  - HMSSDK (1.4.2)\n")
    text = CliRunner().invoke(app, ["sdks"]).stdout.splitlines()
    assert text[:3] == ["100ms [hms] in app", "    Media.swift imports HMSSDK", "    pod HMSSDK 1.4.2   Podfile.lock:2"]
    assert text[4].split()[:2] == ["met", "join-after-activation:"]
    (found,) = json.loads(CliRunner().invoke(app, ["sdks", "--format", "json"]).stdout)["sdks"]
    assert (found["id"], found["obligations"][0]["outcome"]) == ("hms", "met")


def test_a_tree_without_sdks(tree: Path) -> None:
    (tree / "callkit-lint.toml").unlink()
    assert CliRunner().invoke(app, ["sdks"]).stdout == "no VoIP SDK that callkit-lint knows was found\n"
