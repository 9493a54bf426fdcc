"""The pages of the SDKs: what each contract means for an app, with code that breaks it and code that does not."""

from __future__ import annotations

from importlib import resources


def sdk_pages() -> dict[str, str]:
    """The page of each SDK by its id, which is the name of the file with hyphens."""
    return {
        entry.name.removesuffix(".md").replace("_", "-"): entry.read_text("utf-8")
        for entry in sorted((resources.files(__package__) / "sdks").iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".md")
    }
