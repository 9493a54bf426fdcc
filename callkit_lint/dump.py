"""The text form of the neutral form: for tests, bug reports and people.

One line a statement, with its line number; what is inside is indented below it. Closures, and what could not be
lowered, are numbered in the line (`{1}`, `?2`) and follow it under that number. Nothing here calls itself, so no
nesting is too deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from callkit_lint.ir import (
    Argument,
    Assign,
    Attempt,
    Block,
    Branch,
    Call,
    Closure,
    Collection,
    Declare,
    Defer,
    Exit,
    Expr,
    Field,
    FileSummary,
    Function,
    Literal,
    Loop,
    Member,
    Name,
    Operator,
    Parameter,
    Selector,
    Statement,
    TypeDecl,
    Unknown,
)

# Control and format characters (they could hide or reorder text in a terminal), line separators, lone surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)
_DEEPEST_INDENTATION = 100
_PREFIX = frozenset({"!", "-", "+", "~", "&", "*", "++", "--"})

# What is written below a line: a line of its own, or statements; each with how much deeper it stands.
_Item = tuple[int, "str | Statement"]
_Nested = list[tuple[str, Closure | Unknown]]


def dump(summary: FileSummary) -> str:
    """The summary as text, ending with a newline."""
    lines = [f"language {summary.language}"]
    if summary.imports:
        lines.append("imports " + ", ".join(map(escaped, summary.imports)))
    lines += [f"macro {escaped(name)} = {escaped(value)}" for name, value in summary.macros]
    for declared in summary.types:
        lines += _type(declared)
    for each in summary.globals:
        lines += _field("global", each)
    for function in summary.functions:
        lines += _function(function)
    lines += [f"comment {comment.location.line}: {escaped(comment.text)}" for comment in summary.comments]
    lines += [f"lost bytes {part.start} to {part.end}" for part in summary.lost]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """The text with characters that a terminal would act on, or not show, written as escapes."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


# ---- declarations ---------------------------------------------------------------------------------------------------


def _type(declared: TypeDecl) -> list[str]:
    head = f"type {declared.location.line}: {declared.kind} {escaped(declared.name)}"
    if declared.supertypes:
        head += " : " + ", ".join(map(escaped, declared.supertypes))
    lines = [head + _attributes(declared.attributes) + _condition(declared)]
    for each in declared.fields:
        lines += ["  " + line for line in _field("static field" if each.is_static else "field", each)]
    return lines


def _field(kind: str, each: Field) -> list[str]:
    head = f"{kind} {escaped(each.name)}" + (f": {escaped(each.type)}" if each.type else "")
    below: list[_Item] = []
    if each.value is not None:
        text, nested = _expression(each.value)
        head += f" = {text}"
        below = _below(nested)
    return [head + _attributes(each.attributes) + _condition(each), *_lines(below)]


def _function(function: Function) -> list[str]:
    owner = f"{escaped(function.owner)}." if function.owner else ""
    kind = ("static " if function.is_static else "") + function.kind
    name = f"{owner}{escaped(function.name)}" if function.name else owner.rstrip(".")
    head = f"function {function.location.line}: {kind} {name}".rstrip()
    text, nested = _parameters(function.parameters)
    if function.parameters:
        head += f" ({text})"
    if function.result:
        head += f" -> {escaped(function.result)}"
    if function.selector:
        head += f" selector {escaped(function.selector)}"
    head += _attributes(function.attributes) + _condition(function)
    if function.body is None:
        return [head + " without body"]
    body: list[_Item] = [(1, statement) for statement in function.body.statements]
    return [head, *_lines(_below(nested) + body)]


def _parameters(parameters: Iterable[Parameter]) -> tuple[str, _Nested]:
    texts = []
    nested: _Nested = []
    for each in parameters:
        label = "" if each.label in ("_", each.name) else f"{each.label} "
        text = escaped(label + each.name + (f": {each.type}" if each.type else ""))
        if each.default is not None:
            default, inner = _expression(each.default, len(nested))
            text += f" = {default}"
            nested += inner
        texts.append(text)
    return ", ".join(texts), nested


