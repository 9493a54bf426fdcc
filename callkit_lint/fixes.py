"""Mending files: edits of statements become edits of spans, and texts with the edits of as many fixes as go together.

A fix that would make a file worse to read is not made: what the parser loses of the new text must not be more than of
the old. Files that are not UTF-8 are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from callkit_lint.ir import Location
from callkit_lint.rule import Diagnostic, Edit, Fix

Read = Callable[[str], bytes]
MARK = b"\xef\xbb\xbf"
MANY_PASSES = 8


@dataclass(frozen=True, slots=True)
class Text:
    """A file's bytes with its lines, for spans."""

    data: bytes
    starts: tuple[int, ...]

    @classmethod
    def of(cls, data: bytes) -> Text:
        return cls(data, (0, *(match.end() for match in re.finditer(b"\n", data))))

    def offset(self, line: int, column: int) -> int:
        """Where a line and column are; columns of the first line do not count a byte order mark."""
        mark = len(MARK) if line == 1 and self.data.startswith(MARK) else 0
        return self.starts[line - 1] + mark + column - 1

    def span(self, location: Location) -> tuple[int, int]:
        return self.offset(location.line, location.column), self.offset(location.end_line, location.end_column)

    def location(self, start: int, end: int) -> Location:
        return Location(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = self.data.count(b"\n", 0, offset) + 1
        mark = len(MARK) if line == 1 and self.data.startswith(MARK) else 0
        return line, offset - self.starts[line - 1] - mark + 1


# ---- edits of statements to edits of spans --------------------------------------------------------------------------


def resolved(fix: Fix, read: Read) -> Fix | None:
    """A fix with edits of spans alone; None where one cannot be made as it stands: a statement without braces around
    it, or one that begins in the middle of something."""
    edits = []
    for edit in fix.edits:
        data = read(edit.path)
        if not _is_utf8(data):
            return None
        made = _resolved(edit, Text.of(data))
        if made is None:
            return None
        edits.append(made)
    return replace(fix, edits=tuple(edits))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _resolved(edit: Edit, text: Text) -> Edit | None:
    start, end = text.span(edit.location)
    if edit.kind == "replace":
        return edit
    is_swift = edit.path.endswith(".swift")
    line_start = text.data.rfind(b"\n", 0, start) + 1
    before = text.data[line_start:start].removeprefix(MARK)
    if not _begins_a_statement(text.data[:start], before, is_swift):
        return None
    if edit.kind == "before":
        stop = "" if is_swift else ";"
        newline = "\r\n" if _has_crlf(text.data, start) else "\n"
        rest = f"{stop}{newline}{before.decode()}" if not before.strip() else "; "
        return Edit(edit.path, text.location(start, start), edit.text + rest)
    following = re.compile(rb"[ \t]*;").match(text.data, end)
    end = following.end() if following else end
    line_end = text.data.find(b"\n", end)
    line_end = len(text.data) if line_end < 0 else line_end + 1
    if not before.strip() and not text.data[end:line_end].strip():
        return Edit(edit.path, text.location(line_start, line_end))
    space = re.compile(rb"[ \t]*").match(text.data, end)
    assert space is not None
    return Edit(edit.path, text.location(start, space.end()))


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
    taken: dict[str, list[tuple[int, int, str]]] = {}
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        wanted = [(edit.path, (*Text.of(read(edit.path)).span(edit.location), edit.text)) for edit in fix.edits]
        if any(_touch(span, other) for path, span in wanted for other in taken.get(path, ())):
            continue
        changed = {path for path, _ in wanted}
        trial = {path: [*taken.get(path, ()), *(span for at, span in wanted if at == path)] for path in changed}
        texts = {path: _with(read(path), edits) for path, edits in trial.items()}
        if any(lost(path, text) > lost(path, read(path)) for path, text in texts.items()):
            result.refused.append(diagnostic)
            continue
        taken |= trial
        result.files |= texts
        result.done.append(diagnostic)
    return result


def _touch(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _with(data: bytes, edits: Iterable[tuple[int, int, str]]) -> bytes:
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data


def in_passes(
    check: Callable[[Mapping[Path, bytes]], Iterable[Diagnostic]],
    root: Path,
    read: Read,
    lost: Callable[[str, bytes], int],
    *,
    unsafe: bool,
) -> Mended:
    """All that can be mended: check, mend, and check what came of it, until nothing is left to mend. `check` gives the
    findings where these texts stand in for files."""
    result = Mended()
    for _ in range(MANY_PASSES):
        texts = {root / path: data for path, data in result.files.items()}
        step = mended(
            check(texts),
            lambda path: result.files[path] if path in result.files else read(path),
            lost,
            unsafe=unsafe,
        )
        result.refused = step.refused
        if not step.files:
            break
        result.files |= step.files
        result.done += step.done
    return result


def as_diff(files: Mapping[str, bytes], read: Read, shown: Callable[[str], str]) -> Iterator[str]:
    """The changes as a unified diff, by path."""
    from difflib import unified_diff

    for path, data in sorted(files.items()):
        name = shown(path)
        old, new = (re.findall(r"[^\n]*\n|[^\n]+", text.decode("utf-8")) for text in (read(path), data))
        for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
