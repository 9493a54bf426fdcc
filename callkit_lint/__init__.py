"""callkit-lint: finds where an iOS app breaks the contract with the system's call services."""

from __future__ import annotations

from pathlib import Path

__version__ = "0.1.0"

# A wheel carries `rules` inside this package; a checkout keeps it beside it.
if not (Path(__file__).parent / "rules").is_dir():
    __path__.append(str(Path(__file__).parent.parent))
