"""Comments that silence findings: `// callkit-lint: ignore[rule, rule] reason` and `ignore-file[rule]`.

`ignore` works on its own line, and when it stands alone there, on the next line that is not a comment. `ignore-file`
works on the whole file. Both name their rules: one that silenced everything would also silence what nobody has seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from callkit_lint.config import did_you_mean
from callkit_lint.ir import Comment
from callkit_lint.rule import Diagnostic

_COMMENT = re.compile(r"\W*callkit-lint\s*:\s*(?P<word>[\w-]+)\s*(?:\[(?P<rules>[^\]]*)\])?")

Line = Callable[[str, int], bytes]


@dataclass(slots=True)
class Suppressions:
    """Which rules are silenced where: in whole files, and on lines of files.

    `mistakes` are comments without effect: path, line and what is wrong.
    """

    files: set[tuple[str, str]] = field(default_factory=set)
    lines: set[tuple[str, int, str]] = field(default_factory=set)
    mistakes: list[tuple[str, int, str]] = field(default_factory=list)

    def cover(self, diagnostic: Diagnostic) -> bool:
        """Whether a comment silences this finding, by the first or the last line of its place."""
        path, where, rule = diagnostic.path, diagnostic.location, diagnostic.rule
        return (
            (path, rule) in self.files
            or (path, where.line, rule) in self.lines
            or (path, where.end_line, rule) in self.lines
        )


def read_comments(comments: Mapping[str, Sequence[Comment]], rules: Iterable[str], line: Line) -> Suppressions:
    """What the comments of the files silence; `line` gives a source line's bytes."""
    known = set(rules)
    found = Suppressions()
    for path, of_file in comments.items():
        for comment in of_file:
            match = _COMMENT.match(comment.text)
            if match is None:
                continue
            names = [name for name in re.split(r"[\s,]+", match["rules"] or "") if name]
            if mistake := _mistake(match["word"], names, known):
                found.mistakes.append((path, comment.location.line, mistake))
            names = [name for name in names if name in known]
            if match["word"] == "ignore-file":
                found.files.update((path, name) for name in names)
            elif match["word"] == "ignore":
                targets = _lines(path, comment, line)
                found.lines.update((path, target, name) for name in names for target in targets)
    return found


def _mistake(word: str, names: list[str], known: set[str]) -> str:
    if word not in ("ignore", "ignore-file"):
        return f"unknown comment {word!r}{did_you_mean(word, ('ignore', 'ignore-file'))}"
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
