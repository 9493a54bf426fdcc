"""Swift statements: branches, loops, exits, local declarations, patterns, and `#if` between statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tree_sitter import Node

from callkit_lint.frontends.swift_conditions import Conditional, compile_condition, condition_text
from callkit_lint.frontends.swift_expressions import BLOCK_COST, DEEPEST, PATTERN_COST, Expressions
from callkit_lint.frontends.swift_operators import Sequence, pieces_of
from callkit_lint.frontends.swift_source import COMMENTS, join, type_name
from callkit_lint.ir import (
    Arm,
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

_FATAL = frozenset({"fatalError", "preconditionFailure", "abort", "exit"})
_LIBRARIES = frozenset({"Swift", "Foundation", "Darwin", "Glibc"})
# Statements without effect at run time. Imports, operators and macros are declared for the compiler.
_SILENT = COMMENTS | {
    "statement_label", "diagnostic", "shebang_line", "import_declaration", "operator_declaration", "directive",
    "precedence_group_declaration", "macro_declaration", "associatedtype_declaration", "line_str_text",
}  # fmt: skip
_DEEPEST_CONDITION = 30
_EXPRESSIONS = (Literal, Name, Member, Call, Operator, Closure, Collection, Selector, Unknown)


@dataclass(slots=True)
class Declarator:
    """One name, or tuple of names, of a `let` or `var`, with what belongs to it."""

    pattern: Node
    type: str
    value: Node | None
    accessors: Node | None


class Statements(Expressions):
    """Lowers statements. Types and functions in the middle of statements are left to the class that builds on this."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        # What the pattern being read binds; taken by the arm or loop it belongs to.
        self.bound: list[Declare] = []
        self.has_directives = b"#if" in data

    def local_type(self, node: Node) -> None:
        """A type declared in a body."""
        raise NotImplementedError

    def parameters(self, children: list[Node]) -> tuple[Parameter, ...]:
        """The parameters of a function declaration."""
        raise NotImplementedError

    # ---- sequences ----

    def block_of(self, nodes: list[Node]) -> Block:
        if not nodes:
            return Block()
        if self.depth >= DEEPEST:
            return Block(tuple(self.too_deep(node) for node in nodes if node.type not in COMMENTS))
        items: list[Node] = []
        for node in nodes:
            if node.type == "statements":
                items.extend(node.children)
            else:
                items.append(node)
        self.depth += BLOCK_COST
        statements = self._sequence(items)
        self.depth -= BLOCK_COST
        return Block(statements)

    def _sequence(self, nodes: list[Node]) -> tuple[Statement, ...]:
        """Statements in order. `#if` and its companions are siblings of what they enclose: gathered into a Branch."""
        out: list[Statement] = []
        open_: list[Conditional] = []
        for node in nodes:
            if self.data[node.start_byte : node.start_byte + 1] == b"#" and (directive := _leading_directive(node)):
                out = self._directive(directive, out, open_)
                if directive is node or directive == node:
                    continue
            if not (open_ and open_[-1].dead):
                self.statement(node, out)
            if self.has_directives and (directive := self._trailing_directive(node)):
                out = self._directive(directive, out, open_)
        while open_:
            out = self._close(open_, out)
        return tuple(out)

    def _trailing_directive(self, node: Node) -> Node | None:
        """The directive that a statement ends with: behind a bare `return` or `=` the grammar takes it for a value."""
        last_line = self.data[self.data.rfind(b"\n", node.start_byte, node.end_byte) + 1 : node.end_byte]
        if not last_line.lstrip().startswith(b"#"):
            return None
        while node.child_count and node.type != "directive":
            node = node.children[-1]
        return node if node.type == "directive" else None

    def _directive(self, node: Node, out: list[Statement], open_: list[Conditional]) -> list[Statement]:
        """Follow one directive; the list that the statements after it belong to."""
        text = self.text(node)
        if text.startswith("#if"):
            place = self.location(node)
            if len(open_) >= _DEEPEST_CONDITION:
                open_.append(Conditional(out, place, None, ignored=True))
                return out
            inside_dead = bool(open_) and open_[-1].dead
            condition = Literal(False) if inside_dead else compile_condition(condition_text(text), place)
            open_.append(Conditional(out, place, condition))
            return []
        if not open_:
            return out
        if text.startswith("#endif"):
            return self._close(open_, out)
        current = open_[-1]
        if current.ignored:
            return out
        current.finish_arm(out)
        current.condition = None
        if text.startswith("#elseif"):
            place = self.location(node)
            current.condition = compile_condition(condition_text(text), place)
        return []

    def _close(self, open_: list[Conditional], out: list[Statement]) -> list[Statement]:
        done = open_.pop()
        if done.ignored:
            return out
        done.finish_arm(out)
        done.outer.extend(done.statements())
        return done.outer

    def statement(self, node: Node, out: list[Statement]) -> None:
        """Any statement; what the parser skipped inside it follows as an Unknown."""
        kind = node.type
        lower = _STATEMENTS.get(kind)
        if lower is not None:
            lower(self, node, out)
        elif kind == "ERROR":
            self.strays.append(node)
        elif kind not in _SILENT:
            self._simple(self.value(node), out)
        if self.strays:
            strays, self.strays = self.strays, []
            for stray in strays:
                self._stray(stray, out)

    def _stray(self, node: Node, out: list[Statement]) -> None:
        """An ERROR node: the parser skipped it, what is inside is kept. An empty one is a superfluous semicolon."""
        if node.start_byte == node.end_byte:
            return
        parts = self.block_of([child for child in node.children if child.is_named]).statements
        # The grammar's loose pieces (types, patterns, modifiers) come out as names: those say nothing.
        kept = tuple(part for part in parts if not isinstance(part, Name) and part != Unknown((), _place(part)))
        out.append(Unknown(kept, self.location(node)))

    def _simple(self, value: Expr | Assign, out: list[Statement]) -> None:
        """An expression or assignment as a statement."""
        if isinstance(value, Assign):
            branch = branch_in(value.value)
            if branch is not None:
                target, place = value.target, value.location
                out.append(with_values(branch, lambda inner: Assign(target, inner, place)))
                return
            out.append(value)
        elif isinstance(value, Call):
            out.append(_special_call(value))
        elif (branch := branch_in(value)) is not None:
            out.append(branch)
        elif out and isinstance(out[-1], Exit) and out[-1].kind == "throw" and out[-1].value is None:
            # Among a file's own statements the grammar leaves the value of `throw` to the next node.
            out[-1] = Exit("throw", value, join(out[-1].location, value.location))
        elif not (isinstance(value, Operator) and value.op == "tuple" and not value.operands):
            out.append(value)

    def _values(self, nodes: list[Node]) -> Expr:
        """One expression out of the nodes of it; an optional-chaining mark stands beside its operand."""
        if len(nodes) == 1:
            return self.expression(nodes[0])
        pieces = [piece for node in nodes for piece in pieces_of(node, self.strays)]
        if not pieces:
            return Unknown()
        result = Sequence(self, pieces).result()
        return Unknown((result,), result.location) if isinstance(result, Assign) else result

    # ---- branches ----

    def branch(self, node: Node) -> Branch:
        return self._switch(node) if node.type == "switch_statement" else self._if(node)

    def _if(self, node: Node) -> Branch:
        arms: list[Arm] = []
        place = self.location(node)
        current: Node | None = node
        exhaustive = False
        while current is not None:
            children = self.children(current)
            opening = _position(children, "{")
            outer, self.bound = self.bound, []
            condition = self.condition(children[1:opening])
            bound, self.bound = self.bound, outer
            body, following = self._braced(children, opening)
            arms.append(Arm(condition, Block((*bound, *body.statements)) if bound else body))
            current = None
            if following < len(children) and children[following].type == "else" and following + 1 < len(children):
                if children[following + 1].type == "if_statement":
                    current = children[following + 1]
                else:
                    arms.append(Arm(None, self._braced(children, following + 1)[0]))
                    exhaustive = True
        return Branch("if", None, tuple(arms), exhaustive, place)

    def _braced(self, children: list[Node], opening: int) -> tuple[Block, int]:
        """The block that opens at a position of `children`, and the position behind its closing brace."""
        end = opening + 1
        while end < len(children) and children[end].type != "}":
            end += 1
        return self.block_of(children[opening + 1 : end]), end + 1

    def _guard(self, node: Node, out: list[Statement]) -> None:
        children = self.children(node)
        end = _position(children, "else")
        outer, self.bound = self.bound, []
        condition = self.condition(children[1:end])
        bound, self.bound = self.bound, outer
        body, _ = self._braced(children, _position(children, "{"))
        negated = Operator("!", (condition,), condition.location)
        out.append(Branch("guard", None, (Arm(negated, body),), False, self.location(node)))
        out.extend(bound)

    def _switch(self, node: Node) -> Branch:
        children = self.children(node)
        opening = _position(children, "{")
        subject = self._values(children[1:opening])
        arms = [self._arm(child) for child in children[opening + 1 :] if child.type == "switch_entry"]
        return Branch("switch", subject, tuple(arms), True, self.location(node))

    def _arm(self, node: Node) -> Arm:
        """One `case … :` or `default:` with its statements."""
        patterns: list[Expr] = []
        body: list[Node] = []
        where: list[Node] = []
        in_where = falls = False
        outer, self.bound = self.bound, []
        for child in self.children(node):
            kind = child.type
            if kind == "switch_pattern":
                patterns.append(self.pattern(child.children))
            elif kind == "statements":
                body.append(child)
            elif kind == "fallthrough":
                falls = True
            elif kind == "where_keyword":
                in_where = True
            elif kind == ":" or kind == ",":
                if in_where and patterns:
                    patterns[-1] = self._with_where(patterns[-1], where)
                in_where = False
                where = []
            elif in_where:
                where.append(child)
        bound, self.bound = self.bound, outer
        statements: tuple[Statement, ...] = (*bound, *self.block_of(body).statements)
        if falls:
            statements = (*statements, Exit("fallthrough", None, self.span(node.end_byte - 11, node.end_byte)))
        if not patterns:
            return Arm(None, Block(statements))
        place = join(patterns[0].location, patterns[-1].location)
        return Arm(Operator("case", tuple(patterns), place), Block(statements))

    def _with_where(self, pattern: Expr, where: list[Node]) -> Expr:
        condition = self._values(where)
        return Operator("where", (pattern, condition), join(pattern.location, condition.location))

    # ---- conditions and patterns ----

    def condition(self, nodes: list[Node]) -> Expr:
        """The condition of an `if`, `guard` or `while`: comma-separated parts must all hold."""
        parts = [self._condition_part(part) for part in _split(nodes)]
        if not parts:
            return Unknown()
        return (
            parts[0] if len(parts) == 1 else Operator("&&", tuple(parts), join(parts[0].location, parts[-1].location))
        )

    def _condition_part(self, nodes: list[Node]) -> Expr:
        kind = nodes[0].type
        if kind == "availability_condition":
            return self._availability(nodes[0])
        if kind != "case" and kind != "value_binding_pattern":
            return self._values(nodes)
        where = [self._where(node) for node in nodes if node.type == "where_clause"]
        nodes = [node for node in nodes if node.type != "where_clause"]
        equals = _position(nodes, "=")
        pattern_nodes = [node for node in nodes[:equals] if node.type != "type_annotation"]
        annotation = next((node for node in nodes[:equals] if node.type == "type_annotation"), None)
        if kind == "case":
            pattern = self.pattern(pattern_nodes)
            value = self._values(nodes[equals + 1 :])
            test = Operator("if case", (pattern, value), join(pattern.location, value.location))
        else:
            outer, self.bound = self.bound, []
            pattern = self.pattern(pattern_nodes)
            self.bound = outer
            value = self._values(nodes[equals + 1 :]) if equals + 1 < len(nodes) else pattern
            if annotation is not None:
                declared = Name(type_name(self.text(annotation)[1:]), self.location(annotation))
                value = Operator("as", (value, declared), value.location)
            test = Operator("let", (pattern, value), join(pattern.location, value.location))
        return Operator("&&", (test, *where), test.location) if where else test

    def _where(self, node: Node) -> Expr:
        return self._values([child for child in self.children(node) if child.type != "where_keyword"])

    def _availability(self, node: Node) -> Expr:
        """`#available(iOS 14, *)`: the platforms with their versions; `*` says nothing."""
        text = self.text(node)
        inner = text[text.find("(") + 1 : text.rfind(")")]
        platforms = [" ".join(part.split()) for part in inner.split(",")]
        place = self.location(node)
        test = Operator("available", tuple(Literal(name, place) for name in platforms if name and name != "*"), place)
        return Operator("!", (test,), place) if text[1:].lstrip().startswith("unavailable") else test

    def pattern(self, nodes: list[Node], binding: bool = False) -> Expr:
        """A pattern as the value it stands for: `.a(let b)` is the member `a`. What it binds goes to `bound`.

        The values that a case carries are not compared: a pattern that asks for one of them matches more here.
        """
        nodes = [node for node in nodes if node.type not in COMMENTS and node.type != "case"]
        if nodes and nodes[0].type == "value_binding_pattern":
            binding = True
            nodes = nodes[1:]
        if not nodes:
            return Unknown()
        if self.depth >= DEEPEST:
            return self.too_deep(nodes[0])
        self.depth += PATTERN_COST
        result = self._bare_pattern(nodes, binding)
        self.depth -= PATTERN_COST
        return result

    def _bare_pattern(self, nodes: list[Node], binding: bool) -> Expr:
        first, last = nodes[0], nodes[-1]
        kind = first.type
        place = self.span(first.start_byte, last.end_byte)
        if kind == "is":
            return Operator("is", (Name("_", place), Name(type_name(self.text(last)), self.location(last))), place)
        if len(nodes) >= 3 and kind == "pattern" and nodes[1].type == "as":
            return self._cast_pattern(first, last, binding, place)
        if kind == "pattern":
            return self.pattern(first.children, binding)
        if kind == "wildcard_pattern":
            return Name("_", place)
        if kind == "(":
            return Operator("tuple", tuple(self._payload(nodes, binding)), place)
        if kind == "." or (kind == "user_type" and len(nodes) > 1 and nodes[1].type == "."):
            at = _position(nodes, ".")
            base = self.type_reference(first) if at else None
            self._payload(nodes[at + 2 :], binding)
            return Member(base, self.identifier(nodes[at + 1]), place)
        if kind == "simple_identifier" and (binding or len(nodes) > 1):
            name = Name(self.identifier(first), self.location(first))
            if binding and all(name.name != other.name for other in self.bound):
                self.bound.append(Declare(name.name, "", None, name.location))
            return Operator("?", (name,), place) if last.type == "?" else name
        return self._values([node for node in nodes if node.type != "?"])

    def _cast_pattern(self, inner: Node, target: Node, binding: bool, place: Location) -> Expr:
        """`let x as Foo`: what it binds has the type."""
        before = len(self.bound)
        value = self.pattern(inner.children, binding)
        name = type_name(self.text(target))
        self.bound[before:] = [Declare(item.name, name, None, item.location) for item in self.bound[before:]]
        return Operator("as", (value, Name(name, self.location(target))), place)

    def _payload(self, nodes: list[Node], binding: bool) -> list[Expr]:
        """The patterns inside a tuple pattern or behind an enum case."""
        return [self.pattern(node.children, binding) for node in nodes if node.type == "pattern"]

    # ---- loops, do, exits ----

    def _for(self, node: Node, out: list[Statement]) -> None:
        children = self.children(node)
        opening, at = _position(children, "{"), _position(children, "in")
        outer, self.bound = self.bound, []
        header = children[1:at]
        item = [child for child in header if child.type == "pattern"]
        pattern = self.pattern(item[0].children, binding=True) if item else Unknown()
        bound, self.bound = self.bound, outer
        where = [self._where(child) for child in children[at:opening] if child.type == "where_clause"]
        sequence = self._values([child for child in children[at + 1 : opening] if child.type != "where_clause"])
        body, _ = self._braced(children, opening)
        statements: tuple[Statement, ...] = body.statements
        for condition in where:
            statements = (Branch("if", None, (Arm(condition, Block(statements)),), False, condition.location),)
        declared = self._loop_variables(pattern, bound, header, sequence)
        op = "await each" if any(child.type == "await" for child in header) else "each"
        each = Operator(op, (sequence,), sequence.location)
        out.append(Loop(each, Block((*declared, *statements)), False, self.location(node)))

    def _loop_variables(self, pattern: Expr, bound: list[Declare], header: list[Node], sequence: Expr) -> list[Declare]:
        """What a `for` declares. A single variable has the declared type, or is an element of the sequence.

        A sequence that is computed by a call is not written twice: its elements stay unknown.
        """
        annotation = next((child for child in header if child.type == "type_annotation"), None)
        if len(bound) != 1 or not isinstance(pattern, Name) or bound[0].type:
            return bound
        name = bound[0]
        if annotation is not None:
            return [Declare(name.name, type_name(self.text(annotation)[1:]), None, name.location)]
        plain: Expr | None = sequence
        while isinstance(plain, Member):
            plain = plain.base
        if not isinstance(plain, Name):
            return bound
        element = Operator("[]", (sequence, Unknown((), name.location)), name.location)
        return [Declare(name.name, "", element, name.location)]

    def _while(self, node: Node, out: list[Statement]) -> None:
        children = self.children(node)
        opening = _position(children, "{")
        outer, self.bound = self.bound, []
        condition = self.condition(children[1:opening])
        bound, self.bound = self.bound, outer
        body, _ = self._braced(children, opening)
        out.append(Loop(condition, Block((*bound, *body.statements)), False, self.location(node)))

    def _repeat(self, node: Node, out: list[Statement]) -> None:
        children = self.children(node)
        body, _ = self._braced(children, _position(children, "{"))
        condition = self.condition(children[_position(children, "while") + 1 :])
        out.append(Loop(condition, body, True, self.location(node)))

    def _do(self, node: Node, out: list[Statement]) -> None:
        children = self.children(node)
        body, _ = self._braced(children, _position(children, "{"))
        handlers = tuple(self._catch(child) for child in children if child.type == "catch_block")
        out.append(Attempt(body, handlers, None, self.location(node)) if handlers else body)

    def _catch(self, node: Node) -> Block:
        """A handler. The test of its pattern is not kept: any handler may be the one that runs."""
        children = self.children(node)
        outer, self.bound = self.bound, []
        before: list[Statement] = []
        for child in children:
            if child.type == "pattern":
                self.pattern(child.children)
            elif child.type == "where_clause":
                before.append(self._where(child))
        bound, self.bound = self.bound, outer
        body, _ = self._braced(children, _position(children, "{"))
        return Block((*bound, *before, *body.statements))

    def _transfer(self, node: Node, out: list[Statement]) -> None:
        """`return`, `throw`, `break`, `continue`."""
        children = [child for child in self.children(node) if child.type != "directive"]
        kind = "throw" if children[0].type == "throw_keyword" else children[0].type
        value = self._values(children[1:]) if len(children) > 1 else None
        place = self.location(node)
        if kind == "yield":
            if value is not None:
                out.append(value)
            return
        branch = branch_in(value)
        if branch is not None:
            out.append(with_values(branch, lambda inner: Exit(kind, inner, place)))
            return
        fatal = _special_call(value) if isinstance(value, Call) else None
        out.append(fatal if isinstance(fatal, Exit) else Exit(kind, value, place))

    def _throw(self, node: Node, out: list[Statement]) -> None:
        """`throw` among a file's own statements; `_simple` adds the value."""
        out.append(Exit("throw", None, self.location(node)))

    # ---- local declarations ----

    def declarators(self, children: list[Node]) -> list[Declarator]:
        """The names a `let` or `var` declares; `let a, b: T` gives both the type."""
        found: list[Declarator] = []
        for child in children:
            kind = child.type
            if kind == "pattern":
                found.append(Declarator(child, "", None, None))
            elif not found or kind in ("=", ",", "type_constraints", "directive"):
                continue
            elif kind == "type_annotation":
                name = type_name(self.text(child)[1:])
                for declarator in reversed(found):
                    if declarator.type or declarator.value is not None:
                        break
                    declarator.type = name
            elif kind in ("computed_property", "willset_didset_block"):
                found[-1].accessors = child
            elif found[-1].value is None and child.start_byte < child.end_byte:
                found[-1].value = child
        return found

    def declared_names(self, pattern: Node) -> list[tuple[str, Location]]:
        """The names a declaration's pattern binds, with their places."""
        if pattern.child_count == 1 and pattern.children[0].type == "simple_identifier":
            return [(self.identifier(pattern), self.location(pattern))]
        outer, self.bound = self.bound, []
        self.pattern(pattern.children, binding=True)
        bound, self.bound = self.bound, outer
        return [(item.name, item.location) for item in bound]

    def _local_property(self, node: Node, out: list[Statement]) -> None:
        for item in self.declarators(self.children(node)):
            names = self.declared_names(item.pattern)
            if len(names) == 1:
                self._local_variable(names[0][0], item, self.location(item.pattern), out)
            else:
                out.extend(Declare(name, "", None, place) for name, place in names)
                if item.value is not None:
                    target = Operator("tuple", tuple(Name(*each) for each in names), self.location(item.pattern))
                    value = self.expression(item.value)
                    out.append(Assign(target, value, join(target.location, value.location)))

    def _local_variable(self, name: str, item: Declarator, place: Location, out: list[Statement]) -> None:
        if item.value is not None:
            value = self.expression(item.value)
            whole = join(place, value.location)
            branch = branch_in(value)
            out.append(Declare(name, item.type, None if branch else value, whole))
            if branch is not None:
                target = Name(name, place)
                out.append(with_values(branch, lambda inner: Assign(target, inner, inner.location)))
        elif item.accessors is None:
            out.append(Declare(name, item.type, None, place))
        if item.accessors is None:
            return
        if item.accessors.type == "computed_property":
            out.append(Declare(name, item.type, self._accessor_closure(item.accessors), place))
        else:
            if item.value is None:
                out.append(Declare(name, item.type, None, place))
            # Observers of a local variable run when it is assigned: kept where it is declared, as of unknown time.
            out.append(Unknown((self._accessor_closure(item.accessors),), place))

    def _accessor_closure(self, node: Node) -> Closure:
        """The bodies of a local variable's accessors, one after another."""
        bodies: list[Node] = []
        for child in self.children(node):
            if child.type == "statements":
                bodies.append(child)
            elif child.is_named:
                bodies.extend(inner for inner in self.children(child) if inner.type == "statements")
        return Closure((), self.block_of(bodies), self.location(node))

    def _local_function(self, node: Node, out: list[Statement]) -> None:
        children = self.children(node)
        name = children[_position(children, "func") + 1]
        body = next((child for child in children if child.type == "function_body"), None)
        block = self.block_of(self.body_statements(body)) if body is not None else Block()
        place = self.location(node)
        out.append(Declare(self.identifier(name), "", Closure(self.parameters(children), block, place), place))

    def body_statements(self, body: Node) -> list[Node]:
        """What stands between the braces of a body."""
        return [child for child in self.children(body) if child.type not in ("{", "}")]

    def _local_type(self, node: Node, out: list[Statement]) -> None:
        self.local_type(node)


