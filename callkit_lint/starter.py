"""What `callkit-lint init` writes: a configuration to edit, and the entries for a hook and a CI step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import callkit_lint
from callkit_lint.config import FILE_NAMES, UsageError, find_config
from callkit_lint.files import write_whole

CONFIGURATION = """\
# Settings of callkit-lint; `callkit-lint config` prints what is in force. All keys are optional.

# profile = "strict"                 # report what is uncertain, too, and notes as warnings
# ignore = ["configured-in-call-action"]
# exclude = ["Generated", "Legacy/*.m"]
# include = ["Pods/OurCallKit"]      # of what is left out by default: dependencies, build products, tests
# fail-on = "error"                  # the least severity for exit status 1
# require-reason = true              # a comment that silences a rule must say why
# baseline = "callkit-lint-baseline.json"
# contracts = ["callkit-contracts/*.toml"]

# [severity]
# sticky-speaker-override = "note"

# [[overrides]]
# paths = ["Samples"]
# ignore = ["no-call-configuration"]
# keys = ["UIBackgroundModes"]       # of property lists only what is found at these key paths
"""
HOOK = """\
repos:
  - repo: https://github.com/callkit-lint/callkit-lint
    rev: v{version}
    hooks:
      - id: callkit-lint
"""
STEP = """\
name: callkit-lint
on: [push, pull_request]
permissions:
  contents: read
  security-events: write
jobs:
  callkit-lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: callkit-lint/callkit-lint@v{version}
"""


def begin(directory: Path) -> Iterator[tuple[Path, str]]:
    """Writes what is not there yet; gives each file with what was done."""
    if not directory.is_dir():
        raise UsageError(f"init {directory}: no such directory")
    there = find_config(directory.resolve())
    if there is not None and there.parent == directory.resolve():
        yield there, "is there already, left as it is"
    else:
        yield from _write(directory / FILE_NAMES[0], CONFIGURATION)
    version = callkit_lint.__version__
    hooks = directory / ".pre-commit-config.yaml"
    if hooks.exists():
        yield hooks, "is there already; add:\n" + HOOK.format(version=version).partition("\n")[2].rstrip()
    else:
        yield from _write(hooks, HOOK.format(version=version))
    yield from _write(directory / ".github" / "workflows" / "callkit-lint.yml", STEP.format(version=version))


def _write(path: Path, text: str) -> Iterator[tuple[Path, str]]:
    if path.exists():
        yield path, "is there already, left as it is"
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"init {path}: {error.strerror}") from error
    write_whole(path, text.encode(), "init")
    yield path, "written"
