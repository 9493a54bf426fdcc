"""Mending files: edits of statements become edits of spans, and texts with the edits of as many fixes as go together.

A fix that would make a file worse to read is not made: what the parser loses of the new text must not be more than of
the old. Files that are not UTF-8 are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from callkit_lint.ir import Location
from callkit_lint.rule import Diagnostic, Edit, Fix

Read = Callable[[str], bytes]
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Text:
    """A file's bytes with the offsets where its lines start, for spans. A byte order mark is before the first line."""

    data: bytes
    starts: tuple[int, ...]

    @classmethod
    def of(cls, data: bytes) -> Text:
        first = len(MARK) if data.startswith(MARK) else 0
        return cls(data, (first, *(match.end() for match in re.finditer(b"\n", data))))

    def span(self, location: Location) -> tuple[int, int]:
        """The offsets of a location."""
        return (
            self.starts[location.line - 1] + location.column - 1,
            self.starts[location.end_line - 1] + location.end_column - 1,
        )

    def location(self, start: int, end: int) -> Location:
        return Location(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = self.data.count(b"\n", 0, offset) + 1
        return line, offset - self.starts[line - 1] + 1


# ---- edits of statements to edits of spans --------------------------------------------------------------------------


def resolved(fix: Fix, text_of: Callable[[str], Text]) -> Fix | None:
    """A fix with edits of spans alone; None where one cannot be made as it stands: a statement without braces around
    it, one that begins in the middle of something, or a file that is not UTF-8."""
    edits = [_resolved(edit, text_of(edit.path)) for edit in fix.edits]
    made = tuple(edit for edit in edits if edit is not None)
    return replace(fix, edits=made) if len(made) == len(edits) else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _resolved(edit: Edit, text: Text) -> Edit | None:
    if not _is_utf8(text.data):
        return None
    if edit.kind == "replace":
        return edit
    start, end = text.span(edit.location)
    line_start = text.data.rfind(b"\n", 0, start) + 1
    before = text.data[line_start:start].removeprefix(MARK)
    is_swift = edit.path.endswith(".swift")
    if not _begins_a_statement(text.data[:start], before, is_swift):
        return None
    if edit.kind == "remove":
        return Edit(edit.path, text.location(*_statement(text.data, line_start, start, end)))
    if before.strip():
        return Edit(edit.path, text.location(start, start), f"{edit.text}; ")
    newline = "\r\n" if _has_crlf(text.data, start) else "\n"
    rest = f"{'' if is_swift else ';'}{newline}{before.decode()}"
    return Edit(edit.path, text.location(start, start), edit.text + rest)


_END = re.compile(rb"(?:[ \t]*;)?")
_SPACE = re.compile(rb"[ \t]*")


def _statement(data: bytes, line_start: int, start: int, end: int) -> tuple[int, int]:
    """The span of a statement with its end, and with its line where that holds nothing else."""
    end = _after(_END, data, end)
    line_end = data.find(b"\n", end) + 1 or len(data)
    if not data[line_start:start].removeprefix(MARK).strip() and not data[end:line_end].strip():
        return line_start, line_end
    return start, _after(_SPACE, data, end)


def _after(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    """The end of what a pattern, which may match nothing, finds at an offset."""
    match = pattern.match(data, at)
    return match.end() if match else at


def _has_crlf(data: bytes, start: int) -> bool:
    line_end = data.find(b"\n", start)
    return line_end > 0 and data[line_end - 1 : line_end] == b"\r"


_LINE_COMMENT = re.compile(rb"^[ \t]*//.*$|[ \t]//[^\"\n]*$")


def _begins_a_statement(above: bytes, before: bytes, is_swift: bool) -> bool:
    """Whether a statement of its own begins here: after a brace or a semicolon, in Swift also on a line of its own. In
    C the statement of an `if` without braces must not be taken for one."""
    if before.strip():
        return before.rstrip()[-1:] in (b"{", b"}", b";")
    if is_swift:
        return True
    for line in reversed(above.splitlines()):
        code = _LINE_COMMENT.sub(b"", line).strip()
        if code:
            return code[-1:] in (b"{", b"}", b";")
    return False


# ---- texts with edits -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Mended:
    """The new texts of files by path, which findings are mended in them, and which fixes would break a file."""

    files: dict[str, bytes] = field(default_factory=dict)
    done: list[Diagnostic] = field(default_factory=list)
    refused: list[Diagnostic] = field(default_factory=list)


def mended(diagnostics: Iterable[Diagnostic], read: Read, lost: Callable[[str, bytes], int], *, unsafe: bool) -> Mended:
    """The files with the fixes of these findings, but those that touch what another one changes: they come in the next
    pass. `lost` says how many bytes of a text the parser cannot read."""
    result = Mended()
    texts: dict[str, Text] = {}
    unread: dict[str, int] = {}
    taken: dict[str, list[tuple[int, int, str]]] = {}
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        for path in {edit.path for edit in fix.edits} - texts.keys():
            texts[path] = Text.of(read(path))
            unread[path] = lost(path, texts[path].data)
        wanted = [(edit.path, (*texts[edit.path].span(edit.location), edit.text)) for edit in fix.edits]
        if any(_touch(span, other) for path, span in wanted for other in taken.get(path, ())):
            continue
        trial = {path: [*taken.get(path, ()), *(span for at, span in wanted if at == path)] for path, _ in wanted}
        files = {path: _with(texts[path].data, edits) for path, edits in trial.items()}
        if any(lost(path, data) > unread[path] for path, data in files.items()):
            result.refused.append(diagnostic)
            continue
        taken |= trial
        result.files |= files
        result.done.append(diagnostic)
    return result


def _touch(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _with(data: bytes, edits: Iterable[tuple[int, int, str]]) -> bytes:
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data


def as_diff(files: Mapping[str, bytes], read: Read, shown: Callable[[str], str]) -> Iterator[str]:
    """The changes as a unified diff, by path."""
    from difflib import unified_diff

    for path, data in sorted(files.items()):
        name = shown(path)
        old, new = (re.findall(r"[^\n]*\n|[^\n]+", text.decode("utf-8")) for text in (read(path), data))
        for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
