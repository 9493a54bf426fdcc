"""What the commands print and write, and the statuses that they exit with."""

from __future__ import annotations

import io
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from callkit_lint.config import Config
    from callkit_lint.fixes import Mended
    from callkit_lint.reporters import Report

CLEAN, FINDINGS, USAGE, INTERNAL, INCOMPLETE = 0, 1, 2, 3, 4


class Format(StrEnum):
    """How a report is written: each is a module of `reporters`."""

    text = "text"
    full = "full"
    concise = "concise"
    json = "json"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"
    xcode = "xcode"
    rdjson = "rdjson"
    rdjsonl = "rdjsonl"
    checkstyle = "checkstyle"
    junit = "junit"
    markdown = "markdown"


FOR_PEOPLE = (Format.text, Format.full, Format.concise)


def status(report: Report, config: Config, *, exit_zero: bool, require_complete: bool) -> int:
    if report.failures:
        return INTERNAL
    if require_complete and (report.coverage.unparsed or report.coverage.lost_bytes):
        return INCOMPLETE
    found = any(item.severity >= config.fail_on for item in report.diagnostics)
    return FINDINGS if found and not exit_zero else CLEAN


def counts(report: Report) -> str:
    """How many findings each rule has, most first."""
    from collections import Counter

    counts = Counter(item.rule for item in report.diagnostics)
    return "".join(f"{count:>6}  {rule}\n" for rule, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def outputs_of(format: Format, given: list[str]) -> dict[Path, Format]:
    """The files to write: `FORMAT=FILE`, or `FILE` for the report of --format."""
    from callkit_lint.config import UsageError, did_you_mean

    outputs: dict[Path, Format] = {}
    for text in given:
        name, separator, file = text.partition("=")
        form = format
        if separator and re.fullmatch(r"[a-z]+", name):
            if name not in list(Format):
                raise UsageError(
                    f"--output {text}: unknown format {name!r}{did_you_mean(name, [one.value for one in Format])}"
                )
            form, text = Format(name), file
        if outputs.setdefault(Path(text), form) != form:
            raise UsageError(f"--output {text}: one file cannot hold two formats")
    return outputs


def publish(report: Report, format: Format, outputs: Mapping[Path, Format]) -> None:
    """The report on standard output, or in files alone where one is for it; where one cannot be written, none is."""
    from callkit_lint.files import write_all

    rendered = {path: _rendered(report, form).encode("utf-8", "backslashreplace") for path, form in outputs.items()}
    shown = "" if format in outputs.values() else _rendered(report, format, colour=_colour())
    write_all(rendered, "--output")
    write(shown)


def _rendered(report: Report, format: Format, *, colour: bool = False) -> str:
    from importlib import import_module

    module = import_module(f"callkit_lint.reporters.{format.value}")
    return str(module.render(report, colour=colour) if format in FOR_PEOPLE else module.render(report))


def keep_mended(made: Mended, root: Path, *, only_show: bool) -> None:
    """Writes mended files, or shows them as a diff, and says how many findings that mends."""
    from callkit_lint.files import read_whole, write_all
    from callkit_lint.fixes import as_diff
    from callkit_lint.reporters import Report, shown_path
    from callkit_lint.reporters.text import escaped

    if only_show:
        place = Report(root=root)
        lines = as_diff(made.files, lambda path: read_whole(root / path), lambda path: shown_path(place, path))
        terminal = sys.stdout.isatty()
        write("".join(f"{escaped(line[:-1])}\n" if terminal else line for line in lines))
    else:
        write_all({root / path: data for path, data in made.files.items()}, "--fix")
    told = "would be mended" if only_show else "mended"
    typer.echo(f"callkit-lint: {len(made.done)} findings {told} in {len(made.files)} files", err=True)
    for one in made.refused:
        place_of_it = f"{escaped(one.path)}:{one.location.line}"
        typer.echo(f"callkit-lint: {place_of_it}: not mended: the parser would no longer understand the file", err=True)


def remarks(report: Report, verbose: bool, *, quiet: bool) -> None:
    """Everything beside the report, on standard error."""
    from callkit_lint.reporters import shown_path
    from callkit_lint.reporters.text import escaped, summary

    for failure in report.failures:
        typer.echo(f"callkit-lint: internal error: {escaped(failure.headline)}", err=True)
        if verbose or not failure.of_file:
            typer.echo(failure.trace, err=True)
    for path, line, remark in report.remarks:
        place = shown_path(report, path) + (f":{line}" if line else "")
        typer.echo(f"{escaped(place)}: {escaped(remark)}", err=True)
    if verbose:
        typer.echo(f"callkit-lint: root of the analysis: {escaped(str(report.root))}", err=True)
        for path, reason in (*report.coverage.unparsed, *report.coverage.notes):
            typer.echo(f"{escaped(shown_path(report, path))}: {reason}", err=True)
    if not quiet or verbose:
        typer.echo(f"callkit-lint: {summary(report)}", err=True)


def write(text: str) -> None:
    """Standard output; what its encoding lacks is escaped, and a reader who has seen enough is no error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def errors() -> Iterator[None]:
    """Turns errors into exit statuses: one line for the user's, a traceback for ours."""
    from callkit_lint.config import UsageError

    try:
        yield
    except UsageError as error:
        typer.echo(f"callkit-lint: {error}", err=True)
        raise typer.Exit(USAGE) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception:
        typer.echo(f"callkit-lint: internal error\n{traceback.format_exc()}", err=True)
        raise typer.Exit(INTERNAL) from None
