"""Objective-C expressions to the neutral form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tree_sitter import Node

from callkit_lint.frontends.objc_types import bare_type, is_object_pointer
from callkit_lint.ir import (
    Argument,
    Block,
    Call,
    Closure,
    Collection,
    Expr,
    Literal,
    Location,
    Member,
    Name,
    Operator,
    Parameter,
    Selector,
    Statement,
    Unknown,
)

# Deeper code is not lowered but searched for calls. Up to five Python frames stand for one level of it, and whoever
# reads the neutral form walks it recursively too; Python allows 1,000 frames. The deepest real method seen has 62.
MAX_DEPTH = 100

_CONSTANTS: dict[bytes, bool | None] = {
    b"YES": True, b"NO": False, b"TRUE": True, b"FALSE": False, b"true": True, b"false": False,
    b"nil": None, b"NULL": None, b"Nil": None, b"nullptr": None,
}  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\n": "", "\r\n": ""}
_ESCAPE = re.compile(r"\\(\r\n|.)", re.DOTALL)
_NUMBER_SUFFIX = re.compile(r"(?:[ulz]+|(?<=[\d.])f)$")

Lower = Callable[[Node, int], Expr]


class ExpressionLowering:
    """Lowers the expressions of one tree made from `text`.

    Every method that lowers takes the node and its depth. Depth grows by one for each expression or statement inside
    another; beyond `MAX_DEPTH` only the calls are collected, without their structure.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.expressions: dict[str, Lower] = {
            "identifier": self._identifier,
            "type_identifier": self._identifier,
            "field_identifier": self._identifier,
            "message_expression": self._message,
            "call_expression": self._call,
            "field_expression": self._member,
            "string_literal": self._string,
            "concatenated_string": self._string,
            "number_literal": self._number,
            "char_literal": self._character,
            "true": self._identifier,
            "false": self._identifier,
            "null": self._null,
            "parenthesized_expression": self._parenthesized,
            "binary_expression": self._binary,
            "unary_expression": self._unary,
            "pointer_expression": self._pointer,
            "update_expression": self._update,
            "assignment_expression": self._assignment,
            "conditional_expression": self._conditional,
            "comma_expression": self._comma,
            "subscript_expression": self._subscript,
            "cast_expression": self._cast,
            "at_expression": self._boxed,
            "array_literal": self._collection,
            "dictionary_literal": self._collection,
            "initializer_list": self._collection,
            "dictionary_pair": self._pair,
            "initializer_pair": self._designated,
            "compound_literal_expression": self._compound_literal,
            "selector_expression": self._selector,
            "block_literal": self._closure,
            "available_expression": self._available,
            "encode_expression": self._type_operator,
            "sizeof_expression": self._type_operator,
            "offsetof_expression": self._type_operator,
            "alignof_expression": self._type_operator,
            "generic_expression": self._type_operator,
            "va_arg_expression": self._type_operator,
            "generic_specifier": self._generic_type,
            "preproc_defined": self._defined,
            "preproc_call_expression": self._call,
            "range_expression": self._range,
        }

    # ---- what the statement layer adds

    def block(self, node: Node, depth: int) -> Block:
        """The statements of a `{ … }`; the statement layer knows how."""
        raise NotImplementedError

    def statement(self, node: Node, depth: int) -> tuple[Statement, ...]:
        raise NotImplementedError

    def is_statement(self, node: Node) -> bool:
        raise NotImplementedError

    # ---- shared

    def location(self, node: Node) -> Location:
        line, column = node.start_point
        end_line, end_column = node.end_point
        return Location(line + 1, column + 1, end_line + 1, end_column + 1)

    def source(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode(errors="replace")

    def expression(self, node: Node, depth: int) -> Expr:
        """The expression that a node stands for; `Unknown` with everything found inside where there is none."""
        if depth > MAX_DEPTH:
            return Unknown(tuple(self._calls_below(node)), self.location(node))
        lower = self.expressions.get(node.type)
        if lower is None:
            return self.unknown(node, depth)
        return lower(node, depth)

    def field(self, node: Node, name: str, depth: int) -> Expr:
        """The expression in a field of a node; `Unknown` where a repair left none."""
        child = node.child_by_field_name(name)
        return self.expression(child, depth + 1) if child is not None else Unknown((), self.location(node))

    def unknown(self, node: Node, depth: int) -> Unknown:
        """A node without meaning here, with the expressions and statements found inside it."""
        return Unknown(tuple(self.parts(node, depth)), self.location(node))

    def parts(self, node: Node, depth: int) -> Iterable[Statement]:
        """The outermost expressions and statements inside a node that says nothing itself, in source order."""
        stack = list(reversed(node.named_children))
        while stack:
            child = stack.pop()
            kind = child.type
            if kind in ("identifier", "type_identifier", "field_identifier", "comment"):
                continue
            if self.is_statement(child):
                yield from self.statement(child, depth + 1)
            elif kind in self.expressions:
                yield self.expression(child, depth + 1)
            else:
                stack.extend(reversed(child.named_children))

    def _calls_below(self, root: Node) -> Iterable[Statement]:
        """The calls inside a node that lies too deep, each without what it is made of."""
        stack = [root]
        while stack:
            node = stack.pop()
            if node.type == "message_expression":
                yield self._message_call(node, self._shallow)
            elif node.type == "call_expression":
                yield self._function_call(node, self._shallow)
            stack.extend(reversed(node.named_children))

    def _shallow(self, node: Node) -> Expr:
        if node.child_count == 0:
            return self.expression(node, 0)
        return self._string(node, 0) if node.type == "string_literal" else Unknown((), self.location(node))

    # ---- names and literals

    def _identifier(self, node: Node, depth: int) -> Expr:
        text = self.text[node.start_byte : node.end_byte]
        if not text:
            return Unknown((), self.location(node))  # a name that the parser missed
        if text in _CONSTANTS:
            return Literal(_CONSTANTS[text], self.location(node))
        return Name(text.decode(errors="replace"), self.location(node))

    def _null(self, node: Node, depth: int) -> Expr:
        return Literal(None, self.location(node))

    def _string(self, node: Node, depth: int) -> Expr:
        """`@"a"`, `"a"` and several in a row; the string's parts are its contents and escapes."""
        pieces: list[str] = []
        stack = [node]
        while stack:
            current = stack.pop()
            if current.type == "string_content":
                pieces.append(self.source(current))
            elif current.type == "escape_sequence":
                pieces.append(_ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), self.source(current)))
            elif current.type == "identifier":
                # A macro between two literals (`@"a" NAME @"b"`): its value is not known here.
                return Operator("+", tuple(self._concatenated(node)), self.location(node))
            else:
                stack.extend(reversed(current.named_children))
        return Literal("".join(pieces), self.location(node))

    def _concatenated(self, node: Node) -> Iterable[Expr]:
        for child in node.named_children:
            yield self._identifier(child, 0) if child.type == "identifier" else self._string(child, 0)

    def _number(self, node: Node, depth: int) -> Expr:
        return Literal(_number(self.source(node)), self.location(node))

    def _character(self, node: Node, depth: int) -> Expr:
        return Literal(self.source(node).strip("uUL'"), self.location(node))

    def _boxed(self, node: Node, depth: int) -> Expr:
        """`@YES`, `@42`, `@(x)`: the value inside; `@protocol(P)`: the protocol's name."""
        inner = node.named_children[0] if node.named_children else None
        if inner is None:
            return Unknown((), self.location(node))
        if inner.type == "call_expression" and self.source(inner).startswith("protocol"):
            return Name(self.source(inner).removeprefix("protocol").strip(" ()"), self.location(node))
        value = self.expression(inner, depth + 1)
        return Literal(value.value, self.location(node)) if isinstance(value, Literal) else value

    def _collection(self, node: Node, depth: int) -> Expr:
        items = (self.expression(child, depth + 1) for child in node.named_children if child.type != "comment")
        return Collection(tuple(items), self.location(node))

    def _pair(self, node: Node, depth: int) -> Expr:
        values = [child for child in node.named_children if child.type != "comment"]
        return Operator(":", tuple(self.expression(child, depth + 1) for child in values), self.location(node))

    def _designated(self, node: Node, depth: int) -> Expr:
        """`.field = value` in an initialiser list."""
        designator = node.child_by_field_name("designator")
        name = Name(self.source(designator).lstrip(".") if designator else "", self.location(designator or node))
        return Operator(":", (name, self.field(node, "value", depth)), self.location(node))

    def _compound_literal(self, node: Node, depth: int) -> Expr:
        return self.field(node, "value", depth)

    def _selector(self, node: Node, depth: int) -> Expr:
        """`@selector(name:)`"""
        text = self.source(node)
        return Selector("".join(text[text.find("(") + 1 : text.rfind(")")].split()), self.location(node))

    def _available(self, node: Node, depth: int) -> Expr:
        """`@available(iOS 13, *)`"""
        text = self.source(node)
        platforms = text[text.find("(") + 1 : text.rfind(")")].split(",")
        names = (" ".join(platform.split()) for platform in platforms)
        literals = tuple(Literal(name, self.location(node)) for name in names if name not in ("", "*"))
        return Operator("available", literals, self.location(node))

    # ---- calls

    def _message(self, node: Node, depth: int) -> Expr:
        return self._message_call(node, lambda child: self.expression(child, depth + 1))

    def _message_call(self, node: Node, lower: Callable[[Node], Expr]) -> Call:
        """`[receiver piece:argument piece:argument, argument]`: what follows a colon or a comma is an argument."""
        receiver: Expr | None = None
        selector = ""
        arguments: list[Argument] = []
        expects_argument = False
        for child in node.children:
            kind = child.type
            if kind == ":":
                selector += ":"
                expects_argument = True
            elif kind == ",":
                expects_argument = True
            elif kind in ("[", "]", "comment"):
                continue
            elif receiver is None:
                receiver = lower(child)
            elif expects_argument:
                arguments.append(Argument("", lower(child)))
                expects_argument = False
            elif kind == "ERROR":
                arguments.append(Argument("", lower(child)))
            else:
                selector += self.source(child)
        return Call(selector, receiver, tuple(arguments), self.location(node), message=True)

    def _call(self, node: Node, depth: int) -> Expr:
        call = self._function_call(node, lambda child: self.expression(child, depth + 1))
        if call.name == "NSSelectorFromString" and len(call.arguments) == 1:
            value = call.arguments[0].value
            if isinstance(value, Literal) and isinstance(value.value, str):
                return Selector(value.value, call.location)
        return call

    def _function_call(self, node: Node, lower: Callable[[Node], Expr]) -> Call:
        """`name(…)`, `object.block(…)`; a call of anything else has no name, and what it calls as receiver."""
        function = _inside_parentheses(node.child_by_field_name("function"))
        if function is not None and function.type == "cast_expression":
            function = _inside_parentheses(function.child_by_field_name("value"))
        name = ""
        receiver: Expr | None = None
        if function is None:
            receiver = Unknown((), self.location(node))
        elif function.type == "identifier":
            name = self.source(function)
        elif function.type == "field_expression":
            base, member = function.child_by_field_name("argument"), function.child_by_field_name("field")
            name = self.source(member) if member is not None else ""
            receiver = lower(base) if base is not None else None
        else:
            receiver = lower(function)
        listed = node.child_by_field_name("arguments")
        values = [child for child in listed.named_children if child.type != "comment"] if listed is not None else []
        return Call(name, receiver, tuple(Argument("", lower(child)) for child in values), self.location(node))

    def _closure(self, node: Node, depth: int) -> Expr:
        """`^(T a) { … }`, `^T (U a) { … }`"""
        body = Block(())
        parameters: tuple[Parameter, ...] = ()
        for child in node.named_children:
            if child.type == "compound_statement":
                body = self.block(child, depth + 1)
            elif child.type == "parameter_list":
                parameters = self.parameters(child)
            elif child.type == "type_name":
                listed = _first_below(child, "parameter_list")
                parameters = self.parameters(listed) if listed is not None else ()
        return Closure(parameters, body, self.location(node))

    def parameters(self, node: Node) -> tuple[Parameter, ...]:
        """The parameters of a C function or block; `(void)` is none."""
        found = []
        for child in node.named_children:
            if child.type != "parameter_declaration":
                continue
            name = declared_identifier(child.child_by_field_name("declarator"))
            kind = bare_type(self.type_text(child, child.end_byte, name))
            if kind != "void" or name is not None:
                found.append(Parameter("_", self.source(name) if name is not None else "", kind))
        return tuple(found)

    def type_text(self, node: Node, end: int, name: Node | None) -> str:
        """The text of a declaration up to `end`, without the name that it declares: its type."""
        if name is None:
            return self.text[node.start_byte : end].decode(errors="replace")
        parts = self.text[node.start_byte : name.start_byte], self.text[name.end_byte : end]
        return b" ".join(parts).decode(errors="replace")

    # ---- operators

    def _member(self, node: Node, depth: int) -> Expr:
        name = node.child_by_field_name("field")
        return Member(
            self.field(node, "argument", depth), self.source(name) if name is not None else "", self.location(node)
        )

    def _parenthesized(self, node: Node, depth: int) -> Expr:
        inner = _inside_parentheses(node)
        if inner is None or inner.type == "compound_statement":
            # `({ …; value; })` runs its statements where it stands; which of them is its value is not kept.
            return Unknown(self.block(inner, depth + 1).statements if inner else (), self.location(node))
        return self.expression(inner, depth)

    def _binary(self, node: Node, depth: int) -> Expr:
        operator = node.child_by_field_name("operator")
        left, right = self.field(node, "left", depth), self.field(node, "right", depth)
        return Operator(operator.type if operator else "", (left, right), self.location(node))

    def _unary(self, node: Node, depth: int) -> Expr:
        operator = node.child_by_field_name("operator")
        value = self.field(node, "argument", depth)
        if operator and operator.type == "-" and isinstance(value, Literal) and isinstance(value.value, int | float):
            return Literal(-value.value, self.location(node))
        return Operator(operator.type if operator else "", (value,), self.location(node))

    def _pointer(self, node: Node, depth: int) -> Expr:
        """`&x` and `*x` are `x`: what is asked of a program never hangs on the indirection."""
        return self.field(node, "argument", depth)

    def _update(self, node: Node, depth: int) -> Expr:
        operator = node.child_by_field_name("operator")
        return Operator(operator.type if operator else "", (self.field(node, "argument", depth),), self.location(node))

    def _assignment(self, node: Node, depth: int) -> Expr:
        operator = node.child_by_field_name("operator")
        sides = self.field(node, "left", depth), self.field(node, "right", depth)
        return Operator(operator.type if operator else "=", sides, self.location(node))

    def _conditional(self, node: Node, depth: int) -> Expr:
        condition, otherwise = self.field(node, "condition", depth), self.field(node, "alternative", depth)
        if node.child_by_field_name("consequence") is None:
            return Operator("??", (condition, otherwise), self.location(node))
        return Operator("?:", (condition, self.field(node, "consequence", depth), otherwise), self.location(node))

    def _comma(self, node: Node, depth: int) -> Expr:
        return Operator(",", (self.field(node, "left", depth), self.field(node, "right", depth)), self.location(node))

    def _subscript(self, node: Node, depth: int) -> Expr:
        sides = self.field(node, "argument", depth), self.field(node, "index", depth)
        return Operator("[]", sides, self.location(node))

    def _range(self, node: Node, depth: int) -> Expr:
        values = tuple(self.expression(child, depth + 1) for child in node.named_children)
        return Operator("...", values, self.location(node))

    def _cast(self, node: Node, depth: int) -> Expr:
        """`(T *)x` of an object says what type it has from here on; other casts are invisible."""
        value = self.field(node, "value", depth)
        kind = node.child_by_field_name("type")
        if kind is None or isinstance(value, Literal) or not is_object_pointer(self.source(kind)):
            return value
        return Operator("as", (value, Name(bare_type(self.source(kind)), self.location(kind))), self.location(node))

    def _type_operator(self, node: Node, depth: int) -> Expr:
        """`sizeof`, `@encode`, `offsetof`, …: nothing inside runs; only its text is kept."""
        return Operator(node.type.removesuffix("_expression"), (Name(self.source(node)),), self.location(node))

    def _generic_type(self, node: Node, depth: int) -> Expr:
        """`NSArray<Foo *>` as the receiver of a message."""
        return Name(self.source(node).partition("<")[0].strip(), self.location(node))

    def _defined(self, node: Node, depth: int) -> Expr:
        names = tuple(Argument("", self.expression(child, depth + 1)) for child in node.named_children)
        return Call("defined", None, names, self.location(node))


