"""The settings in force, as the configuration writes them, each with the file that it comes from."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from callkit_lint.config import Config
from callkit_lint.rulebook import Entry

HIDDEN = ("path", "origins")


def as_text(config: Config, root: Path, rules: Mapping[str, Entry]) -> str:
    """TOML that says the same, with comments on where each setting comes from."""
    lines = [f"# root of the analysis: {root}"]
    lines.append(f"# configuration: {config.path or 'none; these are the defaults'}")
    for field in dataclasses.fields(Config):
        if field.name in HIDDEN:
            continue
        value = getattr(config, field.name)
        origin = config.origins.get(field.name)
        where = os.path.relpath(origin) if origin else "default"
        name = field.name.replace("_", "-")
        lines.append(
            f"# {name}: every rule of the profile" if value is None else f"{name} = {_written(value)}  # {where}"
        )
    ran = sum(entry.rule.profile in ("default", config.profile) for entry in rules.values())
    lines.append(f"# {ran} of {len(rules)} rules are in the profile {config.profile}")
    return "".join(f"{line}\n" for line in lines)


def _written(value: object) -> str:
    """A value in TOML."""
    if isinstance(value, Enum):
        return json.dumps(value.name)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _written({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_written(part)}" for key, part in value.items()) + " }" if value else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False)
