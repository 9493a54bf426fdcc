"""Objective-C and Objective-C++ files to the neutral form: types, methods, functions, globals.

Expressions, statements and the preprocessor's directives have modules of their own beside this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tree_sitter import Node, Tree

from callkit_lint.frontends.objc_expressions import declared_identifier
from callkit_lint.frontends.objc_preprocessor import Preprocessed, preprocess
from callkit_lint.frontends.objc_rewrites import CxxScope, cxx_scopes, macros, prepare, variants_for
from callkit_lint.frontends.objc_statements import PARSER, StatementLowering, flattened, is_prototype
from callkit_lint.frontends.objc_types import bare_type, is_error_pointer
from callkit_lint.frontends.repair import parse_best
from callkit_lint.ir import (
    Block,
    Comment,
    Expr,
    Field,
    FileSummary,
    Function,
    Literal,
    Location,
    Lost,
    Name,
    Parameter,
    Statement,
    TypeDecl,
    Unknown,
)
from callkit_lint.naming import imported_name, is_init_selector
from callkit_lint.nodes import is_starting_value

_BYTES_PER_ERROR = 50
_MENDED = 50  # times less lost: then the rules of this group are those of the file's language
_AROUND = 200  # bytes before and after an error in which its cause is looked for
_BOM = b"\xef\xbb\xbf"
_HEADER_MARKER = re.compile(rb"@interface|@implementation|@protocol|#\s*import|NS_ENUM|NS_OPTIONS|@import|@class")
_SWIFT_NAME = re.compile(r"(?:NS|CF)_SWIFT_NAME\(\s*([^()]*(?:\([^()]*\))?)\s*\)")
_CONSTRUCTOR = re.compile(r"__attribute__\s*\(\(\s*(?:__)?constructor")
_CONTAINER = re.compile(rb"^[ \t]*@(implementation|interface|protocol|end)\b[ \t]*(\w*)", re.MULTILINE)
_CXX_OWNER = re.compile(r"(\w+)\s*::\s*~?$")
_REACT_MACRO = re.compile(rb"RCT_(EXPORT|REMAP|EXTERN|CUSTOM)")
_REACT_ATTRIBUTES = {
    b"EXPORT": "RCT_EXPORT_METHOD",
    b"REMAP": "RCT_EXPORT_METHOD",
    b"EXTERN": "RCT_EXTERN_METHOD",
    b"CUSTOM": "RCT_CUSTOM_VIEW_PROPERTY",
}
_STORAGE = ("static", "extern", "const")
_OWNERSHIP = {"__weak": "weak", "__unsafe_unretained": "unsafe_unretained", "__strong": "strong"}
_INIT_RESULTS = ("instancetype", "id", "")
_CONTAINERS = {
    "class_interface": "interface",
    "class_implementation": "implementation",
    "protocol_declaration": "protocol",
}
# Braces at file level are what an error left of a namespace or of a macro with a body.
_TRANSPARENT = frozenset(
    ("implementation_definition", "linkage_specification", "declaration_list", "ERROR", "compound_statement")
)
_NO_DECLARATION = frozenset(
    (
        # Fields are read with their type, imports and macros from the text.
        "comment", "instance_variables", "property_declaration", "property_implementation", "module_import",
        "preproc_include", "preproc_def", "preproc_function_def", "preproc_call",
        "class_declaration", "protocol_forward_declaration",
        "method_type", "method_parameter", "parameterized_arguments",
        "attribute_specifier", "availability_attribute_specifier",
    )
)  # fmt: skip
_MEMBERS = frozenset(
    (
        "method_declaration", "method_definition", "property_declaration", "implementation_definition",
        "qualified_protocol_interface_declaration", "instance_variables", "declaration", "type_definition",
        "function_definition", "preproc_if", "preproc_ifdef", "property_implementation", "enum_specifier",
        "struct_specifier", "ERROR", "expression_statement", "preproc_call", "preproc_def", "preproc_include",
        "compound_statement", "macro_type_specifier", "preproc_function_def", "@end",
    )
)  # fmt: skip


def is_objc_header(data: bytes) -> bool:
    """Does a `.h` file declare Objective-C? Others, plain C or C++, are not parsed."""
    return _HEADER_MARKER.search(data) is not None


def lower(data: bytes, language: str) -> FileSummary:
    """The neutral form of one file; `language` is "objc" (also for headers) or "objc++"."""
    # Columns of the first line count without a byte order mark.
    bom = len(_BOM) if data.startswith(_BOM) else 0
    data = data[bom:]
    preprocessed = preprocess(data)
    preprocessed.text = prepare(preprocessed.text)
    tree, text, lost = _parse(preprocessed, data, language)
    file = _FileLowering(text, data, preprocessed)
    file.declarations(tree.root_node.named_children, "")
    file.finish()
    return FileSummary(
        language=language,
        imports=tuple(dict.fromkeys(preprocessed.imports)),
        types=tuple(file.types),
        functions=tuple(file.functions),
        globals=tuple(file.globals),
        macros=tuple(preprocessed.macros),
        comments=_comments(tree.root_node, data),
        lost=tuple(Lost(part.start + bom, part.end + bom, part.hides) for part in sorted(lost)),
    )


def _parse(preprocessed: Preprocessed, data: bytes, language: str) -> tuple[Tree, bytes, tuple[Lost, ...]]:
    """The best tree among the file's own and those of its rewrites, its text, and what is not in it.

    `parse_best` weighs errors only. A variant that leaves a branch of an `#if` out must not win by that, so here each
    is parsed by itself and the branch counts as lost.
    """
    tree, text, lost = parse_best(PARSER, preprocessed.text, ())
    unmended = _weight(lost)
    tried = {text}
    for group in variants_for(data, language) if lost else ():
        for rewrite in group:
            rewritten = rewrite(preprocessed.text)
            if rewritten in tried or not _may_mend(lost, text, rewritten):
                continue
            tried.add(rewritten)
            candidate, _, errors = parse_best(PARSER, rewritten, ())
            errors = (*errors, *_dropped_branches(preprocessed, rewritten))
            if _weight(errors) < _weight(lost):
                tree, text, lost = candidate, rewritten, errors
            if not lost:
                return tree, text, lost
        if _weight(lost)[0] * _MENDED < unmended[0]:
            break  # what is left is not for other rules: these have mended the file
    return tree, text, lost


def _may_mend(lost: tuple[Lost, ...], text: bytes, rewritten: bytes) -> bool:
    """Whether a rewrite changes anything in or around what is lost; elsewhere it can only make it worse."""
    ranges = ((max(part.start - _AROUND, 0), part.end + _AROUND) for part in lost)
    return any(text[start:end] != rewritten[start:end] for start, end in ranges)


def _weight(lost: tuple[Lost, ...]) -> tuple[int, int]:
    """How much a tree misses. Each error counts more than its bytes: it may hide that a method ended elsewhere."""
    broken = [part.end - part.start for part in lost if part.end > part.start]
    return sum(broken) + _BYTES_PER_ERROR * len(broken), len(lost)


def _dropped_branches(preprocessed: Preprocessed, text: bytes) -> Iterable[Lost]:
    """Branches of an `#if` that are not in the variant that was parsed; of a method that has another head in each
    branch, and one body, nothing is missing."""
    for conditional in preprocessed.conditionals:
        for branch in conditional.alternatives:
            if text[branch.start : branch.end].isspace():
                original = preprocessed.text[branch.start : branch.end]
                if not macros(original).isspace() and not _METHOD_HEAD.fullmatch(original):
                    yield Lost(branch.start, branch.end)


_METHOD_HEAD = re.compile(rb"\s*[-+]\s*\([^{};#]*")


def _comments(root: Node, data: bytes) -> tuple[Comment, ...]:
    """The comments that speak to callkit-lint."""
    found = []
    at = data.find(b"callkit-lint:")
    while at >= 0:
        node = root.descendant_for_byte_range(at, at + 1)
        if node is not None and node.type == "comment":
            text = data[node.start_byte : node.end_byte].decode(errors="replace")
            inner = text.removeprefix("/*").removesuffix("*/") if text.startswith("/*") else text.lstrip("/")
            (line, column), (end_line, end_column) = node.start_point, node.end_point
            location = Location(line + 1, column + 1, end_line + 1, end_column + 1)
            found.append(Comment(inner.strip(" \t\r\n*!"), location))
            at = node.end_byte
        at = data.find(b"callkit-lint:", at + 1)
    return tuple(found)


@dataclass(slots=True)
class _Signature:
    """A method's header while it is read."""

    pieces: list[str] = field(default_factory=list)
    parameters: list[tuple[str, str]] = field(default_factory=list)  # name, type as written
    result: str = ""
    is_static: bool = False
    end: Node | None = None
    body: Node | None = None

    @property
    def selector(self) -> str:
        return "".join(f"{piece}:" for piece in self.pieces) if self.parameters else "".join(self.pieces[:1])


