"""The Swift frontend: one file's bytes to a FileSummary. This module lowers declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import tree_sitter_swift
from tree_sitter import Language, Node, Parser

from callkit_lint.frontends.repair import parse_best
from callkit_lint.frontends.swift_conditions import all_of, compile_condition, condition_text, constant, only_where
from callkit_lint.frontends.swift_expressions import DEEPEST, TYPE_COST
from callkit_lint.frontends.swift_rewrites import VARIANTS, dropped, prepared
from callkit_lint.frontends.swift_source import COMMENTS, join, type_name
from callkit_lint.frontends.swift_statements import Declarator, Statements, branch_in, with_values
from callkit_lint.ir import (
    Assign,
    Block,
    Comment,
    Exit,
    Expr,
    Field,
    FileSummary,
    Function,
    Literal,
    Location,
    Lost,
    Member,
    Name,
    Operator,
    Parameter,
    Statement,
    TypeDecl,
    Unknown,
)
from callkit_lint.naming import exposed_selector, setter_selector
from callkit_lint.nodes import is_starting_value

_PARSER = Parser(Language(tree_sitter_swift.language()))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Files that are no text: macOS resource forks, UTF-16. The parser can make one clean identifier of them.
_NOT_SOURCE = (b"\x00\x05\x16\x07", b"\xff\xfe", b"\xfe\xff")
_TYPE_KINDS = frozenset({"class", "struct", "enum", "extension", "actor"})
_KEYWORDS = _TYPE_KINDS | {"func", "value_binding_pattern", "init", "deinit", "subscript", "pattern", "protocol"}
_BODIES = frozenset({"class_body", "enum_class_body", "protocol_body"})
_EFFECTS = frozenset({"async", "throws", "throws_clause"})


def lower(data: bytes) -> FileSummary:
    """One Swift file in the neutral form. Never raises for bad source: what cannot be parsed is in `lost`."""
    skipped = len(_BYTE_ORDER_MARK) if data.startswith(_BYTE_ORDER_MARK) else 0
    source = data[skipped:]
    if source.startswith(_NOT_SOURCE):
        return FileSummary("swift", lost=(Lost(0, len(data)),))
    text = prepared(source)
    tree, parsed, lost = parse_best(_PARSER, text, VARIANTS)
    lost += tuple(Lost(*part) for part in dropped(text, parsed))
    lowering = Declarations(source)
    lowering.file(tree.root_node)
    comments = _comments(lowering, tree.root_node) if b"callkit-lint:" in source else ()
    return FileSummary(
        "swift",
        tuple(dict.fromkeys(lowering.imports)),
        tuple(lowering.types),
        tuple(lowering.functions),
        tuple(lowering.globals),
        (),
        comments,
        tuple(Lost(part.start + skipped, part.end + skipped, part.hides) for part in sorted(lost)),
    )


def _comments(source: Statements, root: Node) -> tuple[Comment, ...]:
    """The comments that speak to callkit-lint."""
    found = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in COMMENTS:
            text = source.text(node)
            if "callkit-lint:" in text:
                text = text[2:-2].strip("*") if text.startswith("/*") else text.lstrip("/")
                found.append(Comment(text.strip(), source.location(node)))
        else:
            stack.extend(reversed(node.children))
    return tuple(found)


@dataclass
class _Scope:
    """The type whose members are being lowered, or the file (`owner` ""); `conditions` is how many `#if`s are around
    it."""

    owner: str
    conditions: int = 0
    fields: list[Field] = field(default_factory=list)
    initial: list[Statement] = field(default_factory=list)
    loose: list[Node] = field(default_factory=list)


@dataclass
class _MemberCondition:
    """An `#if` around declarations: the conditions of the arms before, and that of the arm being read (None for
    `#else`)."""

    before: list[Expr]
    condition: Expr | None

    def parts(self) -> list[Expr]:
        """What must hold for the arm being read."""
        negated: list[Expr] = [
            Operator("!", (inner,), inner.location) for inner in self.before if constant(inner) is not False
        ]
        return negated + ([self.condition] if self.condition and not constant(self.condition) else [])

    @property
    def dead(self) -> bool:
        """Is this arm never compiled?"""
        return constant(self.condition) is False or any(constant(inner) for inner in self.before)


class Declarations(Statements):
    """Lowers a file: types, functions, properties."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.imports: list[str] = []
        self.types: list[TypeDecl] = []
        self.functions: list[Function] = []
        self.globals: list[Field] = []
        self.conditions: list[_MemberCondition] = []
        self.outside: list[Statement] = []

    def file(self, root: Node) -> None:
        """All declarations of the file, then its loose statements as one function."""
        scope = _Scope("")
        self._members(root.children if root.type == "source_file" else [root], scope)
        self.globals = scope.fields
        body = (*self.block_of(scope.loose).statements, *self.outside)
        if body:
            place = _where(body[0])
            self.functions.append(Function("", "", "", "top level", (), "", Block(body), location=place))

    # ---- members ----

    def _members(self, nodes: list[Node], scope: _Scope) -> None:
        """The declarations among some nodes, with the conditions of the `#if`s around them; the rest is loose."""
        outer = len(self.conditions)
        for node in nodes:
            kind = node.type
            if kind == "directive":
                self._member_directive(node, outer)
                scope.loose.append(node)
            elif self.conditions and self.conditions[-1].dead:
                continue
            elif kind in _MEMBERS:
                _MEMBERS[kind](self, node, scope)
            elif kind == "ERROR":
                self._broken_members(node, scope)
            elif node.is_named and kind not in COMMENTS:
                scope.loose.append(node)
        del self.conditions[outer:]
        self._keep_strays()

    def _member_directive(self, node: Node, outer: int) -> None:
        text = self.text(node)
        condition = compile_condition(condition_text(text), self.location(node))
        if text.startswith("#if"):
            self.conditions.append(_MemberCondition([], condition))
        elif len(self.conditions) > outer:
            if text.startswith("#endif"):
                self.conditions.pop()
                return
            current = self.conditions[-1]
            current.before += [current.condition] if current.condition else []
            current.condition = condition if text.startswith("#elseif") else None

    def _broken_members(self, node: Node, scope: _Scope) -> None:
        """What the parser skipped between declarations: whole declarations inside it are still good."""
        declared = [child for child in node.children if child.type in _MEMBERS]
        rest = [child for child in node.children if child.is_named and child.type not in _MEMBERS]
        self._members(declared, scope)
        self._keep(rest, self.location(node))

    def _keep_strays(self) -> None:
        """Skipped text inside a declaration's header belongs to no body: kept among the file's own statements."""
        strays, self.strays = self.strays, []
        for stray in strays:
            self._keep([child for child in stray.children if child.is_named], self.location(stray))

    def _keep(self, nodes: list[Node], place: Location) -> None:
        statements = self.block_of(nodes).statements
        parts = tuple(part for part in statements if not isinstance(part, Name | Literal))
        if parts:
            self.outside.append(Unknown(parts, place))

    def compiled_where(self, first: int = 0) -> Expr | None:
        """The condition under which what is being read is compiled; without that of the first `#if`s around it."""
        return all_of([part for condition in self.conditions[first:] for part in condition.parts()])

    def attributes(self, children: list[Node]) -> tuple[str, ...]:
        """Attributes and modifiers of a declaration, as written but for `@` and spaces."""
        found = []
        for child in children:
            kind = child.type
            if kind == "modifiers":
                found += [" ".join(self.text(item).split()).removeprefix("@") for item in self.children(child)]
            elif kind == "attribute" or kind.endswith("_modifier"):
                found.append(" ".join(self.text(child).split()).removeprefix("@"))
            elif (
                kind in ("func", "value_binding_pattern", "init", "deinit", "subscript", "pattern")
                or kind in _TYPE_KINDS
            ):
                break
        return tuple(found)

    def _header(self, node: Node, children: list[Node], body: Node | None) -> Location:
        """From a declaration's first modifier to just before its body."""
        end = node.end_byte
        if body is not None:
            before = [child.end_byte for child in children if child.end_byte <= body.start_byte]
            end = before[-1] if before else body.start_byte
        return self.span(node.start_byte, end)

    # ---- imports, types ----

    def _import(self, node: Node, scope: _Scope) -> None:
        for child in node.children:
            if child.type == "identifier":
                self.imports.append(self.text(child).partition(".")[0].strip().strip("`"))

    def local_type(self, node: Node) -> None:
        _MEMBERS[node.type](self, node, _Scope(""))

    def _type(self, node: Node, scope: _Scope) -> None:
        """A class, struct, enum, actor, extension or protocol, with its members."""
        children = self.children(node)
        kind, name = self._kind_and_name(children)
        if scope.owner and kind != "extension":
            name = f"{scope.owner}.{name}"
        members = next((child for child in children if child.type in _BODIES), None)
        supertypes = tuple(type_name(self.text(child)) for child in children if child.type == "inheritance_specifier")
        attributes, condition = self.attributes(children), self.compiled_where()
        place = self._header(node, children, members)
        first_type, first_function = len(self.types), len(self.functions)
        inner = _Scope(name, len(self.conditions))
        if members is not None and self.depth >= DEEPEST:
            self.outside.append(self.too_deep(members))
        elif members is not None:
            self.depth += TYPE_COST
            self._members(members.children[1:], inner)
            self.depth -= TYPE_COST
            self._keep([child for child in inner.loose if child.type != "directive"], place)
        fields = tuple(inner.fields)
        self.types.insert(first_type, TypeDecl(name, kind, supertypes, fields, attributes, place, condition))
        if inner.initial:
            body = Block(tuple(inner.initial))
            initial = Function(name, "", "", "initial values", (), "", body, False, attributes, place, condition)
            self.functions.insert(first_function, initial)

    def _kind_and_name(self, children: list[Node]) -> tuple[str, str]:
        for position, child in enumerate(children):
            if child.type in _TYPE_KINDS or child.type == "protocol":
                name = children[position + 1] if position + 1 < len(children) else None
                return child.type, type_name(self.text(name)) if name is not None else ""
        return "class", ""

    def _type_alias(self, node: Node, scope: _Scope) -> None:
        """`typealias`, or a protocol's `associatedtype` with the bound as target."""
        children = self.children(node)
        names = [self.identifier(child) for child in children if child.type == "type_identifier"]
        start = next((child.end_byte for child in children if child.type in ("=", ":")), None)
        target = type_name(self.slice(start, node.end_byte)) if start is not None else ""
        if names:
            name = f"{scope.owner}.{names[0]}" if scope.owner else names[0]
            supertypes = (target,) if target else ()
            place, condition = self.location(node), self.compiled_where()
            self.types.append(TypeDecl(name, "typealias", supertypes, (), self.attributes(children), place, condition))

    def _enum_case(self, node: Node, scope: _Scope) -> None:
        children = self.children(node)
        attributes, condition = ("case", *self.attributes(children)), self.compiled_where()
        previous = ""
        for child in children:
            kind = child.type
            if previous == "=":
                last = scope.fields.pop()
                value = self.expression(child)
                scope.fields.append(replace(last, value=value))
            elif kind == "simple_identifier":
                place = self.location(child)
                scope.fields.append(Field(self.identifier(child), "", None, True, attributes, place, condition))
            previous = kind

    # ---- functions ----

    def parameters(self, children: list[Node]) -> tuple[Parameter, ...]:
        found: list[Parameter] = []
        is_default = False
        for child in children:
            kind = child.type
            if kind == "parameter":
                found.append(self._parameter(child))
            elif kind == "=":
                is_default = True
            elif is_default:
                is_default = False
                if found:
                    last = found[-1]
                    found[-1] = Parameter(last.label, last.name, last.type, self.expression(child))
            elif kind == "function_body":
                break
        return tuple(found)

    def _parameter(self, node: Node) -> Parameter:
        names, _, written = self.text(node).partition(":")
        if "/" in names:
            words = [self.identifier(child) for child in node.children if child.type == "simple_identifier"]
        else:
            words = [word.strip("`") for word in names.split()]
        return Parameter(words[0] if words else "_", words[-1] if words else "", type_name(written))

    def _function(self, node: Node, scope: _Scope) -> None:
        """A method, free function, initialiser, deinitialiser, or a protocol's requirement of one."""
        children = self.children(node)
        body = next((child for child in children if child.type == "function_body"), None)
        base, is_operator = self._base_name(node, children)
        parameters = self.parameters(children)
        if is_operator:
            parameters = tuple(Parameter("_", item.name, item.type, item.default) for item in parameters)
        name = base if base == "deinit" else _full_name(base, parameters)
        attributes = self._function_attributes(children)
        kind = base if base in ("init", "deinit") else "method" if scope.owner else "function"
        selector = "" if is_operator or not scope.owner else _selector(name, parameters, attributes)
        self.functions.append(
            Function(
                scope.owner,
                name,
                selector,
                kind,
                parameters,
                self._result(children, node),
                self.block_of(self.body_statements(body)) if body is not None else None,
                "static" in attributes or "class" in attributes,
                attributes,
                self._header(node, children, body),
                self.compiled_where(),
            )
        )

    def _base_name(self, node: Node, children: list[Node]) -> tuple[str, bool]:
        """A function's name without labels, and whether it is an operator."""
        if node.type == "init_declaration":
            return "init", False
        if node.type == "deinit_declaration":
            return "deinit", False
        for position, child in enumerate(children[:-1]):
            if child.type == "func":
                name = children[position + 1]
                return self.identifier(name), name.type != "simple_identifier"
        return "", False

    def _function_attributes(self, children: list[Node]) -> tuple[str, ...]:
        """Attributes and modifiers, and the effects `async` and `throws`: the neutral form has no other place."""
        found = list(self.attributes(children))
        for child in children:
            if child.type == "class":
                found.append("class")
            elif child.type in _EFFECTS:
                found.append(self.text(child).partition("(")[0].strip())
        return tuple(found)

    def _result(self, children: list[Node], node: Node) -> str:
        """The bare name of the result type, "" for none."""
        arrow = next((child for child in children if child.type == "->"), None)
        if arrow is None:
            return ""
        ends = ("type_constraints", "function_body", "computed_property")
        end = next((child.start_byte for child in children if child.type in ends), node.end_byte)
        return type_name(self.slice(arrow.end_byte, end))

    def _subscript(self, node: Node, scope: _Scope) -> None:
        children = self.children(node)
        # A subscript's parameters have no labels unless two names are written.
        parameters = tuple(
            Parameter("_", item.name, item.type, item.default) if item.label == item.name else item
            for item in self.parameters(children)
        )
        body = next((child for child in children if child.type == "computed_property"), None)
        if body is not None:
            template = Function(
                scope.owner,
                _full_name("subscript", parameters),
                "",
                "subscript",
                parameters,
                self._result(children, node),
                None,
                "static" in self.attributes(children),
                self._function_attributes(children),
                self._header(node, children, body),
                self.compiled_where(),
            )
            self._accessors(body, template)

    # ---- properties ----

    def _property(self, node: Node, scope: _Scope) -> None:
        children = self.children(node)
        attributes = self.attributes(children)
        for item in self.declarators(children):
            names = self.declared_names(item.pattern)
            if item.accessors is not None and item.accessors.type == "computed_property" and len(names) == 1:
                self._accessors(item.accessors, self._accessor(names[0][0], item, scope, attributes, node))
            else:
                self._stored(names, item, scope, attributes, node)

    def _accessor(
        self, name: str, item: Declarator, scope: _Scope, attributes: tuple[str, ...], node: Node
    ) -> Function:
        """The getter of a property, still without a body."""
        end = item.accessors.start_byte if item.accessors is not None else item.pattern.end_byte
        header = self.span(node.start_byte, node.start_byte + len(self.data[node.start_byte : end].rstrip()))
        is_static = "static" in attributes or "class" in attributes
        selector = exposed_selector(name, attributes) if scope.owner else ""
        condition = self.compiled_where()
        return Function(
            scope.owner, name, selector, "getter", (), item.type, None, is_static, attributes, header, condition
        )

    def _accessors(self, node: Node, template: Function) -> None:
        """The functions of a computed property or subscript."""
        children = self.children(node)
        accessors = [child for child in children if child.type.startswith("computed_")]
        if not accessors:
            body = self.block_of([child for child in children if child.type not in ("{", "}")])
            self.functions.append(replace(template, body=body))
        for child in accessors:
            parts = self.children(child)
            body = self.block_of([part for part in parts if part.type == "statements"])
            specifier = next((part for part in parts if part.type.endswith("_specifier")), child)
            place = self.span(child.start_byte, specifier.end_byte)
            if child.type == "computed_getter":
                effects = tuple(word for word in self.text(specifier).split() if word in _EFFECTS)
                attributes = template.attributes + effects
                self.functions.append(replace(template, body=body, attributes=attributes, location=place))
            else:
                given = [self.identifier(part) for part in parts if part.type == "simple_identifier"]
                self._add_setter(template, body, given[0] if given else "newValue", place)

    def _add_setter(self, getter: Function, body: Block | None, value: str, place: Location) -> None:
        """The setter that belongs to a getter; for a subscript it is a second function with the attribute "setter"."""
        is_subscript = getter.kind == "subscript"
        setter = replace(
            getter,
            kind="subscript" if is_subscript else "setter",
            selector=setter_selector(getter.selector) if getter.selector else "",
            parameters=(*getter.parameters, Parameter("_", value, getter.result)),
            result="",
            body=body,
            attributes=(*getter.attributes, "setter") if is_subscript else getter.attributes,
            location=place,
        )
        self.functions.append(setter)

    def is_variable(self, declaration: Node) -> bool:
        """Whether a declaration of properties says `var`."""
        binding = next((one for one in declaration.children if one.type == "value_binding_pattern"), None)
        return binding is not None and self.text(binding).split()[-1:] == ["var"]

    def _stored(
        self,
        names: list[tuple[str, Location]],
        item: Declarator,
        scope: _Scope,
        attributes: tuple[str, ...],
        node: Node,
    ) -> None:
        """Stored properties or globals, with the function that evaluates their value and their observers."""
        is_static = "static" in attributes or "class" in attributes
        value = self.expression(item.value) if item.value is not None else None
        shared = is_static or "lazy" in attributes or not scope.owner
        if shared and is_starting_value(value) and self.is_variable(node):
            value = None
        single = len(names) == 1
        condition = self.compiled_where()
        for name, place in names:
            own = value if single else None
            scope.fields.append(Field(name, item.type, own, is_static, attributes, place, condition))
        if value is not None:
            if shared:
                for name, _ in names:
                    getter = self._accessor(name, item, scope, attributes, node)
                    self.functions.append(replace(getter, body=_returned(value)))
            else:
                members = [Member(Name("self", place), name, place) for name, place in names]
                whole = self.location(item.pattern)
                target: Expr = members[0] if single else Operator("tuple", tuple(members), whole)
                branch = branch_in(value)
                if branch is None:
                    initial: Statement = Assign(target, value, join(whole, value.location))
                else:
                    initial = with_values(branch, lambda inner: Assign(target, inner, inner.location))
                scope.initial.append(only_where(self.compiled_where(scope.conditions), initial))
        if item.accessors is not None and single:
            self._observers(item.accessors, self._accessor(names[0][0], item, scope, attributes, node))

    def _observers(self, node: Node, template: Function) -> None:
        """`willSet` and `didSet`."""
        for child in self.children(node):
            if child.type not in ("willset_clause", "didset_clause"):
                continue
            parts = self.children(child)
            kind, implied = ("willSet", "newValue") if child.type == "willset_clause" else ("didSet", "oldValue")
            given = [self.identifier(part) for part in parts if part.type == "simple_identifier"]
            body = self.block_of([part for part in parts if part.type == "statements"])
            parameter = Parameter("_", given[0] if given else implied, template.result)
            keyword = next((part for part in parts if part.type == kind), child)
            place = self.span(child.start_byte, keyword.end_byte)
            observer = replace(template, kind=kind, selector="", parameters=(parameter,), result="", body=body)
            self.functions.append(replace(observer, location=place))

    def _required_property(self, node: Node, scope: _Scope) -> None:
        """A protocol's property: accessors without bodies."""
        children = self.children(node)
        attributes = self.attributes(children)
        requirements = next((child for child in children if child.type == "protocol_property_requirements"), None)
        for item in self.declarators(children):
            for name, _ in self.declared_names(item.pattern):
                getter = self._accessor(name, replace(item, accessors=requirements), scope, attributes, node)
                self.functions.append(getter)
                accessors = requirements.children if requirements is not None else []
                if any(child.type == "setter_specifier" for child in accessors):
                    self._add_setter(getter, None, "newValue", getter.location)

    def _ignored(self, node: Node, scope: _Scope) -> None:
        """Operators, precedence groups and macros: declarations for the compiler."""