def _leading_directive(node: Node) -> Node | None:
    """The `#if`, `#else` … that a statement is, or begins with where it stands before `.member`."""
    while node.child_count and node.type != "directive":
        node = node.children[0]
    return node if node.type == "directive" else None


def _position(nodes: list[Node], kind: str) -> int:
    """Where the first node of a kind stands, else behind the last."""
    for position, node in enumerate(nodes):
        if node.type == kind:
            return position
    return len(nodes)


def _split(nodes: list[Node]) -> list[list[Node]]:
    """The parts of a condition, cut at the commas that are not inside a pattern's parentheses."""
    parts: list[list[Node]] = [[]]
    depth = 0
    for node in nodes:
        kind = node.type
        depth += (kind == "(") - (kind == ")")
        if kind == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(node)
    return [part for part in parts if part]


def _place(statement: Statement) -> Location:
    return statement.location if not isinstance(statement, Block) else Location(0, 0, 0, 0)


def _special_call(call: Call) -> Statement:
    """`defer` and the calls that never return, which are calls to the grammar."""
    if call.receiver is None:
        if call.name == "defer" and len(call.arguments) == 1 and isinstance(call.arguments[0].value, Closure):
            return Defer(call.arguments[0].value.body, call.location)
        if call.name in _FATAL:
            return Exit("fatal", call, call.location)
    elif call.name in _FATAL and isinstance(call.receiver, Name) and call.receiver.name in _LIBRARIES:
        return Exit("fatal", call, call.location)
    return call