class _FileLowering(StatementLowering):
    """Collects the declarations of one file. `original` is the file before any rewrite, at the same offsets."""

    def __init__(self, text: bytes, original: bytes, preprocessed: Preprocessed) -> None:
        super().__init__(text, preprocessed)
        self.original = original
        self.types: list[TypeDecl] = []
        self.functions: list[Function] = []
        self.globals: list[Field] = []
        self._has_swift_names = b"_SWIFT_NAME" in original
        self._has_react_native = b"RCT_" in original
        self._stray: dict[str, list[Statement]] = {}
        self._containers: list[tuple[int, str]] | None = None
        # C++ classes whose braces were blanked, with the fields found in each.
        self._scopes: list[tuple[CxxScope, list[Field]]] = []
        if text != preprocessed.text and (b"class" in original or b"struct" in original):
            blanked = (scope for scope in cxx_scopes(preprocessed.text) if text[scope.start : scope.body].isspace())
            self._scopes = [(scope, []) for scope in blanked]

    # ---- the file

    def declarations(self, nodes: Iterable[Node], owner: str, optional: bool = False) -> None:
        """Declarations of a file or of a class; what is none of them is kept as stray statements."""
        stack = list(nodes)[::-1]
        while stack:
            node = stack.pop()
            kind = node.type
            if kind in _CONTAINERS:
                self._container(node, _CONTAINERS[kind])
            elif kind in ("method_definition", "method_declaration"):
                self._method(node, owner or self._enclosing(node.start_byte), optional)
            elif kind == "function_definition":
                # Without a function's declarator it is a macro with a body, or more that the parser took for one.
                if not self._function(node):
                    stack.extend(reversed(node.named_children))
            elif kind == "declaration":
                self._file_declaration(node)
            elif kind == "type_definition":
                self._type_definition(node)
            elif kind in ("enum_specifier", "struct_specifier", "union_specifier"):
                self._tagged_type(node, "")
            elif kind in _NO_DECLARATION:
                continue
            elif kind in ("preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif", "preproc_elifdef"):
                stack.extend(reversed(flattened([node])))
            elif kind in _TRANSPARENT:
                stack.extend(reversed(node.named_children))
            elif kind == "qualified_protocol_interface_declaration":
                is_optional = node.child_count > 0 and node.children[0].type == "@optional"
                self.declarations(node.named_children, owner, is_optional)
            elif self.is_statement(node) or kind in self.expressions:
                self._keep_stray(node, owner)
            else:
                stack.extend(reversed(node.named_children))

    def _keep_stray(self, node: Node, owner: str) -> None:
        """Statements outside of any function: a macro at file level, or what is left of a broken method."""
        statements = self.statement(node, 0) if self.is_statement(node) else (self.expression(node, 0),)
        if any(not isinstance(statement, Name | Literal) for statement in statements):
            self._stray.setdefault(owner or self._enclosing(node.start_byte), []).extend(statements)

    def finish(self) -> None:
        """Add what is known only at the end: C++ classes with their fields, and statements outside of any function.

        Calls whose function was lost go to a function that says so: without a name, so that nothing calls it, with an
        `Unknown` body and the attribute "lost".
        """
        for scope, fields in self._scopes:
            location = self.offset_location(scope.start, scope.body)
            self.types.append(TypeDecl(scope.name, "class", scope.bases, tuple(fields), (), location))
        for owner, statements in self._stray.items():
            body = Block((Unknown(tuple(statements)),))
            self.functions.append(Function(owner, "", "", "function", (), "", body, attributes=("lost",)))

    def _scope_of(self, offset: int) -> tuple[CxxScope, list[Field]] | None:
        """The innermost C++ class around an offset."""
        found = None
        for entry in self._scopes:
            if entry[0].body <= offset < entry[0].end:
                found = entry
        return found

    def _enclosing(self, offset: int) -> str:
        """The class whose `@implementation` or `@interface` is open at an offset, read from the text."""
        if self._containers is None:
            self._containers = [(match.start(), match[2].decode()) for match in _CONTAINER.finditer(self.text)]
        name = ""
        for start, opened in self._containers:
            if start > offset:
                break
            name = opened
        return name

    def _swift_name(self, start: int, end: int) -> str:
        """The name in an `NS_SWIFT_NAME(…)` between two offsets of the original text, "" where there is none."""
        if not self._has_swift_names:
            return ""
        found = _SWIFT_NAME.search(self.original[start:end].decode(errors="replace"))
        return found[1].strip() if found else ""

    def _header_location(self, start: Node, end: Node) -> Location:
        line, column = start.start_point
        end_line, end_column = end.end_point
        return Location(line + 1, column + 1, end_line + 1, end_column + 1)

    # ---- types

    def _container(self, node: Node, kind: str) -> None:
        """`@interface`, `@protocol`, `@implementation` with all that they declare."""
        header = []
        for child in node.children:
            if child.type in _MEMBERS:
                break
            header.append(child)
        members = node.children[len(header) :]
        name_node = next((child for child in header if child.type == "identifier"), None)
        name = self.source(name_node) if name_node is not None else ""
        category = node.child_by_field_name("category")
        attributes = self._type_swift_name(node, header)
        if category is not None:
            attributes.append(f"({self.source(category)})")
            kind = "category" if kind == "interface" else kind
        attributes += self._synthesized(members)
        self.types.append(
            TypeDecl(
                name,
                kind,
                self._supertypes(node, header),
                tuple(self._fields(members)),
                tuple(attributes),
                self._header_location(header[0], header[-1]),
                self.compiled_where(node),
            )
        )
        self.declarations([child for child in members if child.is_named], name)

    def _type_swift_name(self, node: Node, header: list[Node]) -> list[str]:
        """A type keeps its Objective-C name, by which its own language calls it; the Swift one is an attribute."""
        before = self.original.rfind(b"\n\n", 0, node.start_byte)
        name = self._swift_name(max(0, before, node.start_byte - 200), header[-1].end_byte)
        return [f"NS_SWIFT_NAME({name})"] if name else []

    def _supertypes(self, node: Node, header: list[Node]) -> tuple[str, ...]:
        """Superclass and protocols. In `Base<T>` the T is taken for a generic argument if it is a pointer or a
        parameter of the class itself, else for a protocol: the two look alike."""
        superclass = node.child_by_field_name("superclass")
        found = [self.source(superclass)] if superclass is not None else []
        generic: set[str] = set()
        closed = superclass is not None or node.type == "protocol_declaration"
        for child in header:
            if child.type == ")" or child == superclass:
                closed = True
            elif child.type == "protocol_reference_list":
                found += [self.source(name) for name in child.named_children if name.type == "identifier"]
            elif child.type == "parameterized_arguments":
                names = [self.source(argument) for argument in child.named_children if argument.type != "comment"]
                is_parameters = child.start_byte < (superclass.start_byte if superclass is not None else 0)
                if is_parameters or not closed and "(" in [later.type for later in header]:
                    generic.update(name.split()[-1] for name in names if name)
                else:
                    found += [name.strip() for name in names if "*" not in name and name not in generic]
        return tuple(dict.fromkeys(name for name in found if re.fullmatch(r"\w+", name)))

    def _synthesized(self, members: list[Node]) -> list[str]:
        """`@synthesize a = _b;` as the attribute "synthesize a=_b": the variable that holds the property."""
        found = []
        for node in members:
            inner = node.named_children[0] if node.type == "implementation_definition" and node.named_children else node
            if inner.type == "property_implementation":
                words = "".join(self.source(inner).removesuffix(";").partition(" ")[2].split())
                found += [f"synthesize {pair}" for pair in words.split(",") if "=" in pair]
        return found

    # ---- fields

    def _fields(self, members: list[Node]) -> Iterable[Field]:
        """The properties and instance variables among a type's members."""
        stack = members[::-1]
        while stack:
            node = stack.pop()
            if node.type == "property_declaration":
                yield from self._property(node)
            elif node.type == "instance_variable":
                yield from self._variables(node, ())
            elif node.type in (
                "instance_variables",
                "qualified_protocol_interface_declaration",
                "preproc_if",
                "preproc_ifdef",
                "preproc_else",
                "preproc_elif",
                "ERROR",
            ):
                stack.extend(reversed(node.named_children))

    def _property(self, node: Node) -> Iterable[Field]:
        attributes: list[str] = []
        for child in node.named_children:
            if child.type == "property_attributes_declaration":
                written = self.source(child).strip("() \t\r\n").split(",")
                attributes += ["".join(attribute.split()) for attribute in written if attribute.strip()]
        swift_name = self._swift_name(node.start_byte, node.end_byte)
        if swift_name:
            attributes.append(f"NS_SWIFT_NAME({swift_name})")
        yield from self._variables(node, tuple(attributes))

    def _variables(self, node: Node, attributes: tuple[str, ...]) -> Iterable[Field]:
        """The fields of a property or instance variable: one for each name that it declares."""
        condition = self.compiled_where(node)
        for declaration in node.named_children:
            if declaration.type != "struct_declaration":
                continue
            declarators = [child for child in declaration.named_children if child.type == "struct_declarator"]
            if not declarators:
                continue
            specifiers = self.source(declaration)[: declarators[0].start_byte - declaration.start_byte]
            owned = tuple(word for spelled, word in _OWNERSHIP.items() if spelled in specifiers)
            owned += ("IBOutlet",) if "IBOutlet" in specifiers else ()
            for declarator in declarators:
                name = declared_identifier(declarator)
                if name is not None:
                    yield Field(
                        self.source(name),
                        self.declared_type(declaration, declarators[0], declarator, name),
                        None,
                        "class" in attributes,
                        (*attributes, *owned),
                        self.location(node),
                        condition,
                    )

    # ---- methods

    def _method(self, node: Node, owner: str, optional: bool) -> None:
        found = self._signature(node)
        selector = found.selector
        result = bare_type(found.result) if found.result else "id"
        is_init = is_init_selector(selector) and not found.is_static and result in (*_INIT_RESULTS, owner)
        types = tuple(_importer_type(text) for _, text in found.parameters)
        end = found.body.start_byte if found.body is not None else node.end_byte
        swift_name = self._swift_name(node.start_byte, end)
        name = swift_name or imported_name(selector, types, is_init, result, owner, found.is_static)
        attributes = [f"NS_SWIFT_NAME({swift_name})"] if swift_name else []
        attributes += ["IBAction"] if result == "IBAction" else []
        attributes += ["optional"] if optional else []
        if self._has_react_native:
            macro = _REACT_MACRO.match(self.original, node.start_byte)
            attributes += [_REACT_ATTRIBUTES[macro[1]]] if macro else []
        kind = "init" if is_init else "deinit" if selector == "dealloc" else "method"
        self.functions.append(
            Function(
                owner,
                name,
                selector,
                kind,
                _labelled(found.parameters, name),
                result,
                self.block(found.body, 0) if found.body is not None else None,
                found.is_static,
                tuple(attributes),
                self._header_location(node, found.end or node),
                self.compiled_where(node),
            )
        )

    def _signature(self, node: Node) -> _Signature:
        """Read a method's header: a type, then pieces of the selector, each followed by its parameter."""
        found = _Signature()
        piece = ""
        for child in node.children:
            kind = child.type
            if kind == "compound_statement":
                found.body = child
                break
            if kind == "+":
                found.is_static = True
            elif kind == "method_type" and not found.pieces and not piece:
                found.result = self.source(child).strip()[1:-1]
            elif kind == "method_parameter":
                found.pieces.append(piece)
                found.parameters.append(self._method_parameter(child))
                piece = ""
            elif kind in ("identifier", "field_identifier") or (child.is_named is False and kind.isidentifier()):
                # After the last parameter a lone word is an attribute macro.
                piece = self.source(child)
                if found.parameters or found.pieces:
                    continue
                found.pieces = [piece] if not _parameter_follows(child) else []
            if kind not in (";", "comment"):
                found.end = child
        return found

    def _method_parameter(self, node: Node) -> tuple[str, str]:
        kind, name = "id", ""
        for child in node.named_children:
            if child.type == "method_type":
                kind = self.source(child).strip()[1:-1]
            elif child.type == "identifier" and not name:
                name = self.source(child)
        return name, kind

    # ---- C functions and variables

    def _function(self, node: Node) -> bool:
        declarator = node.child_by_field_name("declarator")
        body = node.child_by_field_name("body")
        if declarator is None or not is_prototype(declarator):
            return False
        self._c_function(node, declarator, self.block(body, 0) if body is not None else None)
        return True

    def _c_function(self, node: Node, declarator: Node, body: Block | None) -> None:
        """A C function; its name is the one Swift sees, without labels: `name(_:_:)`."""
        function: Node = declarator
        while function.type == "pointer_declarator":
            function = function.child_by_field_name("declarator") or function
        name_node, listed = declared_identifier(function), function.child_by_field_name("parameters")
        base = self._original_word(name_node) if name_node is not None else ""
        parameters = self.parameters(listed) if listed is not None else ()
        start = self.text.rfind(b"\n", 0, node.start_byte) + 1
        header = self.original[start : function.start_byte].decode(errors="replace")
        swift_name = self._swift_name(start, node.end_byte if body is None else function.end_byte)
        attributes = [f"NS_SWIFT_NAME({swift_name})"] if swift_name else []
        attributes += ["static"] if re.search(r"\bstatic\b", header) else []
        attributes += ["constructor"] if _CONSTRUCTOR.search(header) else []
        qualifier, scope = _CXX_OWNER.search(header), self._scope_of(node.start_byte)
        cxx_owner = qualifier[1] if qualifier else scope[0].name if scope else ""
        result = bare_type(self.text[node.start_byte : function.start_byte].decode(errors="replace"))
        self.functions.append(
            Function(
                cxx_owner,
                swift_name or f"{base}({'_:' * len(parameters)})",
                "",
                "method" if cxx_owner else "function",
                parameters,
                result,
                body,
                attributes=tuple(attributes),
                location=self._header_location(node, function),
                condition=self.compiled_where(node),
            )
        )

    def _original_word(self, node: Node) -> str:
        """The word that ends where a node ends, before a rewrite took its beginning: a C++ constructor's name."""
        start = node.start_byte
        while start > 0 and (self.original[start - 1 : start].isalnum() or self.original[start - 1 : start] == b"_"):
            start -= 1
        return self.original[start : node.end_byte].decode(errors="replace")

    def _file_declaration(self, node: Node) -> None:
        """Global variables, function prototypes, and types declared with a variable."""
        specifier = node.child_by_field_name("type")
        if specifier is not None and specifier.child_by_field_name("body") is not None:
            self._tagged_type(specifier, "")
        first = node.child_by_field_name("declarator")
        if first is None:
            return
        specifiers = self.source(node)[: first.start_byte - node.start_byte]
        attributes = tuple(word for word in _STORAGE if re.search(rf"\b{word}\b", specifiers))
        condition = self.compiled_where(node)
        for outer in node.children_by_field_name("declarator"):
            inner = outer.child_by_field_name("declarator") if outer.type == "init_declarator" else outer
            name = declared_identifier(inner)
            if inner is None or name is None:
                continue
            if outer.type != "init_declarator" and is_prototype(inner):
                self._c_function(node, inner, None)
                continue
            value: Expr | None = self.field(outer, "value", 0) if outer.type == "init_declarator" else None
            if is_starting_value(value) and "const" not in attributes:
                value = None
            kind = self.declared_type(node, first, inner, name)
            scope = self._scope_of(node.start_byte)
            fields = scope[1] if scope else self.globals
            fields.append(Field(self.source(name), kind, value, False, attributes, self.location(node), condition))

    def _type_definition(self, node: Node) -> None:
        """`typedef … Name;`: an alias, or the name of an enum or struct."""
        specifier = node.child_by_field_name("type")
        for declarator in node.children_by_field_name("declarator"):
            name = declared_identifier(declarator)
            if name is None:
                continue
            if specifier is not None and specifier.child_by_field_name("body") is not None:
                self._tagged_type(specifier, self.source(name))
                return
            start = node.children[0].end_byte
            specifiers = self.text[start : declarator.start_byte].decode(errors="replace")
            target = bare_type(f"{specifiers} {self.type_text(declarator, declarator.end_byte, name)}")
            swift_name = self._swift_name(node.start_byte, node.end_byte)
            attributes = (f"NS_SWIFT_NAME({swift_name})",) if swift_name else ()
            place, condition = self.location(node), self.compiled_where(node)
            self.types.append(TypeDecl(self.source(name), "typealias", (target,), (), attributes, place, condition))

    def _tagged_type(self, node: Node, name: str) -> None:
        """An enum with its cases, a struct or union with its fields; `name` is the typedef's."""
        body = node.child_by_field_name("body")
        if body is None:
            return
        tag = node.child_by_field_name("name")
        is_enum = node.type == "enum_specifier"
        fields = self._enum_cases(body) if is_enum else self._struct_fields(body)
        kind = "enum" if is_enum else "struct"
        own_name = name or (self.source(tag) if tag is not None else "")
        location = self._header_location(node, tag if tag is not None else node.children[0])
        condition = self.compiled_where(node)
        self.types.append(TypeDecl(own_name, kind, (), tuple(fields), (), location, condition))

    def _enum_cases(self, body: Node) -> Iterable[Field]:
        for node in flattened(body.named_children):
            name = node.child_by_field_name("name")
            if node.type == "enumerator" and name is not None:
                value = node.child_by_field_name("value")
                lowered = self.expression(value, 0) if value is not None else None
                place, condition = self.location(node), self.compiled_where(node)
                yield Field(self.source(name), "", lowered, True, ("case",), place, condition)

    def _struct_fields(self, body: Node) -> Iterable[Field]:
        for node in flattened(body.named_children):
            first = node.child_by_field_name("declarator")
            if node.type != "field_declaration" or first is None:
                continue
            for declarator in node.children_by_field_name("declarator"):
                name = declared_identifier(declarator)
                if name is not None:
                    kind = self.declared_type(node, first, declarator, name)
                    place, condition = self.location(node), self.compiled_where(node)
                    yield Field(self.source(name), kind, None, False, (), place, condition)


def _importer_type(text: str) -> str:
    """A parameter's type as naming asks for it: only `NSError **` keeps its pointers."""
    return "NSError **" if is_error_pointer(text) else bare_type(text)


def _labelled(parameters: list[tuple[str, str]], name: str) -> tuple[Parameter, ...]:
    """The parameters with the labels of the Swift name; an error parameter, which Swift has not, gets "_"."""
    labels = name[name.find("(") + 1 : -1].split(":")[:-1] if "(" in name else []
    labels += ["_"] * (len(parameters) - len(labels))
    return tuple(
        Parameter(label, own_name, bare_type(kind)) for label, (own_name, kind) in zip(labels, parameters, strict=False)
    )


def _parameter_follows(node: Node) -> bool:
    sibling = node.next_named_sibling
    while sibling is not None and sibling.type == "comment":
        sibling = sibling.next_named_sibling
    return sibling is not None and sibling.type == "method_parameter"
