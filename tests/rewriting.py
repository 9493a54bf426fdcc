"""Rewriters: each turns a program into a twin that means the same, so that the verdict must not change.

Every rewriter takes and gives a program's files. Comments move with their code, expectations with them. A file in which
a rewrite would not be safely mechanical is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import tree_sitter_objc
import tree_sitter_swift
from tree_sitter import Language, Node, Parser

Files = dict[str, bytes]
Rewriter = Callable[[Mapping[str, bytes]], Files]
Edit = tuple[int, int, bytes]

# Methods that a framework calls stay where the conformance is declared.
_CALLED_BY_FRAMEWORKS = (
    "provider",
    "providerDidReset",
    "pushRegistry",
    "application",
    "init",
    "dealloc",
    "viewDidLoad",
)


@cache
def _parser(language: str) -> Parser:
    grammar = {"swift": tree_sitter_swift, "objc": tree_sitter_objc}[language]
    return Parser(Language(grammar.language()))


def parse(path: str, data: bytes) -> Node:
    """The root of a file's syntax tree."""
    return _parser("swift" if path.endswith(".swift") else "objc").parse(data).root_node


def is_source(path: str) -> bool:
    """Whether a file holds code."""
    return path.endswith((".swift", ".m", ".mm", ".h"))


def edited(data: bytes, edits: list[Edit]) -> bytes:
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text + data[end:]
    return data


def descendants(root: Node, *kinds: str) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in kinds:
            yield node
        stack.extend(reversed(node.children))


def text_of(node: Node | None) -> bytes:
    return node.text or b"" if node else b""


def _with_lead(data: bytes, node: Node) -> tuple[int, int]:
    """The lines of a declaration: with the comments right above it and the blank line before them."""
    first, previous = node, node.prev_sibling
    while previous and "comment" in previous.type and previous.end_point.row + 1 >= first.start_point.row:
        first, previous = previous, previous.prev_sibling
    start = data.rfind(b"\n", 0, first.start_byte) + 1
    end = data.find(b"\n", node.end_byte) + 1 or len(data)
    if data[:start].endswith(b"\n\n"):
        start -= 1
    return start, end


def has_conditions(data: bytes) -> bool:
    """Whether a file has an `#if` around something: what is moved would leave it."""
    return re.search(rb"(?m)^\s*#if", data) is not None


def imports(root: Node) -> list[Node]:
    return [node for node in root.children if node.type in ("import_declaration", "preproc_include")]


def import_lines(root: Node) -> bytes:
    return b"".join(text_of(node).strip() + b"\n" for node in imports(root))


# ---- every type in a file of its own --------------------------------------------------------------------------------


def split_types(files: Mapping[str, bytes]) -> Files:
    """Each top-level type in a file of its own."""
    result: Files = {}
    for path, data in files.items():
        if has_conditions(data):
            result[path] = data
        elif path.endswith(".swift"):
            result |= _split_swift(path, data)
        elif path.endswith((".m", ".mm")):
            result |= _split_objc(path, data)
        else:
            result[path] = data
    return result


def _split_swift(path: str, data: bytes) -> Files:
    root = parse(path, data)
    types = [node for node in root.children if node.type in ("class_declaration", "protocol_declaration")]
    types = [node for node in types if not _is_extension(node)]
    if len(types) < 2 or re.search(rb"(?m)^(private|fileprivate) ", data):
        return {path: data}
    result, edits = dict[str, bytes](), list[Edit]()
    names = [f"{text_of(node.child_by_field_name('name')).decode()}.swift" for node in types]
    stays = path if path in names else names[0]
    for node, name in zip(types, names, strict=True):
        if name == stays:
            continue
        start, end = _with_lead(data, node)
        result[name] = import_lines(root) + b"\n" + data[start:end].lstrip(b"\n")
        edits.append((start, end, b""))
    return {path: edited(data, edits), **result}


def _is_extension(node: Node) -> bool:
    return text_of(node.child_by_field_name("declaration_kind")) == b"extension"


def _split_objc(path: str, data: bytes) -> Files:
    root = parse(path, data)
    implementations = [node for node in root.children if node.type == "class_implementation"]
    names = list(dict.fromkeys(_class_name(node) for node in implementations))
    if len(names) < 2:
        return {path: data}
    result, edits, imported = dict[str, bytes](), list[Edit](), b""
    for name in names[:-1]:
        parts: dict[str, list[bytes]] = {"class_interface": [], "class_implementation": []}
        for node in root.children:
            if node.type in parts and _class_name(node) == name:
                start, end = _with_lead(data, node)
                parts[node.type].append(data[start:end])
                edits.append((start, end, b""))
        header = f'#import "{name}.h"\n'.encode()
        if parts["class_interface"]:
            result[f"{name}.h"] = import_lines(root) + b"".join(parts["class_interface"])
            imported += header
        body = b"".join(parts["class_implementation"])
        result[f"{name}{path[path.rindex('.') :]}"] = import_lines(root) + header + body
    at = imports(root)[-1].end_byte
    return {path: edited(data, [*edits, (at, at, imported)]), **result}


