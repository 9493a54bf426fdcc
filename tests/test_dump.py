"""The text form of the neutral form."""

from __future__ import annotations

import time

from callkit_lint.dump import dump, escaped
from callkit_lint.ir import (
    Argument,
    Arm,
    Assign,
    Attempt,
    Block,
    Branch,
    Call,
    Closure,
    Collection,
    Comment,
    Declare,
    Defer,
    Exit,
    Expr,
    Field,
    FileSummary,
    Function,
    Literal,
    Location,
    Loop,
    Lost,
    Member,
    Name,
    Operator,
    Parameter,
    Selector,
    Statement,
    TypeDecl,
    Unknown,
)

AT = Location(7, 1, 7, 9)


def shown(*statements: Statement) -> list[str]:
    """The lines of a function with these statements."""
    function = Function("", "f()", "", "function", (), "", Block(statements), location=AT)
    head, *lines = dump(FileSummary("swift", functions=(function,))).splitlines()[1:]
    assert head == "function 7: function f()"
    return [line[2:] for line in lines]


def text(expr: Expr) -> str:
    (line,) = shown(Exit("return", expr, AT))
    return line.removeprefix("7: return ")


def call(name: str, *arguments: Expr, receiver: Expr | None = None, at: Location = AT) -> Call:
    return Call(name, receiver, tuple(Argument("", argument) for argument in arguments), at)


def test_expressions() -> None:
    a, b = Name("a"), Name("b")
    assert text(Literal(True)) == "true"
    assert text(Literal(1)) == "1"
    assert text(Literal(0.5)) == "0.5"
    assert text(Literal(None)) == "nil"
    assert text(Literal('x"\n\\')) == r'"x\"\n\\"'
    assert text(Member(Member(None, "a"), "b")) == ".a.b"
    assert text(Selector("a:b:")) == "#selector(a:b:)"
    assert text(Collection((a, Operator(":", (a, b))))) == "[a, a: b]"
    assert text(Operator("!", (a,))) == "!a"
    assert text(Operator("&&", (a, b, a))) == "(a && b && a)"
    assert text(Operator("?:", (a, b, a))) == "(a ? b : a)"
    assert text(Operator("[]", (a, b, a))) == "a[b, a]"
    assert text(Operator("as?", (a, b))) == "(a as? b)"
    assert text(Operator("tuple", (a, b))) == "tuple(a, b)"
    assert text(Operator("tuple", ())) == "tuple()"
    assert text(Operator("let", (a, b))) == "let(a, b)"
    assert text(Operator("available", (Literal("iOS 14"),))) == 'available("iOS 14")'
    assert text(Unknown()) == "?"


def test_calls() -> None:
    a = Name("a")
    assert text(call("f", a)) == "f(a)"
    assert text(call("f", receiver=a)) == "a.f()"
    assert text(call("f", receiver=Name(""))) == ".f()"
    assert text(call("", receiver=call("f"))) == "f()()"
    assert text(Call("f", a, optional=True)) == "a?.f()"
    assert text(Call("f", None, attempt="try?", awaited=True)) == "try? await f()"
    assert text(Call("f", None, (Argument("x", a), Argument("", a)))) == "f(x: a, a)"


def test_messages() -> None:
    a = Name("a")
    assert text(Call("f", a, message=True)) == "[a f]"
    assert text(Call("f:g:", a, (Argument("", a), Argument("", Literal(1))), message=True)) == "[a f:a g:1]"
    variadic = Call("f:", a, (Argument("", a), Argument("", Literal(1))), message=True)
    assert text(variadic) == "[a f:a, 1]"


