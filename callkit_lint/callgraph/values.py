"""The value of an expression where the source states it: an argument's constant, a condition behind a helper's name."""

from __future__ import annotations

from dataclasses import replace

from callkit_lint.callgraph.conditions import Fresh, Known, Parameter, Value
from callkit_lint.callgraph.identifiers import makes_identifier, text_of_identifier
from callkit_lint.callgraph.resolution import View
from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import (
    Argument,
    Arm,
    Branch,
    Call,
    Collection,
    Declare,
    Exit,
    Expr,
    Literal,
    Member,
    Name,
    Operator,
    Selector,
    Statement,
)

NOTIFICATION_MAKERS = frozenset(
    {"Notification", "NSNotification", "notificationWithName:object:", "notificationWithName:object:userInfo:"}
)


def evaluate(view: View, expr: Expr | None, depth: int = 0) -> Value:
    """The value of an argument or operand: a literal, the name of an enum case or constant, or a parameter."""
    if depth > 10 or expr is None:
        return None
    if makes_identifier(expr):
        return Fresh(f"{view.path} {expr.location}", path=view.path, location=expr.location)
    if (text := text_of_identifier(expr)) is not None:
        return evaluate(view, text, depth + 1)
    match expr:
        case Literal(value):
            return Known(value)
        case Collection(items) | Operator("|", items):
            return _option_set(view, items, depth)
        case Name(name):
            return _name(view, name, depth)
        case Member(None, name):
            notification = view.vocabulary.notification(name)
            return Known(notification.id if notification else name)
        case Member(Name(kind), "self" | "class") | Call("class", Name(kind), ()) if kind[:1].isupper():
            return Known(kind)  # a type as a value
        case Member(base, "rawValue" | "hashValue"):
            return evaluate(view, base, depth + 1)
        case Member(base, name):
            return _member(view, base, name, depth)
        case Operator("keypath", (path,)):
            return Known(_key_path(path))
        case Call("NSStringFromSelector", None, (Argument(_, Selector(name)),)):
            return Known(name)
        case Call(_, _, (argument,)) if _wraps(expr):
            return evaluate(view, argument.value, depth + 1)
        case Call(name, _, (argument, *_)) if name in NOTIFICATION_MAKERS:
            return evaluate(view, argument.value, depth + 1)  # a notification is known by its name
        case Call(name, Name(""), (_, *_)) if name != "init":
            return Known(name)  # an enum's case with values: `.conversationEnded(Date(), .failed)`
        case Operator("??", (first, second)):
            # Where nothing is known of an option, its default is what most callers get.
            known = evaluate(view, first, depth + 1) or evaluate(view, second, depth + 1)
            return replace(known, presumed=True) if isinstance(known, Known) else known
        case Operator("as" | "as?", (inner, _)):
            return evaluate(view, inner, depth + 1)
        case Operator("!", (inner,)):
            known = evaluate(view, inner, depth + 1)
            return (
                Known(not known.value, known.presumed)
                if isinstance(known, Known) and isinstance(known.value, bool)
                else None
            )
    return None


def _key_path(path: Expr) -> str:
    """`state.name` of `\\Call.state.name`, as strings spell key paths."""
    names: list[str] = []
    while isinstance(path, Member):
        names.append(path.name)
        if path.base is None:
            break
        path = path.base
    if isinstance(path, Name) and path.name and not path.name[0].isupper() and path.name != "self":
        names.append(path.name)
    return ".".join(reversed(names))


def _option_set(view: View, items: tuple[Expr, ...], depth: int) -> Value:
    """An option set by its names, sorted; the empty one is 0, as Objective-C writes it."""
    values = [evaluate(view, item, depth + 1) for item in items]
    names = [str(value.value) for value in values if isinstance(value, Known)]
    if len(names) < len(items):
        return None
    return Known("|".join(sorted({part for name in names for part in name.split("|")}))) if names else Known(0)