def _class_name(node: Node) -> str:
    return next(text_of(child).decode() for child in node.children if child.type == "identifier")


# ---- helper methods in an extension or a category -------------------------------------------------------------------


def helpers_to_extension(files: Mapping[str, bytes]) -> Files:
    """Methods that the program itself calls, moved to an extension or a category at the end of the file."""
    return _move_helpers(files, another_file=False)


def helpers_to_another_file(files: Mapping[str, bytes]) -> Files:
    """The same, with the extension or the category in a file of its own."""
    return _move_helpers(files, another_file=True)


def _move_helpers(files: Mapping[str, bytes], *, another_file: bool) -> Files:
    result: Files = {}
    for path, data in files.items():
        if has_conditions(data):
            result[path] = data
        elif path.endswith(".swift"):
            result |= _swift_helpers(path, data, files, another_file)
        elif path.endswith(".m") or (path.endswith(".mm") and not another_file):
            result |= _objc_helpers(path, data, files, another_file)
        else:
            result[path] = data
    if another_file and result.keys() != files.keys():  # what was private to a file is used from two now
        result = {
            path: re.sub(rb"\b(file)?private(\(set\))? ", b"", data) if path.endswith(".swift") else data
            for path, data in result.items()
        }
    return result


def is_called(name: str, own: bytes, files: Mapping[str, bytes]) -> bool:
    """Whether the program calls, sends or selects a method of this name elsewhere than in its own text."""
    use = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b\s*[(:\])]")
    everywhere = sum(len(use.findall(data)) for path, data in files.items() if not path.endswith(".h"))
    return name not in _CALLED_BY_FRAMEWORKS and everywhere > len(use.findall(own))


def _swift_helpers(path: str, data: bytes, files: Mapping[str, bytes], another_file: bool) -> Files:
    root = parse(path, data)
    result, edits, extensions = dict[str, bytes](), list[Edit](), b""
    for node in root.children:
        body = node.child_by_field_name("body")
        if node.type != "class_declaration" or _is_extension(node) or body is None:
            continue
        moved = []
        for method in body.children:
            name = text_of(method.child_by_field_name("name")).decode()
            overrides = b"override" in text_of(method).partition(b"func")[0]
            if method.type == "function_declaration" and not overrides and is_called(name, text_of(method), files):
                moved.append(_with_lead(data, method))
        if moved:
            edits += [(start, end, b"") for start, end in moved]
            methods = b"\n".join(data[start:end].strip(b"\n") + b"\n" for start, end in moved)
            name = text_of(node.child_by_field_name("name")).decode()
            extension = f"\nextension {name} {{\n".encode() + methods + b"}\n"
            if another_file:
                result[f"{name}+Helpers.swift"] = import_lines(root) + extension
            else:
                extensions += extension
    return {path: edited(data, edits) + extensions, **result}


def _objc_helpers(path: str, data: bytes, files: Mapping[str, bytes], another_file: bool) -> Files:
    root = parse(path, data)
    result, edits = dict[str, bytes](), list[Edit]()
    for node in root.children:
        if node.type != "class_implementation" or node.child_by_field_name("category") is not None:
            continue
        methods = [child for part in node.children for child in part.children if child.type == "method_definition"]
        moved = [method for method in methods if is_called(keyword(method), text_of(method), files)]
        if not moved:
            continue
        spans = [_with_lead(data, method) for method in moved]
        edits += [(start, end, b"") for start, end in spans]
        name = _class_name(node)
        declared = b"".join(_signature(method) + b";\n" for method in moved)
        interface = f"@interface {name} (Helpers)\n".encode() + declared + b"@end\n"
        bodies = b"".join(data[start:end] for start, end in spans)
        category = f"@implementation {name} (Helpers)\n".encode() + bodies + b"\n@end\n"
        if not another_file:
            edits.append((node.start_byte, node.start_byte, interface + b"\n"))
            edits.append((node.end_byte, node.end_byte, b"\n\n" + category))
            continue
        seen = b""  # the category needs what the file says of the class
        for part in root.children:
            if part.type == "class_interface" and _class_name(part) == name:
                start, end = _with_lead(data, part)
                seen += data[start:end]
                edits.append((start, end, b""))
        header = f'#import "{name}+Helpers.h"\n'.encode()
        result[f"{name}+Helpers.h"] = import_lines(root) + seen + b"\n" + interface
        result[f"{name}+Helpers.m"] = header + b"\n" + category
        at = imports(root)[-1].end_byte
        edits.append((at, at, header))
    return {path: edited(data, edits), **result}


def keyword(method: Node) -> str:
    return next(text_of(child).decode() for child in method.children if child.type == "identifier")


