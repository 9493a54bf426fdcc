"""The program `callkit-lint`, also `python -m callkit_lint`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line; an interrupt is quiet from the first moment, when modules are still being imported."""
    try:
        from callkit_lint.cli import app

        app(prog_name="callkit-lint")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
