"""Swift expressions put together from their pieces.

The grammar nests operators, calls and member accesses wrongly in many ways: `!a.b()` is a call of `!a.b` to it,
`a && b() || c` has the `||` inside, `A<B>.init()` is two comparisons. So the tree is only used for the pieces in source
order (operands, operators, suffixes), and this module applies Swift's precedence to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, Protocol

from tree_sitter import Node

from callkit_lint.frontends.swift_source import join, type_name
from callkit_lint.ir import Assign, Call, Expr, Literal, Location, Member, Name, Operator, Statement, Unknown

# Nodes that only combine others; everything else is a piece.
_STRUCTURE_NODES = """
    additive_expression as_expression as_operator assignment await_expression bitwise_operation call_expression
    check_expression comparison_expression conjunction_expression constructor_expression consume_expression
    directly_assignable_expression disjunction_expression equality_expression infix_expression
    multiplicative_expression navigation_expression nil_coalescing_expression open_end_range_expression
    open_start_range_expression postfix_expression prefix_expression range_expression ternary_expression try_expression
    value_pack_expansion value_parameter_pack
"""
STRUCTURE = frozenset(_STRUCTURE_NODES.split())
CALL_SUFFIXES = frozenset({"call_suffix", "constructor_suffix"})
_SUFFIXES = CALL_SUFFIXES | {"navigation_suffix"}
_PREFIXES = frozenset({"bang", "-", "+", "~", "&", "++", "--", "...", "..<", "custom_operator"})
_KEYWORDS = frozenset({"await", "consume", "each", "repeat", "try_operator"})
_GENERIC = frozenset(
    {"simple_identifier", "navigation_suffix", "user_type", "array_literal", "dictionary_literal", "?"}
)

_ASSIGNMENT, _TERNARY, _DEFAULT = 0, 1, 2
_CAST = 7
_PRECEDENCE = {
    "||": 3, "&&": 4,
    "<": 5, "<=": 5, ">": 5, ">=": 5, "==": 5, "!=": 5, "===": 5, "!==": 5, "~=": 5,
    "??": 6, "...": 8, "..<": 8,
    "+": 9, "-": 9, "|": 9, "^": 9, "&+": 9, "&-": 9,
    "*": 10, "/": 10, "%": 10, "&": 10, "&*": 10, "<<": 11, ">>": 11,
}  # fmt: skip
_COMPARISONS = frozenset({"<=", ">=", "==", "!=", "===", "!==", "~="})
_FROM_THE_RIGHT = frozenset({_ASSIGNMENT, _TERNARY, 6})
# Repeated, these keep all their operands in one Operator: a chain of them cannot nest deeply.
_FLAT = frozenset({"&&", "||", "+"})
# More than this many nested operations or suffixes are not put together: nobody writes them, generators do.
LONGEST = 100
_MOST_PREFIXES = 5

# Pieces that make the neutral form one level deeper.
DEEPENING = _SUFFIXES | (_PRECEDENCE.keys() - _FLAT) | {"as", "as?", "as!", "is", "custom_operator"}

Piece = tuple[str, Node]


class _Pending(NamedTuple):
    """An infix operator that waits for its right operand; "?" is a ternary whose ":" is still to come."""

    precedence: int
    op: str


class Lowering(Protocol):
    """What this module needs of the rest of the frontend."""

    def text(self, node: Node) -> str: ...
    def slice(self, start: int, end: int) -> str: ...
    def identifier(self, node: Node) -> str: ...
    def location(self, node: Node) -> Location: ...
    def span(self, start: int, end: int) -> Location: ...
    def atom(self, kind: str, node: Node) -> Expr: ...
    def member_name(self, node: Node) -> str: ...
    def call(self, callee: Expr, suffix: Node, location: Location, optional: bool) -> Expr: ...
    def parenthesised(self, suffix: Node) -> Expr: ...


def pieces_of(root: Node, strays: list[Node]) -> list[Piece]:
    """An expression's pieces in source order. Text that the parser skipped goes to `strays`."""
    pieces: list[Piece] = []
    stack = [root]
    while stack:
        node = stack.pop()
        kind = node.type
        if kind in STRUCTURE:
            stack.extend(reversed(node.children))
        elif kind == "ERROR":
            strays.append(node)
        elif kind != "comment" and kind != "multiline_comment":
            pieces.append((kind, node))
    return pieces