def _signature(method: Node) -> bytes:
    body = next(child for child in method.children if child.type == "compound_statement")
    return text_of(method)[: body.start_byte - method.start_byte].strip()


# ---- guard for if, and if for guard ---------------------------------------------------------------------------------


def guard_for_if(files: Mapping[str, bytes]) -> Files:
    """A last `if c { … }` becomes `guard c else { return }` and the rest; in Objective-C `if (!c) { return; }`."""
    return {
        path: _each(
            path, data, {"if_statement": _swift_guard} if path.endswith(".swift") else {"if_statement": _objc_exit}
        )
        for path, data in files.items()
    }


def if_for_guard(files: Mapping[str, bytes]) -> Files:
    """The other way round: an early return becomes an `if` around the rest of the body."""
    return {
        path: _each(
            path, data, {"guard_statement": _swift_if} if path.endswith(".swift") else {"if_statement": _objc_if}
        )
        for path, data in files.items()
    }


def _each(path: str, data: bytes, rewrites: Mapping[str, Callable[[Node], list[Edit]]]) -> bytes:
    if not is_source(path):
        return data
    edits: list[Edit] = []
    for node in descendants(parse(path, data), *rewrites):
        edits += rewrites[node.type](node)
    return edited(data, edits)


def _after(node: Node) -> list[Node]:
    """The statements that follow in the same block."""
    rest, sibling = list[Node](), node.next_named_sibling
    while sibling:
        if "comment" not in sibling.type:
            rest.append(sibling)
        sibling = sibling.next_named_sibling
    return rest


def _token(node: Node, kind: str) -> Node:
    return next(child for child in node.children if child.type == kind)


def _swift_body(node: Node) -> Node | None:
    """The body of a function or closure without result whose statement this is."""
    block = node.parent.parent if node.parent and node.parent.type == "statements" else None
    if block is None or block.type not in ("function_body", "lambda_literal"):
        return None
    if block.parent and any(child.type == "->" for child in block.parent.children):
        return None
    return block


def _swift_guard(node: Node) -> list[Edit]:
    if _swift_body(node) is None or _after(node) or any(child.type == "else" for child in node.children):
        return []
    keyword, opening, closing = node.children[0], _token(node, "{"), node.children[-1]
    return [
        (keyword.start_byte, keyword.end_byte, b"guard"),
        (opening.start_byte, opening.end_byte, b"else { return }"),
        (closing.start_byte, closing.end_byte, b""),
    ]


def _swift_if(node: Node) -> list[Edit]:
    body = _swift_body(node)
    leaves = next((child for child in node.children if child.type == "statements"), None)
    if body is None or not _after(node) or text_of(leaves) != b"return":
        return []
    keyword, exit_, opening, closing = node.children[0], _token(node, "else"), _token(node, "{"), node.children[-1]
    return [
        (keyword.start_byte, keyword.end_byte, b"if"),
        (exit_.start_byte, opening.start_byte, b""),
        (opening.end_byte, closing.end_byte, b""),
        (body.children[-1].start_byte, body.children[-1].start_byte, b"} "),
    ]


def _objc_body(node: Node) -> Node | None:
    """The body of a method without result, or of a block, whose statement this is."""
    block = node.parent
    if block is None or block.type != "compound_statement" or block.parent is None:
        return None
    if block.parent.type == "method_definition":
        return block if re.match(rb"[-+]\s*\(void\)", text_of(block.parent)) else None
    return block if block.parent.type == "block_literal" else None


def _negated(node: Node) -> list[Edit]:
    condition = node.child_by_field_name("condition")
    assert condition is not None
    return [
        (condition.start_byte, condition.start_byte, b"(!"),
        (condition.end_byte, condition.end_byte, b")"),
    ]


def _objc_exit(node: Node) -> list[Edit]:
    block = node.child_by_field_name("consequence")
    if _objc_body(node) is None or _after(node) or node.child_by_field_name("alternative") is not None:
        return []
    if block is None or block.type != "compound_statement":
        return []
    opening, closing = block.children[0], block.children[-1]
    return [
        *_negated(node),
        (opening.end_byte, opening.end_byte, b" return; }"),
        (closing.start_byte, closing.end_byte, b""),
    ]


def _objc_if(node: Node) -> list[Edit]:
    body, block = _objc_body(node), node.child_by_field_name("consequence")
    if body is None or block is None or not _after(node) or node.child_by_field_name("alternative") is not None:
        return []
    if [text_of(child) for child in block.named_children] != [b"return;"]:
        return []
    return [
        *_negated(node),
        (block.children[0].end_byte, block.end_byte, b""),
        (body.children[-1].start_byte, body.children[-1].start_byte, b"} "),
    ]


REWRITERS: dict[str, Rewriter] = {
    "types in files of their own": split_types,
    "helpers in an extension": helpers_to_extension,
    "helpers in another file": helpers_to_another_file,
    "guard for if": guard_for_if,
    "if for guard": if_for_guard,
}
