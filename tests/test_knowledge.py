"""Knowledge: every file of the package is sound, and a broken one is refused with its name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import callkit_lint.knowledge
from callkit_lint.knowledge import RUN_MODES, Api, KnowledgeError, build, load
from tests.graphs import program

FOLDER = Path(callkit_lint.knowledge.__file__).parent
PATHS = sorted(FOLDER.rglob("*.toml"))
FILES = {path.relative_to(FOLDER).as_posix(): tomllib.loads(path.read_text("utf-8")) for path in PATHS}
VOCABULARY = load()
APIS = list(VOCABULARY.apis.values())

ENTRIES = [
    (name, table, item)
    for name, data in FILES.items()
    for table in ("api", "callback", "notification", "exported")
    for item in data.get(table, [])
]


def test_the_files_are_found() -> None:
    assert {"avfaudio.toml", "callkit.toml", "dispatch.toml", "lifecycle.toml", "pushkit.toml"} <= set(FILES)
    assert any(name.startswith("sdks/") for name in FILES)


def test_every_entry_of_every_file_is_loaded() -> None:
    ids = {(table, item["id"]) for _, table, item in ENTRIES if "id" in item}
    assert {("api", api) for api in VOCABULARY.apis} <= ids
    assert {("callback", callback.id) for callback in VOCABULARY.callbacks} <= ids
    assert {("notification", notification.id) for notification in VOCABULARY.notifications} <= ids
    assert len(ids) == len(VOCABULARY.apis) + len(VOCABULARY.callbacks) + len(VOCABULARY.notifications)
    assert len(VOCABULARY.exported) == sum(table == "exported" for _, table, _ in ENTRIES)
    assert set(VOCABULARY.phases) == {phase for data in FILES.values() for phase in data.get("phase", {})}


@pytest.mark.parametrize("table", ["type", "phase", "constants"])
def test_no_table_is_defined_twice(table: str) -> None:
    names = [name for data in FILES.values() for name in data.get(table, {})]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_sound_by_itself_beside_the_phases(name: str) -> None:
    shared = ("sdk", "obligation", "exempt")  # a contract may speak of the calls in another's file
    files = [(name, {table: data for table, data in FILES[name].items() if table not in shared})]
    if name != "lifecycle.toml":
        files.append(("lifecycle.toml", {"phase": FILES["lifecycle.toml"]["phase"]}))
    build(files)


@pytest.mark.parametrize(
    ("name", "table", "item"), ENTRIES, ids=[item.get("id", item.get("attribute")) for *_, item in ENTRIES]
)
def test_every_entry_says_where_it_is_written(name: str, table: str, item: dict[str, Any]) -> None:
    assert re.fullmatch(r"https://[\w.-]+\.[a-z]+/\S+", item["source"]), f"{name}: {table}"


@pytest.mark.parametrize("name", [name for name, data in FILES.items() if "now" in data])
def test_the_list_of_names_says_where_it_is_written(name: str) -> None:
    assert FILES[name]["now"]["source"].startswith("https://")


# ---- APIs -----------------------------------------------------------------------------------------------------------

SWIFT_NAME = re.compile(r"[a-z]\w*\((?:(?:_|[a-zA-Z]\w*):)*\)")
SELECTOR = re.compile(r"[a-z]\w*|(?:[a-z]\w*:)+")


def swift_labels(name: str) -> list[str]:
    return name.partition("(")[2].rstrip(")").split(":")[:-1]


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.id)
def test_spellings_are_written_as_names_and_selectors(api: Api) -> None:
    assert api.swift or api.objc or api.c or api.properties
    assert [name for name in api.swift if not SWIFT_NAME.fullmatch(name)] == []
    assert [name for name in api.objc if not SELECTOR.fullmatch(name)] == []
    assert [name for name in api.c if not re.fullmatch(r"\w+", name)] == []
    assert len({*api.swift, *api.objc, *api.c}) == len(api.swift) + len(api.objc) + len(api.c)


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.id)
def test_members_have_an_owner_and_functions_none(api: Api) -> None:
    assert bool(api.owner) == bool(api.swift or api.objc or api.properties)


@pytest.mark.parametrize("api", [api for api in APIS if api.distinct], ids=lambda api: api.id)
def test_distinct_spellings_are_among_the_spellings(api: Api) -> None:
    assert set(api.distinct) <= {*api.swift, *api.objc, *api.properties}


def test_distinct_spellings_are_one_owners() -> None:
    distinct = [(spelling, api.owner) for api in APIS for spelling in api.distinct]
    assert len({spelling for spelling, _ in distinct}) == len(distinct)


def pieces(api: Api) -> set[str]:
    """All labels and selector pieces of an API's spellings."""
    labels = {label for name in api.swift for label in swift_labels(name)}
    return labels | {piece for selector in api.objc for piece in selector.split(":")[:-1]}


