"""Objective-C source to the neutral form, construct by construct."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from callkit_lint.frontends import objc
from callkit_lint.frontends.objc_preprocessor import blank_directives, preprocess
from callkit_lint.frontends.objc_rewrites import VARIANTS, macros, prepare
from callkit_lint.frontends.objc_types import bare_type
from callkit_lint.ir import (
    NOWHERE,
    Argument,
    Arm,
    Assign,
    Attempt,
    Block,
    Branch,
    Call,
    Closure,
    Collection,
    Declare,
    Exit,
    Expr,
    FileSummary,
    Function,
    Literal,
    Location,
    Loop,
    Member,
    Name,
    Operator,
    Parameter,
    Selector,
    Statement,
    Unknown,
)


def bare(node: Any) -> Any:
    """A part of the neutral form without locations, to compare it with one that a test spells out."""
    if isinstance(node, tuple) and not isinstance(node, Location):
        return tuple(bare(item) for item in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    values = {field.name: bare(getattr(node, field.name)) for field in dataclasses.fields(node)}
    if "location" in values:
        values["location"] = NOWHERE
    return type(node)(**values)


def lower(source: str, language: str = "objc") -> FileSummary:
    return objc.lower(source.encode(), language)


def statements(source: str, language: str = "objc") -> tuple[Statement, ...]:
    """The lowered statements of a method's body."""
    summary = lower(f"@implementation A\n- (void)m {{\n{source}\n}}\n@end\n", language)
    assert summary.lost == ()
    (function,) = summary.functions
    assert function.body is not None
    result: tuple[Statement, ...] = bare(function.body.statements)
    return result


def statement(source: str) -> Statement:
    (only,) = statements(source)
    return only


def expression(source: str) -> Expr | None:
    lowered = statement(f"id x = {source};")
    assert isinstance(lowered, Declare)
    return lowered.value


def function(summary: FileSummary, selector: str) -> Function:
    (found,) = [candidate for candidate in summary.functions if candidate.selector == selector]
    return found


def calls(node: Any) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    if isinstance(node, tuple):
        for item in node:
            yield from calls(item)
    elif dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            yield from calls(getattr(node, field.name))


def names_of_calls(summary: FileSummary, owner: str = "A") -> list[str]:
    return [call.name for item in summary.functions if item.owner == owner for call in calls(item.body)]


def message(receiver: Expr, selector: str, *values: Expr) -> Call:
    return Call(selector, receiver, tuple(Argument("", value) for value in values), message=True)


def call(name: str, *values: Expr) -> Call:
    return Call(name, None, tuple(Argument("", value) for value in values))


SELF = Name("self")
A, B, C, X = Name("a"), Name("b"), Name("c"), Name("x")


# ---- expressions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[self setActive:YES error:&e]", message(SELF, "setActive:error:", Literal(True), Name("e"))),
        ("[[Foo alloc] initWithBar:x]", message(message(Name("Foo"), "alloc"), "initWithBar:", X)),
        ("[Foo new]", message(Name("Foo"), "new")),
        ("[a list:b, c, nil]", message(A, "list:", B, C, Literal(None))),
        ("[a foo:b :c]", message(A, "foo::", B, C)),
        ("[super init]", message(Name("super"), "init")),
        ("[NSArray<Foo *> new]", message(Name("NSArray"), "new")),
        ("f(a, 1)", call("f", A, Literal(1))),
        ("a.handler(b)", Call("handler", A, (Argument("", B),))),
        ("a->run()", Call("run", A)),
        ("((void (*)(id, SEL))objc_msgSend)(a, b)", call("objc_msgSend", A, B)),
        ("a.b->c", Member(Member(A, "b"), "c")),
        ('@selector(done:error:)', Selector("done:error:")),
        ('NSSelectorFromString(@"done:")', Selector("done:")),
        ('@protocol(Foo)', Name("Foo")),
        ("a ? b : c", Operator("?:", (A, B, C))),
        ("a ?: c", Operator("??", (A, C))),
        ("a | b", Operator("|", (A, B))),
        ("!a && b == c", Operator("&&", (Operator("!", (A,)), Operator("==", (B, C))))),
        ("*a", A),
        ("a[b]", Operator("[]", (A, B))),
        ("(b = c)", Operator("=", (B, C))),
        ("(int)a", A),
        ("(Foo *)a", Operator("as", (A, Name("Foo")))),
        ("(id<Foo>)a", Operator("as", (A, Name("Foo")))),
        ("(__bridge NSString *)a", Operator("as", (A, Name("NSString")))),
        ("(NSUInteger)3", Literal(3)),
        ("@[a, b]", Collection((A, B))),
        ('@{@"k": a}', Collection((Operator(":", (Literal("k"), A)),))),
        ("(CGRect){1, a}", Collection((Literal(1), A))),
        ("(P){.y = 1}", Collection((Operator(":", (Name("y"), Literal(1))),))),
        ("@(a)", A),
        ("({ f(); a; })", Unknown((call("f"),))),
        ("(((a)))", A),
    ],
)  # fmt: skip
def test_expressions(source: str, expected: Expr) -> None:
    assert expression(source) == expected


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("YES", True), ("NO", False), ("TRUE", True), ("false", False), ("@YES", True), ("@NO", False),
        ("nil", None), ("NULL", None), ("Nil", None), ("nullptr", None),
        ("42", 42), ("@42", 42), ("-1", -1), ("@-1", -1), ("0x1Fu", 31), ("10L", 10), ("010", 8), ("0b101", 5),
        ("1.5f", 1.5), ("0.005", 0.005), ("1e3", 1000.0), ("0xFF", 255), ("1.f", 1.0), ("09", "09"),
        ('@"text"', "text"), ('"text"', "text"), ('@"a" @"b"', "ab"), (r'@"a\n\"b\""', 'a\n"b"'), ('@""', ""),
    ],
)  # fmt: skip
def test_literals(source: str, value: object) -> None:
    lowered = expression(source)
    assert isinstance(lowered, Literal)
    assert lowered.value == value
    assert type(lowered.value) is type(value)


