"""Text in XML: what has a meaning is escaped, and what no XML document or terminal should hold is made visible."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from callkit_lint.reporters.text import escaped


def attribute(text: str) -> str:
    """The text as an attribute's value, with its quotes."""
    return quoteattr(escaped(text))


def content(text: str) -> str:
    """The text between two tags; its lines stay lines."""
    return escape("\n".join(escaped(line) for line in text.split("\n")))


def element(name: str, **attributes: object) -> str:
    """An element without content."""
    written = " ".join(f"{key}={attribute(str(value))}" for key, value in attributes.items())
    return f"<{name} {written}/>"
