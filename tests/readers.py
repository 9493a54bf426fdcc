"""Reads the findings back out of a report in any format, each by the reader of its kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

from callkit_lint.console import Format


class Told(NamedTuple):
    """A finding as every format tells it."""

    path: str
    line: int
    rule: str


def findings(format: Format, text: str) -> list[Told]:
    """What a report tells, sorted."""
    return sorted(Told(path, int(line), rule) for path, line, rule in READERS[format](text))


Rows = Iterable[tuple[str, str | int, str]]


def _lines(text: str) -> Rows:
    """Lines that end in a rule; those of a chain do not, whatever their severity is."""
    found = re.findall(r"^(\S.*?):(\d+):\d+: (?:error|warning|note): .+ \[([\w-]+)\]$", text, re.MULTILINE)
    return [(str(path), line, rule) for path, line, rule in found]


def _commands(text: str) -> Iterator[tuple[str, str, str]]:
    for properties in re.findall(r"^::(?:error|warning|notice) (.+?)::", text, re.MULTILINE):
        one = {key: unquote(value) for key, _, value in (part.partition("=") for part in properties.split(","))}
        yield one["file"], one["line"], one["title"]


def _markdown(text: str) -> Rows:
    found = re.findall(r"^- \*\*\w+\*\* `(.+?):(\d+)`: .+ \[?`([\w-]+)`(?:\]\(\S+\))?$", text, re.MULTILINE)
    return [(str(path), line, rule) for path, line, rule in found]


def _json(text: str) -> Rows:
    return ((one["path"], one["line"], one["rule"]) for one in json.loads(text)["diagnostics"])


def _sarif(text: str) -> Iterator[tuple[str, int, str]]:
    for run in json.loads(text)["runs"]:
        for result in run["results"]:
            place = result["locations"][0]["physicalLocation"]
            rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
            assert rule == result["ruleId"]
            yield unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"], rule


def _gitlab(text: str) -> Iterator[tuple[str, int, str]]:
    for issue in json.loads(text):
        yield issue["location"]["path"], issue["location"]["positions"]["begin"]["line"], issue["check_name"]


def _rdjson(text: str) -> Rows:
    return [_reviewdog(one) for one in json.loads(text)["diagnostics"]]


def _rdjsonl(text: str) -> Rows:
    return [_reviewdog(json.loads(line)) for line in text.splitlines()]


def _reviewdog(one: Any) -> tuple[str, int, str]:
    where = one["location"]
    return where["path"], where["range"]["start"]["line"], one["code"]["value"]


def _checkstyle(text: str) -> Iterator[tuple[str, str, str]]:
    for file in ElementTree.fromstring(text).iter("file"):
        for error in file:
            yield file.attrib["name"], error.attrib["line"], error.attrib["source"].removeprefix("callkit-lint.")


def _junit(text: str) -> Iterator[tuple[str, str, str]]:
    for case in ElementTree.fromstring(text).iter("testcase"):
        if case.find("failure") is not None:
            name = re.fullmatch(r"\[([\w-]+)\] line (\d+)", case.attrib["name"])
            assert name
            yield case.attrib["classname"], name[2], name[1]


READERS: dict[Format, Callable[[str], Rows]] = {
    Format.text: _lines,
    Format.full: _lines,
    Format.concise: _lines,
    Format.xcode: _lines,
    Format.github: _commands,
    Format.markdown: _markdown,
    Format.json: _json,
    Format.sarif: _sarif,
    Format.gitlab: _gitlab,
    Format.rdjson: _rdjson,
    Format.rdjsonl: _rdjsonl,
    Format.checkstyle: _checkstyle,
    Format.junit: _junit,
}
