"""The neutral form: what both frontends lower a file to, and all that the rest of the tool knows of a source file.

Plain frozen data without behaviour. Every node has a `location`; no node knows its file (link adds the path), so a
summary depends on nothing but the file's content. `callkit-lint dump FILE` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Location(NamedTuple):
    """A span of one file: lines and columns 1-based, columns in UTF-8 bytes, the end column exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Location(0, 0, 0, 0)


# ---- expressions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the source: true/YES, 4, 0.5, "text", nil (None)."""

    value: bool | int | float | str | None
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Name:
    """A bare identifier: local, parameter, property, type, global, constant, `self`, `super`."""

    name: str
    location: Location = NOWHERE
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """`base.name`, `base?.name`, `base->name`; base None is Swift's implicit member `.name`."""

    base: Expr | None
    name: str
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Selector:
    """`#selector(Owner.name(_:))`, `Selector("name:")`, `@selector(name:)`: the name as written, labels or colons
    included."""

    name: str
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call; `label` is Swift's label ("" for none and in Objective-C), `trailing` a trailing
    closure."""

    label: str
    value: Expr
    trailing: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call or message send.

    `name` is the base name in Swift (`setActive`, a type's name for an initialiser) and C, the selector in Objective-C
    (`setActive:error:`). `receiver` is None for an unqualified call. `optional`: behind `?.`, may not run.
    `attempt` is "", "try", "try?" or "try!". `forced`: what it gives is unwrapped by a `!`.
    """

    name: str
    receiver: Expr | None
    arguments: tuple[Argument, ...] = ()
    location: Location = NOWHERE
    message: bool = False
    optional: bool = False
    attempt: str = ""
    awaited: bool = False
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function or closure. `label` is "_" for none; `type` as `Field.type`."""

    label: str
    name: str
    type: str = ""
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure or block literal; what it is given to says when it runs, and link knows that."""

    parameters: tuple[Parameter, ...]
    body: Block
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Operator:
    """Everything else that combines expressions.

    `op` is the source's operator, or one of: "?:" (condition, then, else); "as", "as?", "is" (value, Name of the type);
    "let" (Name bound, value: true when the value is not nil); "case" (patterns of a switch arm or of `if case`, which
    has the subject as its last operand under the op "if case"); "where" (condition added to a pattern);
    "available" (Literal "iOS 14", ...); "#if" (the compile-time condition); "each", "await each" (the sequence of a
    loop); "label" (Literal: the place that a `goto` of this name leads to); "[]" (base, index); ":"
    (key, value); "tuple"; "keypath".
    """

    op: str
    operands: tuple[Expr, ...]
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Collection:
    """An array, set, option set or dictionary literal."""

    items: tuple[Expr, ...]
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be lowered; `parts` are the expressions and statements found inside it, in source order."""

    parts: tuple[Statement, ...] = ()
    location: Location = NOWHERE


# ---- statements: these, or an expression ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in order: a body, an arm, a plain scope."""

    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Declare:
    """A local constant, variable or function (a Closure as value)."""

    name: str
    type: str
    value: Expr | None
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`; compound assignments have an Operator as value."""

    target: Expr
    value: Expr
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Arm:
    """One alternative of a Branch; condition None is `else` or `default`."""

    condition: Expr | None
    body: Block


@dataclass(frozen=True, slots=True)
class Branch:
    """Alternatives: the first arm whose condition holds runs.

    `kind` is "if", "guard", "switch" or "#if". A guard is one arm whose condition is `!`(the guard's). A switch has its
    `subject`, and "case" operators as arm conditions. `exhaustive`: one of the arms always runs.
    """

    kind: str
    subject: Expr | None
    arms: tuple[Arm, ...]
    exhaustive: bool
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop; `condition` is evaluated before the body unless `at_least_once` (repeat, do-while)."""

    condition: Expr | None
    body: Block
    at_least_once: bool = False
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Attempt:
    """`do … catch`, `@try … @catch … @finally`, C++ try: the body up to a throw, then one of the handlers."""

    body: Block
    handlers: tuple[Block, ...]
    final: Block | None = None
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Defer:
    """Runs when the enclosing scope is left."""

    body: Block
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Exit:
    """`kind`: "return", "throw", "break", "continue", "fallthrough", "goto" or "fatal" (fatalError, abort and the
    like)."""

    kind: str
    value: Expr | None = None
    location: Location = NOWHERE


Expr = Literal | Name | Member | Selector | Call | Closure | Operator | Collection | Unknown
Statement = Block | Declare | Assign | Branch | Loop | Attempt | Defer | Exit | Expr


# ---- declarations ---------------------------------------------------------------------------------------------------
#
# `condition` is the compile-time condition (`#if`) that a declaration stands under, those of the type and file around
# it included; None where it is always compiled.


@dataclass(frozen=True, slots=True)
class Field:
    """A stored property, instance variable, enum case (attribute "case"), or a file's global.

    `type` is the declared type's bare name: optional and implicitly unwrapped marks, pointers, `any`/`some`,
    nullability
    and ownership words removed; arrays as `[T]`, function types as `(A) -> B`, `id<P>` as `P`; "" when not written.
    """

    name: str
    type: str
    value: Expr | None
    is_static: bool = False
    attributes: tuple[str, ...] = ()
    location: Location = NOWHERE
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class TypeDecl:
    """A type or a part of one.

    `name` is qualified by enclosing types (`Outer.Inner`). `kind`: "class", "struct", "enum", "actor", "protocol",
    "extension", "typealias" (the target is the only supertype); Objective-C: "interface", "category",
    "implementation", "protocol". `location` spans the header, not the body.
    """

    name: str
    kind: str
    supertypes: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    attributes: tuple[str, ...] = ()
    location: Location = NOWHERE
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function, method, initialiser, accessor, or other body that runs as one.

    `owner` is the enclosing TypeDecl's name, "" for free functions. `name` is the Swift name, for Objective-C the one
    Swift's importer gives it: `provider(_:perform:)`, `init(configuration:)`; a property's name for accessors.
    `selector` is the Objective-C selector (as declared, or as Swift exposes it); "" where there is none.
    `kind`: "method", "function", "init", "deinit", "getter", "setter", "willSet", "didSet", "subscript",
    "initial values" (the values of a type's stored properties, in order), "top level" (a file's own statements).
    `body` is None for a requirement or a declaration. `location` spans the header, not the body.
    """

    owner: str
    name: str
    selector: str
    kind: str
    parameters: tuple[Parameter, ...]
    result: str
    body: Block | None
    is_static: bool = False
    attributes: tuple[str, ...] = ()
    location: Location = NOWHERE
    condition: Expr | None = None


class Comment(NamedTuple):
    """A comment that speaks to callkit-lint, with its markers removed."""

    text: str
    location: Location


class Lost(NamedTuple):
    """A byte range that could not be parsed, end exclusive. `hides`: whether a call or a declaration may be in it; a
    stray mark or keyword hides nothing."""

    start: int
    end: int
    hides: bool = True


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One file in the neutral form. `language` is "swift", "objc" or "objc++"; `macros` are `#define NAME value`
    pairs."""

    language: str
    imports: tuple[str, ...] = ()
    types: tuple[TypeDecl, ...] = ()
    functions: tuple[Function, ...] = ()
    globals: tuple[Field, ...] = ()
    macros: tuple[tuple[str, str], ...] = ()
    comments: tuple[Comment, ...] = ()
    lost: tuple[Lost, ...] = ()