def test_a_block_is_a_closure_with_parameters() -> None:
    body = Block((call("f", Name("ok")),))
    parameters = (Parameter("_", "ok", "BOOL"), Parameter("_", "error", "NSError"))
    assert expression("^(BOOL ok, NSError *error) { f(ok); }") == Closure(parameters, body)
    assert expression("^{ f(ok); }") == Closure((), body)
    assert expression("^void (void) { f(ok); }") == Closure((), body)
    assert expression("^BOOL (BOOL ok) { f(ok); }") == Closure((Parameter("_", "ok", "BOOL"),), body)


def test_a_block_may_be_an_argument_of_a_function_or_message() -> None:
    closure = Closure((), Block((call("f"),)))
    assert statement("dispatch_async(a, ^{ f(); });") == call("dispatch_async", A, closure)
    assert statement("[a run:^{ f(); } then:b];") == message(A, "run:then:", closure, B)


def test_availability() -> None:
    lowered = statement("if (@available(iOS 13.0, macOS 10.15, *)) { f(); }")
    assert isinstance(lowered, Branch)
    assert lowered.arms[0].condition == Operator("available", (Literal("iOS 13.0"), Literal("macOS 10.15")))


# ---- statements -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a.b = c;", Assign(Member(A, "b"), C)),
        ("[a setB:c];", message(A, "setB:", C)),
        ("a += b;", Assign(A, Operator("+", (A, B)))),
        ("a++;", Assign(A, Operator("+", (A, Literal(1))))),
        ("a = b = c;", Assign(A, Operator("=", (B, C)))),
        ("return a;", Exit("return", A)),
        ("@throw a;", Exit("throw", A)),
        ("abort();", Exit("fatal", call("abort"))),
        ("exit(1);", Exit("fatal", call("exit", Literal(1)))),
        ("goto end;", Exit("goto")),
        ("{ f(); }", Block((call("f"),))),
        ("@autoreleasepool { f(); }", Block((call("f"),))),
        ("@synchronized(self) { f(); }", Block((SELF, call("f")))),
        ("while (a) { break; }", Loop(A, Block((Exit("break"),)))),
        ("do { continue; } while (a);", Loop(A, Block((Exit("continue"),)), at_least_once=True)),
        ("for (;;) { f(); }", Loop(None, Block((call("f"),)))),
        ("for (T *x in a) { f(x); }", Loop(Operator("each", (A,)), Block((Declare("x", "T", None), call("f", X))))),
        ("void (^x)(BOOL) = a;", Declare("x", "(BOOL) -> void", A)),
        ("__block NSArray<Foo *> *x = a;", Declare("x", "[Foo]", A)),
        ("__weak typeof(self) x = self;", Declare("x", "", SELF)),
        ("static dispatch_once_t x;", Declare("x", "dispatch_once_t", None)),
    ],
)
def test_statements(source: str, expected: Statement) -> None:
    assert statement(source) == expected


def test_labels_lose_no_statement() -> None:
    source = "if (a) goto out;\nf();\nout: g();\nswitch (x) { case 1: here: h(); break; }\n{ last: ; k(); }"
    leave = Branch("if", None, (Arm(A, Block((Exit("goto"),))),), False)
    inner = Block((label("here"), call("h")))
    assert statements(source) == (
        leave,
        call("f"),
        label("out"),
        call("g"),
        Branch("switch", X, (Arm(case(Literal(1)), inner),), False),
        Block((label("last"), call("k"))),
    )


def label(name: str) -> Operator:
    return Operator("label", (Literal(name),))


def test_a_declaration_of_several_names_and_a_comma_are_several_statements() -> None:
    assert statements("int a = 1, *b;") == (Declare("a", "int", Literal(1)), Declare("b", "int", None))
    assert statements("f(), g();") == (call("f"), call("g"))


def test_calls_in_an_array_size_are_kept() -> None:
    assert statements("char x[[a length]];") == (message(A, "length"), Declare("x", "[char]", None))