@pytest.mark.parametrize("api", [api for api in APIS if api.values or api.runs], ids=lambda api: api.id)
def test_arguments_that_mean_something_are_in_a_spelling(api: Api) -> None:
    count = max(
        [len(swift_labels(name)) for name in api.swift]
        + [selector.count(":") for selector in api.objc]
        + [len(api.properties), 0]
    )
    for where in api.values.values():
        named = [where] if isinstance(where, int | str) else where
        for place in named:
            assert place in pieces(api) if isinstance(place, str) else 0 <= place < count or api.c
    for place in api.runs:
        assert place in pieces(api) | {"_"} if not place.isdigit() else int(place) < count


@pytest.mark.parametrize("api", [api for api in APIS if api.runs], ids=lambda api: api.id)
def test_closures_run_in_a_mode_that_is_known(api: Api) -> None:
    assert set(api.runs.values()) <= RUN_MODES | set(VOCABULARY.phases)


def test_every_spelling_is_found_by_its_name() -> None:
    for api in APIS:
        assert all(api in VOCABULARY.swift_spellings[name.partition("(")[0]] for name in api.swift)
        assert all(api in VOCABULARY.objc_spellings[selector] for selector in api.objc)
        assert all(VOCABULARY.c_spellings[name] is api for name in api.c)


def test_an_initialiser_is_found_by_its_type() -> None:
    assert VOCABULARY.apis["CXProvider.init"] in VOCABULARY.swift_spellings["CXProvider"]


# ---- callbacks, notifications, phases -------------------------------------------------------------------------------


@pytest.mark.parametrize("callback", VOCABULARY.callbacks, ids=lambda callback: callback.id)
def test_callbacks_are_written_as_names_and_selectors_and_open_something(callback: Any) -> None:
    assert callback.opens
    assert callback.text
    assert callback.swift or callback.objc or callback.parameter
    assert [name for name in callback.swift if not re.fullmatch(rf"{SWIFT_NAME.pattern}|[a-z]\w*", name)] == []
    assert [name for name in callback.objc if not SELECTOR.fullmatch(name)] == []
    assert all(int(index) < len(swift_labels(name)) for index in callback.types for name in callback.swift)


def test_callbacks_with_one_swift_name_are_told_apart() -> None:
    keys = [
        (name, kinds, callback.protocols)
        for callback in VOCABULARY.callbacks
        for name in callback.swift
        for kinds in (tuple(sorted(callback.types.items())),)
    ]
    assert len(keys) == len(set(keys))


def test_every_phase_is_opened_by_something() -> None:
    opened = {phase for callback in VOCABULARY.callbacks for phase in callback.opens}
    opened |= {phase for notification in VOCABULARY.notifications for phase in notification.phases}
    opened |= {exported.phase for exported in VOCABULARY.exported}
    opened |= {mode for api in APIS for mode in api.runs.values()}
    opened |= {after for phase in VOCABULARY.phases.values() for after in (phase.later, phase.delayed)}
    by_code = {"report", "request", "call screen"}  # a report, a request, the name of a screen
    assert set(VOCABULARY.phases) <= opened | by_code


def test_phases_that_a_closure_opens_say_how() -> None:
    opened = {mode for api in APIS for mode in api.runs.values()} - RUN_MODES
    assert all(VOCABULARY.phases[phase].opening for phase in opened)


def test_phases_are_ordered() -> None:
    """No phase comes before itself."""
    for name in VOCABULARY.phases:
        seen: set[str] = set()
        queue = list(VOCABULARY.phases[name].before)
        while queue:
            current = queue.pop()
            assert current != name
            if current not in seen:
                seen.add(current)
                queue += VOCABULARY.phases[current].before