def _returned(value: Expr) -> Block:
    """The body that evaluates a property's value."""
    branch = branch_in(value)
    if branch is not None:
        return Block((with_values(branch, lambda inner: Exit("return", inner, inner.location)),))
    return Block((Exit("return", value, value.location),))


def _full_name(base: str, parameters: tuple[Parameter, ...]) -> str:
    return f"{base}({''.join(parameter.label + ':' for parameter in parameters)})"


def _selector(name: str, parameters: tuple[Parameter, ...], attributes: tuple[str, ...]) -> str:
    """The selector Objective-C sees a method under; of async methods the completion handler is part of it."""
    if name == "deinit":
        return "dealloc"
    closures = 0
    while closures < len(parameters) and "->" in parameters[-1 - closures].type:
        closures += 1
    return exposed_selector(name, attributes, "throws" in attributes, "async" in attributes, closures)


def _where(statement: Statement) -> Location:
    for inner in _first_places(statement):
        return inner
    return Location(1, 1, 1, 1)


def _first_places(statement: Statement) -> Iterator[Location]:
    if isinstance(statement, Block):
        for inner in statement.statements[:1]:
            yield from _first_places(inner)
    else:
        yield statement.location


_MEMBERS: dict[str, Callable[[Declarations, Node, _Scope], None]] = {
    "import_declaration": Declarations._import,
    "class_declaration": Declarations._type,
    "protocol_declaration": Declarations._type,
    "typealias_declaration": Declarations._type_alias,
    "associatedtype_declaration": Declarations._type_alias,
    "enum_entry": Declarations._enum_case,
    "function_declaration": Declarations._function,
    "protocol_function_declaration": Declarations._function,
    "init_declaration": Declarations._function,
    "deinit_declaration": Declarations._function,
    "subscript_declaration": Declarations._subscript,
    "property_declaration": Declarations._property,
    "protocol_property_declaration": Declarations._required_property,
    "operator_declaration": Declarations._ignored,
    "precedence_group_declaration": Declarations._ignored,
    "macro_declaration": Declarations._ignored,
    "diagnostic": Declarations._ignored,
    "shebang_line": Declarations._ignored,
}