def test_a_counting_loop_is_a_scope() -> None:
    body = Block((call("f"), Assign(Name("i"), Operator("+", (Name("i"), Literal(1))))))
    loop = Loop(Operator("<", (Name("i"), Literal(3))), body)
    assert statement("for (int i = 0; i < 3; i++) f();") == Block((Declare("i", "int", Literal(0)), loop))


def test_an_else_if_chain_is_one_branch() -> None:
    arms = (Arm(A, Block((call("f"),))), Arm(B, Block((call("g"),))), Arm(None, Block((call("h"),))))
    assert statement("if (a) f(); else if (b) { g(); } else h();") == Branch("if", None, arms, True)
    assert statement("if (a) return;") == Branch("if", None, (Arm(A, Block((Exit("return"),))),), False)


def test_an_assignment_in_a_condition_keeps_its_call() -> None:
    test = Operator("=", (SELF, message(Name("super"), "init")))
    lowered = statement("if ((self = [super init])) { f(); }")
    assert isinstance(lowered, Branch)
    assert lowered.arms[0].condition == test
    lowered = statement("if (!(self = [super init])) return nil;")
    assert isinstance(lowered, Branch)
    assert lowered.arms[0].condition == Operator("!", (test,))


def case(*patterns: Expr) -> Operator:
    return Operator("case", patterns)


def test_a_switch_groups_cases_and_drops_the_break_at_the_end_of_an_arm() -> None:
    source = "switch (x) { case 1: case 2: f(); break; case 3: { g(); break; } default: h(); }"
    arms = (
        Arm(case(Literal(1), Literal(2)), Block((call("f"),))),
        Arm(case(Literal(3)), Block((call("g"),))),
        Arm(None, Block((call("h"),))),
    )
    assert statement(source) == Branch("switch", X, arms, True)


def test_a_switch_arm_that_falls_through_passes_its_patterns_on() -> None:
    source = "switch (x) { case 1: f(); case 2: g(); break; case 3: if (a) break; return; case 4: h(); }"
    inner = Branch("if", None, (Arm(A, Block((Exit("break"),))),), False)
    arms = (
        Arm(case(Literal(1)), Block((call("f"),))),
        Arm(case(Literal(1), Literal(2)), Block((call("g"),))),
        Arm(case(Literal(3)), Block((inner, Exit("return")))),
        Arm(case(Literal(4)), Block((call("h"),))),
    )
    assert statement(source) == Branch("switch", X, arms, False)


def test_a_switch_keeps_empty_last_cases() -> None:
    lowered = statement("switch (x) { case 1: f(); break; case 2: default: break; case 3: }")
    assert isinstance(lowered, Branch)
    assert [arm.condition for arm in lowered.arms] == [case(Literal(1)), None, case(Literal(3))]


def test_exceptions() -> None:
    source = "@try { f(); } @catch (NSException *x) { g(x); } @finally { h(); }"
    handler = Block((Declare("x", "NSException", None), call("g", X)))
    assert statement(source) == Attempt(Block((call("f"),)), (handler,), Block((call("h"),)))


# ---- the preprocessor -----------------------------------------------------------------------------------------------


def compiled(condition: Expr) -> Operator:
    return Operator("#if", (condition,))


def test_a_conditional_is_a_branch() -> None:
    source = "f();\n#if DEBUG\ng();\n#elif V >= 100000\nh();\n#else\nk();\n#endif\nm();"
    arms = (
        Arm(compiled(Name("DEBUG")), Block((call("g"),))),
        Arm(compiled(Operator(">=", (Name("V"), Literal(100000)))), Block((call("h"),))),
        Arm(None, Block((call("k"),))),
    )
    assert statements(source) == (call("f"), Branch("#if", None, arms, True), call("m"))


@pytest.mark.parametrize(
    ("directive", "condition"),
    [
        ("#ifdef X", call("defined", Name("X"))),
        ("#ifndef X", Operator("!", (call("defined", Name("X")),))),
        ("#if !TARGET_OS_SIMULATOR // why", Operator("!", (Name("TARGET_OS_SIMULATOR"),))),
        ("#if defined(X) && \\\n Y", Operator("&&", (call("defined", Name("X")), Name("Y")))),
        ("# if __has_include(<A/B.h>)", Operator("__has_include", (Literal("A/B.h"),))),
    ],
)
def test_conditions(directive: str, condition: Expr) -> None:
    arms = (Arm(compiled(condition), Block((call("f"),))),)
    assert statement(f"{directive}\nf();\n#endif") == Branch("#if", None, arms, False)


def test_conditionals_nest() -> None:
    inner = Branch("#if", None, (Arm(compiled(Name("Y")), Block((call("g"),))),), False)
    arms = (Arm(compiled(Name("X")), Block((call("f"), inner))),)
    assert statement("#if X\nf();\n#if Y\ng();\n#endif\n#endif") == Branch("#if", None, arms, False)
    lowered = statement("if (a) {\n#if Y\ng();\n#endif\n}")
    assert lowered == Branch("if", None, (Arm(A, Block((inner,))),), False)


