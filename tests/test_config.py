"""Settings: which file is read, what it may say, and one clear line for what it may not."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

import callkit_lint.config
from callkit_lint.config import Config, Override, UsageError, did_you_mean, find_config, load_config
from callkit_lint.rule import Severity
from callkit_lint.starter import CONFIGURATION


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def error(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load_config(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_every_key(tmp_path: Path) -> None:
    path = write(
        tmp_path / "callkit-lint.toml",
        """
        select = ["a", "b"]
        ignore = ["c"]
        profile = "strict"
        exclude = ["Generated/*"]
        include = ["Pods/OurKit"]
        fail-on = "error"
        contracts = ["contracts/*.toml"]
        require-reason = true
        baseline = "known.json"
        severity = { a = "note" }
        [[overrides]]
        paths = ["Old"]
        ignore = ["b"]
        severity = { a = "error" }
        """,
    )
    assert load_config(path) == Config(
        ("a", "b"),
        ("c",),
        "strict",
        ("Generated/*",),
        ("Pods/OurKit",),
        Severity.error,
        ("contracts/*.toml",),
        {"a": Severity.note},
        (Override(("Old",), ("b",), {"a": Severity.error}),),
        True,
        "known.json",
        path,
        dict.fromkeys(ORIGINS, path),
    )


ORIGINS = ("select", "ignore", "profile", "exclude", "include", "fail_on", "contracts", "severity", "overrides") + (
    "require_reason",
    "baseline",
)


def test_a_configuration_extends_another(tmp_path: Path) -> None:
    base = write(tmp_path / "base.toml", 'ignore = ["a"]\nprofile = "strict"')
    path = write(tmp_path / "callkit-lint.toml", 'extends = "base.toml"\nignore = ["b"]')
    config = load_config(path)
    assert (config.ignore, config.profile) == (("b",), "strict")
    assert config.origins == {"ignore": path, "profile": base}


def test_a_circle_of_configurations(tmp_path: Path) -> None:
    write(tmp_path / "base.toml", 'extends = "callkit-lint.toml"')
    path = write(tmp_path / "callkit-lint.toml", 'extends = ["base.toml"]')
    with pytest.raises(UsageError, match="extends itself"):
        load_config(path)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "callkit-lint.toml", "")
    assert load_config(path) == Config(path=path)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    assert load_config(write(tmp_path / "callkit-lint.toml", '\ufeffprofile = "strict"')).profile == "strict"


def test_the_table_of_a_pyproject(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", '[tool.other]\nx = 1\n[tool.callkit-lint]\nprofile = "strict"\n')
    assert find_config(tmp_path) == path
    assert load_config(path).profile == "strict"


def test_a_pyproject_of_others_is_passed_over(tmp_path: Path) -> None:
    expected = write(tmp_path / ".callkit-lint.toml", "")
    write(tmp_path / "App" / "pyproject.toml", '[project]\nname = "callkit-lint-user"\n')
    assert find_config(tmp_path / "App") == expected
    write(tmp_path / "App" / "pyproject.toml", "[project\n")  # broken, but says nothing to us
    assert find_config(tmp_path / "App") == expected


def test_a_broken_pyproject_that_means_us_is_not_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", '[tool.callkit-lint]\nprofile = "strict\n')
    assert find_config(tmp_path) == path
    assert "not valid TOML" in error(path)


def test_the_nearest_file_wins_and_the_plain_name_first(tmp_path: Path) -> None:
    far = write(tmp_path / "callkit-lint.toml", "")
    (tmp_path / "App" / "Sources").mkdir(parents=True)
    assert find_config(tmp_path / "App" / "Sources") == far
    hidden = write(tmp_path / "App" / ".callkit-lint.toml", "")
    assert find_config(tmp_path / "App" / "Sources") == hidden
    plain = write(tmp_path / "App" / "callkit-lint.toml", "")
    assert find_config(tmp_path / "App" / "Sources") == plain


def test_a_configuration_above_the_repository_is_not_its_own(tmp_path: Path) -> None:
    write(tmp_path / "callkit-lint.toml", "")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    assert find_config(tmp_path / "repo") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('profil = "strict"', ": unknown key 'profil' (did you mean 'profile'?)"),
        ("xyz = 1", ": unknown key 'xyz'"),
        ('profile = "strikt"', ": profile: unknown value 'strikt' (did you mean 'strict'?)"),
        ("profile = 1", ": profile: must be one of default, strict"),
        ('fail-on = "warn"', ": fail-on: unknown value 'warn' (did you mean 'warning'?)"),
        ('select = "direct-activation"', ': select: must be a list of strings, such as ["direct-activation"]'),
        ("ignore = [1]", ': ignore: must be a list of strings, such as ["direct-activation"]'),
    ],
)
def test_mistakes(tmp_path: Path, text: str, message: str) -> None:
    assert error(write(tmp_path / "callkit-lint.toml", text)) == message


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    message = error(write(tmp_path / "callkit-lint.toml", 'profile = "strict"\nselect = [\n'))
    assert message.startswith((":2: not valid TOML:", ":3: not valid TOML:", ": not valid TOML:"))
    message = error(write(tmp_path / "callkit-lint.toml", 'profile = "strict"\n= 3\n'))
    assert message.startswith(":2: not valid TOML:")


def test_a_table_in_the_wrong_place(tmp_path: Path) -> None:
    assert error(write(tmp_path / "pyproject.toml", "tool = 3")) == ": tool must be a table"
    assert error(write(tmp_path / "pyproject.toml", "[tool]\ncallkit-lint = 3")) == ": callkit-lint must be a table"


def test_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "callkit-lint.toml"
    path.write_bytes(b'profile = "\xff"')
    assert error(path) == ": not UTF-8 text"


def test_did_you_mean() -> None:
    assert did_you_mean("direct-activaton", ["direct-activation", "other"]) == " (did you mean 'direct-activation'?)"
    assert did_you_mean("zzz", ["b", "a"]) == " (known: a, b)"
    assert did_you_mean("zzz", [f"rule-{number}" for number in range(30)]) == ""


def test_the_schema_knows_the_keys_that_the_tool_knows() -> None:
    schema = json.loads((Path(callkit_lint.__file__).parent / "config.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == {*callkit_lint.config._KEYS, "extends"}


def test_the_starter_follows_the_schema(tmp_path: Path) -> None:
    schema = json.loads((Path(callkit_lint.__file__).parent / "config.schema.json").read_text())
    text = re.sub(r"^# (?=[\[a-z-]+( =|\]))", "", CONFIGURATION.replace("# [[", "[["), flags=re.MULTILINE)
    jsonschema.Draft202012Validator(schema).validate(tomllib.loads(text))
    assert load_config(write(tmp_path / "callkit-lint.toml", text)).profile == "strict"