def _name(view: View, name: str, depth: int) -> Value:
    if name in view.locals:
        local = view.locals[name]
        if local.parameter:
            return Parameter(name)
        return evaluate(view, local.value, depth + 1) if local.value is not None else None
    if notification := view.vocabulary.notification(name):
        return Known(notification.id)
    if (constant := view.vocabulary.constant(name)) is not None:
        return Known(constant)
    if case := view.symbols.enumerators.get(name):
        return Known(case)
    if (item := view.symbols.globals.get(name)) and item.value is not None:
        return _kept(evaluate(view, item.value, depth + 1))
    if found := view.symbols.field(view.owner, name, view.path):
        return Known(name) if "case" in found[0].attributes else None
    if (text := view.symbols.build.macros.get(name, "")) in ("YES", "NO", "0", "1", "true", "false"):
        return Known(text in ("YES", "1", "true"))
    constant = view.vocabulary.constant(text)
    return Known(constant) if constant is not None else None


def _member(view: View, base: Expr | None, name: str, depth: int) -> Value:
    owner = view.type_of(base)
    if notification := view.vocabulary.notification(name):
        return Known(notification.id)
    if not owner.endswith(".Type"):
        return None
    found = view.symbols.field(owner.removesuffix(".Type"), name, view.path)
    if found is None or "case" in found[0].attributes:
        return Known(name)
    return _kept(evaluate(view, found[0].value, depth + 1)) if found[0].is_static else None


def _kept(value: Value) -> Value:
    """What a global or static property holds: an identifier is made once, and then it is known by its name."""
    return None if isinstance(value, Fresh) else value


def conditional(view: View, expr: Expr | None) -> Operator | None:
    """`condition ? a : b` where an argument is one, or a local that holds one."""
    if isinstance(expr, Name) and expr.name in view.locals:
        expr = view.locals[expr.name].value
    return expr if isinstance(expr, Operator) and expr.op == "?:" else None


def returned(view: View, expr: Expr) -> Expr | None:
    """What a helper without parameters, or a computed property, of the program returns: its single expression, or the
    choice between several that conditions make."""
    procedures: tuple[Procedure, ...] = ()
    if isinstance(expr, Call) and not expr.arguments:
        procedures = view.resolve(expr).procedures
    elif isinstance(expr, Name) and expr.name in view.locals:
        return view.locals[expr.name].value
    elif isinstance(expr, Name):
        procedures = tuple(view.symbols.members(view.owner, expr.name, view.path, selector=False)) if view.owner else ()
    elif isinstance(expr, Member) and expr.base is not None:
        owner = view.type_of(expr.base).removesuffix(".Type")
        procedures = tuple(view.symbols.members(owner, expr.name, view.path, selector=False)) if owner else ()
    return _result(procedures[0].body.statements) if len(procedures) == 1 else None


def _result(statements: tuple[Statement, ...]) -> Expr | None:
    """The expression that statements return, where they do nothing but choose and return."""
    match statements:
        case (Exit("return", value), *_):
            return value
        case (Branch("if", None, (Arm(condition, body), *others), exhaustive) as choice, *rest) if (
            condition is not None
        ):
            first = _result(body.statements)
            arms = tuple(others)
            if arms and arms[0].condition is None:
                second = _result(arms[0].body.statements)
            elif arms:
                second = _result((replace(choice, arms=arms), *rest))
            else:
                second = None if exhaustive else _result(tuple(rest))
            return Operator("?:", (condition, first, second)) if first is not None and second is not None else None
        case (statement,) if isinstance(statement, Expr) and not isinstance(statement, Branch | Declare):
            return statement
    return None


def _wraps(call: Expr) -> bool:
    """Calls that give their only argument back in another type: `Category(rawValue:)`, `convertFrom…(_:)`, `Int(x)`."""
    if not isinstance(call, Call) or call.message:
        return False
    return (
        call.arguments[0].label == "rawValue"
        or call.name.startswith("convert")
        or call.name in ("Int", "UInt", "NSNumber", "Bool", "String", "ObjCBool")
    )