def test_code_that_is_never_compiled_is_not_there() -> None:
    assert statements("#if 0\nf(;\n#endif\ng();") == (call("g"),)
    assert statements("#if 0\nf();\n#else\ng();\n#endif") == (call("g"),)
    assert statements("#if 1\nf();\n#else\ng();\n#endif") == (call("f"),)


def test_a_conditional_in_a_comment_or_string_is_none() -> None:
    assert statements('/*\n#if 0\n*/\nf(@"\\\n#if 0");\n') == (call("f", Literal("#if 0")),)


def test_declarations_carry_their_conditions() -> None:
    summary = bare(
        lower(
            "#ifdef X\n@interface A : B\n@property int p;\n#if Y\n- (void)y;\n#else\n- (void)n;\n#endif\n@end\n#endif\n"
            "@implementation A\n#if Z > 1\n- (void)z { f(); }\n#endif\n@end\n"
        )
    )
    assert summary.lost == ()
    x, y = call("defined", Name("X")), Name("Y")
    assert [(item.name, item.condition) for item in summary.types] == [("A", x), ("A", None)]
    assert summary.types[0].fields[0].condition == x
    assert function(summary, "y").condition == Operator("&&", (x, y))
    assert function(summary, "n").condition == Operator("&&", (x, Operator("!", (y,))))
    assert function(summary, "z").condition == Operator(">", (Name("Z"), Literal(1)))


def test_every_kind_of_declaration_carries_its_condition() -> None:
    declared = "int g; void c(void) { } typedef B A; enum E { e }; struct S { int f; };"
    summary = bare(lower(f"#if X\n{declared}\n#endif\nint h;\n"))
    found = [*summary.types, *(item for kind in summary.types for item in kind.fields), *summary.functions]
    assert [item.name for item in found] == ["A", "E", "S", "e", "f", "c()"]
    assert [item.condition for item in found] == [Name("X")] * 6
    assert [(item.name, item.condition) for item in summary.globals] == [("g", Name("X")), ("h", None)]


def test_an_include_guard_is_no_condition() -> None:
    summary = lower("// header\n#ifndef A_H\n#define A_H\n@interface A : B\n@end\n#endif\n")
    assert summary.types[0].attributes == ()
    assert summary.macros == ()


def test_imports_and_macros() -> None:
    summary = lower(
        '#import <CallKit/CallKit.h>\n#import <CallKit/CXCall.h>\n#include <stdio.h>\n#import "Own.h"\n'
        "@import AVFAudio.Session;\n// #import <No/No.h>\n"
        '#define RATE 48000 // hertz\n#define TEXT @"a // b"\n#define F(x) x\n'
        "#define LONG 1 + \\\n  2\n#define FLAG\n"
    )
    assert summary.imports == ("CallKit", "stdio.h", "Own.h", "AVFAudio")
    expected = (("RATE", "48000"), ("TEXT", '@"a // b"'), ("LONG", "1 + 2"), ("FLAG", ""))
    assert summary.macros == expected


def test_branches_that_cut_through_a_statement_keep_the_first() -> None:
    source = b"f(\n#if X\n a\n#else\n b\n#endif\n);\n#if Y\ng();\n#else\nh();\n#endif\n"
    kept = blank_directives(source)
    assert b"a" in kept and b"b" not in kept
    assert b"g();" in kept and b"h();" in kept
    assert b"#" not in kept and len(kept) == len(source) and kept.count(b"\n") == source.count(b"\n")


def test_a_branch_that_was_left_out_counts_as_lost() -> None:
    body = "#if X\n  if (a) {\n#else\n  if ([s b]) {\n#endif\n    f();\n  }\n"
    source = f"@implementation A\n- (void)m {{\n{body}}}\n@end\n"
    summary = lower(source)
    assert names_of_calls(summary) == ["b", "f"]
    (lost,) = summary.lost
    assert source[lost.start : lost.end].strip() == "if (a) {"


def test_a_method_with_a_head_in_each_branch_is_whole() -> None:
    heads = "#if TARGET_OS_IPHONE\n- (void)show:(UIView *)view\n#else\n- (void)show:(NSView *)view\n#endif\n"
    summary = lower(f"@implementation A\n{heads}{{\n  [view b];\n}}\n- (void)next {{ f(); }}\n@end\n")
    assert [function.selector for function in summary.functions] == ["show:", "next"]
    assert summary.lost == ()


@pytest.mark.parametrize(
    ("source", "hides"),
    [
        ("void f() { try { g(); } catch (Failure &failure) { h(); } }", False),
        ("void f() { x = ^ ( [s run] ; }", True),
    ],
)
def test_lost_marks_hide_nothing(source: str, hides: bool) -> None:
    lost = objc.lower(source.encode(), "objc++" if "catch" in source else "objc").lost
    assert lost and any(part.hides for part in lost) == hides


# ---- declarations ---------------------------------------------------------------------------------------------------

