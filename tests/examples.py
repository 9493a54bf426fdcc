"""The examples that define what the tool says: those of the pages of rules and of SDKs, and the fixtures.

An example is a small program whose lines carry `// expect: rule-id` where a report must come. Every expected report
must come and no other may, of any rule. Swift examples have Objective-C twins.

A rule about an absence would speak of every small example, which lacks nearly everything. So it runs on its own page,
on the fixtures, and on examples whose heading ends in `, app`: these are the scaffold, an app that lacks nothing, with
the page's files in the place of the scaffold's of the same name. A rule of the strict profile runs on its own page.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from callkit_lint import driver
from callkit_lint.config import Config
from callkit_lint.rule import Diagnostic
from callkit_lint.rulebook import load_rules

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "rules"
FIXTURES = ROOT / "fixtures"

HEADINGS = ("What it does", "Why", "Bad", "Good", "Limits", "Fix")
LANGUAGES = ("Swift", "Objective-C")
ENDINGS = {"swift": (".swift",), "objc": (".m", ".mm", ".h"), "plist": (".plist",)}

_EXPECT = re.compile(r"(?://|<!--)\s*expect:\s*(.*?)\s*(?:-->)?\s*$")
_FENCE = re.compile(r"(`{3,})\s*(.*?)\s*$")
_SUBSECTION = re.compile(r"(.+) \((Swift|Objective-C)(, app)?\)")
_NO_TWIN = re.compile(r"No (Swift|Objective-C) twin: \S")

Expected = frozenset[tuple[str, int, str]]


@dataclass(frozen=True)
class Example:
    """A program: its files by path, the reports (path, line, rule) that its comments expect, the rules that run on
    it."""

    name: str
    files: Mapping[str, bytes]
    expected: Expected
    rules: frozenset[str]

    def rewritten(self, how: str, files: Mapping[str, bytes]) -> Example:
        """The same program in other words, with what its comments expect now."""
        return replace(self, name=f"{self.name}, {how}", files=dict(files), expected=expectations(files))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Twin:
    """One subsection of a page: an example in one language, and what it needs beside it."""

    section: str
    title: str
    language: str
    example: Example
    excused: frozenset[str]


@dataclass(frozen=True)
class Kind:
    """A kind of page: its headings in order, the rules that its Bad examples show (they run on all of its examples),
    and the files that stand beside those of each example, by language."""

    headings: tuple[str, ...]
    rules: frozenset[str]
    beside: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page: the lines of its sections, its examples in order, and everything that is wrong with the page itself."""

    name: str
    sections: Mapping[str, list[str]]
    twins: tuple[Twin, ...]
    problems: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[Example, Example]]:
        """The Swift examples that have an Objective-C twin, with it."""
        found = {(twin.section, twin.title, twin.language): twin.example for twin in self.twins}
        keys = [(section, title) for section, title, language in found if language == "Swift"]
        return [(found[*key, "Swift"], found[*key, "Objective-C"]) for key in keys if (*key, "Objective-C") in found]


def example(name: str, files: Mapping[str, bytes], rules: frozenset[str] | None = None) -> Example:
    """The program in these files, with what their comments expect of these rules, else of all default ones."""
    return Example(name, dict(files), expectations(files), default_rules() if rules is None else rules)


@cache
def default_rules() -> frozenset[str]:
    """The rules of the default profile."""
    return frozenset(name for name, entry in load_rules().items() if entry.rule.profile == "default")


@cache
def presence_rules() -> frozenset[str]:
    """Those of them that speak of code that is there."""
    return frozenset(name for name in default_rules() if load_rules()[name].rule.kind == "presence")


def expectations(files: Mapping[str, bytes]) -> Expected:
    """The reports that comments ask for, each on its own line; several rules with commas between them."""
    found: set[tuple[str, int, str]] = set()
    for path, data in files.items():
        for number, line in enumerate(data.decode().splitlines(), 1):
            if match := _EXPECT.search(line):
                found |= {(path, number, rule.strip()) for rule in match[1].split(",")}
    return frozenset(found)


# ---- pages ----------------------------------------------------------------------------------------------------------


def page_paths() -> list[Path]:
    """The pages of all rules."""
    return sorted(PAGES.glob("*/*.md"))