def _condition(declared: TypeDecl | Field | Function) -> str:
    return f" {_expression(Operator('#if', (declared.condition,)))[0]}" if declared.condition else ""


def _attributes(attributes: tuple[str, ...]) -> str:
    return f" [{'; '.join(map(escaped, attributes))}]" if attributes else ""


# ---- statements -----------------------------------------------------------------------------------------------------


def _lines(items: list[_Item]) -> list[str]:
    """The lines of some statements, and of all that is inside them."""
    lines: list[str] = []
    stack = list(reversed(items))
    while stack:
        depth, item = stack.pop()
        if isinstance(item, str):
            lines.append(_indented(depth, item))
            continue
        text, below = _statement(item)
        lines.append(_indented(depth, text))
        stack.extend((depth + deeper, inner) for deeper, inner in reversed(below))
    return lines


def _indented(depth: int, text: str) -> str:
    """A line at its depth; beyond _DEEPEST_INDENTATION all stand alike, else deep nesting is mostly spaces."""
    return "  " * min(depth, _DEEPEST_INDENTATION) + text


def _statement(item: Statement) -> tuple[str, list[_Item]]:
    """One statement's own line, and what stands below it."""
    if isinstance(item, Block):
        return "block", _statements(item)
    line = f"{item.location.line}: "
    match item:
        case Declare(name, kind, value):
            return _with(line + f"declare {escaped(name)}" + (f": {escaped(kind)}" if kind else ""), value, " = ")
        case Assign(target, value):
            left, nested = _expression(target)
            right, more = _expression(value, len(nested))
            return f"{line}assign {left} = {right}", _below(nested + more)
        case Exit(kind, value):
            return _with(f"{line}{kind}", value, " ")
        case Defer(body):
            return f"{line}defer", _statements(body)
        case Branch():
            return _branch(line, item)
        case Loop(condition, body, at_least_once):
            text, below = _with(line + ("loop at least once" if at_least_once else "loop"), condition, " ")
            return text, below + _statements(body)
        case Attempt():
            return _attempt(line, item)
        case Unknown(parts):
            return f"{line}unknown", [(1, part) for part in parts]
    text, nested = _expression(item)
    return f"{line}{'call' if isinstance(item, Call) else 'value'} {text}", _below(nested)


def _with(text: str, value: Expr | None, between: str) -> tuple[str, list[_Item]]:
    if value is None:
        return text, []
    inner, nested = _expression(value)
    return f"{text}{between}{inner}", _below(nested)


def _statements(block: Block) -> list[_Item]:
    return [(1, statement) for statement in block.statements]


def _branch(line: str, item: Branch) -> tuple[str, list[_Item]]:
    kind = item.kind if item.exhaustive or item.kind in ("guard", "if", "#if") else f"{item.kind} not exhaustive"
    text, below = _with(line + kind, item.subject, " ")
    for arm in item.arms:
        head, nested = _with("when", arm.condition, " ")
        below.append((1, head if arm.condition is not None else "else"))
        below += [(1 + deeper, inner) for deeper, inner in nested]
        below += [(2, statement) for statement in arm.body.statements]
    return text, below


def _attempt(line: str, item: Attempt) -> tuple[str, list[_Item]]:
    below = _statements(item.body)
    for handler in item.handlers:
        below.append((0, "catch"))
        below += _statements(handler)
    if item.final is not None:
        below.append((0, "finally"))
        below += _statements(item.final)
    return f"{line}attempt", below


def _below(nested: _Nested) -> list[_Item]:
    """The bodies of a line's closures and unknown parts, each under its number."""
    items: list[_Item] = []
    for number, inner in nested:
        if isinstance(inner, Unknown):
            items.append((1, f"{number} unknown"))
            items += [(2, part) for part in inner.parts]
            continue
        # Defaults of closure parameters are not a thing in either language.
        parameters, _ = _parameters(inner.parameters)
        items.append((1, f"{number} closure" + (f" ({parameters})" if parameters else "")))
        items += [(2, statement) for statement in inner.body.statements]
    return items


# ---- expressions ----------------------------------------------------------------------------------------------------