HEADER = """\
@interface A : NSObject <P, Q> {
  int _count;
  __weak id<D> _own;
}
@property (nonatomic, weak, getter=isOn) id<CXProviderDelegate> delegate;
@property (nonatomic) NSArray<Foo *> *first, *second;
@property (class, readonly) A *shared;
@property (copy) void (^done)(BOOL ok, NSError *error);
- (instancetype)initWithName:(NSString *)name NS_DESIGNATED_INITIALIZER;
- (BOOL)start:(NSError **)error;
+ (void)reset;
@end
@interface A ()
@property IBOutlet UIButton *button;
@end
@interface A (Audio) <R>
@end
@interface Box<__covariant T> : Base<T>
@end
@protocol P <NSObject>
- (void)must;
@optional
- (void)may;
@end
"""


def test_types() -> None:
    found = [(item.name, item.kind, item.supertypes, item.attributes) for item in lower(HEADER).types]
    assert found == [
        ("A", "interface", ("NSObject", "P", "Q"), ()),
        ("A", "interface", (), ()),
        ("A", "category", ("R",), ("(Audio)",)),
        ("Box", "interface", ("Base",), ()),
        ("P", "protocol", ("NSObject",), ()),
    ]


def test_fields() -> None:
    summary = lower(HEADER)
    found = [(item.name, item.type, item.is_static, item.attributes) for item in summary.types[0].fields]
    assert found == [
        ("_count", "int", False, ()),
        ("_own", "D", False, ("weak",)),
        ("delegate", "CXProviderDelegate", False, ("nonatomic", "weak", "getter=isOn")),
        ("first", "[Foo]", False, ("nonatomic",)),
        ("second", "[Foo]", False, ("nonatomic",)),
        ("shared", "A", True, ("class", "readonly")),
        ("done", "(BOOL, NSError) -> void", False, ("copy",)),
    ]
    assert [(item.name, item.attributes) for item in summary.types[1].fields] == [("button", ("IBOutlet",))]


def test_declared_methods_have_no_body() -> None:
    summary = lower(HEADER)
    assert all(item.body is None for item in summary.functions)
    found = [(item.owner, item.name, item.selector, item.kind, item.result) for item in summary.functions]
    assert found == [
        ("A", "init(name:)", "initWithName:", "init", "instancetype"),
        ("A", "start()", "start:", "method", "BOOL"),
        ("A", "reset()", "reset", "method", "void"),
        ("P", "must()", "must", "method", "void"),
        ("P", "may()", "may", "method", "void"),
    ]
    assert function(summary, "reset").is_static
    assert function(summary, "may").attributes == ("optional",)
    assert function(summary, "initWithName:").parameters == (Parameter("name", "name", "NSString"),)


def test_methods_of_an_implementation() -> None:
    summary = lower(
        "@implementation A (More) {\n  int _x;\n}\n@synthesize name = _name;\nstatic int count;\n"
        "- (void)dealloc { f(); }\n- (IBAction)tap:(id)sender { g(); }\n- plain { return nil; }\n"
        "- (void)late:(int)a :(int)b; { h(); }\n- (void)initAudio { }\n@end\n"
    )
    assert summary.lost == ()
    (declared,) = summary.types
    assert (declared.name, declared.kind, declared.attributes) == (
        "A",
        "implementation",
        ("(More)", "synthesize name=_name"),
    )
    assert [item.name for item in declared.fields] == ["_x"]
    assert [item.name for item in summary.globals] == ["count"]
    found = [(item.selector, item.kind, item.result, item.attributes) for item in summary.functions]
    assert found == [
        ("dealloc", "deinit", "void", ()),
        ("tap:", "method", "IBAction", ("IBAction",)),
        ("plain", "method", "id", ()),
        ("late::", "method", "void", ()),
        ("initAudio", "method", "void", ()),
    ]
    assert names_of_calls(summary) == ["f", "g", "h"]


def test_c_functions_and_globals() -> None:
    summary = lower(
        'static NSString *const Name = @"n", *Other;\nextern BOOL on;\nvoid (^handler)(int) = nil;\n'
        "NSString *title(int a, void (^b)(BOOL));\n"
        "static void run(void) { f(); }\n__attribute__((constructor)) static void load(void) { g(); }\n"
    )
    found = [(item.name, item.type, item.attributes, bare(item.value)) for item in summary.globals]
    assert found == [
        ("Name", "NSString", ("static",), Literal("n")),
        ("Other", "NSString", ("static",), None),
        ("on", "BOOL", ("extern",), None),
        ("handler", "(int) -> void", (), Literal(None)),
    ]
    titled, run, load = summary.functions
    assert (titled.name, titled.result, titled.body, titled.kind) == ("title(_:_:)", "NSString", None, "function")
    assert titled.parameters == (Parameter("_", "a", "int"), Parameter("_", "b", "(BOOL) -> void"))
    assert (run.name, run.owner, run.attributes) == ("run()", "", ("static",))
    assert load.attributes == ("static", "constructor")


