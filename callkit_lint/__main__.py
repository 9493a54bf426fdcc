"""`python -m callkit_lint`."""

from callkit_lint.cli import app

if __name__ == "__main__":
    app(prog_name="callkit-lint")
