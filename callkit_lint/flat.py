"""Summaries as bytes and back: what the cache keeps and what worker processes send.

The form is flat, so reading it is one pass without recursion and nesting cannot exhaust the stack, and it is data
only, so nothing in a cache can execute. It is byte-stable: equal summaries give equal bytes.

    one line of JSON   the form's fingerprint and the constants (strings, numbers, None, booleans)
    numbers            32 bit, little-endian: records in the order in which they are completed, children first

A record is the number of its kind, for a tuple its length, then its parts. A part is the index of an earlier record,
or, below zero, of a constant. The four numbers of a Location stand directly in the record.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from callkit_lint import ir

_TUPLE, _LOCATION = 0, 1


def _record_types() -> list[tuple[type, tuple[str, ...]]]:
    """The classes of the neutral form by name, each with its fields."""
    found: list[tuple[type, tuple[str, ...]]] = []
    for _, value in sorted(vars(ir).items()):
        if not isinstance(value, type) or value.__module__ != ir.__name__ or value is ir.Location:
            continue
        if is_dataclass(value):
            found.append((value, tuple(field.name for field in fields(value))))
        elif issubclass(value, tuple):
            found.append((value, tuple(getattr(value, "_fields", ()))))
    return found


_TYPES = _record_types()
_FIRST = 2  # numbers of kinds: tuple, Location, then the classes
_KIND = {cls: _FIRST + position for position, (cls, _) in enumerate(_TYPES)}
_FIELDS = dict(_TYPES)
_DECODE: list[tuple[Callable[..., Any], int]] = [(tuple, 0), (ir.Location, 4)]
_DECODE += [(cls, len(names)) for cls, names in _TYPES]
_FINGERPRINT = hashlib.sha256(repr([(cls.__name__, names) for cls, names in _TYPES]).encode()).hexdigest()[:16]


def flatten(summary: ir.FileSummary) -> bytes:
    """The summary as bytes."""
    constants: dict[tuple[type, str], int] = {}
    table: list[Any] = []
    numbers: list[int] = []
    done: list[int] = []  # indices of completed parts whose record is still open
    records = 0
    open_: list[Any] = [summary]
    while open_:
        item = open_.pop()
        kind = type(item)
        if kind is _Close:
            first = len(done) - item.length
            numbers.append(item.kind)
            if item.kind == _TUPLE:
                numbers.append(item.length)
            numbers.extend(done[first:])
            done[first:] = [records]
            records += 1
        elif kind is ir.Location:
            numbers.append(_LOCATION)
            numbers.extend(item)
            done.append(records)
            records += 1
        elif kind is tuple:
            open_.append(_Close(_TUPLE, len(item)))
            open_.extend(reversed(item))
        elif kind in _KIND:
            names = _FIELDS[kind]
            open_.append(_Close(_KIND[kind], len(names)))
            open_.extend(getattr(item, name) for name in reversed(names))
        else:
            # repr keeps apart what compares equal: 0.0 and -0.0; the type keeps apart 1, 1.0 and True
            key = (kind, item if kind is str else repr(item))
            if key not in constants:
                constants[key] = len(table)
                table.append(_constant(item))
            done.append(-1 - constants[key])
    head = json.dumps([_FINGERPRINT, records, table], separators=(",", ":"))
    packed = array("i", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return head.encode() + b"\n" + packed.tobytes()


class _Close:
    """Stands on the stack below a record's parts: when it comes up, the record is complete."""

    __slots__ = ("kind", "length")

    def __init__(self, kind: int, length: int) -> None:
        self.kind = kind
        self.length = length


def _constant(value: object) -> object:
    """A constant as JSON; numbers that JSON or its readers could bend are written as text in a list."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 53 else ["int", hex(value)]
    if isinstance(value, float):
        return ["float", value.hex()]
    raise TypeError(f"{type(value).__name__} has no place in a summary")


def inflate(data: bytes) -> ir.FileSummary:
    """The summary that `flatten` turned into these bytes; ValueError for anything else."""
    try:
        head, _, packed = data.partition(b"\n")
        fingerprint, records, constants = json.loads(head)
        if fingerprint != _FINGERPRINT:
            raise ValueError("written by another version of the neutral form")
        numbers = array("i")
        numbers.frombytes(packed)
        if sys.byteorder == "big":
            numbers.byteswap()
        summary = _build(numbers.tolist(), records, [_value(constant) for constant in constants])
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a flat summary: {error}") from error
    if not isinstance(summary, ir.FileSummary):
        raise ValueError("not a flat summary")
    return summary


def _value(constant: Any) -> Any:
    if isinstance(constant, list):
        kind, text = constant
        return int(text, 16) if kind == "int" else float.fromhex(text)
    return constant


def _build(numbers: list[int], records: int, constants: list[Any]) -> Any:
    """The last record. Constants stand behind the records, backwards, so that their negative indices reach them."""
    values: list[Any] = [None] * records + constants[::-1]
    part = values.__getitem__
    location = ir.Location._make
    at = 0
    for record in range(records):
        kind = numbers[at]
        make, length = _DECODE[kind]
        at += 1
        if kind == _LOCATION:
            values[record] = location(numbers[at : at + 4])
        elif kind == _TUPLE:
            length = numbers[at]
            at += 1
            values[record] = tuple(map(part, numbers[at : at + length]))
        else:
            values[record] = make(*map(part, numbers[at : at + length]))
        at += length
    if at != len(numbers):
        raise ValueError("cut short or too long")
    return values[records - 1]
