"""Settings: which file is read, what it may say, and one clear line for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from callkit_lint.config import Config, UsageError, did_you_mean, find_config, load_config
from callkit_lint.rule import Severity


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
        path,
    )


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
        ("xyz = 1", ": unknown key 'xyz' (known: contracts, exclude, fail-on, ignore, include, profile, select)"),
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
