"""Objective-C statements to the neutral form."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

import tree_sitter_objc
from tree_sitter import Language, Node, Parser

from callkit_lint.frontends.objc_expressions import MAX_DEPTH, ExpressionLowering, declared_identifier
from callkit_lint.frontends.objc_preprocessor import Alternative, Conditional, Preprocessed
from callkit_lint.frontends.objc_types import bare_type
from callkit_lint.ir import (
    Arm,
    Assign,
    Attempt,
    Block,
    Branch,
    Call,
    Declare,
    Exit,
    Expr,
    Literal,
    Location,
    Loop,
    Name,
    Operator,
    Statement,
    Unknown,
)

PARSER = Parser(Language(tree_sitter_objc.language()))

LowerStatement = Callable[[Node, int], tuple[Statement, ...]]

_PREPROCESSOR = frozenset(("preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif", "preproc_elifdef"))
_FATAL = frozenset(("abort", "exit", "_exit"))
_HAS_INCLUDE = re.compile(r'__has_include\s*\(\s*[<"]([^>"]+)[>"]\s*\)')
_SAYS_NOTHING = (
    "comment", "type_definition", "struct_specifier", "enum_specifier", "union_specifier", "preproc_call",
    "preproc_def", "preproc_function_def", "preproc_include", "class_declaration", "empty_declaration",
)  # fmt: skip


class StatementLowering(ExpressionLowering):
    """Lowers statements; `preprocessed` gives them back the `#if`s that they stand under."""

    def __init__(self, text: bytes, preprocessed: Preprocessed) -> None:
        super().__init__(text)
        self.preprocessed = preprocessed
        self._line_starts: list[int] = []
        self._conditions: dict[int, Expr] = {}  # of the branches of an `#if`, by where a branch begins
        self.statements: dict[str, LowerStatement] = {
            "expression_statement": self._expression_statement,
            "compound_statement": self._compound,
            "declaration": self._declaration,
            "if_statement": self._if,
            "switch_statement": self._switch,
            "for_statement": self._for,
            "while_statement": self._while,
            "do_statement": self._do,
            "try_statement": self._try,
            "synchronized_statement": self._synchronized,
            "return_statement": self._exit,
            "throw_statement": self._exit,
            "break_statement": self._exit,
            "continue_statement": self._exit,
            "goto_statement": self._exit,
            "labeled_statement": self._labeled,
            "ERROR": self._lost,
            "function_definition": self._lost,
            **dict.fromkeys(_PREPROCESSOR, self._preprocessor),
            **dict.fromkeys(_SAYS_NOTHING, _nothing),
        }

    def is_statement(self, node: Node) -> bool:
        return node.type in self.statements

    def statement(self, node: Node, depth: int) -> tuple[Statement, ...]:
        """The statements that a node stands for: none, one, or several (`int a = 1, b = 2;`)."""
        if depth > MAX_DEPTH:
            return (self.expression(node, depth),)
        lower = self.statements.get(node.type)
        if lower is not None:
            return lower(node, depth)
        return (self.expression(node, depth),) if node.is_named else ()

    def block(self, node: Node, depth: int) -> Block:
        return Block(self._sequence(node.named_children, node.start_byte, node.end_byte, depth))

    def _body(self, node: Node | None, depth: int) -> Block:
        """The body of an if or loop, with or without braces."""
        if node is None:
            return Block(())
        if node.type == "compound_statement":
            return self.block(node, depth + 1)
        return Block(self.statement(node, depth + 2))

    # ---- sequences and #if

    def _sequence(self, nodes: Iterable[Node], start: int, end: int, depth: int) -> tuple[Statement, ...]:
        """The statements between two offsets, those under an `#if` gathered into its branches.

        An `#if` that begins or ends inside a statement is passed over: the statement is lowered as it was parsed.
        """
        flat = flattened(nodes)
        result: list[Statement] = []
        at = 0
        for conditional in self.preprocessed.outermost(start, end):
            while at < len(flat) and flat[at].start_byte < conditional.start:
                result += self.statement(flat[at], depth + 1)
                at += 1
            if at and flat[at - 1].end_byte > conditional.start:
                continue
            after = at
            while after < len(flat) and flat[after].start_byte < conditional.end:
                after += 1
            if after > at and depth <= MAX_DEPTH and _fits(flat[at:after], conditional):
                result.append(self._conditional_branch(conditional, flat[at:after], depth))
                at = after
        for node in flat[at:]:
            result += self.statement(node, depth + 1)
        return tuple(result)

    def _conditional_branch(self, conditional: Conditional, nodes: list[Node], depth: int) -> Branch:
        arms = []
        for branch in conditional.alternatives:
            inside = [node for node in nodes if branch.start <= node.start_byte < branch.end]
            body = Block(self._sequence(inside, branch.start, branch.end, depth + 2))
            condition = self._condition_of(branch) if branch.condition else None
            arms.append(Arm(Operator("#if", (condition,), condition.location) if condition else None, body))
        exhaustive = not conditional.alternatives[-1].condition
        return Branch("#if", None, tuple(arms), exhaustive, self.offset_location(conditional.start, conditional.end))

    def _condition_of(self, branch: Alternative) -> Expr:
        if branch.start not in self._conditions:
            line = self.offset_location(self.text.rfind(b"\n", 0, branch.start) + 1, branch.start)
            self._conditions[branch.start] = condition_expression(branch.condition, line)
        return self._conditions[branch.start]

    def compiled_where(self, node: Node) -> Expr | None:
        """The condition under which a declaration is compiled; None where there is no `#if` around it."""
        parts: list[Expr] = []
        for branch, holds in self.preprocessed.branches_of(node.start_byte):
            condition = self._condition_of(branch)
            parts.append(condition if holds else Operator("!", (condition,), condition.location))
        if len(parts) < 2:
            return parts[0] if parts else None
        return Operator("&&", tuple(parts), parts[-1].location)

    def offset_location(self, start: int, end: int) -> Location:
        """The location of a byte range for which there is no node."""
        if not self._line_starts:
            self._line_starts = [0, *(match.end() for match in re.finditer(rb"\n", self.text))]
        first, last = bisect_right(self._line_starts, start) - 1, bisect_right(self._line_starts, end) - 1
        return Location(first + 1, start - self._line_starts[first] + 1, last + 1, end - self._line_starts[last] + 1)

    def _preprocessor(self, node: Node, depth: int) -> tuple[Statement, ...]:
        return self._sequence([node], node.start_byte, node.end_byte, depth)

    # ---- simple statements

    def _lost(self, node: Node, depth: int) -> tuple[Statement, ...]:
        """What a parser's error or a macro left: what is inside is kept, its order and conditions are not known."""
        return (self.unknown(node, depth),)

    def _compound(self, node: Node, depth: int) -> tuple[Statement, ...]:
        return (self.block(node, depth),)

    def _expression_statement(self, node: Node, depth: int) -> tuple[Statement, ...]:
        inner = next((child for child in node.named_children if child.type != "comment"), None)
        if inner is None:
            return ()
        result: list[Statement] = []
        for part in _comma_separated(inner) if inner.type == "comma_expression" else (inner,):
            value = self._effect(part, depth)
            # A name or value alone does nothing; it is mostly a macro.
            if not isinstance(value, Name | Literal):
                result.append(value)
        return tuple(result)

    def _effect(self, node: Node, depth: int) -> Statement:
        """An expression that stands as a statement: assignments become `Assign`, `abort()` an `Exit`."""
        if depth > MAX_DEPTH or node.type not in ("assignment_expression", "update_expression"):
            value = self.expression(node, depth + 1)
            if isinstance(value, Call) and value.name in _FATAL and value.receiver is None:
                return Exit("fatal", value, value.location)
            return value
        operator = node.child_by_field_name("operator")
        symbol = operator.type if operator is not None else "="
        if node.type == "update_expression":
            target, added = self.field(node, "argument", depth), Literal(1, self.location(node))
            return Assign(target, Operator(symbol[:1], (target, added), self.location(node)), self.location(node))
        target, assigned = self.field(node, "left", depth), self.field(node, "right", depth)
        if symbol != "=":
            assigned = Operator(symbol[:-1], (target, assigned), self.location(node))
        return Assign(target, assigned, self.location(node))

    def _declaration(self, node: Node, depth: int) -> tuple[Statement, ...]:
        """`T a = x, *b;`"""
        result: list[Statement] = []
        first = node.child_by_field_name("declarator")
        for outer in node.children_by_field_name("declarator"):
            value: Expr | None = None
            declarator: Node | None = outer
            if outer.type == "init_declarator":
                value = self.field(outer, "value", depth)
                declarator = outer.child_by_field_name("declarator")
            name = declared_identifier(declarator)
            if declarator is None or name is None or first is None:
                result.append(self.unknown(outer, depth))
                continue
            size = _array_size(declarator)
            if size is not None:
                result += [part for part in (self.expression(size, depth + 1),) if not isinstance(part, Literal | Name)]
            if value is None and is_prototype(declarator):
                continue
            kind = self.declared_type(node, first, declarator, name)
            result.append(Declare(self.source(name), kind, value, self.location(node)))
        return tuple(result) if first is not None else (self.unknown(node, depth),)

    def declared_type(self, node: Node, first: Node, declarator: Node, name: Node) -> str:
        """The bare type of one of the names that a declaration introduces; `first` is its first declarator."""
        specifiers = self.text[node.start_byte : first.start_byte].decode(errors="replace")
        return bare_type(f"{specifiers} {self.type_text(declarator, declarator.end_byte, name)}")

    def _exit(self, node: Node, depth: int) -> tuple[Statement, ...]:
        kind = node.type.removesuffix("_statement")
        values = [child for child in node.named_children if child.type not in ("comment", "statement_identifier")]
        value = self.expression(values[0], depth + 1) if values else None
        return (Exit(kind, value, self.location(node)),)

    def _labeled(self, node: Node, depth: int) -> tuple[Statement, ...]:
        result: list[Statement] = []
        for child in node.named_children:
            if child.type == "statement_identifier":
                name = Literal(self.source(child), self.location(child))
                result.append(Operator("label", (name,), self.location(child)))
            else:
                result += self.statement(child, depth + 1)
        return tuple(result)

    def _synchronized(self, node: Node, depth: int) -> tuple[Statement, ...]:
        """`@synchronized (lock) { … }`: the lock is evaluated, then the body runs."""
        result: list[Statement] = []
        for child in node.named_children:
            if child.type == "compound_statement":
                result += self.block(child, depth + 1).statements
            elif child.type != "comment":
                result.append(self.expression(child, depth + 1))
        return (Block(tuple(result)),)

    # ---- branches

    def _if(self, node: Node, depth: int) -> tuple[Statement, ...]:
        arms: list[Arm] = []
        exhaustive = False
        current: Node | None = node
        while current is not None:
            condition = self.field(current, "condition", depth)
            arms.append(Arm(condition, self._body(current.child_by_field_name("consequence"), depth)))
            otherwise = current.child_by_field_name("alternative")
            inner = _first_child(otherwise) if otherwise is not None else None
            current = inner if inner is not None and inner.type == "if_statement" else None
            if otherwise is not None and current is None:
                arms.append(Arm(None, self._body(inner, depth)))
                exhaustive = True
        return (Branch("if", None, tuple(arms), exhaustive, self.location(node)),)

    def _switch(self, node: Node, depth: int) -> tuple[Statement, ...]:
        """Cases in a row share one arm.

        Where an arm runs into the next one, the next one's condition lists its patterns too, so that the shared tail
        counts as reached from both; that the first arm's own statements run before is lost. An arm that falls out of
        `default` into a case does not pass it on.
        """
        before: list[Statement] = []
        arms: list[Arm] = []
        patterns: list[Node | None] = []  # of the next arm; None is `default`
        waiting = False  # is there a case for which no arm stands yet?
        body = node.child_by_field_name("body")
        for case in flattened(body.named_children) if body is not None else []:
            if case.type != "case_statement":
                before += self.statement(case, depth + 1)
                continue
            value = case.child_by_field_name("value")
            patterns.append(value)
            waiting = True
            statements = [child for child in case.named_children if child != value and child.type != "comment"]
            if statements:
                lowered = self._sequence(statements, statements[0].start_byte, case.end_byte, depth + 1)
                arms.append(Arm(self._case(patterns, case, depth), Block(_without_break(lowered))))
                patterns = [] if _leaves(lowered) else [pattern for pattern in patterns if pattern is not None]
                waiting = False
        if waiting:
            arms.append(Arm(self._case(patterns, node, depth), Block(())))
        exhaustive = any(arm.condition is None for arm in arms)
        subject = self.field(node, "condition", depth)
        return (*before, Branch("switch", subject, tuple(arms), exhaustive, self.location(node)))

    def _case(self, patterns: list[Node | None], node: Node, depth: int) -> Expr | None:
        """The condition of a switch arm; None where `default` is among its patterns."""
        values = [self.expression(pattern, depth + 1) for pattern in patterns if pattern is not None]
        return Operator("case", tuple(values), self.location(node)) if len(values) == len(patterns) else None

    def _try(self, node: Node, depth: int) -> tuple[Statement, ...]:
        body, handlers = Block(()), []
        final: Block | None = None
        for child in node.named_children:
            if child.type == "compound_statement":
                body = self.block(child, depth + 1)
            elif child.type == "catch_clause":
                handlers.append(self._catch(child, depth))
            elif child.type == "finally_clause":
                final = self._body(_first_child(child), depth)
        return (Attempt(body, tuple(handlers), final, self.location(node)),)

    def _catch(self, node: Node, depth: int) -> Block:
        """A handler begins with the declaration of what it caught."""
        caught: list[Statement] = []
        statements: tuple[Statement, ...] = ()
        for child in node.named_children:
            if child.type == "compound_statement":
                statements = self.block(child, depth + 1).statements
            elif child.type == "type_name":
                words = re.findall(r"\w+", self.source(child))
                kind = bare_type(" ".join(words[:-1])) if len(words) > 1 else ""
                caught.append(Declare(words[-1] if words else "", kind, None, self.location(child)))
        return Block((*caught, *statements))

    # ---- loops

    def _for(self, node: Node, depth: int) -> tuple[Statement, ...]:
        """`for (a; b; c) { … }` is a scope with `a` and a loop that ends with `c`; `for (x in y)` an "each".

        A `continue` skips `c` in this form.
        """
        if node.child_by_field_name("body") is None:
            return self._for_in(node, depth)
        before: tuple[Statement, ...] = ()
        initializer = node.child_by_field_name("initializer")
        if initializer is not None:
            is_declaration = initializer.type == "declaration"
            before = self.statement(initializer, depth + 1) if is_declaration else self._effects(initializer, depth)
        condition, update = node.child_by_field_name("condition"), node.child_by_field_name("update")
        body = self._body(node.child_by_field_name("body"), depth)
        if update is not None:
            body = Block((*body.statements, *self._effects(update, depth)))
        tested = self.expression(condition, depth + 1) if condition is not None else None
        loop = Loop(tested, body, location=self.location(node))
        return (Block((*before, loop)),) if before else (loop,)

    def _effects(self, node: Node, depth: int) -> tuple[Statement, ...]:
        return tuple(self._effect(part, depth) for part in _comma_separated(node))

    def _for_in(self, node: Node, depth: int) -> tuple[Statement, ...]:
        """The loop's variable is declared at the start of its body. The last two children are sequence and body."""
        children = [child for child in node.named_children if child.type != "comment"]
        if len(children) < 3:
            return (self.unknown(node, depth),)
        *variable, sequence, inner = children
        name = declared_identifier(variable[-1])
        body = self._body(inner, depth)
        if name is not None:
            kind = bare_type(self.text[variable[0].start_byte : name.start_byte].decode(errors="replace"))
            body = Block((Declare(self.source(name), kind, None, self.location(name)), *body.statements))
        each = Operator("each", (self.expression(sequence, depth + 1),), self.location(sequence))
        return (Loop(each, body, location=self.location(node)),)

    def _while(self, node: Node, depth: int) -> tuple[Statement, ...]:
        condition = self.field(node, "condition", depth)
        body = self._body(node.child_by_field_name("body"), depth)
        return (Loop(condition, body, location=self.location(node)),)

    def _do(self, node: Node, depth: int) -> tuple[Statement, ...]:
        body = self._body(node.child_by_field_name("body"), depth)
        return (Loop(self.field(node, "condition", depth), body, at_least_once=True, location=self.location(node)),)


