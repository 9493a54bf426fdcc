"""Comments silence what they name, where they stand, and nothing else."""

from __future__ import annotations

from callkit_lint.ir import Comment, Location
from callkit_lint.rule import Confidence, Diagnostic, Severity
from callkit_lint.suppression import Suppressions, read_comments

RULES = ["direct-activation", "direct-deactivation"]


def comments_of(source: str) -> list[Comment]:
    """What a frontend makes of the comments that speak to us: text without markers, and the place."""
    found = []
    for number, line in enumerate(source.split("\n"), start=1):
        marker = "//" if "//" in line else "/*"
        if "callkit-lint" in line:
            start = line.index(marker)
            end = len(line) if marker == "//" else line.index("*/") + 2
            text = line[start:end].removeprefix(marker).removesuffix("*/").strip()
            found.append(Comment(text, Location(number, start + 1, number, end + 1)))
    return found


def suppressions(source: str) -> Suppressions:
    lines = source.encode().split(b"\n")

    def line(path: str, number: int) -> bytes:
        return lines[number - 1] if path == "A.swift" and 0 < number <= len(lines) else b""

    return read_comments({"A.swift": comments_of(source)}, RULES, line)


def silenced(source: str, rule: str = "direct-activation", path: str = "A.swift") -> list[int]:
    """The lines on which a finding would be silenced."""
    found = suppressions(source)
    lines = range(1, source.count("\n") + 3)
    return [line for line in lines if found.cover(finding(rule, line, line, path))]


def finding(rule: str, line: int, end_line: int, path: str = "A.swift") -> Diagnostic:
    return Diagnostic(rule, Severity.error, Confidence.high, path, Location(line, 1, end_line, 9), "message")


def test_on_the_line() -> None:
    assert silenced("a()\nb() // callkit-lint: ignore[direct-activation] the simulator\nc()") == [2]
    assert silenced("a()\nb() /* callkit-lint: ignore[direct-activation] */\nc()") == [2]
    assert silenced("/* callkit-lint: ignore[direct-activation] */ b()\nc()") == [1]


def test_on_the_line_before() -> None:
    assert silenced("a()\n    // callkit-lint: ignore[direct-activation] why\n    b()\n    c()") == [2, 3]
    assert silenced("a()\n/* callkit-lint: ignore[direct-activation] */\nb()\nc()") == [2, 3]


def test_further_comments_may_follow() -> None:
    source = """
    // callkit-lint: ignore[direct-activation] because of
    // something that takes a second line,
    // callkit-lint: ignore[direct-deactivation] and this
    b()
    c()"""
    assert silenced(source) == [2, 5]
    assert silenced(source, "direct-deactivation") == [4, 5]


def test_only_the_rules_it_names() -> None:
    source = "b() // callkit-lint: ignore[direct-deactivation]"
    assert silenced(source) == []
    assert silenced(source, "direct-deactivation") == [1]
    both = "b() // callkit-lint:ignore[direct-activation,direct-deactivation]"
    assert silenced(both) == silenced(both, "direct-deactivation") == [1]
    assert silenced("b() // callkit-lint: ignore[direct-activation direct-deactivation]") == [1]


def test_only_its_file() -> None:
    assert silenced("b() // callkit-lint: ignore[direct-activation]", path="B.swift") == []
    assert silenced("// callkit-lint: ignore-file[direct-activation]", path="B.swift") == []


def test_a_whole_file() -> None:
    source = "a()\nb() // callkit-lint: ignore-file[direct-activation] generated\nc()"
    assert silenced(source) == [1, 2, 3, 4]
    assert silenced(source, "direct-deactivation") == []


def test_a_call_over_several_lines_by_its_first_or_last() -> None:
    found = suppressions("a(\n  b,\n  c) // callkit-lint: ignore[direct-activation]")
    assert found.cover(finding("direct-activation", 1, 3))
    assert not found.cover(finding("direct-activation", 1, 2))


def mistakes(comment: str) -> list[str]:
    found = suppressions(f"a()\nb() // {comment}")
    return [f"{path}:{line}: {mistake}" for path, line, mistake in found.mistakes]


def test_comments_without_effect_are_said() -> None:
    assert mistakes("callkit-lint: ignore[direct-activation] fine") == []
    assert mistakes("callkit-lint: ignore because") == ["A.swift:2: the comment names no rule: write ignore[rule-id]"]
    assert mistakes("callkit-lint: ignore[]") == ["A.swift:2: the comment names no rule: write ignore[rule-id]"]
    assert mistakes("callkit-lint: ignore[direct-activaton]") == [
        "A.swift:2: unknown rule 'direct-activaton' (did you mean 'direct-activation'?)"
    ]
    assert mistakes("callkit-lint: ignor[direct-activation]") == [
        "A.swift:2: unknown comment 'ignor' (did you mean 'ignore'?)"
    ]
    assert mistakes("see callkit-lint: it reads comments") == []


def test_a_wrong_name_does_not_spoil_the_right_one() -> None:
    assert silenced("b() // callkit-lint: ignore[nonsense, direct-activation]") == [1]
