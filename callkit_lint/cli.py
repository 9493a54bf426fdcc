"""The command line: options and exit statuses only. A command imports what it needs when it runs: starting is fast."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import callkit_lint
from callkit_lint.console import (
    CLEAN,
    FINDINGS,
    FOR_PEOPLE,
    Format,
    counts,
    errors,
    keep_mended,
    outputs_of,
    publish,
    remarks,
    status,
    write,
)

if TYPE_CHECKING:
    from callkit_lint.config import Config
    from callkit_lint.reporters import Report
    from callkit_lint.rulebook import Entry
    from callkit_lint.sources import Stamps

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
        write(f"callkit-lint {callkit_lint.__version__}\n")
        raise typer.Exit(CLEAN)


@app.command(
    epilog="""\b
Examples:
  callkit-lint check                     the app around the working directory
  callkit-lint check App/Calls.swift     the same app; only what concerns this file
  callkit-lint check --format json -o callkit.json --exit-zero

\b
Exit status: 0 clean, 1 findings, 2 wrong usage or configuration,
             3 an error of callkit-lint itself, 4 not all read (--require-complete)
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
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Report only what this file does not know already.")
    ] = None,
    new_from: Annotated[
        str,
        typer.Option(metavar="REV", help="Report only what this git revision did not have.", show_default=False),
    ] = "",
    no_suppressions: Annotated[
        bool, typer.Option("--no-suppressions", help="Report also what a comment silences.")
    ] = False,
    add_suppressions: Annotated[
        str | None, typer.Option(metavar="REASON", help="Silence every finding by a comment with this reason.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely, and report the rest.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: also what has to be read before it is kept.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what --fix would change, change nothing; exit with 1 if anything.")
    ] = False,
    stdin_filename: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Read this file's text from standard input.")
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Print how many findings each rule has instead of them.")
    ] = False,
    require_complete: Annotated[
        bool, typer.Option("--require-complete", help="Exit with 4 where a file could not be read whole.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what was not read, and why.")] = False,
) -> None:
    """Check an app and report its mistakes."""
    with errors():
        from callkit_lint.config import UsageError
        from callkit_lint.driver import Options, lint, mend
        from callkit_lint.sources import find_root, stamps

        if watch and (format not in FOR_PEOPLE or stdin_filename):
            raise UsageError("--watch goes with the formats text, full and concise, and reads files")
        buffers = _buffer(stdin_filename)
        wanted, outputs = paths or [*buffers] or [root or Path()], outputs_of(format, output or [])
        top = find_root([path for path in wanted if path not in buffers] or [path.parent for path in buffers], root)
        config = _config(top, _split(select), _split(ignore), profile, fail_on)
        known = baseline or _known_findings(config)
        options = Options(not no_cache, only_primary, not no_suppressions, known, new_from, buffers)
        after_fixes = None
        if fix or diff or unsafe_fixes:
            if fix == diff:
                raise UsageError("--fix and --diff: one of them" if fix else "--unsafe-fixes goes with --fix or --diff")
            if watch or stdin_filename or statistics or add_suppressions is not None or (diff and output):
                raise UsageError("--fix and --diff only go with options that say what is checked")
            made, after_fixes = mend(wanted, top, config, options, unsafe=unsafe_fixes)
            keep_mended(made, top, only_show=diff)
            if diff:
                raise typer.Exit(FINDINGS if made.files and not exit_zero else CLEAN)
        while True:
            if watch:
                before = stamps(top, config)  # before the files are read: a change while they are checked counts
                write(BEGINS)
            report = after_fixes or lint(wanted, top, config, options)
            if add_suppressions is not None:
                _silence(report, add_suppressions)
                return
            if statistics:
                write(counts(report))
            else:
                publish(report, format, outputs)
            remarks(report, verbose, quiet=format not in FOR_PEOPLE)
            if not watch:
                break
            write(ENDS)
            _wait_for_change(top, config, before)
        raise typer.Exit(status(report, config, exit_zero=exit_zero, require_complete=require_complete))


BEGINS, ENDS = "callkit-lint: checking\n", "callkit-lint: waiting for changes\n"  # what a background task looks for


def _known_findings(config: Config) -> Path | None:
    """The baseline that the configuration names."""
    return config.folder_of("baseline") / config.baseline if config.baseline else None


def _buffer(path: Path | None) -> dict[Path, bytes]:
    """The text of an unsaved file, by its absolute path."""
    from callkit_lint.config import UsageError

    if path is None:
        return {}
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--stdin-filename {path}: no such directory: {path.parent}")
    if path.is_dir():
        raise UsageError(f"--stdin-filename {path}: a directory")
    return {path.absolute().parent.resolve() / path.name: sys.stdin.buffer.read()}


def _silence(report: Report, reason: str) -> None:
    from callkit_lint.files import read_whole, write_all
    from callkit_lint.suppression import silenced

    changed, left = silenced(report.diagnostics, lambda path: read_whole(report.root / path), reason)
    write_all({report.root / path: data for path, data in changed.items()}, "--add-suppressions")
    typer.echo(f"callkit-lint: {len(report.diagnostics) - left} findings silenced in {len(changed)} files", err=True)
    if left:
        typer.echo(f"callkit-lint: {left} left: a comment cannot stand before them", err=True)


def _wait_for_change(root: Path, config: Config, before: Stamps) -> None:
    """Returns when a file below the root is not as it was before; looks twice a second."""
    import time

    from callkit_lint.sources import stamps

    while stamps(root, config) == before:
        time.sleep(0.5)


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(metavar="RULE|SDK", help="A rule as it stands in a report, an SDK as `sdks` lists it."),
    ],
) -> None:
    """Print the page of a rule (why it matters, how to mend it) or of an SDK (what it does, what the app owes it)."""
    with errors():
        write(_page(name))


