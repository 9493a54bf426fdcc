"""The command line: options and exit statuses only. A command imports what it needs when it runs: starting is fast."""

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
from typing import TYPE_CHECKING, Annotated

import typer

import callkit_lint

if TYPE_CHECKING:
    from callkit_lint.config import Config
    from callkit_lint.reporters import Report
    from callkit_lint.rulebook import Entry

CLEAN, FINDINGS, USAGE, INTERNAL = 0, 1, 2, 3

app = typer.Typer(
    help="Finds where an iOS app breaks the contract with CallKit, PushKit and the audio session. "
    "Reads Swift and Objective-C; needs no build, no Mac and no network.",
    epilog="""\b
Examples:
  callkit-lint check path/to/MyApp
  callkit-lint explain direct-activation
""",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


class ListFormat(StrEnum):
    """How a list is written."""

    text = "text"
    json = "json"


class FailOn(StrEnum):
    """The least severity that fails a run."""

    error = "error"
    warning = "warning"
    note = "note"


class Profile(StrEnum):
    """How much a reader wants to see."""

    default = "default"
    strict = "strict"


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        _write(f"callkit-lint {callkit_lint.__version__}\n")
        raise typer.Exit(CLEAN)


@app.command(
    epilog="""\b
Examples:
  callkit-lint check                     the app around the working directory
  callkit-lint check App/Calls.swift     the same app; only what concerns this file
  callkit-lint check --format json -o callkit.json --exit-zero

\b
Exit status: 0 clean, 1 findings, 2 wrong usage or configuration,
             3 an error of callkit-lint itself
"""
)
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATHS...",
            help="Files and directories to report on (default: the working directory).",
            show_default=False,
        ),
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="Form of the report.")] = Format.text,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output", "-o", metavar="[FORMAT=]FILE", help="Write the report there; with a format, beside the other."
        ),
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Run only these rules (a,b).")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Do not run these rules (a,b).")] = None,
    profile: Annotated[
        Profile | None,
        typer.Option(help="strict: report what is uncertain, too.  [default: default]", show_default=False),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(help="Least severity for exit status 1.  [default: warning]", show_default=False),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 although there are findings.")] = False,
    only_primary: Annotated[
        bool, typer.Option("--only-primary", help="Report only findings that lie in PATHS themselves.")
    ] = False,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Directory of the whole app (default: that of the nearest configuration, else the git repository).",
        ),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what was not read, and why.")] = False,
) -> None:
    """Check an app and report its mistakes."""
    with _errors():
        from callkit_lint.driver import lint
        from callkit_lint.sources import find_root

        wanted, outputs = paths or [root or Path()], _outputs(format, output or [])
        top = find_root(wanted, root)
        config = _config(top, _split(select), _split(ignore), profile, fail_on)
        report = lint(wanted, top, config, use_cache=not no_cache, only_primary=only_primary)
        _publish(report, format, outputs)
        _remark(report, verbose, quiet=format not in FOR_PEOPLE)
        if report.failures:
            raise typer.Exit(INTERNAL)
        if not exit_zero and any(item.severity >= config.fail_on for item in report.diagnostics):
            raise typer.Exit(FINDINGS)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id, as it stands in a report.")],
) -> None:
    """Print a rule's page: why it matters, how to mend it."""
    with _errors():
        entries = _entries((rule,), "explain")
        _write(entries[rule].text)


@app.command()
def rules(
    format: Annotated[ListFormat, typer.Option("--format", "-f", help="Form of the list.")] = ListFormat.text,
) -> None:
    """List all rules."""
    with _errors():
        from callkit_lint.reporters import rule_list

        entries = _entries((), "rules").values()
        _write(rule_list.as_json(entries) if format is ListFormat.json else rule_list.as_text(entries))


@app.command("why-not", no_args_is_help=True)
def why_not(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE", help="A line with a call, as it stands in a report.")],
    format: Annotated[ListFormat, typer.Option("--format", "-f", help="Form of the answer.")] = ListFormat.text,
    profile: Annotated[
        Profile | None,
        typer.Option(help="The profile to answer for.  [default: default]", show_default=False),
    ] = None,
    root: Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the whole app.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
) -> None:
    """Explain the calls on a line: when they can run, under which conditions, and what each rule makes of them."""
    with _errors():
        from callkit_lint import driver
        from callkit_lint.reporters import explanation
        from callkit_lint.sources import find_root

        path, line = _place(place)
        top = find_root([path], root)
        found, report = driver.why_not(path, line, top, _config(top, [], [], profile, None), use_cache=not no_cache)
        _write(explanation.as_json(found, report) if format is ListFormat.json else explanation.as_text(found, report))


