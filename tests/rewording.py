"""Rewriters that leave everything where it is and say it in other words: closures for functions, `self` written out, an
alias for the session's type, `#if`s that always hold, other line ends and comments. See `tests.rewriting`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from tests.rewriting import (
    Edit,
    Files,
    Rewriter,
    descendants,
    edited,
    has_conditions,
    imports,
    is_called,
    is_source,
    keyword,
    parse,
    text_of,
)

# ---- a closure for the body of a named function ---------------------------------------------------------------------


def closures_for_functions(files: Mapping[str, bytes]) -> Files:
    """The body of each helper becomes a local closure that is called at once."""
    return {path: edited(data, list(_closures(path, data, files))) for path, data in files.items()}


def _closures(path: str, data: bytes, files: Mapping[str, bytes]) -> Iterator[Edit]:
    if path.endswith(".swift"):
        for function in descendants(parse(path, data), "function_declaration"):
            head, body = _swift_parts(function)
            name = text_of(function.child_by_field_name("name")).decode()
            if body is None or re.search(rb"->|\basync\b|\bthrows\b", head) or _is_local(function):
                continue
            if is_called(name, text_of(function), files):
                yield from _wrapped(body, b" let work = {", b"}\nwork() ")
    elif path.endswith((".m", ".mm")):
        for method in descendants(parse(path, data), "method_definition"):
            body = next((child for child in method.children if child.type == "compound_statement"), None)
            head = text_of(method).partition(b"{")[0]
            if body is None or not re.match(rb"[-+]\s*\(void\)", head) or b"super" in text_of(method):
                continue
            if is_called(keyword(method), text_of(method), files):
                yield from _wrapped(body, b" void (^work)(void) = ^{", b"};\nwork(); ")


def _swift_parts(function: Node) -> tuple[bytes, Node | None]:
    body = function.child_by_field_name("body")
    end = body.start_byte if body else function.end_byte
    return text_of(function)[: end - function.start_byte], body


def _is_local(function: Node) -> bool:
    return function.parent is None or function.parent.type == "statements"


def _wrapped(body: Node, before: bytes, after: bytes) -> Iterator[Edit]:
    yield (body.children[0].end_byte, body.children[0].end_byte, before)
    yield (body.children[-1].start_byte, body.children[-1].start_byte, after)


# ---- self -----------------------------------------------------------------------------------------------------------


def self_written_out(files: Mapping[str, bytes]) -> Files:
    """`self.` before calls of the type's own methods, `self->` before its variables in Objective-C."""
    return {path: edited(data, list(_selves(path, data))) for path, data in files.items()}


def _selves(path: str, data: bytes) -> Iterator[Edit]:
    if path.endswith(".swift"):
        for owner in descendants(parse(path, data), "class_declaration"):
            body = owner.child_by_field_name("body")
            methods = [child for child in body.children if child.type == "function_declaration"] if body else []
            own = {text_of(method.child_by_field_name("name")) for method in methods if not _is_static(method)}
            for method in methods:
                for call in descendants(method, "call_expression") if not _is_static(method) else ():
                    callee = call.children[0]
                    if callee.type == "simple_identifier" and text_of(callee) in own:
                        yield (callee.start_byte, callee.start_byte, b"self.")
    elif path.endswith((".m", ".mm")):
        for method in descendants(parse(path, data), "method_definition"):
            for name in descendants(method, "identifier"):
                before = data[max(0, name.start_byte - 2) : name.start_byte]
                if text_of(name).startswith(b"_") and not text_of(name).startswith(b"__") and before != b"->":
                    yield (name.start_byte, name.start_byte, b"self->")


def _is_static(method: Node) -> bool:
    return re.search(rb"\b(?:static|class)\b", _swift_parts(method)[0]) is not None


# ---- an alias for the session's type --------------------------------------------------------------------------------

ALIASES = {
    "swift": ("SessionAlias.swift", b"import AVFoundation\n\ntypealias PhoneSession = AVAudioSession\n"),
    "objc": ("SessionAlias.h", b"#import <AVFoundation/AVFoundation.h>\n\ntypedef AVAudioSession PhoneSession;\n"),
}