def _inside_parentheses(node: Node | None) -> Node | None:
    """What stands inside any number of parentheses."""
    while node is not None and node.type == "parenthesized_expression":
        node = next((child for child in node.named_children if child.type != "comment"), None)
    return node


def _first_below(root: Node, kind: str) -> Node | None:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == kind:
            return node
        stack.extend(reversed(node.named_children))
    return None


def declared_identifier(declarator: Node | None) -> Node | None:
    """The name inside a declarator: x in `*x`, `(^x)(int)`, `x[3]`, `x = 1`."""
    while declarator is not None and declarator.type not in ("identifier", "type_identifier", "field_identifier"):
        inner = declarator.child_by_field_name("declarator")
        if inner is None and declarator.type in (
            "parenthesized_declarator",
            "block_pointer_declarator",
            "struct_declarator",
            "attributed_declarator",
        ):
            inner = next((child for child in declarator.named_children if _can_declare(child)), None)
        declarator = inner
    return declarator


def _can_declare(node: Node) -> bool:
    return node.type.endswith("declarator") or node.type in ("identifier", "type_identifier", "field_identifier")


def _number(text: str) -> int | float | str:
    """The value of a C number; its text where Python cannot read it."""
    plain = text.replace("'", "").lower()
    digits = plain.lstrip("+-")
    sign = -1 if plain.startswith("-") else 1
    is_hex = digits.startswith("0x")
    digits = digits.rstrip("ulz") if is_hex else _NUMBER_SUFFIX.sub("", digits)
    try:
        if is_hex or digits.startswith("0b"):
            return sign * int(digits, 0)
        if digits.isdigit():
            # A leading zero is octal in C.
            return sign * (int(digits, 8) if len(digits) > 1 and digits.startswith("0") else int(digits))
        return sign * float(digits)
    except ValueError:
        return text
