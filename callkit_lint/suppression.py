"""Comments that silence findings: `// callkit-lint: ignore[rule, rule] reason` and `ignore-file[rule]`.

`ignore` works on its own line, and when it stands alone there, on the next line that is not a comment. `ignore-file`
works on the whole file. Both name their rules: one that silenced everything would also silence what nobody has seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from callkit_lint.config import did_you_mean
from callkit_lint.ir import Comment, Location
from callkit_lint.rule import Confidence, Diagnostic, Severity

_COMMENT = re.compile(r"\W*callkit-lint\s*:\s*(?P<word>[\w-]+)\s*(?:\[(?P<rules>[^\]]*)\])?")

Line = Callable[[str, int], bytes]


UNUSED = "unused-suppression"  # what is said of a comment that silences nothing


@dataclass(slots=True)
class Mark:
    """A rule that a comment silences: on some lines, or in the whole file where `lines` is None."""

    path: str
    rule: str
    location: Location
    lines: frozenset[int] | None
    used: bool = False

    def covers(self, diagnostic: Diagnostic) -> bool:
        """By the first or the last line of the finding's place."""
        if self.lines is None:
            return True
        return diagnostic.location.line in self.lines or diagnostic.location.end_line in self.lines


@dataclass(slots=True)
class Suppressions:
    """Which rules are silenced where.

    `mistakes` are comments without effect: path, line and what is wrong.
    """

    marks: dict[tuple[str, str], list[Mark]] = field(default_factory=dict)
    mistakes: list[tuple[str, int, str]] = field(default_factory=list)

    def cover(self, diagnostic: Diagnostic) -> bool:
        """Whether a comment silences this finding; the comments that do are used from now on."""
        covering = [mark for mark in self.marks.get((diagnostic.path, diagnostic.rule), ()) if mark.covers(diagnostic)]
        for mark in covering:
            mark.used = True
        return bool(covering)

    def unused(self, ran: Iterable[str]) -> Iterator[Diagnostic]:
        """A finding for each comment, and rule of it that ran, that silences nothing."""
        known = set(ran)
        for mark in (mark for marks in self.marks.values() for mark in marks):
            if not mark.used and mark.rule in known:
                message = f"this comment silences nothing: {mark.rule} reports nothing here. Delete it"
                yield Diagnostic(UNUSED, Severity.warning, Confidence.high, mark.path, mark.location, message)


def read_comments(
    comments: Mapping[str, Sequence[Comment]], rules: Iterable[str], line: Line, *, require_reason: bool = False
) -> Suppressions:
    """What the comments of the files silence; `line` gives a source line's bytes. One without a reason silences nothing
    where reasons are required."""
    known = set(rules)
    found = Suppressions()
    for path, of_file in comments.items():
        for comment in of_file:
            match = _COMMENT.match(comment.text)
            if match is None:
                continue
            names = [name for name in re.split(r"[\s,]+", match["rules"] or "") if name]
            reason = re.sub(r"\W+", "", comment.text[match.end() :])
            if mistake := _mistake(match["word"], names, known) or (
                "" if reason or not require_reason else "the comment gives no reason, and the configuration wants one"
            ):
                found.mistakes.append((path, comment.location.line, mistake))
            if require_reason and not reason:
                continue
            lines = None if match["word"] == "ignore-file" else frozenset(_lines(path, comment, line))
            for name in names if match["word"] in WORDS else ():
                if name in known:
                    found.marks.setdefault((path, name), []).append(Mark(path, name, comment.location, lines))
    return found


WORDS = ("ignore", "ignore-file")


def _mistake(word: str, names: list[str], known: set[str]) -> str:
    if word not in WORDS:
        return f"unknown comment {word!r}{did_you_mean(word, WORDS)}"
    if not names:
        return f"the comment names no rule: write {word}[rule-id]"
    unknown = [name for name in names if name not in known]
    return f"unknown rule {unknown[0]!r}{did_you_mean(unknown[0], known)}" if unknown else ""


def _lines(path: str, comment: Comment, line: Line) -> set[int]:
    """The lines that the comment speaks of: its own, and the next line of code when no code stands before it."""
    first, last = comment.location.line, comment.location.end_line
    lines = set(range(first, last + 1))
    if line(path, first)[: comment.location.column - 1].strip():
        return lines
    rest = line(path, last)[comment.location.end_column - 1 :]
    if rest.strip():  # /* callkit-lint: … */ code
        return lines
    following = last + 1
    while line(path, following).lstrip().startswith(b"//"):
        following += 1
    return lines | {following}


def silenced(
    diagnostics: Iterable[Diagnostic], read: Callable[[str], bytes], reason: str
) -> tuple[dict[str, bytes], int]:
    """The files with a comment before each of these findings, by path, and how many findings none can stand before:
    inside a macro of several lines, or in a file that is not UTF-8. Indentation and line ends are the line's own."""
    wanted: dict[str, dict[int, set[str]]] = {}
    left = 0
    for diagnostic in diagnostics:
        if diagnostic.rule == UNUSED:
            left += 1
        else:
            wanted.setdefault(diagnostic.path, {}).setdefault(diagnostic.location.line, set()).add(diagnostic.rule)
    files: dict[str, bytes] = {}
    for path, of_file in sorted(wanted.items()):
        lines = read(path).split(b"\n")
        possible = {number: rules for number, rules in of_file.items() if _takes_a_comment(lines, number)}
        left += sum(map(len, of_file.values())) - sum(map(len, possible.values()))
        if possible:
            files[path] = b"\n".join(_with_comments(lines, possible, " ".join(reason.split())))
    return files, left


def _takes_a_comment(lines: Sequence[bytes], number: int) -> bool:
    goes_on = number > 1 and lines[number - 2].rstrip(b"\r").endswith(b"\\")
    return not goes_on and number <= len(lines) and b"\0" not in lines[number - 1]


def _with_comments(lines: Sequence[bytes], rules: Mapping[int, set[str]], reason: str) -> Iterator[bytes]:
    for number, line in enumerate(lines, 1):
        if number in rules:
            mark = b"\xef\xbb\xbf" if line.startswith(b"\xef\xbb\xbf") else b""
            line = line.removeprefix(mark)
            indent = line[: len(line) - len(line.lstrip())]
            comment = f"// callkit-lint: ignore[{', '.join(sorted(rules[number]))}] {reason}".rstrip()
            yield mark + indent + comment.encode() + (b"\r" if line.endswith(b"\r") else b"")
        yield line