@app.command()
def rules(
    format: Annotated[ListFormat, typer.Option("--format", "-f", help="Form of the list.")] = ListFormat.text,
) -> None:
    """List all rules."""
    with errors():
        from callkit_lint.reporters import rule_list

        entries = _entries((), "rules").values()
        write(rule_list.as_json(entries) if format is ListFormat.json else rule_list.as_text(entries))


@app.command()
def baseline(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS...", help="What to look at.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file (default: callkit-lint-baseline.json)."),
    ] = None,
    allow_grow: Annotated[bool, typer.Option("--allow-grow", help="Take in what is new.")] = False,
    profile: Annotated[Profile | None, typer.Option(help="The profile to run.", show_default=False)] = None,
    root: Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the whole app.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
) -> None:
    """Write down the findings of today, so that `check --baseline` reports new ones only."""
    with errors():
        from callkit_lint.baseline import counted, read_baseline, told, written
        from callkit_lint.driver import Options, lint
        from callkit_lint.files import write_whole
        from callkit_lint.sources import find_root

        wanted = paths or [root or Path()]
        top = find_root(wanted, root)
        config = _config(top, [], [], profile, None)
        path = output or (
            config.folder_of("baseline") / config.baseline if config.baseline else top / "callkit-lint-baseline.json"
        )
        old = read_baseline(path) if path.exists() else None
        report = lint(wanted, top, config, Options(not no_cache))
        new = counted(report) if old is None or allow_grow else old.shrunk_to(report)
        write_whole(path, written(new), "baseline")
        gone = old.new(report)[1] if old else {}
        for text in told(gone):
            typer.echo(f"callkit-lint: no longer there: {text}", err=True)
        typer.echo(f"callkit-lint: {path}: {sum(new.known.values())} known findings", err=True)
        if missing := len(report.diagnostics) - sum(new.known.values()):
            typer.echo(f"callkit-lint: {missing} more are new and were left out; --allow-grow takes them in", err=True)
            raise typer.Exit(FINDINGS)


@app.command()
def config(
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="Of what.", show_default=False)] = Path(),
    root: Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the whole app.")] = None,
) -> None:
    """Print the settings in force, and the file that each comes from."""
    with errors():
        from callkit_lint.reporters import setting_list
        from callkit_lint.rulebook import load_rules
        from callkit_lint.sources import find_root

        top = find_root([path], root)
        write(setting_list.as_text(_config(top, [], [], None, None), top, load_rules()))


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where.", show_default=False)] = Path(),
) -> None:
    """Write a commented configuration, a pre-commit entry and a CI step; nothing that is there is overwritten."""
    with errors():
        from callkit_lint.starter import begin

        for path, done in begin(directory):
            typer.echo(f"callkit-lint: {path}: {done}", err=True)


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
    with errors():
        from callkit_lint import driver
        from callkit_lint.reporters import explanation
        from callkit_lint.sources import find_root

        path, line = _place(place)
        top = find_root([path], root)
        found, report = driver.why_not(path, line, top, _config(top, [], [], profile, None), use_cache=not no_cache)
        write(explanation.as_json(found, report) if format is ListFormat.json else explanation.as_text(found, report))


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
    with errors():
        from callkit_lint.driver import programs_of
        from callkit_lint.reporters import program_list
        from callkit_lint.sources import find_root

        top = find_root([path], root)
        found = programs_of([path], top, _config(top, [], [], None, None), use_cache=not no_cache)
        if format is ListFormat.json:
            write(program_list.as_json(found, top))
        else:
            write(program_list.as_text(found, top, verbose=verbose))


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
    with errors():
        from callkit_lint.driver import sdks_of
        from callkit_lint.reporters import sdk_list
        from callkit_lint.sources import find_root

        top = find_root([path], root)
        found = sdks_of([path], top, _config(top, [], [], None, None), use_cache=not no_cache)
        write(sdk_list.as_json(found, top) if format is ListFormat.json else sdk_list.as_text(found, top))


@app.command()
def dump(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A source file; with --facts also a directory.")],
    facts: Annotated[bool, typer.Option("--facts", help="Print what the rules know instead of the syntax.")] = False,
) -> None:
    """Print how callkit-lint understands a file."""
    with errors():
        from callkit_lint import driver

        write(driver.facts_of(file) if facts else driver.dump_of(file))


def _config(root: Path, select: list[str], ignore: list[str], profile: str | None, fail_on: str | None) -> Config:
    """The root's configuration, with the options of the command line in place of its own."""
    from dataclasses import replace

    from callkit_lint.config import Config, find_config, load_config
    from callkit_lint.rule import Severity
    from callkit_lint.suppression import UNUSED

    path = find_config(root)
    config = load_config(path) if path else Config()
    if names := tuple(name for name in (*select, *ignore) if name != UNUSED):
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


def _page(name: str) -> str:
    from callkit_lint.config import UsageError, did_you_mean
    from callkit_lint.knowledge.pages import sdk_pages

    entries = _entries((), "explain")
    if name in entries:
        return entries[name].text
    pages = sdk_pages()
    if name not in pages:
        raise UsageError(f"explain: unknown rule or SDK {name!r}{did_you_mean(name, [*entries, *pages])}")
    return pages[name]


def _entries(names: tuple[str, ...], where: str) -> Mapping[str, Entry]:
    from callkit_lint.rulebook import load_rules, require

    entries = load_rules()
    require(names, entries, where)
    return entries


def _split(values: list[str] | None) -> list[str]:
    return [name for value in values or () for name in value.replace(",", " ").split()]
