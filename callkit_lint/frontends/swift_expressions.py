"""Swift expressions: literals, names, calls, closures and everything else that has a value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

from tree_sitter import Node

from callkit_lint.frontends.swift_operators import CALL_SUFFIXES, DEEPENING, STRUCTURE, Sequence, pieces_of
from callkit_lint.frontends.swift_source import Source, join, type_name
from callkit_lint.ir import (
    Argument,
    Assign,
    Block,
    Call,
    Closure,
    Collection,
    Declare,
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
from callkit_lint.naming import setter_selector

# Nodes nest as deep as the source, so lowering is stopped at a depth: below it only the calls are kept, flat. Depth is
# counted in Python's stack frames, roughly; each kind of nesting adds what it costs. The neutral form stays flatter.
DEEPEST = 700
EXPRESSION_COST, ATOM_COST, BLOCK_COST, PATTERN_COST, TYPE_COST = 8, 6, 10, 6, 6

_DEEPEST_NESTED_TYPE = 20
_LONGEST_NUMBER = 100
_SELECTOR_MAKERS = frozenset({"Selector", "NSSelectorFromString"})
_CALLS = frozenset({"call_expression", "constructor_expression", "macro_invocation"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'", "\n": ""}
_CALLEE = re.compile(r"(?:([\w$.?!`]*?)[?!]*\.)?\s*([\w$`]+)[?!]*\Z")


class Expressions(Source):
    """Lowers expressions. Statements inside closures and `if` expressions are left to the class that builds on this."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.depth = 0

    def block_of(self, nodes: list[Node]) -> Block:
        """The statements among some nodes."""
        raise NotImplementedError

    def branch(self, node: Node) -> Statement:
        """An `if` or `switch`."""
        raise NotImplementedError

    # ---- entry ----

    def expression(self, node: Node) -> Expr:
        """Any expression node."""
        value = self.value(node)
        return Unknown((value,), value.location) if isinstance(value, Assign) else value

    def value(self, node: Node) -> Expr | Assign:
        """Any expression node; an assignment is an expression to the grammar."""
        kind = node.type
        if kind not in STRUCTURE:
            return self.atom(kind, node)
        if self.depth >= DEEPEST:
            return self.too_deep(node)
        pieces = pieces_of(node, self.strays)
        if not pieces:
            return Unknown((), self.location(node))
        # Suffixes nest in the neutral form: the first call of a chain is the deepest.
        cost = EXPRESSION_COST + sum(kind in DEEPENING for kind, _ in pieces)
        self.depth += cost
        result = Sequence(self, pieces).result()
        self.depth -= cost
        return result

    def atom(self, kind: str, node: Node) -> Expr:
        """An expression that is not put together from operators and suffixes."""
        lower = _ATOMS.get(kind)
        if lower is None:
            return self.unknown(node)
        if self.depth >= DEEPEST and node.child_count:
            return self.too_deep(node)
        self.depth += ATOM_COST
        result = lower(self, node)
        self.depth -= ATOM_COST
        return result

    def unknown(self, node: Node) -> Expr:
        """A node this frontend has no form for, with everything found inside; a type is its name."""
        if node.type in _TYPES:
            return self.type_reference(node)
        if not node.is_named:
            return Name(self.text(node), self.location(node))
        if node.type == "directive" or not node.named_child_count:
            return Unknown((), self.location(node))
        parts = self.block_of([child for child in node.children if child.is_named]).statements
        return Unknown(parts, self.location(node))

    def too_deep(self, node: Node) -> Unknown:
        """The calls inside a node, in source order, without what they are nested in."""
        parts: list[Statement] = []
        stack = [node]
        while stack:
            inner = stack.pop()
            if inner.type in _CALLS:
                parts.append(self._flat_call(inner))
            stack.extend(reversed(inner.children))
        return Unknown(tuple(parts), self.location(node))

    def _flat_call(self, node: Node) -> Call:
        """A call with its name, and of receiver and arguments what can be seen without looking deeper."""
        suffix = node.children[-1]
        callee = self.slice(max(node.start_byte, suffix.start_byte - 200), suffix.start_byte).strip()
        match = _CALLEE.search(callee)
        receiver: Expr | None = None
        for name in re.split(r"[.?!]+", match[1]) if match and match[1] else ():
            receiver = Member(receiver, name) if receiver else Name(name)
        arguments = []
        for child in suffix.children[0].children if suffix.children else ():
            if child.type == "value_argument" and child.children:
                leaf = child.children[-1]
                value = self.atom(leaf.type, leaf) if not leaf.child_count and leaf.is_named else Unknown()
                label = self.text(child.children[0]) if child.child_count == 3 else ""
                arguments.append(Argument(label, value))
        return Call(match[2] if match else "", receiver, tuple(arguments), self.location(node))

    # ---- names and literals ----

    def name(self, node: Node) -> Expr:
        text = self.identifier(node)
        return Name(text, self.location(node)) if text else Unknown((), self.location(node))

    def member_name(self, node: Node) -> str:
        """The name in `.name`."""
        text = self.text(node)[1:].strip()
        return text if text.isidentifier() else self.identifier(node.children[-1])

    def type_reference(self, node: Node) -> Expr:
        """A type where a value is expected: `Foo.Bar<T>` before a call, `[Int]`."""
        name = type_name(self.text(node))
        place = self.location(node)
        if node.type != "user_type":
            return Name(name, place)
        first, *others = name.split(".")
        result: Expr = Name(first, place)
        for part in others[:_DEEPEST_NESTED_TYPE]:
            result = Member(result, part, place)
        return result

    def integer(self, node: Node) -> Expr:
        # Read from the file's own text: where a rewrite put a number, that is no number, and nothing is invented.
        text = self.text(node).replace("_", "")
        if len(text) > _LONGEST_NUMBER:
            return Unknown((), self.location(node))
        try:
            return Literal(int(text, 0) if not text.isdigit() else int(text), self.location(node))
        except ValueError:
            return Unknown((), self.location(node))

    def real(self, node: Node) -> Expr:
        text = self.text(node).replace("_", "")
        try:
            value = float.fromhex(text) if text[:2].lower() == "0x" else float(text)
        except (ValueError, OverflowError):
            value = math.inf
        return Literal(value, self.location(node)) if math.isfinite(value) else Unknown((), self.location(node))

    def boolean(self, node: Node) -> Expr:
        return Literal(self.text(node) == "true", self.location(node))

    def nil(self, node: Node) -> Expr:
        return Literal(None, self.location(node))

    def string(self, node: Node) -> Expr:
        """A plain string as a Literal, one with interpolations as an operator over its parts."""
        parts: list[Expr] = []
        text = ""
        for child in node.children:
            kind = child.type
            if kind == "interpolated_expression" or kind == "raw_str_interpolation":
                if text:
                    parts.append(Literal(text, self.location(node)))
                    text = ""
                parts.extend(self._interpolated(child))
            elif kind == "str_escaped_char":
                text += _unescaped(self.text(child))
            elif kind in ("line_str_text", "multi_line_str_text"):
                text += self.text(child)
            elif kind in ("raw_str_part", "raw_str_end_part"):
                text += self._raw_part(node, child)
            elif kind == '"' and node.type == "multi_line_string_literal":
                text += '"'
        if node.type == "multi_line_string_literal":
            text = _unindented(text)
        if not parts:
            return Literal(text, self.location(node))
        if text:
            parts.append(Literal(text, self.location(node)))
        return Operator("interpolation", tuple(parts), self.location(node))

    def _raw_part(self, node: Node, part: Node) -> str:
        """A piece of a raw string without the `#"` and `"#` around the whole."""
        text = self.text(part)
        if part.start_byte == node.start_byte:
            text = text.lstrip("#").removeprefix('"')
        return text.rstrip("#").removesuffix('"') if part.end_byte == node.end_byte else text

    def _interpolated(self, node: Node) -> list[Expr]:
        children = self.children(node)
        if node.type == "raw_str_interpolation":
            return [
                part
                for child in children
                if child.type == "interpolated_expression"
                for part in self._interpolated(child)
            ]
        return [self.expression(children[-1])] if children else []

    def array(self, node: Node) -> Expr:
        items = tuple(self.expression(child) for child in self.children(node) if child.is_named)
        return Collection(items, self.location(node))

    def dictionary(self, node: Node) -> Expr:
        parts = [self.expression(child) for child in self.children(node) if child.is_named]
        pairs = zip(parts[::2], parts[1::2], strict=False)
        items = tuple(Operator(":", (key, value), join(key.location, value.location)) for key, value in pairs)
        return Collection(items, self.location(node))

    def parentheses(self, node: Node) -> Expr:
        """`(a, b)`; `(a)` is `a`, also 20,000 times over, and `()` an empty tuple."""
        while True:
            inner = [child for child in self.children(node) if child.is_named and child.start_byte < child.end_byte]
            if len(inner) != 1 or inner[0].type != "tuple_expression":
                break
            node = inner[0]
        if len(inner) == 1:
            return self.expression(inner[0])
        children = self.children(node)
        values = [
            self.expression(child)
            for position, child in enumerate(children)
            if child.is_named and child.start_byte < child.end_byte and children[position + 1].type != ":"
        ]
        return Operator("tuple", tuple(values), self.location(node))

    # ---- calls ----

    def call(self, callee: Expr, suffix: Node, location: Location, optional: bool) -> Expr:
        """A call or subscript of `callee`; `callee(a:b:)` only names a function."""
        if suffix.type == "tuple_expression":
            arguments = self._tuple_arguments(suffix)
        else:
            first = suffix.children[0]
            if first.type == "value_arguments" and self.data[first.start_byte] == 0x5B:
                indices = (argument.value for argument in self.arguments(suffix))
                return Operator("[]", (callee, *indices), location)
            labels = self._reference_labels(suffix)
            if labels and isinstance(callee, Member):
                return Member(callee.base, f"{callee.name}({labels})", location)
            if labels and isinstance(callee, Name):
                return Name(f"{callee.name}({labels})", location)
            arguments = self.arguments(suffix)
            if isinstance(callee, Call) and first.type == "lambda_literal":
                # In a declaration the grammar reads `f(a) { … }` as a call of what `f(a)` gives.
                return replace(callee, arguments=(*callee.arguments, *arguments), location=location)
        if isinstance(callee, Member):
            base = Name("", callee.location) if callee.base is None else callee.base
            return Call(callee.name, base, arguments, location, optional=optional)
        if isinstance(callee, Name):
            if callee.name in _SELECTOR_MAKERS and len(arguments) == 1 and isinstance(arguments[0].value, Literal):
                return Selector(str(arguments[0].value.value), location)
            return Call(callee.name, None, arguments, location, optional=optional)
        if isinstance(callee, Collection):
            # `[Int]()` reads like a call of an array literal
            return Call(type_name(self.slice_of(callee.location)), None, arguments, location, optional=optional)
        return Call("", callee, arguments, location, optional=optional)

    def slice_of(self, place: Location) -> str:
        """The text at a location."""
        before = self.before_line
        return self.slice(before[place.line] + place.column, before[place.end_line] + place.end_column)

    def _reference_labels(self, suffix: Node) -> str:
        """The labels of `f(_:with:)`, which names a function and does not call it; "" for a call."""
        if self.data[suffix.end_byte - 2 : suffix.end_byte] != b":)":
            return ""
        arguments = suffix.children[0] if suffix.child_count == 1 else suffix
        labels = [child for child in arguments.children if child.type == "value_argument"]
        if len(labels) != 1 or labels[0].child_count < 2 or labels[0].children[-1].type != ":":
            return ""
        return "".join(self.text(labels[0]).split())

    def arguments(self, suffix: Node) -> tuple[Argument, ...]:
        """The arguments of a call suffix, trailing closures included."""
        found: list[Argument] = []
        label = ""
        for child in suffix.children:
            kind = child.type
            if kind == "value_arguments":
                for argument in child.children:
                    if argument.type == "value_argument":
                        found.append(self._argument(argument))
                    elif argument.type == "ERROR":
                        self.strays.append(argument)
            elif kind == "lambda_literal":
                found.append(Argument(label, self.atom(kind, child), trailing=True))
                label = ""
            elif kind == "simple_identifier":
                label = self.identifier(child)
            elif kind == "ERROR":
                self.strays.append(child)
        return tuple(found)

    def _argument(self, node: Node) -> Argument:
        children = node.children
        if len(children) == 1:
            return Argument("", self.expression(children[0]))
        children = [child for child in self.children(node) if child.type != "type_modifiers"]
        if len(children) >= 3 and children[1].type == ":" and children[-1].is_named:
            return Argument(self.identifier(children[0]), self.expression(children[-1]))
        return Argument("", self.expression(children[-1]) if children else Unknown())

    def _tuple_arguments(self, node: Node) -> tuple[Argument, ...]:
        """A tuple expression read as an argument list."""
        found = []
        label = ""
        children = self.children(node)
        for position, child in enumerate(children):
            if child.is_named and child.start_byte < child.end_byte:
                if children[position + 1].type == ":":
                    label = self.identifier(child)
                else:
                    found.append(Argument(label, self.expression(child)))
                    label = ""
        return tuple(found)

    def parenthesised(self, suffix: Node) -> Expr:
        """A call suffix that stands where an operand should: `(a && b)` in `!(a && b)`, or a closure."""
        arguments = self.arguments(suffix)
        if len(arguments) == 1:
            return arguments[0].value
        return Operator("tuple", tuple(argument.value for argument in arguments), self.location(suffix))

    def macro(self, node: Node) -> Expr:
        """`#foo(…)`, and the literals with arguments such as `#colorLiteral(red: …)`."""
        children = self.children(node)
        name = "#" + self.text(children[1])
        if children[-1].type in CALL_SUFFIXES:
            return Call(name, None, self.arguments(children[-1]), self.location(node))
        values = [child for child in children[2:] if child.is_named]
        pairs = zip(values[::2], values[1::2], strict=False)
        return Call(
            name,
            None,
            tuple(Argument(self.text(key), self.expression(value)) for key, value in pairs),
            self.location(node),
        )

    def special_literal(self, node: Node) -> Expr:
        return Name("".join(self.text(node).split()), self.location(node))

    def selector(self, node: Node) -> Expr:
        """`#selector(Owner.name(_:with:))` by its last component, labels as written."""
        text = self.text(node)
        inner = text[text.find("(") + 1 : text.rfind(")")].strip()
        accessor, _, target = inner.rpartition("etter:")  # `getter:` or `setter:`
        # A cast only picks among overloads.
        target = re.split(r"\s+as\b", target)[0].strip().removeprefix("(")
        base, parenthesis, labels = "".join(target.split()).partition("(")
        name = re.split(r"[.?!]+", base)[-1].strip("`")
        if accessor == "s":
            return Selector(setter_selector(name), self.location(node))
        return Selector(name + parenthesis + labels, self.location(node))

    def key_path(self, node: Node) -> Expr:
        """The start of `\\Foo.bar`; the members come as suffixes, and "" stands for an implicit root."""
        text = type_name(self.text(node)[1:].strip("."))
        return Name(text, self.location(node))

    def string_key_path(self, node: Node) -> Expr:
        inner = [child for child in self.children(node) if child.is_named]
        return Operator("keypath", tuple(self.expression(child) for child in inner), self.location(node))

    # ---- closures ----

    def closure(self, node: Node) -> Expr:
        parameters: tuple[Parameter, ...] = ()
        captured: tuple[Statement, ...] = ()
        body: list[Node] = []
        for child in self.children(node):
            kind = child.type
            if kind == "statements":
                body.append(child)
            elif kind == "lambda_function_type":
                parameters = self._closure_parameters(child)
            elif kind == "capture_list":
                captured = self._captured(child)
        block = self.block_of(body)
        return Closure(parameters, Block(captured + block.statements) if captured else block, self.location(node))

    def _closure_parameters(self, node: Node) -> tuple[Parameter, ...]:
        found = []
        for group in self.children(node):
            if group.type == "lambda_function_type_parameters":
                for child in self.children(group):
                    if child.is_named:
                        names, _, type_text = self.text(child).partition(":")
                        name = (names.split() or [""])[-1].strip("`")
                        found.append(Parameter("_", name, type_name(type_text)))
        return tuple(found)

    def _captured(self, node: Node) -> tuple[Statement, ...]:
        """`[session = self.session]` as a declaration; captures that only name something are invisible.

        The value is taken when the closure is made, not when it runs: that difference is given up.
        """
        found = []
        for item in self.children(node):
            children = self.children(item)
            if len(children) >= 3 and children[-2].type == "=":
                name, value = self.identifier(children[-3]), self.expression(children[-1])
                found.append(Declare(name, "", value, self.location(item)))
        return tuple(found)

    def control_flow(self, node: Node) -> Expr:
        """`if` and `switch` used for their value: a Branch inside an Unknown, for the statement around it to place."""
        return Unknown((self.branch(node),), self.location(node))