def _expression(root: Expr, count: int = 0) -> tuple[str, _Nested]:
    """An expression on one line, and its closures and unknown parts with the numbers they have in it."""
    out: list[str] = []
    nested: _Nested = []
    stack: list[str | Expr] = [root]
    while stack:
        item = stack.pop()
        match item:
            case str():
                out.append(item)
            case Literal(value):
                out.append(_literal(value))
            case Name(name):
                out.append(escaped(name) or "_implicit_")
            case Selector(name):
                out.append(f"#selector({escaped(name)})")
            case Closure():
                nested.append((f"{{{count + len(nested) + 1}}}", item))
                out.append(nested[-1][0])
            case Unknown(parts):
                if parts:
                    nested.append((f"?{count + len(nested) + 1}", item))
                out.append(nested[-1][0] if parts else "?")
            case _:
                stack.extend(reversed(_pieces(item)))
    return "".join(out), nested


def _pieces(item: Member | Call | Operator | Collection | Expr) -> list[str | Expr]:
    """The text of an expression around the expressions it is made of."""
    match item:
        case Member(base, name):
            return [f".{escaped(name)}"] if base is None else [base, f".{escaped(name)}"]
        case Call():
            return _call(item)
        case Collection(items):
            return ["[", *_separated(items), "]"]
        case Operator("?:", (condition, then, otherwise)):
            return ["(", condition, " ? ", then, " : ", otherwise, ")"]
        case Operator("[]", (base, *indices)):
            return [base, "[", *_separated(indices), "]"]
        case Operator(":", (key, value)):
            return [key, ": ", value]
        case Operator(op, (operand,)) if op in _PREFIX:
            return [op, operand]
        case Operator(op, (first, *others)) if others and op not in (
            "case",
            "tuple",
            "interpolation",
            "if case",
            "let",
        ):
            return ["(", first, *(piece for other in others for piece in (f" {op} ", other)), ")"]
        case Operator(op, operands):
            return [f"{op}(", *_separated(operands), ")"]
    return ["?"]


def _call(call: Call) -> list[str | Expr]:
    effects = (f"{call.attempt} " if call.attempt else "") + ("await " if call.awaited else "")
    dot = "?." if call.optional else "."
    pieces: list[str | Expr] = [effects] if effects else []
    if call.message:
        return [*pieces, "[", *([call.receiver] if call.receiver else []), " ", *_message(call), "]"]
    if isinstance(call.receiver, Name) and not call.receiver.name:
        pieces.append(".")
    elif call.receiver is not None:
        pieces += [call.receiver, dot if call.name else "?" if call.optional else ""]
    plain = [argument for argument in call.arguments if not argument.trailing]
    pieces += [escaped(call.name), "("]
    for position, argument in enumerate(plain):
        pieces += [", " if position else "", *_argument(argument)]
    pieces.append(")")
    for argument in call.arguments:
        if argument.trailing:
            pieces += [" ", *_argument(argument)]
    return pieces


def _message(call: Call) -> list[str | Expr]:
    """An Objective-C message: the selector's pieces with their arguments."""
    names = call.name.split(":")
    if not call.arguments:
        return [escaped(call.name)]
    pieces: list[str | Expr] = []
    for position, argument in enumerate(call.arguments):
        # Arguments beyond the selector's colons are those of a variadic method.
        name = names[position] if position < len(names) - 1 else None
        separator = ", " if name is None else " " if position else ""
        pieces += [separator, "" if name is None else f"{escaped(name)}:", argument.value]
    return pieces


def _argument(argument: Argument) -> list[str | Expr]:
    return [f"{escaped(argument.label)}: ", argument.value] if argument.label else [argument.value]


def _separated(items: Iterable[Expr]) -> list[str | Expr]:
    pieces: list[str | Expr] = []
    for position, item in enumerate(items):
        pieces += [", ", item] if position else [item]
    return pieces


def _literal(value: bool | int | float | str | None) -> str:
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped(quoted)}"'
    # Python refuses to write integers of thousands of digits in decimal.
    return hex(value) if isinstance(value, int) and value.bit_length() > 10_000 else repr(value)
