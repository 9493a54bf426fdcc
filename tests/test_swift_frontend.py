"""The Swift frontend: source to the neutral form, mostly compared as `dump` writes it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator

import pytest

from callkit_lint import flat
from callkit_lint.dump import dump
from callkit_lint.frontends import swift
from callkit_lint.frontends.swift_source import type_name
from callkit_lint.ir import (
    Block,
    Branch,
    Call,
    Closure,
    Expr,
    Field,
    FileSummary,
    Function,
    Literal,
    Location,
    Name,
    Operator,
    Statement,
    TypeDecl,
    Unknown,
)


def lowered(source: str | bytes) -> FileSummary:
    return swift.lower(source.encode() if isinstance(source, str) else source)


def lines(source: str | bytes) -> list[str]:
    """The dump without its first line."""
    return dump(lowered(source)).splitlines()[1:]


def body(source: str) -> list[str]:
    """The statements of a function with this source, without line numbers."""
    summary = lowered("func f() {\n" + source + "\n}")
    assert not summary.lost, summary.lost
    shown = [line for line in dump(summary).splitlines() if line.startswith("  ")]
    return [re.sub(r"^( *)\d+: ", r"\1", line[2:]) for line in shown]


def value(source: str) -> str:
    """An expression, as the value of a constant."""
    (line,) = body(f"let x = {source}")
    return line.removeprefix("declare x = ")


def functions(source: str) -> dict[str, Function]:
    return {f"{function.kind} {function.name}".strip(): function for function in lowered(source).functions}


def parts_of(item: object) -> Iterator[object]:
    """Every node of the neutral form below one, without recursion."""
    stack = [item]
    while stack:
        inner = stack.pop()
        yield inner
        if isinstance(inner, tuple):
            stack.extend(reversed(inner))
        elif hasattr(inner, "__dataclass_fields__"):
            stack.extend(getattr(inner, name) for name in reversed(list(inner.__dataclass_fields__)))


def calls(summary: object) -> list[str]:
    return [inner.name for inner in parts_of(summary) if isinstance(inner, Call)]


def depth_of(summary: object) -> int:
    deepest, stack = 0, [(summary, 0)]
    while stack:
        inner, depth = stack.pop()
        deepest = max(deepest, depth)
        if isinstance(inner, tuple):
            stack.extend((part, depth) for part in inner)
        elif hasattr(inner, "__dataclass_fields__"):
            stack.extend((getattr(inner, name), depth + 1) for name in inner.__dataclass_fields__)
    return deepest


# ---- expressions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("4", "4"),
        ("-0x1F", "-31"),
        ("0b101", "5"),
        ("1_000", "1000"),
        ("0.5e1", "5.0"),
        ("0x1p4", "16.0"),
        ("true", "true"),
        ("nil", "nil"),
        (r'"a\n\"\u{41}"', r'"a\n\"A"'),
        ('#"a\\b"#', '"a\\\\b"'),
        (r'"a\(b.c(), x: 1)d"', 'interpolation("a", b.c(), 1, "d")'),
        (r'#"a\#(b)c"#', 'interpolation("a", b, "c")'),
        ('"""\n  a\n   "b"\n  """', r'"a\n \"b\""'),
        ("#file", "#file"),
        ("`default`", "default"),
        ("self.a.b", "self.a.b"),
        (".foo", ".foo"),
        ("[a, .b]", "[a, .b]"),
        ("[a: b, c: d()]", "[a: b, c: d()]"),
        ("[:]", "[]"),
        ("(a)", "a"),
        ("(a, b: c)", "tuple(a, c)"),
        ("a[1, x: 2]", "a[1, 2]"),
        ("a?[b]![c]", "a[b][c]"),
        (r"\Foo.bar.baz", "keypath(Foo.bar.baz)"),
        (r"\.foo", "keypath(.foo)"),
        ("#keyPath(A.b)", "keypath(A.b)"),
        ("a as? B", "(a as? B)"),
        ("a as! B<C>", "(a as B)"),
        ("a is B", "(a is B)"),
        ("a as? B.C ?? d", "((a as? B.C) ?? d)"),
        ("(any P).self", "P.self"),
        ("a ..< b", "(a ..< b)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("&a", "&a"),
    ],
)
def test_values(source: str, shown: str) -> None:
    assert value(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a && b.c() || !d.e(f) && g", "((a && b.c()) || (!d.e(f) && g))"),
        ("a || b && c || d", "(a || (b && c) || d)"),
        ("a == b.c() && d != e", "((a == b.c()) && (d != e))"),
        ("a + b * c - d.e() + f", "(((a + (b * c)) - d.e()) + f)"),
        ("a + b + c", "(a + b + c)"),
        ("!a.b(c).d", "!a.b(c).d"),
        ("!(a && b) || !c", "(!(a && b) || !c)"),
        ("-a.b + c", "(-a.b + c)"),
        ("a! + b!", "(a + b)"),
        ("a as? B ?? c()", "((a as? B) ?? c())"),
        ("a as? B != nil && c is D", "(((a as? B) != nil) && (c is D))"),
        ("a ?? b ?? c", "(a ?? (b ?? c))"),
        ("a << b & c", "((a << b) & c)"),
        ("a?.b == c ? d() : e", "((a.b == c) ? d() : e)"),
        ("a ~> b", "(a ~> b)"),
        ("(a < b, c > d)", "tuple((a < b), (c > d))"),
    ],
)
def test_operators_bind_as_in_swift_where_the_grammar_does_not(source: str, shown: str) -> None:
    assert value(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("foo(1, a: b)", "foo(1, a: b)"),
        ("a.b.foo()", "a.b.foo()"),
        ("a().b(c()).d", "a().b(c()).d"),
        ("Foo<Bar>(x)", "Foo(x)"),
        ("Foo<Bar>.init(x)", "Foo.init(x)"),
        ("A.B<C, D>.shared.foo(x)", "A.B.shared.foo(x)"),
        ("f(A.B<C>(x))", "f(A.B(x))"),
        ("Outer.Inner(x)", "Outer.Inner(x)"),
        ("Foo.init(x)", "Foo.init(x)"),
        ("[Int]()", "[Int]()"),
        ("[String: Int](x)", "[String: Int](x)"),
        (".foo(x)", ".foo(x)"),
        (".foo(x).bar", ".foo(x).bar"),
        ("a?.b(c).d()", "a?.b(c)?.d()"),
        ("a?(b)", "a(b)"),
        ("a!.b!(c)!", "a.b(c)"),
        ("(a as! B).c()", "(a as B).c()"),
        ("f()()", "f()()"),
        ("f(a)[0](b)", "f(a)[0](b)"),
        ("#foo(1)", "#foo(1)"),
        ("type(of: a).foo()", "type(of: a).foo()"),
        ("super.foo()", "super.foo()"),
        ("f(if: a, in: b, default: c)", "f(if: a, in: b, default: c)"),
        ("f(a, /* x */ b: c) // y", "f(a, b: c)"),
        ("a.reduce(0, +)", "a.reduce(0, +)"),
        ("a.b(c:d:)", "a.b(c:d:)"),
    ],
)
def test_calls(source: str, shown: str) -> None:
    assert value(source) == shown


def only_call(source: str) -> Call:
    (function,) = lowered(f"func f() {{ {source} }}").functions
    assert function.body is not None
    (call,) = function.body.statements
    assert isinstance(call, Call)
    return call


def test_parts_of_a_call() -> None:
    call = only_call("session?.setActive(true, options: .x)")
    assert (call.name, call.optional, call.attempt, call.awaited, call.message) == ("setActive", True, "", False, False)
    assert isinstance(call.receiver, Name)
    assert [argument.label for argument in call.arguments] == ["", "options"]
    assert call.arguments[0].value == Literal(True, Location(1, 31, 1, 35))
    assert call.location == Location(1, 12, 1, 49)


def test_an_implicit_member_call_has_an_empty_name_as_receiver() -> None:
    (argument,) = only_call("f(.now())").arguments
    assert isinstance(argument.value, Call)
    assert isinstance(argument.value.receiver, Name)
    assert argument.value.receiver.name == ""


def test_only_what_stands_behind_the_question_mark_is_optional() -> None:
    call = only_call("a().b?.c()")
    assert call.optional
    assert isinstance(call.receiver, Expr)
    assert [inner.optional for inner in parts_of(call.receiver) if isinstance(inner, Call)] == [False]


@pytest.mark.parametrize(
    ("source", "attempt", "awaited"),
    [
        ("try a.b()", "try", False),
        ("try? a.b()", "try?", False),
        ("try! await a.b().c()", "try!", True),
        ("await a.b()", "", True),
        ("(try? a.b())", "try?", False),
    ],
)
def test_effects_mark_the_outermost_call(source: str, attempt: str, awaited: bool) -> None:
    call = only_call(source)
    assert (call.attempt, call.awaited) == (attempt, awaited)
    inner = [inner for inner in parts_of(call.receiver) if isinstance(inner, Call)]
    assert all((each.attempt, each.awaited) == ("", False) for each in inner)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("try a().b", "try a().b"),
        ("try a() ?? b()", "(try a() ?? try b())"),
        ("c ? try a() : b()", "(c ? try a() : b())"),
        ("await a() == b", "(await a() == b)"),
    ],
)
def test_effects_cover_what_is_to_their_right(source: str, shown: str) -> None:
    assert value(source) == shown


def test_closures() -> None:
    assert body("a { b() }") == ["call a() {1}", "  {1} closure", "    call b()"]
    assert body("a(x) { $0.b() } done: { c in c() }") == [
        "call a(x) {1} done: {2}",
        "  {1} closure",
        "    call $0.b()",
        "  {2} closure (c)",
        "    call c()",
    ]
    assert body("a(done: { [weak self, unowned b] (x: Int, _ y: A?) -> Void in z() })") == [
        "call a(done: {1})",
        "  {1} closure (x: Int, y: A)",
        "    call z()",
    ]
    assert body("a { @MainActor [b = self.c()] in b.d() }") == [
        "call a() {1}",
        "  {1} closure",
        "    declare b = self.c()",
        "    call b.d()",
    ]
    assert body("x.map { $0 }.filter { !$0.b }")[0] == "call x.map() {1}.filter() {2}"


@pytest.mark.parametrize("given", ["let x = ", "let x: X = ", "x = ", ""])
def test_a_trailing_closure_is_an_argument_of_its_call(given: str) -> None:
    assert any(line.endswith("f(1) {1}") for line in body(f"{given}f(1) {{ g() }}"))


def test_trailing_closures_are_marked() -> None:
    call = only_call("a(b: { }) { } c: { }")
    assert [(argument.label, argument.trailing) for argument in call.arguments] == [
        ("b", False),
        ("", True),
        ("c", True),
    ]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("#selector(A.handle(_:with:))", "handle(_:with:)"),
        ("#selector(handle)", "handle"),
        ("#selector(self.handle as (A) -> (B) -> Void)", "handle"),
        ("#selector(getter: A.b)", "b"),
        ("#selector(setter: A.b)", "setB:"),
        ('Selector("foo:bar:")', "foo:bar:"),
        ('Selector(("foo:"))', "foo:"),
        ('NSSelectorFromString("foo:")', "foo:"),
    ],
)
def test_selectors(source: str, name: str) -> None:
    assert value(source) == f"#selector({name})"


# ---- statements -----------------------------------------------------------------------------------------------------


def test_assignments() -> None:
    assert body("a.b = c()") == ["assign a.b = c()"]
    assert body("a += b()") == ["assign a = (a + b())"]
    assert body("a.b ??= c") == ["assign a.b = (a.b ?? c)"]
    assert body("x?.y = try z()") == ["assign x.y = try z()"]
    assert body("try a = b()") == ["assign a = try b()"]
    assert body("_ = a()") == ["assign _ = a()"]
    assert body("x = y ? A<B>.c() : A<B>(d)") == ["assign x = (y ? A.c() : A(d))"]


def test_if() -> None:
    source = """
    if a, let b = c, let d, case .e(let f) = g, #available(iOS 14, *) { h() }
    else if i { j() }
    else { k() }
    """
    assert body(source) == [
        "if",
        '  when (a && let(b, c) && let(d, d) && if case(.e, g) && available("iOS 14"))',
        "    declare f",
        "    call h()",
        "  when i",
        "    call j()",
        "  else",
        "    call k()",
    ]
    assert body("if #unavailable(iOS 14) { a() }")[1] == '  when !available("iOS 14")'
    assert body("if let a: B = c() { }")[1] == "  when let(a, (c() as B))"
    assert body("if let x = try? a() as? B { }")[1] == "  when let(x, (try? a() as? B))"
    assert body("if a.contains({ $0 }) { b() }")[1:] == [
        "  when a.contains({1})",
        "    {1} closure",
        "      value $0",
        "    call b()",
    ]


def test_whether_a_branch_is_exhaustive() -> None:
    def exhaustive(source: str) -> bool:
        (branch,) = [inner for inner in parts_of(lowered(f"func f() {{ {source} }}")) if isinstance(inner, Branch)]
        return branch.exhaustive

    assert not exhaustive("if a { b() }")
    assert not exhaustive("if a { b() } else if c { d() }")
    assert exhaustive("if a { b() } else { c() }")
    assert exhaustive("switch a { case .b: c() }")
    assert not exhaustive("guard a else { return }")


def test_guard() -> None:
    assert body("guard let self, a == b else { return }\nc()") == [
        "guard",
        "  when !(let(self, self) && (a == b))",
        "    return",
        "call c()",
    ]
    assert body("guard case .a(let x) = y else { throw z }") == [
        "guard",
        "  when !if case(.a, y)",
        "    throw z",
        "declare x",
    ]


def test_switch() -> None:
    source = """
    switch a.b() {
    case .c: d()
    case .e(let f), .g(let f) where h(): i(); fallthrough
    case 1...3, "x": j()
    case let .k(l, m: n): o()
    case let p as Q: r()
    case is S: break
    case (1, _), nil, T.u, V.w(let x)?: y()
    @unknown default: z()
    }
    """
    assert body(source) == [
        "switch a.b()",
        "  when case(.c)",
        "    call d()",
        "  when case(.e, (.g where h()))",
        "    declare f",
        "    call i()",
        "    fallthrough",
        '  when case((1 ... 3), "x")',
        "    call j()",
        "  when case(.k)",
        "    declare l",
        "    declare n",
        "    call o()",
        "  when case((p as Q))",
        "    declare p: Q",
        "    call r()",
        "  when case((_ is S))",
        "    break",
        "  when case(tuple(1, _), nil, T.u, V.w)",
        "    declare x",
        "    call y()",
        "  else",
        "    call z()",
    ]


def test_each_pattern_has_its_own_where() -> None:
    assert body("switch a { case .b where c, .d where e(): f()\ndefault: break }")[1] == (
        "  when case((.b where c), (.d where e()))"
    )


def test_a_pattern_is_no_call() -> None:
    assert calls(lowered("func f() { switch x { case .setActive(let a): b(a)\ncase let .fulfill(c): d(c) } }")) == [
        "b",
        "d",
    ]


def test_if_and_switch_as_values() -> None:
    assert body("let a = if b { c() } else { d() }") == [
        "declare a",
        "if",
        "  when b",
        "    assign a = c()",
        "  else",
        "    assign a = d()",
    ]
    assert body("return switch a { case .b: c()\n default: if d { e() } else { throw f } }") == [
        "switch a",
        "  when case(.b)",
        "    return c()",
        "  else",
        "    if",
        "      when d",
        "        return e()",
        "      else",
        "        throw f",
    ]
    assert body("a.b = if c { d() } else { e() }")[2] == "    assign a.b = d()"


def test_loops() -> None:
    assert body("for a in b.c where d { e() }") == [
        "loop each(b.c)",
        "  declare a = b.c[?]",
        "  if",
        "    when d",
        "      call e()",
    ]
    assert body("for a in b() { }") == ["loop each(b())", "  declare a"]
    assert body("for try await a in b.c() { d() }") == ["loop await each(b.c())", "  declare a", "  call d()"]
    assert body("for case let a as B in c { }") == ["loop each(c)", "  declare a: B"]
    assert body("for (a, b) in c { }") == ["loop each(c)", "  declare a", "  declare b"]
    assert body("while let a = b(), c { d() }") == ["loop (let(a, b()) && c)", "  call d()"]
    assert body("repeat { a() } while b()") == ["loop at least once b()", "  call a()"]
    assert body("x: for a in b() { continue x }") == ["loop each(b())", "  declare a", "  continue x"]


def test_do_catch_and_defer() -> None:
    assert body("do { try a() } catch let e as B where c() { d() } catch { f() }") == [
        "attempt",
        "  call try a()",
        "catch",
        "  declare e: B",
        "  call c()",
        "  call d()",
        "catch",
        "  call f()",
    ]
    assert body("do { a() }") == ["block", "  call a()"]
    assert body("defer { a() }\nb()") == ["defer", "  call a()", "call b()"]


def test_exits() -> None:
    assert body("return a.b()") == ["return a.b()"]
    assert body("return\n") == ["return"]
    assert body("throw A.b") == ["throw A.b"]
    assert body("fatalError(a())") == ["fatal fatalError(a())"]
    assert body("preconditionFailure()") == ["fatal preconditionFailure()"]
    assert body("Darwin.exit(0)") == ["fatal Darwin.exit(0)"]
    assert body("return fatalError()") == ["fatal fatalError()"]
    assert body("a.exit()") == ["call a.exit()"]


def test_local_declarations() -> None:
    assert body("let a: B? = c(), d = 1") == ["declare a: B = c()", "declare d = 1"]
    assert body("var a, b: C") == ["declare a: C", "declare b: C"]
    assert body("let (a, b) = c()") == ["declare a", "declare b", "assign tuple(a, b) = c()"]
    assert body("func g(_ a: Int, b c: String) -> Int { d() }\ng(1)") == [
        "declare g = {1}",
        "  {1} closure (a: Int, b c: String)",
        "    call d()",
        "call g(1)",
    ]
    assert body("var a: Int { b() }") == ["declare a: Int = {1}", "  {1} closure", "    call b()"]
    assert body("var a = 1 { didSet { b() } }")[-1].strip() == "call b()"
    assert body("@A lazy var b = c()") == ["declare b = c()"]
    assert body("async let a = b()") == ["declare a = b()"]


def test_local_types() -> None:
    summary = lowered("func f() { class A { func b() { c() } }\n d() }")
    assert [declared.name for declared in summary.types] == ["A"]
    assert [(function.owner, function.name) for function in summary.functions] == [("A", "b()"), ("", "f()")]


# ---- declarations ---------------------------------------------------------------------------------------------------


def test_imports() -> None:
    source = (
        "import UIKit\nimport class Foo.Bar\n@preconcurrency import X\n@testable import Y\nimport UIKit\nimport os.log"
    )
    assert lowered(source).imports == ("UIKit", "Foo", "X", "Y", "os")


def test_types() -> None:
    source = """
    @objc(Foo) final class A<T>: B<T>, @unchecked C where T: D {
        struct E { enum F: Int { case a = 1, b(Int) ; indirect case c } }
        typealias G = H<I>?
    }
    extension A.E: J {}
    protocol K: L { associatedtype M: N }
    actor O {}
    """
    assert [line for line in lines(source) if not line.startswith("function")] == [
        "type 2: class A : B, C [objc(Foo); final]",
        "type 3: struct A.E",
        "type 3: enum A.E.F : Int",
        "  static field a = 1 [case]",
        "  static field b [case]",
        "  static field c [case]",
        "type 4: typealias A.G : H",
        "type 6: extension A.E : J",
        "type 7: protocol K : L",
        "type 7: typealias K.M : N",
        "type 8: actor O",
    ]


def test_functions() -> None:
    found = functions("""
    class A {
        @objc(foo:bar:) private func a(_ b: Int, with c: String = d()) async throws -> E? { f() }
        class func g() {}
        static func + (a: A, b: A) -> A { a }
        required convenience init?(h: Int) {}
        deinit { i() }
        func j(_ k: Int..., l: inout M, n: @escaping () -> Void) rethrows -> some O {}
    }
    func p(q: Int) {}
    """)
    a = found["method a(_:with:)"]
    assert (a.owner, a.selector, a.result, a.is_static) == ("A", "foo:bar:", "E", False)
    assert a.attributes == ("objc(foo:bar:)", "private", "async", "throws")
    assert [(each.label, each.name, each.type) for each in a.parameters] == [("_", "b", "Int"), ("with", "c", "String")]
    assert isinstance(a.parameters[1].default, Call)
    assert found["method g()"].is_static
    assert found["method +(_:_:)"].is_static
    assert found["method +(_:_:)"].selector == ""
    assert found["init init(h:)"].attributes == ("required", "convenience")
    assert found["deinit deinit"].selector == "dealloc"
    j = found["method j(_:l:n:)"]
    assert [each.type for each in j.parameters] == ["[Int]", "M", "() -> Void"]
    assert j.result == "O"
    p = found["function p(q:)"]
    assert (p.owner, p.selector) == ("", "")


@pytest.mark.parametrize(
    ("declaration", "selector"),
    [
        ("func set(_ x: Int, for y: String)", "set:for:"),
        ("func configure(mode: M)", "configureWithMode:"),
        ("func move(to p: P)", "moveTo:"),
        ("init(foo: Int)", "initWithFoo:"),
        ("init()", "init"),
        ("func start() throws", "startAndReturnError:"),
        ("func start(_ a: Int) throws", "start:error:"),
        ("func start(_ a: Int, then: () -> Void) throws", "start:error:then:"),
        ("@objc(go:) func start(_ a: Int)", "go:"),
    ],
)
def test_the_selector_a_method_is_exposed_under(declaration: str, selector: str) -> None:
    (function,) = lowered(f"class A {{ {declaration} {{ }} }}").functions
    assert function.selector == selector


def test_stored_properties() -> None:
    source = """
    class A: B {
        @IBOutlet private weak var a: C!
        static let shared = A()
        lazy var d: E = { f() }()
        var g = h(), i: J? = nil
        var k = 1 { willSet { l() } didSet(old) { m() } }
        let (n, o) = p()
        let q: R
    }
    """
    assert lines(source) == [
        "type 2: class A : B",
        "  field a: C [IBOutlet; private; weak]",
        "  static field shared = A() [static]",
        "  field d: E = {1}() [lazy]",
        "    {1} closure",
        "      5: call f()",
        "  field g = h()",
        "  field i: J = nil",
        "  field k = 1",
        "  field n",
        "  field o",
        "  field q: R",
        "function 2: initial values A",
        "  6: assign self.g = h()",
        "  6: assign self.i = nil",
        "  7: assign self.k = 1",
        "  8: assign tuple(self.n, self.o) = p()",
        "function 4: static getter A.shared selector shared [static]",
        "  4: return A()",
        "function 5: getter A.d -> E selector d [lazy]",
        "  5: return {1}()",
        "    {1} closure",
        "      5: call f()",
        "function 7: willSet A.k (newValue)",
        "  7: call l()",
        "function 7: didSet A.k (old)",
        "  7: call m()",
    ]


def test_computed_properties_and_subscripts() -> None:
    source = """
    struct A {
        var a: Int { b() }
        @objc(isC) var c: Bool { get async throws { d() } set(e) { f(e) } }
        subscript(g: Int, for h: String) -> I? { get { j() } set { k(newValue) } }
        class var l: Int { m() }
    }
    """
    assert lines(source)[1:] == [
        "function 3: getter A.a -> Int selector a",
        "  3: call b()",
        "function 4: getter A.c -> Bool selector isC [objc(isC); async; throws]",
        "  4: call d()",
        "function 4: setter A.c (e: Bool) selector setIsC: [objc(isC)]",
        "  4: call f(e)",
        "function 5: subscript A.subscript(_:for:) (g: Int, for h: String) -> I",
        "  5: call j()",
        "function 5: subscript A.subscript(_:for:) (g: Int, for h: String, newValue: I) [setter]",
        "  5: call k(newValue)",
        "function 6: static getter A.l -> Int selector l [class]",
        "  6: call m()",
    ]


def test_requirements_have_no_body() -> None:
    source = "protocol A { var b: C { get set }; static func d(_ e: F) throws -> G; init(h: I) }"
    assert lines(source)[1:] == [
        "function 1: getter A.b -> C selector b without body",
        "function 1: setter A.b (newValue: C) selector setB: without body",
        "function 1: static method A.d(_:) (e: F) -> G selector d:error: [static; throws] without body",
        "function 1: init A.init(h:) (h: I) selector initWithH: without body",
    ]


def test_globals_and_loose_statements() -> None:
    assert lines("let a = B()\nvar c: D { e() }\na.f()\nfor g in h { i() }\nthrow J.k") == [
        "global a = B()",
        "function 1: getter a",
        "  1: return B()",
        "function 2: getter c -> D",
        "  2: call e()",
        "function 3: top level",
        "  3: call a.f()",
        "  4: loop each(h)",
        "    4: declare g = h[?]",
        "    4: call i()",
        "  5: throw J.k",
    ]


def test_what_only_the_compiler_reads_is_left_out() -> None:
    source = (
        'prefix operator +++\nprecedencegroup A { higherThan: B }\nmacro c() = #externalMacro(module: "a", type: "b")'
    )
    summary = lowered(source)
    assert (summary.types, summary.functions, summary.globals) == ((), (), ())


def test_attributes_keep_their_arguments() -> None:
    (function,) = lowered("@available(iOS 14,  *) @MainActor @Foo(a: 1) public func f() {}").functions
    assert function.attributes == ("available(iOS 14, *)", "MainActor", "Foo(a: 1)", "public")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Foo", "Foo"),
        ("Foo?", "Foo"),
        ("Foo!", "Foo"),
        ("(any Foo.Bar<T>)?", "Foo.Bar"),
        ("some View", "View"),
        ("Optional<Foo>", "Foo"),
        ("Array<Foo<A, B>>", "[Foo]"),
        ("[Foo?]", "[Foo]"),
        ("[String : [Foo]]", "[String : [Foo]]"),
        ("((A?, B) throws -> Void)?", "(A, B) -> Void"),
        ("@escaping (A) async -> B?", "(A) -> B"),
        ("@escaping(A)->B", "(A) -> B"),
        ("@MainActor @Sendable () -> Void", "() -> Void"),
        ("inout Foo", "Foo"),
        ("(any A & B)?", "A & B"),
        ("Int...", "[Int]"),
        ("A<" * 3000 + "B" + ">" * 3000, "A"),
        ("(A, B)", "(A, B)"),
        ("Foo /* not Bar */", "Foo"),
    ],
)
def test_type_names(written: str, name: str) -> None:
    assert type_name(written) == name


# ---- #if ------------------------------------------------------------------------------------------------------------


def test_branches_of_if_directives_are_alternatives() -> None:
    source = """
    #if DEBUG && !targetEnvironment(simulator) || (os(iOS) && canImport(UIKit)) // why
    a()
    #elseif swift(>=5.9)
    b()
    #else
    c()
    #endif
    d()
    """
    assert body(source) == [
        "#if",
        "  when #if(((DEBUG && !targetEnvironment(simulator)) || (os(iOS) && canImport(UIKit))))",
        "    call a()",
        '  when #if(swift(">=5.9"))',
        "    call b()",
        "  else",
        "    call c()",
        "call d()",
    ]


def test_a_condition_is_calls_and_names() -> None:
    (branch,) = [
        inner
        for inner in parts_of(lowered("func f() {\n#if targetEnvironment(simulator)\na()\n#endif\n}"))
        if isinstance(inner, Branch)
    ]
    assert branch.kind == "#if"
    assert not branch.exhaustive
    condition = branch.arms[0].condition
    assert isinstance(condition, Operator)
    (test,) = condition.operands
    assert isinstance(test, Call)
    assert (test.name, test.receiver, test.arguments[0].label) == ("targetEnvironment", None, "")
    assert isinstance(test.arguments[0].value, Name)


def test_branches_that_are_never_compiled_are_dropped() -> None:
    assert body("#if 0\na()\n#else\nb()\n#endif") == ["call b()"]
    assert body("#if false\na()\n#endif\nb()") == ["call b()"]
    assert body("#if true\na()\n#else\nb()\n#endif") == ["call a()"]
    assert body("#if 0\n#if A\na()\n#else\nb()\n#endif\nc()\n#endif\nd()") == ["call d()"]


def test_a_directive_right_behind_return_is_no_value() -> None:
    """The grammar reads it as one; everything after it would seem to belong to the branch."""
    assert body("#if targetEnvironment(simulator)\nreturn\n#endif\na()") == [
        "#if",
        "  when #if(targetEnvironment(simulator))",
        "    return",
        "call a()",
    ]
    assert body("let x =\n#if A\na()\n#else\nb()\n#endif\nc()") == [
        "declare x",
        "#if",
        "  when #if(A)",
        "    call a()",
        "  else",
        "    call b()",
        "call c()",
    ]


def test_nested_conditions() -> None:
    assert body("#if A\na()\n#if B\nb()\n#else\nc()\n#endif\n#endif") == [
        "#if",
        "  when #if(A)",
        "    call a()",
        "    #if",
        "      when #if(B)",
        "        call b()",
        "      else",
        "        call c()",
    ]


def test_conditions_around_members_of_a_chain() -> None:
    assert body("x\n#if A\n.a()\n#else\n.b()\n#endif") == [
        "value x",
        "#if",
        "  when #if(A)",
        "    call ?.a()",
        "  else",
        "    call ?.b()",
    ]


def test_conditions_around_switch_cases_keep_both() -> None:
    shown = body("switch x {\ncase .a:\na()\n#if B\ncase .b:\nb()\n#endif\ndefault:\nc()\n}")
    assert [line.strip() for line in shown if "call" in line] == ["call a()", "call b()", "call c()"]


def test_declarations_carry_their_conditions() -> None:
    source = """
    #if os(iOS)
    import UIKit
    class A {
        #if DEBUG
        func a() { b() }
        #elseif BETA
        let c = d()
        #else
        func e() {}
        #endif
    }
    #else
    import AppKit
    #endif
    #if 0
    func f() {}
    #endif
    func g() {}
    """
    summary = lowered(source)
    assert summary.imports == ("UIKit", "AppKit")
    shown = [line for line in dump(summary).splitlines() if not line.startswith("    ")]
    assert shown == [
        "language swift",
        "imports UIKit, AppKit",
        "type 4: class A #if(os(iOS))",
        "  field c = d() #if((os(iOS) && !DEBUG && BETA))",
        "function 4: initial values A #if(os(iOS))",
        "  7: #if",
        "function 6: method A.a() selector a #if((os(iOS) && DEBUG))",
        "  6: call b()",
        "function 10: method A.e() selector e #if((os(iOS) && !DEBUG && !BETA))",
        "function 19: function g()",
    ]


def test_every_kind_of_declaration_carries_its_condition() -> None:
    source = """
    #if X
    let a = 1
    typealias B = C
    enum D { case e }
    protocol P { var p: Int { get } }
    func f() {}
    struct S {
        var c: Int { 1 }
        static let d = 2
        subscript(i: Int) -> Int { 3 }
        init() {}
    }
    #endif
    """
    summary = lowered(source)
    members = [item for kind in summary.types for item in kind.fields]
    declared: list[TypeDecl | Field | Function] = [*summary.types, *summary.globals, *members, *summary.functions]
    assert [item.name for item in declared] == [
        *("B", "D", "P", "S", "a", "e", "d", "a", "p", "f()", "c", "d", "subscript(_:)", "init()"),
    ]
    assert [isinstance(item.condition, Name) and item.condition.name for item in declared] == ["X"] * 14


# ---- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places(newline: str, mark: str) -> None:
    source = mark + newline.join(["let ä = f(1)", "class B {", "  /* ü */ private func c()", "  { d?.e(2) }", "}"])
    summary = lowered(source)
    assert not summary.lost
    place = {inner.name: inner.location for inner in parts_of(summary) if isinstance(inner, Call)}
    assert place["f"] == Location(1, 10, 1, 14)
    assert place["e"] == Location(4, 5, 4, 12)
    assert summary.globals[0].location == Location(1, 5, 1, 7)
    assert summary.types[0].location == Location(2, 1, 2, 8)
    (method,) = [function for function in summary.functions if function.name == "c()"]
    assert method.location == Location(3, 12, 3, 28)


def test_an_operator_before_a_call_is_outside_its_place() -> None:
    (call,) = [inner for inner in parts_of(lowered("func f() { !a.b() }")) if isinstance(inner, Call)]
    assert call.location == Location(1, 13, 1, 18)


def test_comments_for_this_tool() -> None:
    source = "// callkit-lint: ignore a\nf() // plain\n/* callkit-lint: ignore b */\n/// callkit-lint: c"
    assert [(comment.text, comment.location.line) for comment in lowered(source).comments] == [
        ("callkit-lint: ignore a", 1),
        ("callkit-lint: ignore b", 3),
        ("callkit-lint: c", 4),
    ]
    assert lowered('let a = "// callkit-lint: no"').comments == ()


# ---- what the grammar cannot parse ----------------------------------------------------------------------------------

REPAIRED = {
    "unit value as argument": "c(.success(()))\ns.setActive(true)",
    "unit value as statement": "switch a { case .b: s.setActive(true)\ndefault: () }",
    "unit value of a closure": "a.map { _ in () }\ns.setActive(true)",
    "await in a condition": "if await a.b != nil { s.setActive(true) }",
    "try in a subject": "switch try x { case .a: s.setActive(true)\ndefault: break }",
    "await in a binding": "if let x = await a.b { s.setActive(true) }",
    "label of a trailing closure on its own line": "g {\n a()\n}\nfail: { b in s.setActive(true) }",
    "nonisolated(unsafe)": "nonisolated(unsafe) let t = u\ns.setActive(true)",
    "unwrapped parameter": "g { (a: A!) in s.setActive(true) }",
    "unwrapped parameter and result": "g { (a: A!, b: B) -> Void in s.setActive(true) }",
    "self as a parameter": "g { (self: T, _) in s.setActive(true) }",
    "case with empty payload": "switch r { case .success(): s.setActive(true)\ncase .failure(let e): e.f() }",
    "ternary as pattern": "switch r { case (b ? c : d): s.setActive(true)\ndefault: break }",
    "directive in an argument list": "g(a,\n#if DEBUG\n b,\n#endif\n c)\ns.setActive(true)",
    "semicolon behind a brace": "if a { b() } ; s.setActive(true)",
    "regex with quotes": 'let r = /^\\s*".+"$/\ns.setActive(true)',
    "operator at the start of a line": "let a = b\n  * c\ns.setActive(true)",
    "no-break space": "s.setActive(true)\n\u00a0a()",
    "convention": "f((@convention(c) (Any?) -> Void).self)\ns.setActive(true)",
    "module selector": "Foo::bar()\ns.setActive(true)",
    "several catch patterns": "do { try a() } catch A.b, A.c(_) { s.setActive(true) } catch { }",
    "several conditions in a list": "let x = [a,\n#if A\nb,\n#else\nc,\n#endif\nd]\ns.setActive(true)",
    "a name that is a keyword": "switch a { case .b:\n final += 1\n s.setActive(true)\ndefault: break }",
    "Swift 2 bindings": "if let a = b, c = d() { s.setActive(true) }",
    "canImport with a version": "#if canImport(A, _version: 1.2.3)\ns.setActive(true)\n#endif",
}


@pytest.mark.parametrize("source", REPAIRED.values(), ids=REPAIRED.keys())
def test_constructs_that_do_not_parse_are_repaired(source: str) -> None:
    text = f"class Owner {{ func f() {{\n{source}\n}} }}"
    assert swift._PARSER.parse(text.encode()).root_node.has_error, "parses now: the rewrite is not needed any more"
    summary = lowered(text)
    assert summary.lost == ()
    assert [declared.name for declared in summary.types][:1] == ["Owner"]
    (function,) = [function for function in summary.functions if function.name == "f()"]
    assert calls(function).count("setActive") == 1
    (call,) = [inner for inner in parts_of(function) if isinstance(inner, Call) and inner.name == "setActive"]
    start = text.index("s.setActive")
    line = text.count("\n", 0, start) + 1
    assert call.location.line == line
    assert call.location.column == len(text[text.rindex("\n", 0, start) + 1 : start].encode()) + 1


@pytest.mark.parametrize(
    "source",
    [
        "protocol P { func f() ;\n func g() }",
        "class P { @objc(a:) @NSManaged func f()\n@objc(b:) @NSManaged func g() }",
        "protocol P { associatedtype A: B, C\n func g() }",
        "struct P { init(a: A) where A: B,\n A.C == D { g() } }",
        "struct P { var a : (_ : String, _ : Bool) -> Void\n func g() {} }",
        "class P: Q\n#if X\n, R\n#endif\n{ func g() {} }",
        "class P {\n#if X\n@A(1)\n#else\n@B\n#endif\nfunc g() {} }",
        "@available(iOS 17, *)\n#Preview { P() }",
    ],
)
def test_declarations_that_do_not_parse_are_repaired(source: str) -> None:
    assert swift._PARSER.parse(source.encode()).root_node.has_error, "parses now: the rewrite is not needed any more"
    summary = lowered(source)
    assert summary.lost == ()
    assert "P" in {declared.name for declared in summary.types} | set(calls(summary))


def test_alternatives_survive_a_repair_elsewhere() -> None:
    source = "func f() {\n#if A\na()\n#else\nb()\n#endif\ng(c,\n#if B\nd,\n#endif\ne)\n}"
    summary = lowered(source)
    assert summary.lost == ()
    (branch,) = [inner for inner in parts_of(summary) if isinstance(inner, Branch)]
    assert [calls(arm) for arm in branch.arms] == [["a"], ["b"]] or [calls(arm.body) for arm in branch.arms] == [
        ["a"],
        ["b"],
    ]


def test_code_in_a_branch_that_had_to_be_dropped_is_lost() -> None:
    source = "func f() {\n#if A\nif a {\nb()\n#else\nif c {\nd()\n#endif\ne()\n}\n}\nfunc g() {}"
    summary = lowered(source)
    assert [function.name for function in summary.functions] == ["f()", "g()"]
    assert calls(summary) == ["b", "e"]
    lost = b"".join(source.encode()[part.start : part.end] for part in summary.lost)
    assert b"d()" in lost
    assert b"b()" not in lost


def test_a_repair_invents_nothing() -> None:
    summary = lowered("func f() { g(<#TOKEN#>, ()) }")
    (call,) = [inner for inner in parts_of(summary) if isinstance(inner, Call)]
    placeholder, unit = (argument.value for argument in call.arguments)
    assert isinstance(placeholder, Unknown)
    assert not [inner for inner in parts_of(unit) if isinstance(inner, Literal)]


def test_a_placeholder_does_not_swallow_what_follows() -> None:
    assert body("let a = <#TOKEN#>\nb.c()") == ["declare a = ?", "call b.c()"]


def test_conditions_the_grammar_does_not_know_keep_their_text() -> None:
    assert body("#if hasFeature(A) && !B // why\na()\n#endif")[1] == "  when #if((hasFeature(A) && !B))"
    assert body("#if canImport(A, _version: 1.2)\na()\n#endif")[1] == "  when #if(canImport(A))"
    assert body("#if 1\na()\n#endif") == ["call a()"]


def test_strings_and_comments_are_not_rewritten() -> None:
    text = '"<#a#>; await ()"'
    summary = lowered(f"func f() {{\n// <#a#>\ng({text}, <#b#>)\n}}")
    assert [inner.value for inner in parts_of(summary) if isinstance(inner, Literal)] == [text.strip('"')]


def test_what_stays_broken_keeps_its_calls_and_is_lost() -> None:
    summary = lowered("class A { func f() { a()\n x < y.z(), w > v()\n b() } }")
    assert summary.lost
    assert [call for call in ("a", "z", "b") if call in calls(summary)] == ["a", "z", "b"]


def test_whole_declarations_inside_broken_text_are_kept() -> None:
    summary = lowered("class A {\n func f() { a() }\n %%% ) (\n func g() { b() }\n}")
    assert summary.lost
    assert {function.name for function in summary.functions} >= {"f()", "g()"}


# ---- robustness -----------------------------------------------------------------------------------------------------

DEEP = {
    "parentheses": "let x = " + "(" * 20_000 + "s.setActive(true)" + ")" * 20_000,
    "unclosed parentheses": "let x = " + "(" * 20_000 + "s.setActive(true)",
    "braces": "func f() { " + "do { " * 5_000 + "s.setActive(true)" + " }" * 5_000 + " }",
    "branches": "func f() { " + "if a { " * 5_000 + "s.setActive(true)" + " }" * 5_000 + " }",
    "closures": "func f() { " + "g { " * 2_000 + "s.setActive(true)" + " }" * 2_000 + " }",
    "arguments": "func f() { " + "g(" * 2_000 + "s.setActive(true)" + ")" * 2_000 + " }",
    "arrays": "let x = " + "[" * 5_000 + "s.setActive(true)" + "]" * 5_000,
    "interpolations": "let x = " + '"\\(' * 1_000 + "s.setActive(true)" + ')"' * 1_000,
    "types": "class A { " * 2_000 + "func f() { s.setActive(true) }" + " }" * 2_000,
    "local functions": "func f() { " * 2_000 + "s.setActive(true)" + " }" * 2_000,
    "switches": "func f() { " + "switch a { case .b: " * 2_000 + "s.setActive(true)" + " }" * 2_000 + " }",
    "chains": "let x = s.setActive(true)" + ".b()" * 5_000,
    "members": "let x = s.setActive(true)" + ".b" * 20_000,
    "subtractions": "let x = s.setActive(true)" + " - a" * 5_000,
    "additions": "let x = s.setActive(true)" + " + a()" * 5_000,
    "ternaries": "let x = " + "a ? s.setActive(true) : " * 2_000 + "b",
    "else if": "func f() { if a { s.setActive(true) }" + " else if a { b() }" * 2_000 + " }",
    "conditions": "func f() {\n" + "#if A\n" * 3_000 + "s.setActive(true)\n" + "#endif\n" * 3_000 + "}",
    "prefixes": "let x = " + "!" * 5_000 + "s.setActive(true)",
}


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP.keys())
def test_deep_nesting(source: str) -> None:
    """No crash, every call kept, and a result that is flat enough for whoever walks it."""
    limit = sys.getrecursionlimit()
    started = time.process_time()
    summary = lowered(source)
    assert time.process_time() - started < 20
    assert sys.getrecursionlimit() == limit
    assert "setActive" in calls(summary)
    assert depth_of(summary) < 400
    assert "setActive" in dump(summary)
    assert flat.inflate(flat.flatten(summary)) == summary


@pytest.mark.parametrize("pattern", ["{ ", "f({ [", "if a(x) { g(b: [c { d((", "class A { func f() { { ", '"\\(f { '])
def test_unclosed_nesting(pattern: str) -> None:
    dump(lowered("func f() { " + pattern * 500))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\0" * 100,
        bytes(range(256)) * 50,
        b"func f() { \xff\xfe\xc3( }",
        b"let x = " + b"9" * 10_000,
        b"let x = 0x" + b"f" * 10_000 + b", y = 1e999999",
    ],
)
def test_bytes_that_are_no_source(data: bytes) -> None:
    summary = lowered(data)
    assert summary.language == "swift"
    assert flat.inflate(flat.flatten(summary)) == summary


@pytest.mark.parametrize("start", [b"\x00\x05\x16\x07", b"\xff\xfel\x00e\x00t\x00", b"\xfe\xff\x00l\x00e"])
def test_files_that_are_no_text_are_lost_whole(start: bytes) -> None:
    data = start + b"let a = b()"
    summary = lowered(data)
    assert [(part.start, part.end) for part in summary.lost] == [(0, len(data))]
    assert summary.functions == ()


@pytest.mark.parametrize("pattern", ["/*", "#", "<#", "where a, ", "}\n", "@objc(", "case (a?", 'let a = "/*"\n', "\n"])
def test_no_source_takes_long(pattern: str) -> None:
    """The parser needs minutes for the first two; the others would make a careless rewrite quadratic."""
    started = time.process_time()
    lowered(pattern * (60_000 // len(pattern)) + "\n)(")
    assert time.process_time() - started < 15


def test_comments_in_a_file_with_many_openings_still_count() -> None:
    source = "// callkit-lint: a\nf() /* x */\n" + 'g("/*")\n' * 30 + "h()"
    summary = lowered(source)
    assert [comment.text for comment in summary.comments] == ["callkit-lint: a"]
    assert calls(summary) == ["f"] + ["g"] * 30 + ["h"]
    assert {inner.value for inner in parts_of(summary) if isinstance(inner, Literal)} == {"/*"}


def test_truncated_source_never_raises() -> None:
    source = b"""
    import CallKit
    final class A: NSObject, CXProviderDelegate {
        lazy var b: [C<D>]? = { e("\\(f { g() })") }()
        func provider(_ p: CXProvider, perform action: CXAnswerCallAction) {
            guard let self, case .a(let x) = y else { return }
            #if DEBUG
            try? await session?.setActive(true, options: [.x])
            #else
            switch z { case .b where c: d() default: () }
            #endif
        }
    }
    """
    for end in range(len(source)):
        dump(lowered(source[:end]))


def test_a_closure_given_to_a_call_is_a_closure() -> None:
    (argument,) = only_call("a { b() }").arguments
    assert isinstance(argument.value, Closure)
    statements: tuple[Statement, ...] = argument.value.body.statements
    assert isinstance(argument.value.body, Block)
    assert len(statements) == 1