def test_statements() -> None:
    a, b = Name("a"), Name("b")
    body = Block((call("f"),))
    assert shown(call("f"), Name("a", AT)) == ["7: call f()", "7: value a"]
    assert shown(Declare("x", "T", a, AT), Declare("y", "", None, AT)) == ["7: declare x: T = a", "7: declare y"]
    assert shown(Assign(a, b, AT)) == ["7: assign a = b"]
    assert shown(Exit("break", None, AT)) == ["7: break"]
    assert shown(Defer(body, AT)) == ["7: defer", "  7: call f()"]
    assert shown(body) == ["block", "  7: call f()"]
    assert shown(Loop(a, body, location=AT)) == ["7: loop a", "  7: call f()"]
    assert shown(Loop(None, body, at_least_once=True, location=AT))[0] == "7: loop at least once"
    assert shown(Unknown((call("f"),), AT)) == ["7: unknown", "  7: call f()"]
    assert shown(Attempt(body, (body,), body, AT)) == [
        "7: attempt",
        "  7: call f()",
        "catch",
        "  7: call f()",
        "finally",
        "  7: call f()",
    ]
    assert shown(Branch("switch", a, (Arm(b, body), Arm(None, body)), True, AT)) == [
        "7: switch a",
        "  when b",
        "    7: call f()",
        "  else",
        "    7: call f()",
    ]
    assert shown(Branch("switch", a, (), False, AT)) == ["7: switch not exhaustive a"]


def test_closures_and_unknown_parts_are_numbered_and_follow() -> None:
    inner = Closure((Parameter("_", "x", "T"),), Block((call("g"),)))
    outer = Closure((), Block((call("h", inner),)))
    arguments = (Argument("", Unknown((call("i"),))), Argument("", Name("a")), Argument("then", outer, trailing=True))
    assert shown(Call("f", None, arguments, AT)) == [
        "7: call f(?1, a) then: {2}",
        "  ?1 unknown",
        "    7: call i()",
        "  {2} closure",
        "    7: call h({1})",
        "      {1} closure (x: T)",
        "        7: call g()",
    ]
    both = Assign(Operator("[]", (Name("a"), outer)), inner, AT)
    assert shown(both)[0] == "7: assign a[{1}] = {2}"


def test_declarations() -> None:
    summary = FileSummary(
        "objc",
        imports=("A", "B"),
        types=(TypeDecl("T", "class", ("S",), (Field("x", "X", Literal(1), True, ("static",)),), ("final",), AT),),
        functions=(
            Function("T", "f(a:)", "fWithA:", "method", (Parameter("a", "a", "X"),), "R", None, True, ("objc",), AT),
            Function("T", "", "", "initial values", (), "", Block(), location=AT),
        ),
        globals=(Field("g", "", None),),
        macros=(("M", "1"),),
        comments=(Comment("callkit-lint: x", AT),),
        lost=(Lost(3, 4),),
    )
    assert dump(summary) == "\n".join(
        [
            "language objc",
            "imports A, B",
            "macro M = 1",
            "type 7: class T : S [final]",
            "  static field x: X = 1 [static]",
            "global g",
            "function 7: static method T.f(a:) (a: X) -> R selector fWithA: [objc] without body",
            "function 7: initial values T",
            "comment 7: callkit-lint: x",
            "lost bytes 3 to 4",
            "",
        ]
    )


def test_what_a_terminal_would_act_on_is_escaped() -> None:
    assert escaped("a\x1b[31m\u202eb\u200b\n") == r"a\u{1b}[31m\u{202e}b\u{200b}\u{a}"
    assert escaped("é日本 🙂") == "é日本 🙂"
    assert text(Literal("\x07")) == r'"\u{7}"'
    assert text(Name("a\x1bb")) == r"a\u{1b}b"
    assert text(call("f\x1b")) == r"f\u{1b}()"
    dump(FileSummary("swift", imports=("\ud800",))).encode()


def test_deep_forms() -> None:
    member: Expr = Name("a")
    nested: Statement = call("f")
    closure: Expr = Name("b")
    for _ in range(20_000):
        member = Member(member, "b")
        nested = Unknown((nested,), AT)
        closure = Closure((), Block((call("g", closure),)))
    started = time.process_time()
    lines = shown(Exit("return", member, AT), nested, call("f", closure))
    assert time.process_time() - started < 10
    assert len(lines) > 40_000
    assert len(lines[0]) > 40_000


def test_the_same_summary_gives_the_same_text() -> None:
    closure = Closure((), Block((call("g"),)))
    summary = FileSummary("swift", globals=(Field("a", "", closure),))
    assert dump(summary) == dump(summary)


def test_huge_integers() -> None:
    assert text(Literal(1 << 100_000)).startswith("0x1000")