class Sequence:
    """Operands and operators in source order, turned into one expression (or an assignment)."""

    def __init__(self, lowering: Lowering, pieces: list[Piece]) -> None:
        self.lowering = lowering
        self.pieces = pieces
        self.at = 0
        self.operands: list[Expr | Assign] = []
        self.pending: list[_Pending] = []
        self.attempt = ""
        self.awaited = False
        self.outer_effects: list[tuple[str, bool]] = []
        self.combined = 0

    def result(self) -> Expr | Assign:
        """The expression; what does not fit together becomes an Unknown that holds all its operands."""
        while self.at < len(self.pieces):
            self._operand()
            if not self._operator():
                break
        if self.at == len(self.pieces) and len(self.pending) <= LONGEST:
            self._reduce(-1)
        return self.operands[0] if self.at == len(self.pieces) and len(self.operands) == 1 else self._leftovers()

    def _leftovers(self) -> Unknown:
        """Everything found so far, and what is in the pieces that have no place."""
        parts: list[Statement] = list(self.operands)
        for kind, node in self.pieces[self.at :]:
            if kind in CALL_SUFFIXES:
                parts.append(self.lowering.parenthesised(node))
            elif node.is_named and kind not in _SUFFIXES and kind not in _PREFIXES and kind not in _KEYWORDS:
                parts.append(self.lowering.atom(kind, node))
        return Unknown(tuple(parts), self.lowering.span(self.pieces[0][1].start_byte, self.pieces[-1][1].end_byte))

    # ---- one operand ----

    def _operand(self) -> None:
        """One operand with its prefixes and suffixes, if there is one at this place."""
        pieces, total = self.pieces, len(self.pieces)
        prefixes: list[Piece] = []
        while self.at < total:
            kind, node = pieces[self.at]
            if kind in _PREFIXES:
                if node.start_byte < node.end_byte:
                    prefixes.append((kind, node))
            elif kind in _KEYWORDS:
                self._effect(kind, node)
            else:
                break
            self.at += 1
        if self.at == total:
            # Operators without an operand are names of functions: `reduce(0, +)`.
            self.operands.extend(
                Name(self.lowering.text(node), self.lowering.location(node)) for _, node in prefixes[-1:]
            )
            return
        operand = self._suffixed()
        if self.attempt or self.awaited:
            operand = with_effects(operand, self.attempt, self.awaited)
        for _, node in reversed(prefixes[:_MOST_PREFIXES]):
            operand = self._prefixed(node, operand)
        self.operands.append(operand)

    def _effect(self, kind: str, node: Node) -> None:
        if kind == "try_operator":
            self.attempt = "".join(self.lowering.text(node).split())
        elif kind == "await":
            self.awaited = True

    def _prefixed(self, node: Node, operand: Expr) -> Expr:
        op = self.lowering.text(node)
        if op == "-" and isinstance(operand, Literal) and isinstance(operand.value, int | float):
            return Literal(-operand.value, join(self.lowering.location(node), operand.location))
        return Operator(op, (operand,), join(self.lowering.location(node), operand.location))

    def _suffixed(self) -> Expr:
        """An atom with the member accesses, calls and subscripts that follow it."""
        lowering, pieces, total = self.lowering, self.pieces, len(self.pieces)
        kind, node = pieces[self.at]
        start = node.start_byte
        expr: Expr | None = self._base(kind, node)
        is_key_path = kind == "key_path_expression"
        if is_key_path and isinstance(expr, Name) and not expr.name:
            expr = None
        optional = False
        spilled: list[Expr] = []
        count = 0
        while self.at < total:
            kind, node = pieces[self.at]
            if kind == "navigation_suffix":
                expr = Member(expr, lowering.member_name(node), lowering.span(start, node.end_byte))
            elif kind in CALL_SUFFIXES:
                expr = lowering.call(expr or Name(""), node, lowering.span(start, node.end_byte), optional)
            elif kind == "?":
                if not node.child_count:
                    break  # the `?` of a ternary; the mark of optional chaining has a child
                optional = True
            elif kind == "++" or kind == "--":
                expr = Operator(kind, (expr or Unknown(),), lowering.span(start, node.end_byte))
            elif kind == "<" and (end := self._end_of_generics()):
                expr = self._specialised(expr or Unknown(), start, end)
            elif kind == "bang":
                expr = replace(expr, forced=True) if isinstance(expr, Call | Name) else expr
            else:
                break
            self.at += 1
            count += 1
            if count % LONGEST == 0:
                spilled.append(expr or Unknown())
                expr = Unknown((), lowering.span(start, node.end_byte))
        if expr is None:
            expr = Unknown((), lowering.location(pieces[self.at - 1][1]))
        if spilled:
            expr = Unknown((*spilled, expr), expr.location)
        return Operator("keypath", (expr,), expr.location) if is_key_path else expr

    def _base(self, kind: str, node: Node) -> Expr:
        """What the suffixes of an operand apply to."""
        self.at += 1
        if kind == "." and self.at < len(self.pieces):
            name = self.pieces[self.at][1]
            self.at += 1
            return Member(None, self.lowering.identifier(name), self.lowering.span(node.start_byte, name.end_byte))
        if kind in CALL_SUFFIXES:
            return self.lowering.parenthesised(node)  # `!(a)` is a call of `!` to the grammar
        if kind == "(" and self.at + 1 < len(self.pieces):
            self.at += 2  # `(any P).self`
            return self.lowering.atom(*self.pieces[self.at - 2])
        if kind == "navigation_suffix" or kind == "directive":
            # `#if … .foo() #endif` between the members of a chain: what stands before is not in this expression
            self.at -= kind == "navigation_suffix"
            return Unknown((), self.lowering.location(node))
        return self.lowering.atom(kind, node)

    # ---- one operator ----

    def _operator(self) -> bool:
        """The operator after an operand; False where none follows or it is not one."""
        while self.at < len(self.pieces) and self.operands:
            kind, node = self.pieces[self.at]
            if kind in ("as", "as?", "as!", "is"):
                self._cast(kind)
            else:
                return self._infix(kind, node)
        return False

    def _infix(self, kind: str, node: Node) -> bool:
        if kind == "?" and not node.child_count:
            self._reduce(_TERNARY)
            self.pending.append(_Pending(-1, "?"))
            self.outer_effects.append((self.attempt, self.awaited))
        elif kind == ":":
            self._reduce(_ASSIGNMENT)
            if not self.pending or self.pending[-1].op != "?":
                return False
            self.pending[-1] = _Pending(_TERNARY, "?:")
            self.attempt, self.awaited = self.outer_effects.pop()
        else:
            op = self.lowering.text(node) if kind == "custom_operator" else kind
            if node.is_named and kind != "custom_operator":
                return False
            if self.at + 1 == len(self.pieces):
                self._postfix(op, node)
                return False
            compound = op.endswith("=") and op not in _COMPARISONS
            precedence = _ASSIGNMENT if compound else _PRECEDENCE.get(op, _DEFAULT)
            self._reduce(precedence if precedence in _FROM_THE_RIGHT else precedence - 1)
            self.pending.append(_Pending(precedence, op))
        self.at += 1
        return True

    def _postfix(self, op: str, node: Node) -> None:
        """`a...`, or an operator of the program's own behind its operand."""
        self.at += 1
        operand = _expr(self.operands.pop())
        self.operands.append(Operator(op, (operand,), join(operand.location, self.lowering.location(node))))

    def _cast(self, kind: str) -> None:
        """`as`, `as?`, `as!` and `is` with the type that follows."""
        self._reduce(_CAST - 1)
        if self.at + 1 < len(self.pieces) and self.pieces[self.at + 1][0] == "type_modifiers":
            self.at += 1
        if self.at + 1 == len(self.pieces):
            self.at += 1
            return
        first = last = self.pieces[self.at + 1][1]
        self.at += 2
        while self.at < len(self.pieces) and self.pieces[self.at][0] == "navigation_suffix":
            last = self.pieces[self.at][1]  # `as A.B` is a member of the cast to the grammar
            self.at += 1
        written = self.lowering.slice(first.start_byte, last.end_byte)
        target = Name(type_name(written), self.lowering.span(first.start_byte, last.end_byte))
        self.combined += 1
        if self.combined > LONGEST:
            return
        value = _expr(self.operands.pop())
        op = "as" if kind == "as!" else kind
        self.operands.append(Operator(op, (value, target), join(value.location, target.location)))

    def _end_of_generics(self) -> int:
        """Where the `>` of a generic argument list stands if this `<` opens one: `A<B>.c`, `A<B>(c)`; else 0.

        Written as Swift tells them apart: no space before `<`, and `.` or `(` right behind `>`.
        """
        pieces, at = self.pieces, self.at
        if pieces[at][1].start_byte != pieces[at - 1][1].end_byte:
            return 0
        for end in range(at + 1, len(pieces) - 1):
            kind, node = pieces[end]
            if kind == ">":
                following, after = pieces[end + 1]
                fits = following in (".", "tuple_expression", "navigation_suffix") or following in CALL_SUFFIXES
                return end if fits and after.start_byte == node.end_byte and end > at + 1 else 0
            if kind not in _GENERIC:
                return 0
        return 0

    def _specialised(self, base: Expr, start: int, end: int) -> Expr:
        """`A<B>.c` or `A<B>(c)`: the generic arguments are skipped. Leaves `at` on the last piece used."""
        kind, node = self.pieces[end + 1]
        if kind == "tuple_expression":
            self.at = end + 1
            return self.lowering.call(base, node, self.lowering.span(start, node.end_byte), False)
        if kind == "." and end + 2 < len(self.pieces):
            name = self.pieces[end + 2][1]
            self.at = end + 2
            return Member(base, self.lowering.identifier(name), self.lowering.span(start, name.end_byte))
        self.at = end
        return base

    def _reduce(self, above: int) -> None:
        """Combine what binds tighter than `above`; after too many operations the operands stay side by side."""
        while self.pending and self.pending[-1].precedence > above and len(self.operands) > 1:
            if self.combined > LONGEST:
                return
            op = self.pending.pop().op
            self.combined += op not in _FLAT
            right = _expr(self.operands.pop())
            left = self.operands.pop()
            if op == "?:":
                condition = _expr(self.operands.pop()) if self.operands else Unknown()
                left = _expr(left)
                place = join(condition.location, right.location)
                self.operands.append(Operator("?:", (condition, left, right), place))
            elif op.endswith("=") and op not in _COMPARISONS:
                self.operands.append(_assignment(op, _expr(left), right))
            else:
                self.operands.append(_combined(op, _expr(left), right))