@pytest.mark.parametrize(
    ("phase", "mode", "later"),
    [
        ("answer", "now", "answer"),
        ("answer", "later", "answered"),
        ("answer", "delayed", "call"),
        ("answer", "unknown", "answer"),
        ("start", "later", "started"),
        ("report", "later", "reported"),
        ("report", "delayed", "reported"),
        ("request", "later", "requested"),
        ("active", "later", "call"),
        ("call", "delayed", "call"),
        ("end", "later", "end"),
        ("setup", "later", "setup"),
        ("setup", "unknown", None),
        ("screen", "unknown", None),
    ],
)
def test_what_runs_later(phase: str, mode: str, later: str | None) -> None:
    assert VOCABULARY.later(phase, mode) == later


def test_groups() -> None:
    live = {phase for phase in VOCABULARY.phases if VOCABULARY.in_group(phase, "live")}
    in_call = {phase for phase in VOCABULARY.phases if VOCABULARY.in_group(phase, "in call")}
    assert live == {"active", "call", "route change", "device change"}
    assert live < in_call
    assert not in_call & {"setup", "report", "reported", "request", "requested", "after", "media reset"}
    assert not VOCABULARY.in_group("answer", "nonsense")
    assert not VOCABULARY.in_group("nonsense", "live")


@pytest.mark.parametrize(
    ("spelling", "case"),
    [
        ("AVAudioSessionCategoryPlayAndRecord", "playAndRecord"),
        ("AVAudioSessionCategoryOptionMixWithOthers", "mixWithOthers"),
        ("AVAudioSessionModeVoiceChat", "voiceChat"),
        ("AVAudioSessionInterruptionTypeEnded", "ended"),
        ("AVAudioSessionCategory", None),
        ("kMyConstant", None),
    ],
)
def test_constants(spelling: str, case: str | None) -> None:
    assert VOCABULARY.constant(spelling) == case


@pytest.mark.parametrize(
    ("spelling", "found"),
    [
        ("AVAudioSession.interruptionNotification", "AVAudioSession.interruption"),
        ("interruptionNotification", "AVAudioSession.interruption"),
        ("AVAudioSessionInterruption", "AVAudioSession.interruption"),
        ("AVAudioSessionInterruptionNotification", "AVAudioSession.interruption"),
        ("AVAudioSessionRouteChangeNotification", "AVAudioSession.routeChange"),
        ("mediaServicesWereResetNotification", "AVAudioSession.mediaServicesWereReset"),
        ("Interruption", None),
        ("callEnded", None),
    ],
)
def test_notifications_by_spelling(spelling: str, found: str | None) -> None:
    notification = VOCABULARY.notification(spelling)
    assert (notification.id if notification else None) == found


def test_supertypes_of_actions() -> None:
    assert list(VOCABULARY.type_and_supertypes("CXAnswerCallAction")) == [
        "CXAnswerCallAction",
        "CXCallAction",
        "CXAction",
    ]
    assert list(VOCABULARY.type_and_supertypes("Other")) == ["Other"]


def test_what_arms_a_program() -> None:
    assert {"CXProvider", "CXProviderDelegate", "CXCallController", "ConversationManager"} <= VOCABULARY.arms
    assert "CXCallObserver" not in VOCABULARY.arms


# ---- broken files ---------------------------------------------------------------------------------------------------

SOURCE = 'source = "https://example.com/player"'
GOOD = """
[phase.setup]
text = "while the app sets up"

[[api]]
id = "Player.play"
owner = "Player"
swift = ["play()"]
source = "https://example.com/player"

[[callback]]
id = "PlayerDelegate.didPlay"
swift = ["didPlay()"]
phases = ["setup"]
text = "the player plays"
source = "https://example.com/player"

[[notification]]
id = "Player.ended"
names = ["PlayerEnded"]
phases = ["setup"]
text = "the player ends"
source = "https://example.com/player"

[[exported]]
attribute = "Played"
phase = "setup"
text = "the player asks"
source = "https://example.com/player"
"""


def refusal(*texts: str) -> str:
    """What is said when these files are read: `one.toml`, `two.toml`."""
    names = ("one.toml", "two.toml")
    with pytest.raises(KnowledgeError) as refused:
        build([(name, tomllib.loads(text)) for name, text in zip(names, texts, strict=False)])
    return str(refused.value)