@app.command()
def programs(
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", help="Show the programs with files here.", show_default=False)
    ] = Path(),
    format: Annotated[ListFormat, typer.Option("--format", "-f", help="Form of the list.")] = ListFormat.text,
    root: Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the whole app.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name the files of each program.")] = False,
) -> None:
    """Show which programs there are, and why: each app with all that it is built from is checked by itself."""
    with _errors():
        from callkit_lint.driver import programs_of
        from callkit_lint.reporters import program_list
        from callkit_lint.sources import find_root

        top = find_root([path], root)
        found = programs_of([path], top, _config(top, [], [], None, None), use_cache=not no_cache)
        if format is ListFormat.json:
            _write(program_list.as_json(found, top))
        else:
            _write(program_list.as_text(found, top, verbose=verbose))


@app.command()
def sdks(
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", help="Show the SDKs of programs with files here.", show_default=False)
    ] = Path(),
    format: Annotated[ListFormat, typer.Option("--format", "-f", help="Form of the list.")] = ListFormat.text,
    root: Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the whole app.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
) -> None:
    """Show which VoIP SDKs the app uses, by what that shows, and what it owes them."""
    with _errors():
        from callkit_lint.driver import sdks_of
        from callkit_lint.reporters import sdk_list
        from callkit_lint.sources import find_root

        top = find_root([path], root)
        found = sdks_of([path], top, _config(top, [], [], None, None), use_cache=not no_cache)
        _write(sdk_list.as_json(found, top) if format is ListFormat.json else sdk_list.as_text(found, top))


@app.command()
def dump(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A source file; with --facts also a directory.")],
    facts: Annotated[bool, typer.Option("--facts", help="Print what the rules know instead of the syntax.")] = False,
) -> None:
    """Print how callkit-lint understands a file."""
    with _errors():
        from callkit_lint import driver

        _write(driver.facts_of(file) if facts else driver.dump_of(file))


def _config(root: Path, select: list[str], ignore: list[str], profile: str | None, fail_on: str | None) -> Config:
    """The root's configuration, with the options of the command line in place of its own."""
    from dataclasses import replace

    from callkit_lint.config import Config, find_config, load_config
    from callkit_lint.rule import Severity

    path = find_config(root)
    config = load_config(path) if path else Config()
    if names := (*select, *ignore):
        _entries(names, "command line")
    return replace(
        config,
        select=tuple(select) or config.select,
        ignore=tuple(ignore) or config.ignore,
        profile=profile or config.profile,
        fail_on=Severity[fail_on] if fail_on else config.fail_on,
    )


def _place(text: str) -> tuple[Path, int]:
    """`FILE:LINE`; a column behind it is ignored."""
    from callkit_lint.config import UsageError

    match = re.fullmatch(r"(.+?):(\d+)(?::\d+)?:?", text)
    if match is None:
        raise UsageError(f"{text!r} is not FILE:LINE")
    return Path(match[1]), int(match[2])


def _entries(names: tuple[str, ...], where: str) -> Mapping[str, Entry]:
    from callkit_lint.rulebook import load_rules, require

    entries = load_rules()
    require(names, entries, where)
    return entries


def _split(values: list[str] | None) -> list[str]:
    return [name for value in values or () for name in value.replace(",", " ").split()]


# ---- what is printed ------------------------------------------------------------------------------------------------


FOR_PEOPLE = (Format.text, Format.full, Format.concise)


def _outputs(format: Format, given: list[str]) -> dict[Path, Format]:
    """The files to write: `FORMAT=FILE`, or `FILE` for the report of --format."""
    from callkit_lint.config import UsageError, did_you_mean

    outputs: dict[Path, Format] = {}
    for text in given:
        name, separator, file = text.partition("=")
        if separator and re.fullmatch(r"[a-z]+", name):
            if name not in list(Format):
                raise UsageError(
                    f"--output {text}: unknown format {name!r}{did_you_mean(name, [one.value for one in Format])}"
                )
            outputs[Path(file)] = Format(name)
        else:
            outputs[Path(text)] = format
    return outputs


def _publish(report: Report, format: Format, outputs: Mapping[Path, Format]) -> None:
    """The report on standard output, or in files alone where one is for it; all is rendered before one is written."""
    from callkit_lint.files import write_whole

    rendered = {path: _rendered(report, form).encode("utf-8", "backslashreplace") for path, form in outputs.items()}
    if format not in outputs.values():
        _write(_rendered(report, format, colour=_colour()))
    for path, data in rendered.items():
        write_whole(path, data, "--output")


def _rendered(report: Report, format: Format, *, colour: bool = False) -> str:
    from importlib import import_module

    module = import_module(f"callkit_lint.reporters.{format.value}")
    return str(module.render(report, colour=colour) if format in FOR_PEOPLE else module.render(report))


def _remark(report: Report, verbose: bool, *, quiet: bool) -> None:
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


def _write(text: str) -> None:
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
def _errors() -> Iterator[None]:
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
