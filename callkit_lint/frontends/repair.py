"""Parse a file, and where the parser stumbles, parse length-preserving rewrites of it and keep the best.

Real code holds constructs that the grammars do not know (macros, `#if` inside lists). Rewriting them into spaces or
equally long known constructs keeps every offset. All variants are tried: a rewrite alone can make a file worse and
together with another repair it whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tree_sitter import Node, Parser, Tree

from callkit_lint.ir import Lost

Rewrite = Callable[[bytes], bytes]


def parse_best(parser: Parser, data: bytes, rewrites: Iterable[Rewrite]) -> tuple[Tree, bytes, tuple[Lost, ...]]:
    """The tree with the fewest lost bytes, the text it was made from (as long as `data`), and what stayed lost."""
    tree = parser.parse(data)
    if not tree.root_node.has_error:
        return tree, data, ()
    best, best_text, best_lost = tree, data, _lost(tree)
    tried = {data}
    for rewrite in rewrites:
        text = rewrite(data)
        if len(text) != len(data):
            raise AssertionError(f"{rewrite} changed the length of a file")
        if text in tried:
            continue
        tried.add(text)
        tree = parser.parse(text)
        lost = _lost(tree)
        if _weight(lost) < _weight(best_lost):
            best, best_text, best_lost = tree, text, lost
        if not lost:
            break
    return best, best_text, best_lost


def _weight(lost: tuple[Lost, ...]) -> tuple[int, int]:
    return sum(part.end - part.start for part in lost), len(lost)


def _lost(tree: Tree) -> tuple[Lost, ...]:
    """Outermost ERROR nodes, and MISSING nodes as empty ranges, in source order."""
    return tuple(Lost(node.start_byte, node.end_byte, _hides(node)) for node in _broken(tree.root_node))


def _hides(node: Node) -> bool:
    """Whether what the parser skipped may be a call or a declaration: a name that is called, asked, assigned or typed.
    Where it put in what was missing, only a brace can have moved a body to where it does not belong."""
    if node.is_missing:
        return node.type in ("{", "}")
    return node.text is None or _SAYS_SOMETHING.search(node.text) is not None


# A name with a call's parenthesis, a member, a label, a value or another name behind it, or a message's bracket before.
_SAYS_SOMETHING = re.compile(rb"[A-Za-z_]\w*(\s*[(\[.:={]|\s+[A-Za-z_])|\[\s*[A-Za-z_]")


def _broken(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            stack.extend(reversed(node.children))