def branch_in(value: Expr | None) -> Branch | None:
    """The `if` or `switch` that a value is."""
    if isinstance(value, Unknown) and len(value.parts) == 1 and isinstance(value.parts[0], Branch):
        return value.parts[0]
    return None


def with_values(branch: Branch, use: Callable[[Expr], Statement]) -> Branch:
    """The branch with the last expression of each arm put to use: assigned, or returned."""
    arms = []
    for arm in branch.arms:
        *before, last = arm.body.statements or (None,)
        if isinstance(last, _EXPRESSIONS):
            inner = branch_in(last)
            last = use(last) if inner is None else with_values(inner, use)
        elif isinstance(last, Branch):
            last = with_values(last, use)
        kept = tuple(item for item in (*before, last) if item is not None)
        arms.append(Arm(arm.condition, Block(kept)))
    return Branch(branch.kind, branch.subject, tuple(arms), branch.exhaustive, branch.location)


def _append_branch(lowering: Statements, node: Node, out: list[Statement]) -> None:
    out.append(lowering.branch(node))


_STATEMENTS: dict[str, Callable[[Statements, Node, list[Statement]], None]] = {
    "if_statement": _append_branch,
    "switch_statement": _append_branch,
    "guard_statement": Statements._guard,
    "for_statement": Statements._for,
    "while_statement": Statements._while,
    "repeat_while_statement": Statements._repeat,
    "do_statement": Statements._do,
    "control_transfer_statement": Statements._transfer,
    "throw_keyword": Statements._throw,
    "property_declaration": Statements._local_property,
    "function_declaration": Statements._local_function,
    "class_declaration": Statements._local_type,
    "protocol_declaration": Statements._local_type,
    "typealias_declaration": Statements._local_type,
}