def read_page(path: Path) -> Page:
    """The rule page at this path."""
    return parse_page(path.stem.replace("_", "-"), path.read_text(encoding="utf-8"))


def parse_page(name: str, text: str, kind: Kind | None = None) -> Page:
    """A page from its text, a rule's where nothing else is said. Never raises: what is wrong with it is in its
    problems."""
    kind = kind or Kind(HEADINGS, frozenset({name}))
    title, sections, problems = _sections(text)
    if title != name:
        problems.append(f"the title is {title!r}, not {name!r}")
    if tuple(sections) != kind.headings:
        problems.append(f"the headings are {list(sections)}, not {list(kind.headings)}")
    twins: list[Twin] = []
    for section, lines in sections.items():
        prose, subsections = _subsections(lines)
        if any(_FENCE.match(line) for line in prose):
            problems.append(f"{section}: a fenced block outside of a subsection of Bad or Good")
        for heading, body in subsections:
            if section in ("Bad", "Good"):
                twins += _twin(name, kind, section, heading, body, problems)
            else:
                problems.append(f"{section}: has a subsection {heading!r}")
    problems += _judge(kind, twins)
    return Page(name, sections, tuple(twins), tuple(problems))


def _sections(text: str) -> tuple[str, dict[str, list[str]], list[str]]:
    """The page's title and the lines of its sections, fenced blocks kept whole."""
    title, sections, problems = "", dict[str, list[str]](), list[str]()
    current: list[str] | None = None
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        if not fenced and line.startswith("# ") and not title:
            title = line[2:].strip()
        elif not fenced and line.startswith("## "):
            if line[3:].strip() in sections:
                problems.append(f"the heading {line[3:].strip()!r} stands twice")
            current = sections.setdefault(line[3:].strip(), [])
        elif current is not None:
            current.append(line)
    if fenced:
        problems.append("a fenced block is not closed")
    return title, sections, problems