def test_enums_structs_and_aliases() -> None:
    summary = lower(
        "typedef NS_ENUM(NSInteger, State) {\n  StateIdle,\n  StateBusy = 4,\n};\ntypedef enum { One } Old;\n"
        "struct Point { int x, *y; };\ntypedef void (^Done)(NSError *error);\ntypedef NSString *Key;\n"
    )
    assert summary.lost == ()
    found = [(item.name, item.kind, item.supertypes, [one.name for one in item.fields]) for item in summary.types]
    assert found == [
        ("State", "enum", (), ["StateIdle", "StateBusy"]),
        ("Old", "enum", (), ["One"]),
        ("Point", "struct", (), ["x", "y"]),
        ("Done", "typealias", ("(NSError) -> void",), []),
        ("Key", "typealias", ("NSString",), []),
    ]
    assert bare(summary.types[0].fields[1].value) == Literal(4)
    assert summary.types[0].fields[0].attributes == ("case",)


def test_swift_names() -> None:
    summary = lower(
        "NS_SWIFT_NAME(Audio)\n@interface A : NSObject\n- (void)go:(int)x NS_SWIFT_NAME(start(speed:));\n@end\n"
        "void ABRun(int x) NS_SWIFT_NAME(run(count:));\n"
    )
    assert summary.types[0].name == "A"
    assert summary.types[0].attributes == ("NS_SWIFT_NAME(Audio)",)
    method = function(summary, "go:")
    assert (method.name, method.attributes) == ("start(speed:)", ("NS_SWIFT_NAME(start(speed:))",))
    assert method.parameters == (Parameter("speed", "x", "int"),)
    assert [item.name for item in summary.functions if not item.selector] == ["run(count:)"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AVAudioSession *", "AVAudioSession"),
        ("id<CXProviderDelegate>", "CXProviderDelegate"),
        ("id<A, B>", "A & B"),
        ("id", "id"),
        ("NSArray<NSArray<Foo *> *> *", "[[Foo]]"),
        ("NSDictionary<NSString *, id> *", "NSDictionary"),
        ("nullable __kindof const UIView * _Nonnull", "UIView"),
        ("void (^_Nullable)(NSError * _Nullable error, void (^next)(int a))", "(NSError, (int) -> void) -> void"),
        ("void (^)(void)", "() -> void"),
        ("NSError * _Nullable * _Nullable", "NSError"),
        ("unsigned int", "unsigned int"),
        ("struct CGRect", "CGRect"),
        ("std::shared_ptr<Foo>", "Foo"),
        ("__weak typeof(self)", ""),
        ("A<" * 3000, ""),
    ],
)
def test_types_are_bare(text: str, name: str) -> None:
    assert bare_type(text) == name


# ---- React Native ---------------------------------------------------------------------------------------------------


def test_exported_methods_are_methods() -> None:
    summary = lower(
        "@implementation A\nRCT_EXPORT_MODULE()\n"
        "RCT_EXPORT_METHOD(start:(NSDictionary *)options\n                  resolve:(Resolve)resolve) {\n  f();\n}\n"
        "RCT_REMAP_METHOD(jsEnd, end:(NSString *)call) { g(); }\n"
        "RCT_EXPORT_BLOCKING_SYNCHRONOUS_METHOD(state) { return h(); }\n- (void)own { k(); }\n@end\n"
    )
    assert summary.lost == ()
    found = [(item.owner, item.selector, item.attributes) for item in summary.functions]
    assert found == [
        ("A", "start:resolve:", ("RCT_EXPORT_METHOD",)),
        ("A", "end:", ("RCT_EXPORT_METHOD",)),
        ("A", "state", ("RCT_EXPORT_METHOD",)),
        ("A", "own", ()),
    ]
    assert names_of_calls(summary) == ["f", "g", "h", "k"]
    assert function(summary, "start:resolve:").parameters[0].type == "NSDictionary"


def test_external_modules_declare_what_swift_implements() -> None:
    summary = lower(
        "@interface RCT_EXTERN_MODULE(Calls, NSObject)\nRCT_EXTERN_METHOD(start:(NSString *)call)\n"
        "RCT_EXTERN_REMAP_METHOD(stop, end:(NSString *)call)\n@end\n"
    )
    assert summary.lost == ()
    assert [(item.name, item.supertypes) for item in summary.types] == [("Calls", ("NSObject",))]
    found = [(item.owner, item.selector, item.attributes) for item in summary.functions]
    assert found == [("Calls", "start:", ("RCT_EXTERN_METHOD",)), ("Calls", "end:", ("RCT_EXTERN_METHOD",))]


