"""Old-style property lists, as Xcode writes its projects: `{ key = value; list = ( one, "two" ); }`.

Such files are edited by people, merge tools and generators, so the reader is tolerant: what it does not understand is
skipped, and no input makes it raise, recurse or take more than linear time.
"""

from __future__ import annotations

import plistlib
import re

MANY_LEVELS = 64  # a project file has five; what is nested deeper is not read

Value = str | list["Value"] | dict[str, "Value"]

# What does not end (a comment, a string) reaches to the end of the text: so the scan stays linear.
_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*(?:.*?\*/|.*)"""
    r"""|([{}()=;,])"""
    r"""|"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)"""
    r"""|'([^'\\]*(?:\\.[^'\\]*)*)(?:'|\\?\Z)"""
    r"""|([^\s{}()=;,"']+)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:U([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7}).*$", re.MULTILINE)


def parse(data: bytes) -> dict[str, Value]:
    """An old-style or XML property list as dictionaries, lists and strings; {} for anything else."""
    if data.lstrip()[:5] == b"<?xml":
        try:
            found = plistlib.loads(data)
        except Exception:  # expat's and plistlib's errors are many
            return {}
        return found if isinstance(found, dict) else {}
    return _Reader(_CONFLICT.sub("", data.decode("utf-8", "replace"))).read()


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else {"n": "\n", "t": "\t"}.get(match[2], match[2])


class _Reader:
    """Builds the value from tokens with a stack of its own; a missing `;` or bracket costs what it encloses at most."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[dict[str, Value] | list[Value]] = []
        self.root: dict[str, Value] = {}
        self.key = ""

    def read(self) -> dict[str, Value]:
        for match in _TOKEN.finditer(self.text):
            kind = match.lastindex
            if kind is None:
                continue
            text = match[kind]
            if kind == 4:
                self.word(text)
            elif kind > 1:
                self.word(_ESCAPE.sub(_unescaped, text) if "\\" in text else text)
            elif text in "{(":
                self.begin({} if text == "{" else [])
                if len(self.stack) > MANY_LEVELS:
                    break
            elif text in "})":
                self.end(dict if text == "}" else list)
            elif text == ";":
                while self.stack and isinstance(self.stack[-1], list):  # a list that was not closed
                    self.stack.pop()
                self.key = ""
        return self.root

    def begin(self, value: dict[str, Value] | list[Value]) -> None:
        if not self.stack and isinstance(value, dict) and not self.root:
            self.root = value
        elif self.stack:
            self.attach(value)
        self.stack.append(value)
        self.key = ""

    def end(self, kind: type) -> None:
        if any(isinstance(value, kind) for value in self.stack):
            while not isinstance(self.stack.pop(), kind):
                pass
        self.key = ""

    def word(self, word: str) -> None:
        if self.stack and isinstance(self.stack[-1], dict) and not self.key:
            self.key = word
        else:
            self.attach(word)

    def attach(self, value: Value) -> None:
        top = self.stack[-1] if self.stack else None
        if isinstance(top, list):
            top.append(value)
        elif isinstance(top, dict) and self.key:
            top[self.key] = value
        self.key = ""