def typealias(files: Mapping[str, bytes]) -> Files:
    """The session under another name."""
    result: Files = {}
    for path, data in files.items():
        language = "swift" if path.endswith(".swift") else "objc"
        named = _renamed(data) if path.endswith((".swift", ".m", ".mm")) else data
        if named != data:
            name, text = ALIASES[language]
            result[name] = text
            if language == "objc" and (places := imports(parse(path, named))):
                at = places[-1].end_byte
                named = edited(named, [(at, at, f'#import "{name}"\n'.encode())])
        result[path] = named
    return result


def _renamed(data: bytes) -> bytes:
    data = re.sub(rb"\bAVAudioSession(?=\.sharedInstance\b)", b"PhoneSession", data)
    data = re.sub(rb"(?<=\[)AVAudioSession(?= sharedInstance\])", b"PhoneSession", data)
    return re.sub(rb"\bAVAudioSession(?= \*\w+ = \[PhoneSession)", b"PhoneSession", data)


# ---- #if ------------------------------------------------------------------------------------------------------------


def conditions_around(files: Mapping[str, bytes]) -> Files:
    """Each type, and the body of each method, under an `#if` that holds on every device."""
    return {path: _under_conditions(path, data) for path, data in files.items()}


def _under_conditions(path: str, data: bytes) -> bytes:
    if has_conditions(data):
        return data
    edits: list[Edit] = []
    if path.endswith(".swift"):
        root = parse(path, data)
        for node in root.children:
            if node.type == "class_declaration":
                edits += _under(data, node, b"#if os(iOS)\n")
        for function in descendants(root, "function_declaration", "init_declaration"):
            statements = next(
                (n for n in (_swift_parts(function)[1] or function).children if n.type == "statements"), None
            )
            if statements is not None and not _is_local(function):
                edits += _under(data, statements, b"#if !targetEnvironment(simulator)\n")
    elif path.endswith((".m", ".mm")):
        root = parse(path, data)
        for node in root.children:
            if node.type == "class_implementation":
                edits += _under(data, node, b"#if TARGET_OS_IPHONE\n")
        for method in descendants(root, "method_definition"):
            body = next((child for child in method.children if child.type == "compound_statement"), None)
            if body is not None and body.named_children:
                first, last = body.children[1], body.children[-2]
                edits += _under(data, first, b"#if !TARGET_OS_SIMULATOR\n", last)
    return edited(data, edits)


def _under(data: bytes, first: Node, opening: bytes, last: Node | None = None) -> list[Edit]:
    """An `#if` on a line before some code and an `#endif` on one behind it, where lines of their own are free."""
    start = data.rfind(b"\n", 0, first.start_byte) + 1
    end = data.find(b"\n", (last or first).end_byte) + 1
    if data[start : first.start_byte].strip() or not end:
        return []
    return [(start, start, opening), (end, end, b"#endif\n")]


# ---- layout ---------------------------------------------------------------------------------------------------------

NOISE = (
    b"// try? AVAudioSession.sharedInstance().setActive(true) [AVAudioSession.sharedInstance setActive:YES error:nil];",
    b'/* if calls.isEmpty { provider.reportNewIncomingCall("*/',
)


def other_layout(files: Mapping[str, bytes]) -> Files:
    """Comments with code in them between all lines, a byte order mark, and the line ends of Windows."""
    return {path: _laid_out(data) if is_source(path) else data for path, data in files.items()}


def _laid_out(data: bytes) -> bytes:
    lines: list[bytes] = []
    for number, line in enumerate(data.splitlines()):
        previous = lines[-1] if lines else b""
        if line.strip() and b"callkit-lint:" not in previous and not previous.endswith(b"\\"):
            lines.append(NOISE[number % len(NOISE)])
        lines.append(line)
    return b"\xef\xbb\xbf" + b"".join(line + b"\r\n" for line in lines)


REWORDERS: dict[str, Rewriter] = {
    "closures for functions": closures_for_functions,
    "self written out": self_written_out,
    "a typealias": typealias,
    "conditions around": conditions_around,
    "other layout": other_layout,
}
