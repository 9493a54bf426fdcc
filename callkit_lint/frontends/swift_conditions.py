"""`#if`: its conditions as expressions, and its branches out of the flat list of nodes the grammar makes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from callkit_lint.ir import (
    NOWHERE,
    Argument,
    Arm,
    Block,
    Branch,
    Call,
    Expr,
    Literal,
    Location,
    Name,
    Operator,
    Statement,
    Unknown,
)

_TOKEN = re.compile(r"\s*(&&|\|\||!(?!=)|\(|\)|\w+(?:\.\w+)*)")
_ARGUMENT = re.compile(r"\s*\(([^()]*)\)")
_COMMENT = re.compile(r"//.*|/\*.*?\*/", re.DOTALL)
_DEEPEST = 50


def condition_text(directive: str) -> str:
    """The condition of a directive's text, spaces normalised: "#if os(iOS)  // here" is "os(iOS)"."""
    text = _COMMENT.sub(" ", directive).strip()
    return " ".join(re.sub(r"^#(?:if|elseif)\b", "", text).split())


def compile_condition(text: str, place: Location = NOWHERE) -> Expr:
    """A compile-time condition as an expression: names, literals, calls such as `os(iOS)`, and "!", "&&", "||"."""
    reader = _Reader(text, place)
    return reader.either(0)


class _Reader:
    def __init__(self, text: str, place: Location) -> None:
        self.text = text
        self.place = place
        self.at = 0

    def either(self, depth: int) -> Expr:
        parts = [self.both(depth)]
        while self.take("||"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Operator("||", tuple(parts), self.place)

    def both(self, depth: int) -> Expr:
        parts = [self.one(depth)]
        while self.take("&&"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Operator("&&", tuple(parts), self.place)

    def one(self, depth: int) -> Expr:
        if depth > _DEEPEST:
            self.at = len(self.text)
            return Unknown((), self.place)
        if self.take("!"):
            return Operator("!", (self.one(depth + 1),), self.place)
        if self.take("("):
            inner = self.either(depth + 1)
            self.take(")")
            return inner
        match = _TOKEN.match(self.text, self.at)
        if match is None or not (match[1][0].isalnum() or match[1][0] == "_"):
            self.at = len(self.text)
            return Unknown((), self.place)
        self.at = match.end()
        arguments = _ARGUMENT.match(self.text, self.at)
        if arguments:
            self.at = arguments.end()
            given = arguments[1].split(",")[0].strip()
            value: Expr = Name(given, self.place) if re.fullmatch(r"[\w.]+", given) else Literal(given, self.place)
            return Call(match[1], None, (Argument("", value),), self.place)
        return _plain(match[1], self.place)

    def take(self, token: str) -> bool:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match[1] != token:
            return False
        self.at = match.end()
        return True


def _plain(word: str, place: Location) -> Expr:
    if word in ("true", "false"):
        return Literal(word == "true", place)
    return Literal(int(word), place) if word.isdigit() and len(word) < 10 else Name(word, place)


def constant(condition: Expr | None) -> bool | None:
    """Whether a condition is always or never true, as far as its text alone says it."""
    return bool(condition.value) if isinstance(condition, Literal) else None


def all_of(conditions: list[Expr]) -> Expr | None:
    """The condition that all of some hold; None for none."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return Operator("&&", tuple(conditions), conditions[-1].location)


def only_where(condition: Expr | None, statement: Statement) -> Statement:
    """A statement that is compiled under a condition alone."""
    if condition is None:
        return statement
    arm = Arm(Operator("#if", (condition,), condition.location), Block((statement,)))
    return Branch("#if", None, (arm,), False, condition.location)


@dataclass
class Conditional:
    """An `#if` that is being read: the statements before it, and its finished arms."""

    outer: list[Statement]
    place: Location
    condition: Expr | None
    arms: list[Arm] = field(default_factory=list)
    decided: bool = False
    # Nested too deeply: its branches are read as if they followed each other.
    ignored: bool = False

    @property
    def dead(self) -> bool:
        """Is the arm being read never compiled: `#if 0`, or what follows `#if true`?"""
        return self.decided or constant(self.condition) is False

    def finish_arm(self, statements: list[Statement]) -> None:
        """The arm being read ends."""
        if self.dead:
            return
        always = self.condition is None or constant(self.condition) is True
        condition = None if self.condition is None or always else Operator("#if", (self.condition,), self.place)
        self.arms.append(Arm(condition, Block(tuple(statements))))
        self.decided = always

    def statements(self) -> list[Statement]:
        """The whole `#if` as statements: none, those of an arm that is always compiled, or a Branch."""
        if not any(arm.body.statements for arm in self.arms):
            return []
        if self.arms[0].condition is None:
            return list(self.arms[0].body.statements)
        return [Branch("#if", None, tuple(self.arms), self.arms[-1].condition is None, self.place)]