def _combined(op: str, left: Expr, right: Expr) -> Operator:
    place = join(left.location, right.location)
    if op in _FLAT and isinstance(left, Operator) and left.op == op and len(left.operands) > 1:
        return Operator(op, (*left.operands, right), place)
    return Operator(op, (left, right), place)


def _assignment(op: str, target: Expr, value: Expr) -> Assign:
    place = join(target.location, value.location)
    return Assign(target, value if op == "=" else Operator(op[:-1], (target, value), place), place)


def _expr(operand: Expr | Assign) -> Expr:
    """An operand as an expression: an assignment inside one is kept, but has no value."""
    return Unknown((operand,), operand.location) if isinstance(operand, Assign) else operand


def with_effects(expr: Expr, attempt: str, awaited: bool) -> Expr:
    """The outermost call of an operand marked with the `try` and `await` before it."""
    if not attempt and not awaited:
        return expr
    outer: list[Member | Operator] = []
    while not isinstance(expr, Call):
        if isinstance(expr, Member) and expr.base is not None:
            outer.append(expr)
            expr = expr.base
        elif isinstance(expr, Operator) and expr.operands and expr.op not in ("keypath", "interpolation"):
            outer.append(expr)
            expr = expr.operands[0]
        else:
            break
    else:
        expr = replace(expr, attempt=attempt or expr.attempt, awaited=awaited or expr.awaited)
    for around in reversed(outer):
        if isinstance(around, Member):
            expr = replace(around, base=expr)
        else:
            expr = replace(around, operands=(expr, *around.operands[1:]))
    return expr