# ---- repairs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "NS_ASSUME_NONNULL_BEGIN\n@interface A : B <P>\n- (void)m;\n@end\nNS_ASSUME_NONNULL_END",
        "API_AVAILABLE(ios(10.0), macos(10.12))\n@interface A : B <P>\n- (void)m API_AVAILABLE(ios(11.0));\n@end",
        "SOME_EXPORT @interface A : B <P>\n- (void)m;\n@end",
        "@interface A : B <P>\n@property int x;;\n- (void)m;\n@end",
        "@interface A : B <\n#if X\nP\n#endif\n>\n- (void)m;\n@end",
        "typedef NS_ENUM(int, K) { K1 };\n@interface A : B <P>\n- (void)m;\n@end",
        '#import "A.h""\n@interface A : B <P>\n- (void)m;\n@end',
    ],
)
def test_headers_keep_conformances_and_methods(source: str) -> None:
    summary = lower(source + "\n")
    assert summary.lost == ()
    declared = next(item for item in summary.types if item.name == "A")
    assert declared.supertypes == ("B", "P")
    assert function(summary, "m").owner == "A"


@pytest.mark.parametrize(
    "source",
    [
        "@weakify(self)\n  [s setActive:YES error:nil];",
        "[p run:^{\n  @strongify(self)\n  [s setActive:YES error:nil];\n }];",
        "WS(weakSelf)\n  [s setActive:YES error:nil];",
        'LogDebug(@"%@", x)\n  // then\n  [s setActive:YES error:nil];',
        "GUARD_SINK\n  T *x = [s setActive:YES error:nil];",
        "NSString *k = <#TOKEN#>;\n  [s setActive:YES error:nil];",
        "#if X\n  if (a) { f(); } else\n#endif\n  { [s setActive:YES error:nil]; }",
        "id x = @[a,\n#if X\n b,\n#endif\n [s setActive:YES error:nil]];",
        "[s setActive:YES error:nil];\n#pragma mark x\n",
    ],
)
def test_bodies_keep_their_calls(source: str) -> None:
    summary = lower(f"@implementation A\n- (void)m {{\n  {source}\n}}\n- (void)after {{ g(); }}\n@end\n")
    assert "setActive:error:" in names_of_calls(summary)
    assert [item.selector for item in summary.functions] == ["m", "after"]


def test_calls_in_the_arguments_of_a_macro_without_semicolon_are_kept() -> None:
    assert message(SELF, "foo") in statements("  ON_MAIN([self foo];)\n  [s bar];")


@pytest.mark.parametrize(
    "source",
    [
        "for (auto &x : list) { [s setActive:YES error:nil]; }",
        "std::shared_ptr<X> p = std::make_shared<X>(1);\n [s setActive:YES error:nil];",
        "auto f = [&](int a) -> bool { [s setActive:YES error:nil]; return true; };",
        "q.run([this] { [s setActive:YES error:nil]; });",
        "X *x = new X(nullptr);\n [s setActive:static_cast<BOOL>(1) error:nil];\n delete x;",
    ],
)
def test_cxx_bodies_keep_their_calls(source: str) -> None:
    summary = lower(f"@implementation A\n- (void)m:(const T &)t {{\n  {source}\n}}\n@end\n", "objc++")
    assert summary.lost == ()
    assert "setActive:error:" in names_of_calls(summary)
    assert summary.functions[0].parameters[0].type == "T"


def test_cxx_exceptions_are_an_attempt() -> None:
    lowered = statements("  try { f(); } catch (const std::exception &e) { g(); }", "objc++")
    handler = Block((Declare("e", "exception", None), call("g")))
    assert lowered == (Attempt(Block((call("f"),)), (handler,)),)


def test_cxx_classes_own_their_functions() -> None:
    summary = lower(
        "namespace n {\nclass Sink : public Base {\n public:\n  Sink(int a) : Base(a), b_(a) { f(); }\n"
        "  void onData(int n) override { [s setActive:YES error:nil]; }\n private:\n  int b_;\n};\n"
        "void Other::run() { g(); }\n}\n@implementation A\n- (void)m { h(); }\n@end\n",
        "objc++",
    )
    found = [(item.owner, item.name, item.kind) for item in summary.functions]
    assert found == [
        ("Sink", "Sink(_:)", "method"),
        ("Sink", "onData(_:)", "method"),
        ("Other", "run()", "method"),
        ("A", "m()", "method"),
    ]
    declared = next(item for item in summary.types if item.name == "Sink")
    assert declared.supertypes == ("Base",)
    assert [item.name for item in declared.fields] == ["b_"]
    assert summary.globals == ()


def test_what_lies_outside_of_every_function_is_kept_apart() -> None:
    summary = lower("REGISTER(A, [b c]);\n")
    (lost,) = summary.functions
    assert (lost.name, lost.attributes) == ("", ("lost",))
    assert [item.name for item in calls(lost.body)] == ["REGISTER", "c"]


def test_rewrites_keep_the_length_and_the_lines() -> None:
    source = (
        b"NS_ASSUME_NONNULL_BEGIN\r\ntypedef NS_ENUM(int,\r\n K) { K1 };\r\n"
        b"#if X\r\nRCT_REMAP_METHOD(a, b:(int)c) { }\r\n#endif\r\n"
        b"template <class T> class Foo : public Bar<T> { Foo(int a) : b(a) {} ~Foo(); };\r\n"
        b"  LOG(a)\r\n try { for (const auto &x : y) { [=]() mutable { }; } } catch (...) { }\r\n\0<#a#>"
    )
    for rewrite in (prepare, *(rewrite for group in VARIANTS["objc++"] for rewrite in group)):
        rewritten = rewrite(source)
        assert len(rewritten) == len(source)
        ends = [index for index, byte in enumerate(source) if byte == 10]
        assert [index for index, byte in enumerate(rewritten) if byte == 10] == ends