def _unescaped(text: str) -> str:
    """What an escape sequence stands for."""
    if text.startswith("\\u"):
        try:
            return chr(int(text[3:-1], 16))
        except (ValueError, OverflowError):
            return text
    return _ESCAPES.get(text[1:], text)


def _unindented(text: str) -> str:
    """The value of a multi-line string literal: without the first newline and the indentation of the last line."""
    body, _, indentation = text.replace("\r\n", "\n").removeprefix("\n").rpartition("\n")
    if indentation.strip():
        return text
    return "\n".join(line.removeprefix(indentation) for line in body.split("\n"))


_TYPE_NODES = """
    user_type array_type dictionary_type optional_type tuple_type function_type metatype opaque_type existential_type
    protocol_composition_type bracket_qualified_type suppressed_constraint type_identifier tuple_type_item
"""
_TYPES = frozenset(_TYPE_NODES.split())

_ATOMS: dict[str, Callable[[Expressions, Node], Expr]] = {
    "simple_identifier": Expressions.name,
    "self_expression": Expressions.name,
    "super_expression": Expressions.name,
    "integer_literal": Expressions.integer,
    "hex_literal": Expressions.integer,
    "oct_literal": Expressions.integer,
    "bin_literal": Expressions.integer,
    "real_literal": Expressions.real,
    "boolean_literal": Expressions.boolean,
    "nil_literal": Expressions.nil,
    "line_string_literal": Expressions.string,
    "multi_line_string_literal": Expressions.string,
    "raw_string_literal": Expressions.string,
    "special_literal": Expressions.special_literal,
    "playground_literal": Expressions.macro,
    "macro_invocation": Expressions.macro,
    "array_literal": Expressions.array,
    "dictionary_literal": Expressions.dictionary,
    "tuple_expression": Expressions.parentheses,
    "lambda_literal": Expressions.closure,
    "selector_expression": Expressions.selector,
    "key_path_expression": Expressions.key_path,
    "key_path_string_expression": Expressions.string_key_path,
    "if_statement": Expressions.control_flow,
    "switch_statement": Expressions.control_flow,
    **dict.fromkeys(_TYPES, Expressions.type_reference),
}