def _subsections(lines: list[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The lines before the first subsection, and each subsection's heading and lines."""
    prose, found, fenced = list[str](), list[tuple[str, list[str]]](), False
    for line in lines:
        fenced ^= bool(_FENCE.match(line))
        if not fenced and line.startswith("### "):
            found.append((line[4:].strip(), []))
        else:
            (found[-1][1] if found else prose).append(line)
    return prose, found


def _twin(page: str, kind: Kind, section: str, heading: str, body: list[str], problems: list[str]) -> Iterator[Twin]:
    where = f"{section}: {heading}"
    match = _SUBSECTION.fullmatch(heading)
    if not match:
        problems.append(f"{where}: must end with (Swift) or (Objective-C), or (Swift, app) or (Objective-C, app)")
        return
    files, prose = _blocks(where, body, problems)
    if not files:
        problems.append(f"{where}: has no fenced block")
    excused = frozenset(found[1] for line in prose if (found := _NO_TWIN.match(line)))
    own = kind.rules & load_rules().keys()
    if match[3]:
        program = example(f"{page}: {where}", {**scaffold(match[2]), **files}, default_rules() | own)
    else:
        program = example(f"{page}: {where}", {**kind.beside.get(match[2], {}), **files}, presence_rules() | own)
    yield Twin(section, match[1], match[2], program, excused)


def _blocks(where: str, body: list[str], problems: list[str]) -> tuple[dict[str, bytes], list[str]]:
    """The files in the fenced blocks of a subsection, and the lines outside of them."""
    files, prose, block, name = dict[str, bytes](), list[str](), list[str](), ""
    fenced = False
    for line in body:
        match = _FENCE.match(line)
        if match and not fenced:
            language, _, name = match[2].partition(" ")
            if not name.endswith(ENDINGS.get(language, ())):
                problems.append(f"{where}: {match[2]!r} is no language with a file name that fits it")
            if name in files:
                problems.append(f"{where}: {name} stands twice")
            block, fenced = [], True
        elif match:
            files[name] = "".join(f"{text}\n" for text in block).encode()
            fenced = False
        else:
            (block if fenced else prose).append(line)
    return files, prose


def _judge(kind: Kind, twins: list[Twin]) -> Iterator[str]:
    """What is wrong with the examples of a page: expectations, and twins that are missing or expect something else."""
    for section in ("Bad", "Good"):
        if section in kind.headings and not any(twin.section == section for twin in twins):
            yield f"{section}: has no example"
    rules: dict[tuple[str, str, str], list[str]] = {}
    for twin in twins:
        expected = sorted(name for _, _, name in twin.example.expected)
        if (twin.section, twin.title, twin.language) in rules:
            yield f"{twin.example.name}: stands twice"
        rules[twin.section, twin.title, twin.language] = expected
        if kind.rules.isdisjoint(expected) == (twin.section == "Bad"):
            shown = " or ".join(sorted(kind.rules))
            yield f"{twin.example.name}: a Bad example must expect {shown}, a Good one must not"
    for twin in twins:
        other = LANGUAGES[1 - LANGUAGES.index(twin.language)]
        counterpart = rules.get((twin.section, twin.title, other))
        if counterpart is None and other not in twin.excused:
            yield f"{twin.example.name}: has no {other} twin and does not say why"
        if counterpart is not None and counterpart != rules[twin.section, twin.title, twin.language]:
            yield f"{twin.example.name}: its {other} twin expects other reports"


def pages() -> list[Page]:
    """Every rule's page."""
    return [read_page(path) for path in page_paths()]


def page_examples() -> list[Example]:
    """Every example of every rule's page."""
    return [twin.example for page in pages() for twin in page.twins]


# ---- fixtures -------------------------------------------------------------------------------------------------------


def fixtures() -> list[Example]:
    """Every app below the fixtures: a directory with an Info.plist is one."""
    roots = sorted(plist.parent for plist in FIXTURES.rglob("Info.plist"))
    return [example(root.relative_to(FIXTURES).as_posix(), tree(root)) for root in roots]


def scaffold(language: str) -> dict[str, bytes]:
    """The app that lacks nothing, in this language."""
    return tree(FIXTURES / "scaffold" / {"Swift": "swift", "Objective-C": "objc"}[language])


def tree(root: Path) -> dict[str, bytes]:
    """The files below a directory, by their paths from there."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


# ---- running --------------------------------------------------------------------------------------------------------


def write(files: Mapping[str, bytes], root: Path) -> None:
    """Puts the files below a directory."""
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def diagnostics(files: Mapping[str, bytes], rules: frozenset[str] | None = None) -> tuple[Diagnostic, ...]:
    """What these rules say of a program, else all of the default profile; the tool's own failures are the test's."""
    selected = default_rules() if rules is None else rules
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory).resolve()
        write(files, root)
        report = driver.lint([root], root, Config(select=tuple(sorted(selected))), driver.Options(use_cache=False))
    assert not report.failures, "\n".join(str(part) for failure in report.failures for part in failure)
    return report.diagnostics


def facts(files: Mapping[str, bytes]) -> list[str]:
    """What the model knows of a program: the lines of `dump --facts`."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory).resolve()
        write(files, root)
        return driver.facts_of(root).splitlines()


def check(program: Example) -> None:
    """Fails unless the tool reports exactly what the program expects; prints both sides in full."""
    found = diagnostics(program.files, program.rules)
    reported = {(item.path, item.location.line, item.rule) for item in found}
    if reported != program.expected:
        raise AssertionError(_difference(program, found))


def _difference(program: Example, found: tuple[Diagnostic, ...]) -> str:
    reported = {(item.path, item.location.line, item.rule) for item in found}
    lines = [program.name]
    for title, part in (
        ("expected", program.expected),
        ("missing", program.expected - reported),
        ("not expected", reported - program.expected),
    ):
        lines += [f"{title}:", *(f"  {path}:{line}: {rule}" for path, line, rule in sorted(part))]
    lines.append("reported:")
    for item in found:
        lines.append(f"  {item.path}:{item.location.line}: {item.message} [{item.rule}]")
        lines += [f"    {step.text}  {step.path}:{step.location.line}" for step in item.chain]
    for path, data in sorted(program.files.items()):
        lines.append(f"---- {path}")
        lines += [f"{number:4} {line}" for number, line in enumerate(data.decode().splitlines(), 1)]
    return "\n".join(lines)
