"""Summaries survive the way to bytes and back, exactly and byte-stably."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callkit_lint.flat import flatten, inflate
from callkit_lint.ir import Block, Expr, Field, FileSummary, Function, Literal, Location, Member, Name

number = st.integers(0, 2**31 - 1)  # no file is larger than 4 MB
st.register_type_strategy(Location, st.builds(Location, number, number, number, number))


def literals(*found: bool | int | float | str | None) -> FileSummary:
    statements = tuple(Literal(value) for value in found)
    return FileSummary("swift", functions=(Function("", "f()", "", "function", (), "", Block(statements)),))


def values_of(summary: FileSummary) -> list[bool | int | float | str | None]:
    body = summary.functions[0].body
    assert body is not None
    return [statement.value for statement in body.statements if isinstance(statement, Literal)]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.from_type(FileSummary)
)  # from the annotations of ir.py: a new class or field is generated without a word here
def test_round_trip(summary: FileSummary) -> None:
    flat = flatten(summary)
    again = inflate(flat)
    assert repr(again) == repr(summary)  # repr tells True from 1 and 0.0 from -0.0; equality does not
    assert flatten(again) == flat


@pytest.mark.parametrize(
    "value", [True, False, 0, 1, 1.0, 0.0, -0.0, 2**60, -(2**70), math.inf, -math.inf, "", "1", "\ud800", "é\0", None]
)
def test_literals_keep_value_and_type(value: bool | int | float | str | None) -> None:
    (again,) = values_of(inflate(flatten(literals(value))))
    assert type(again) is type(value)
    assert repr(again) == repr(value)


def test_equal_values_of_different_types_stay_apart() -> None:
    found: list[bool | int | float | str | None] = [1, True, 1.0, 0, False, 0.0, "1", None]
    assert [repr(value) for value in values_of(inflate(flatten(literals(*found))))] == [repr(value) for value in found]


def test_not_a_number_survives() -> None:
    (again,) = values_of(inflate(flatten(literals(math.nan))))
    assert isinstance(again, float)
    assert math.isnan(again)


def test_deep_nesting_needs_no_stack() -> None:
    deep: Expr = Name("x")
    for _ in range(20_000):
        deep = Member(deep, "y")
    summary = FileSummary("swift", globals=(Field("g", "", deep),))
    again = inflate(flatten(summary)).globals[0].value
    depth = 0
    while isinstance(again, Member):
        again = again.base
        depth += 1
    assert depth == 20_000
    assert again == Name("x")


def test_damaged_bytes_are_refused() -> None:
    good = flatten(literals("a", 1, 2.5))
    for bad in [b"", b"\n", b"[]", b"null\n", good[:-4], good[:-1], good[: len(good) // 2], b"{}" + good, good[3:]]:
        with pytest.raises(ValueError, match="not a flat summary"):
            inflate(bad)


@given(st.binary(max_size=60), st.integers(0, 400))
def test_arbitrary_damage_raises_nothing_else(noise: bytes, where: int) -> None:
    good = flatten(literals("a", 1, 2.5))
    damaged = good[:where] + noise + good[where + len(noise) :]
    with suppress(ValueError):
        inflate(damaged)


def test_foreign_values_are_refused() -> None:
    with pytest.raises(TypeError, match="list has no place"):
        flatten(FileSummary("swift", imports=["Foundation"]))  # type: ignore[arg-type]