class _ConditionLowering(ExpressionLowering):
    """Lowers an `#if`'s condition, which stands alone in its own small text."""

    def __init__(self, text: bytes, line: Location) -> None:
        super().__init__(text)
        self.line = line

    def location(self, node: Node) -> Location:
        return self.line


def condition_expression(condition: str, line: Location) -> Expr:
    """The condition of an `#if` as an expression; `line` is where its directive stands."""
    included = _HAS_INCLUDE.fullmatch(condition)
    if included:
        from_header = Literal(included[1], line)
        return Operator("__has_include", (from_header,), line)
    text = f"#if {condition}\n;\n#endif\n".encode()
    root = PARSER.parse(text).root_node
    node = root.named_children[0].child_by_field_name("condition") if root.named_children else None
    if root.has_error or node is None:
        return Unknown((), line)
    return _ConditionLowering(text, line).expression(node, 0)


def flattened(nodes: Iterable[Node]) -> list[Node]:
    """The nodes with `#if` nodes replaced by what stands in their branches; the conditions are known by offset."""
    result: list[Node] = []
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if node.type not in _PREPROCESSOR:
            if node.type != "comment":
                result.append(node)
            continue
        skipped = node.child_by_field_name("condition") or node.child_by_field_name("name")
        stack.extend(child for child in reversed(node.named_children) if child != skipped)
    return result