def test_macro_rules_leave_comments_strings_and_definitions_alone() -> None:
    source = b'// NS_UNAVAILABLE\n"NS_UNAVAILABLE" /* NS_UNAVAILABLE */\n#define NS_UNAVAILABLE 1\n'
    assert macros(source) == source


# ---- locations and robustness ---------------------------------------------------------------------------------------


def test_locations() -> None:
    summary = lower('@implementation A : B\n- (void)m:(int)x {\n  f(@"ä"); [self g:1];\n}\n@end\n')
    assert summary.types[0].location == Location(1, 1, 1, 22)
    (method,) = summary.functions
    assert method.location == Location(2, 1, 2, 17)
    assert method.body is not None
    first, second = method.body.statements
    assert isinstance(first, Call) and first.location == Location(3, 3, 3, 11)
    assert isinstance(second, Call) and second.location == Location(3, 13, 3, 23)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(end: str) -> None:
    source = "int g;\n@implementation A\n- (void)m {\n#if X\n  f();\n#else\n  g();\n#endif\n}\n@end\n"
    plain = lower(source)
    assert lower(source.replace("\n", end)) == plain
    assert objc.lower(b"\xef\xbb\xbf" + source.replace("\n", end).encode(), "objc") == plain
    assert plain.globals[0].location == Location(1, 1, 1, 7)


def test_lost_bytes_are_counted_with_the_byte_order_mark() -> None:
    source = b"@implementation A\n- (void)m { = = }\n@end\n"
    (plain,) = objc.lower(source, "objc").lost
    (marked,) = objc.lower(b"\xef\xbb\xbf" + source, "objc").lost
    assert (marked.start, marked.end) == (plain.start + 3, plain.end + 3)


def test_comments_that_speak_to_the_linter() -> None:
    summary = lower(
        "// callkit-lint: ignore[x]\nint a; /* callkit-lint: ignore */\n// other\n"
        'NSString *s = @"// callkit-lint: no";\n'
    )
    found = [(item.text, item.location) for item in summary.comments]
    assert found == [
        ("callkit-lint: ignore[x]", Location(1, 1, 1, 27)),
        ("callkit-lint: ignore", Location(2, 8, 2, 34)),
    ]


def test_only_objective_c_headers_are_parsed() -> None:
    assert objc.is_objc_header(b"#import <A/A.h>\n")
    assert objc.is_objc_header(b"@class A;\n")
    assert not objc.is_objc_header(b"#include <a.h>\nvoid f(void);\n")
    assert not objc.is_objc_header(b"namespace a { class B; }\n")


INNERMOST = "[s setActive:YES error:nil]"


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 20_000 + INNERMOST + ")" * 20_000 + ";",
        "{" * 5_000 + INNERMOST + ";" + "}" * 5_000,
        "[" * 2_000 + INNERMOST + " f]" * 2_000 + ";",
        "[a f:" * 2_000 + INNERMOST + "]" * 2_000 + ";",
        "f(" * 2_000 + INNERMOST + ")" * 2_000 + ";",
        "f(^{" * 1_000 + INNERMOST + ";" + "});" * 1_000,
        "if (a) " * 2_000 + INNERMOST + ";",
        "if (a) { } else " * 3_000 + "{ " + INNERMOST + "; }",
        "x = " + "a + " * 3_000 + INNERMOST + ";",
        "switch (a) { case 1: " * 500 + INNERMOST + ";" + "}" * 500,
        "#if X\n" * 1_000 + INNERMOST + ";\n" + "#endif\n" * 1_000,
        "x = " + "!" * 5_000 + INNERMOST + ";",
    ],
    ids=lambda source: source[:12],
)
def test_deep_nesting_loses_structure_but_no_call(source: str) -> None:
    summary = lower(f"@implementation A\n- (void)m {{\n{source}\n}}\n@end\n")
    assert "setActive:error:" in names_of_calls(summary)
    assert repr(summary)


@pytest.mark.parametrize(
    "source", ["(" * 20_000, "{" * 5_000, "[" * 5_000, "/*" * 5_000, '"' * 5_001, "#if X\n" * 2_000]
)
def test_unclosed_source_does_no_harm(source: str) -> None:
    assert lower(f"@implementation A\n- (void)m {{\n{source}").language == "objc"


def test_preprocessing_keeps_offsets() -> None:
    source = b"#if 0\nx\n#endif\n@interface A\n#ifdef B\n- (void)m;\n#endif\n@end\n"
    text = preprocess(source).text
    assert len(text) == len(source) and b"#" not in text and b"x" not in text
    assert text.index(b"- (void)m") == source.index(b"- (void)m")
