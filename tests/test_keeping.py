"""Where an object goes that a call creates."""

from __future__ import annotations

import pytest

from callkit_lint.model.keeping import destination, is_kept
from tests.graphs import linked, procedure

AROUND = """
import CallKit
let shared: CXProvider? = nil
class Phone {{
    var provider: CXProvider?, list: [CXProvider] = []
    weak var other: CXProvider?
    func f() -> Any? {{
        {body}
    }}
    func keep(_ provider: CXProvider) {{}}
}}
"""
NEW = "CXProvider(configuration: c)"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"let p = {NEW}; return 1", "local p"),
        (f"let p = {NEW} as Any; return 1", "local p"),
        (f"var p: CXProvider?; p = {NEW}; return 1", "local p"),
        (f"provider = {NEW}; return 1", "property provider"),
        (f"self.provider = {NEW}; return 1", "property provider"),
        (f"provider = provider ?? {NEW}; return 1", "property provider"),
        (f"if x {{ self.other = {NEW} }}; return 1", "property other"),
        (f"shared = {NEW}; return 1", "global shared"),
        (f"_ = {NEW}; return 1", "dropped "),
        (f"{NEW}; return 1", "dropped "),
        (f"{NEW}.invalidate(); return 1", "dropped "),
        (f"return {NEW}", "elsewhere "),
        (NEW, "elsewhere "),
        (f"keep({NEW}); return 1", "elsewhere "),
        (f"list.append({NEW}); return 1", "elsewhere "),
        (f"owner.provider = {NEW}; return 1", "elsewhere "),
    ],
)
def test_destination(body: str, expected: str) -> None:
    graph = linked({"A.swift": AROUND.format(body=body)})
    function = procedure(graph, "Phone.f()")
    (site,) = (site for site in function.sites if site.api.effect == "provider")
    found = destination(graph.symbols, function, site.location)
    assert f"{found.kind} {found.name}" == expected
    assert found.weak == (found.name == "other")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("p.invalidate()", False),
        ("p.configuration = c", False),
        ("if let p { p.invalidate() }", False),
        ("DispatchQueue.main.async { p.invalidate() }", False),
        ("DispatchQueue.main.async { DispatchQueue.main.async { p.invalidate() } }", False),
        ("DispatchQueue.main.async { self.provider = p }", True),
        ("onEnd = { p.invalidate() }", True),
        ("server.whenEnded { p.invalidate() }", True),
        ("self.provider = p", True),
        ("list.append(p)", True),
        ("keep(p)", True),
        ("let q = p", True),
        ("return p", True),
    ],
)
def test_kept(body: str, expected: bool) -> None:
    graph = linked({"A.swift": AROUND.format(body=f"let p = {NEW}; {body}")})
    assert is_kept(procedure(graph, "Phone.f()"), "p") == expected