def test_a_good_file_is_read() -> None:
    found = build([("one.toml", tomllib.loads(GOOD))])
    assert list(found.apis) == ["Player.play"]
    assert found.apis["Player.play"].swift == ("play()",)
    assert [callback.id for callback in found.callbacks] == ["PlayerDelegate.didPlay"]
    assert list(found.phases) == ["setup"]


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ('id = "Player.play"', "Player.play"),
        ('id = "PlayerDelegate.didPlay"', "PlayerDelegate.didPlay"),
        ('id = "Player.ended"', "Player.ended"),
    ],
)
def test_an_unknown_key_is_refused(entry: str, named: str) -> None:
    said = refusal(GOOD.replace(entry, f'{entry}\ncolour = "red"'))
    assert {"one.toml", named, "'colour'"} <= set(re.split(r":? ", said))


def test_an_unknown_key_of_an_exported_attribute_or_a_phase_is_refused() -> None:
    for entry in ('attribute = "Played"', "[phase.setup]"):
        said = refusal(GOOD.replace(entry, f'{entry}\ncolour = "red"'))
        assert said.startswith("one.toml:")
        assert "'colour'" in said


@pytest.mark.parametrize("line", [SOURCE, 'text = "the player plays"', 'names = ["PlayerEnded"]'])
def test_a_missing_key_is_refused(line: str) -> None:
    said = refusal(GOOD.replace(line, "", 1))
    assert said.startswith("one.toml: Player")
    assert line.partition(" ")[0] in said


def test_an_unknown_table_is_refused() -> None:
    assert refusal(GOOD + '[[apis]]\nid = "x"').startswith("one.toml: unknown table 'apis'")


@pytest.mark.parametrize("entry", [entry for entry in GOOD.split("\n\n") if "id = " in entry])
def test_an_id_that_is_there_twice_is_refused(entry: str) -> None:
    (named,) = re.findall(r'id = "(.+)"', entry)
    assert refusal(f"{GOOD}\n{entry}") == f"one.toml: {named} is defined twice"
    assert refusal(GOOD, entry) == f"two.toml: {named} is defined twice"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('phases = ["setup"]\ntext = "the player plays"', 'phases = ["nonsense"]\ntext = "the player plays"'),
        ('phases = ["setup"]\ntext = "the player ends"', 'phases = ["nonsense"]\ntext = "the player ends"'),
        ('phase = "setup"', 'phase = "nonsense"'),
        ('text = "while the app sets up"', 'text = "while the app sets up"\nlater = "nonsense"'),
        ('text = "while the app sets up"', 'text = "while the app sets up"\ndelayed = "nonsense"'),
        ('text = "while the app sets up"', 'text = "while the app sets up"\nbefore = ["nonsense"]'),
        ('swift = ["didPlay()"]', 'swift = ["didPlay()"]\ncases = { Action = "nonsense" }'),
    ],
)
def test_an_unknown_phase_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    assert "'nonsense'" in refusal(GOOD.replace(old, new))


@pytest.mark.parametrize("given", ['{ state = ["on"] }', '{ 0 = "on" }'])
def test_states_that_are_no_lists_by_position_are_refused(given: str) -> None:
    said = refusal(GOOD.replace('swift = ["didPlay()"]', f'swift = ["didPlay()"]\ngiven = {given}'))
    assert said.startswith("PlayerDelegate.didPlay: 'given' wants")


def test_an_unknown_run_mode_is_refused() -> None:
    said = refusal(GOOD.replace('swift = ["play()"]', 'swift = ["play(_:)"]\nruns = { _ = "tomorrow" }'))
    assert "Player.play" in said
    assert "'tomorrow'" in said


def test_a_module_that_owes_something_unknown_is_refused() -> None:
    owner = '\n[[session_owner]]\nmodules = ["Ringer"]\nactivation = "much"\n'
    assert "Ringer" in refusal(GOOD + owner)


@pytest.mark.parametrize("sdk", sorted(VOCABULARY.contracts))
def test_a_contract_stands_alone(sdk: str) -> None:
    """Of the SDKs only those are known that a program uses."""
    alone = load((), frozenset({sdk}))
    assert sdk in alone.contracts and len(alone.contracts) < len(VOCABULARY.contracts)
    assert alone.contracts[sdk] == VOCABULARY.contracts[sdk]


def test_what_an_sdk_means_is_unknown_where_it_is_not_used() -> None:
    text = "import CallKit\nclass Room { func f(core: Core) { core.activateAudioSession(activated: true) } }"
    assert not list(program({"A.swift": text}).sites("call audio"))
    assert list(program({"A.swift": f"import linphonesw\n{text}"}).sites("call audio"))