def _fits(nodes: list[Node], conditional: Conditional) -> bool:
    """Does every node lie inside one branch?"""
    return all(
        any(branch.start <= node.start_byte and node.end_byte <= branch.end for branch in conditional.alternatives)
        for node in nodes
    )


def _nothing(node: Node, depth: int) -> tuple[Statement, ...]:
    return ()


def _first_child(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type != "comment"), None)


def _comma_separated(node: Node) -> Iterator[Node]:
    """The operands of `a, b, c` as separate statements."""
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "comma_expression":
            stack.extend(reversed(current.named_children))
        elif current.type != "comment":
            yield current


def _array_size(declarator: Node) -> Node | None:
    while declarator.type != "array_declarator":
        inner = declarator.child_by_field_name("declarator")
        if inner is None:
            return None
        declarator = inner
    return declarator.child_by_field_name("size")


def is_prototype(declarator: Node) -> bool:
    """Does a declarator declare a function, and not a variable that points to one?"""
    current: Node | None = declarator
    while current is not None and current.type == "pointer_declarator":
        current = current.child_by_field_name("declarator")
    if current is None or current.type != "function_declarator":
        return False
    inner = current.child_by_field_name("declarator")
    return inner is not None and inner.type == "identifier"


def _leaves(statements: tuple[Statement, ...]) -> bool:
    """Do these statements never run past their end, as far as their last one shows?"""
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, Exit):
        return True
    if isinstance(last, Block):
        return _leaves(last.statements)
    return isinstance(last, Branch) and last.exhaustive and all(_leaves(arm.body.statements) for arm in last.arms)


def _without_break(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """A switch arm without the `break` at its end, and without braces around the whole of it."""
    if statements and isinstance(statements[-1], Exit) and statements[-1].kind == "break":
        statements = statements[:-1]
    if statements and isinstance(statements[-1], Block):
        inner = _without_break(statements[-1].statements)
        return inner if len(statements) == 1 else (*statements[:-1], Block(inner))
    return statements
