"""The pipeline; the only module that knows the order of its stages."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache as remember
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from callkit_lint.baseline import Baseline, counted, read_baseline, told
from callkit_lint.cache import Cache, cache_directory
from callkit_lint.config import Config, UsageError, read_contracts
from callkit_lint.dump import dump
from callkit_lint.files import read_whole
from callkit_lint.filter import NO_RULE, Found, Scope, fate, in_order, keep, select
from callkit_lint.fixes import Mended, Text, mended, resolved
from callkit_lint.knowledge import KnowledgeError, Texts, load
from callkit_lint.lowering import Lowered, lower, lower_all
from callkit_lint.model.program import Program, build, facts
from callkit_lint.project.boundaries import WITHOUT_CALLS, Boundary, may_have_calls, partition
from callkit_lint.project.dependencies import Dependency, dependencies_of, read_dependencies
from callkit_lint.questions.sdk_contracts import as_documented, verdicts
from callkit_lint.reporters import Coverage, Failure, Report
from callkit_lint.reporters.program_list import ListedProgram
from callkit_lint.reporters.sdk_list import ListedSdk
from callkit_lint.rule import Diagnostic
from callkit_lint.rulebook import Entry, load_rules
from callkit_lint.sources import NO_BUFFERS, Tree, excluded, export, language_of, read_file, read_tree
from callkit_lint.suppression import UNUSED, Suppressions, read_comments
from callkit_lint.why_not.whynot import Explanation, explain
from callkit_lint.worklist import relevant

MANY_PASSES = 8  # of mending: what comes after them is left to the next run


@dataclass(frozen=True, slots=True)
class Options:
    """How a run differs from the configuration. `baseline` names a file, `new_from` a git revision whose findings are
    known; `buffers` are texts that stand in for files, by absolute path."""

    use_cache: bool = True
    only_primary: bool = False
    suppress: bool = True
    baseline: Path | None = None
    new_from: str = ""
    buffers: Mapping[Path, bytes] = field(default_factory=dict)


def lint(paths: Sequence[Path], root: Path, config: Config, options: Options = Options()) -> Report:
    """Checks the tree below the root and reports on the paths."""
    known = read_baseline(options.baseline) if options.baseline else None
    report = _lint(paths, root, config, options)
    if options.new_from:
        report = replace(report, diagnostics=tuple(_at_revision(root, config, options).new(report)[0]))
    if known is not None:
        fresh, stale = known.new(report)
        remarks = [(str(options.baseline), 0, f"no longer there: {text}") for text in told(stale)]
        report = replace(report, diagnostics=tuple(fresh), remarks=(*report.remarks, *remarks))
    return report


def _lint(paths: Sequence[Path], root: Path, config: Config, options: Options) -> Report:
    with _without_collector():
        known = load_rules()
        rules = select(known, config)
        own = _contracts(config)
        tree, lowered = _read(root, config, options.use_cache, options.buffers)
        found, failures = _check(rules, partition(lowered.summaries, tree.manifests), own)

        line = _line_reader(tree)
        comments = {path: summary.comments for path, summary in lowered.summaries.items()} if options.suppress else {}
        suppressions = read_comments(comments, known, line, require_reason=config.require_reason)
        scope = Scope(tuple(_below(root, path) for path in paths), options.only_primary)
        diagnostics, suppressed = keep(found, config, scope, suppressions, root)
        if config.select is None and UNUSED not in config.ignore:
            unused = [Found(one, NO_RULE, frozenset()) for one in suppressions.unused(rules)]
            diagnostics = sorted([*diagnostics, *keep(unused, config, scope, Suppressions(), root)[0]], key=in_order)
        diagnostics = [*_with_fixes(diagnostics, tree)]
    return Report(
        diagnostics=tuple(diagnostics),
        coverage=_coverage(tree, lowered),
        root=root,
        line=line,
        help={name: entry.help for name, entry in known.items()},
        rules=rules,
        suppressed=suppressed,
        remarks=(*_nothing_to_check(scope, config, root), *suppressions.mistakes),
        failures=(*_lowering_failures(lowered), *failures),
    )


def _with_fixes(diagnostics: Iterable[Diagnostic], tree: Tree) -> Iterator[Diagnostic]:
    """The findings with fixes that change spans of files as they are on disk; without those that cannot."""
    converted = {path for path, _ in tree.notes}
    data = {source.path: source.data for source in tree.sources if source.path not in converted}
    text_of = remember(lambda path: Text.of(data[path]))
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is not None:
            known = all(edit.path in data for edit in fix.edits)
            yield replace(diagnostic, fix=resolved(fix, text_of) if known else None)
        else:
            yield diagnostic


def mend(paths: Sequence[Path], root: Path, config: Config, options: Options, *, unsafe: bool) -> tuple[Mended, Report]:
    """The files of these paths with their findings mended, and what there is to report of them then; nothing is
    written. A fix may bring others: files are mended and checked until nothing is left to mend."""
    scope = Scope(tuple(_below(root, path) for path in paths))
    made = Mended()

    def read(path: str) -> bytes:
        return made.files[path] if path in made.files else read_whole(root / path)

    def lost(path: str, text: bytes) -> int:
        return sum(max(part.end - part.start, 1) for part in lower(language_of(path), text).lost)

    def checked() -> Report:
        texts = {root / path: data for path, data in made.files.items()}
        return lint(paths, root, config, replace(options, buffers=texts))

    report = checked()
    for _ in range(MANY_PASSES):
        wanted = [
            one for one in report.diagnostics if one.fix and all(scope.holds(edit.path) for edit in one.fix.edits)
        ]
        step = mended(wanted, read, lost, unsafe=unsafe)
        made = Mended(made.files | step.files, [*made.done, *step.done], step.refused)
        if not step.files:
            break
        report = checked()
    return made, report


def _at_revision(root: Path, config: Config, options: Options) -> Baseline:
    """The findings of the whole tree at an earlier revision, as known."""
    with TemporaryDirectory(prefix="callkit-lint-") as name:
        folder = Path(name).resolve()
        export(root, options.new_from, folder)
        before = (
            replace(config, path=folder / config.path.name) if config.path and config.path.parent == root else config
        )
        return counted(_lint([folder], folder, before, replace(options, buffers={}, only_primary=False)))


def _read(
    root: Path, config: Config, use_cache: bool, buffers: Mapping[Path, bytes] = NO_BUFFERS
) -> tuple[Tree, Lowered]:
    """The tree below the root, and its files in the neutral form."""
    tree = read_tree(root, config, buffers)
    return tree, lower_all(relevant(tree.sources), Cache(cache_directory() if use_cache else None))


def _contracts(config: Config) -> Texts:
    """The project's own contracts, which are found to be right."""
    own = read_contracts(config)
    try:
        load(own)
    except KnowledgeError as error:
        raise UsageError(str(error)) from None
    return own


def dump_of(path: Path) -> str:
    """One file in the neutral form, as text."""
    source = read_file(path)
    return dump(lower(source.language, source.data))


def facts_of(path: Path) -> str:
    """What the rules know of a file or of the files below a directory, as text."""
    if not path.is_dir():
        source = read_file(path)
        return facts({source.path: lower(source.language, source.data)}, {})
    tree = read_tree(path.resolve(), Config())
    summaries = {source.path: lower(source.language, source.data) for source in tree.sources}
    return facts(summaries, tree.manifests)


def programs_of(paths: Sequence[Path], root: Path, config: Config, *, use_cache: bool = True) -> list[ListedProgram]:
    """The programs of the tree below the root that have files in the paths."""
    with _without_collector():
        own = _contracts(config)
        tree, lowered = _read(root, config, use_cache)
        scope = Scope(tuple(_below(root, path) for path in paths))
        return [
            ListedProgram(
                boundary.name,
                tuple(boundary.files),
                boundary.evidence,
                build(boundary, own).armed_by if may_have_calls(boundary.files) else (),
                boundary.deployment_target,
                boundary.macros,
                boundary.platform,
                boundary.platform in WITHOUT_CALLS,
            )
            for boundary in partition(lowered.summaries, tree.manifests)
            if any(scope.holds(path) for path in boundary.files)
        ]


def sdks_of(paths: Sequence[Path], root: Path, config: Config, *, use_cache: bool = True) -> list[ListedSdk]:
    """The SDKs that the programs with files in the paths use, with their obligations."""
    with _without_collector():
        own = _contracts(config)
        tree, lowered = _read(root, config, use_cache)
        scope = Scope(tuple(_below(root, path) for path in paths))
        dependencies = read_dependencies(tree.manifests)
        return [
            listed
            for boundary in partition(lowered.summaries, tree.manifests)
            if any(scope.holds(path) for path in boundary.files)
            for listed in _sdks_in(boundary, own, dependencies)
        ]


def _sdks_in(boundary: Boundary, own: Texts, dependencies: list[Dependency]) -> Iterator[ListedSdk]:
    program = build(boundary, own)
    imported, judged = program.sdks, program.once(verdicts)
    declared = dependencies_of(boundary.files, dependencies)
    for contract in load(own).contracts.values():
        names = {name.lower() for name in (*contract.pods, *contract.packages)}
        libraries = tuple(one for one in declared if one.name.lower() in names)
        if contract.id in imported or libraries:
            owed = tuple(one for one in judged if one.contract.id == contract.id)
            files = tuple(imported.get(contract.id, ()))
            yield ListedSdk(program.name, contract, files, libraries, owed, program.armed)


def why_not(
    path: Path, line: int, root: Path, config: Config, *, use_cache: bool = True
) -> tuple[list[Explanation], Report]:
    """What the model thinks of the calls on a line, in each program that has the file; the report shows its places."""
    known, own = load_rules(), _contracts(config)
    tree, lowered = _read(root, config, use_cache)
    name = _below(root, path)
    if name not in lowered.summaries:
        reason = excluded(name, config, root) or dict(tree.unread).get(name) or "no Swift or Objective-C source"
        raise UsageError(f"{path}: not checked: {reason}")
    comments = {path: summary.comments for path, summary in lowered.summaries.items()}
    line_of = _line_reader(tree)
    suppressions = read_comments(comments, known, line_of, require_reason=config.require_reason)
    selected = select(known, config)
    rules = {rule_id: entry.rule for rule_id, entry in known.items()}
    explanations = []
    for boundary in partition(lowered.summaries, tree.manifests):
        if name in boundary.files:
            program = build(boundary, own)
            found, _ = _found_in(program, known)
            shown = [one for one in found if one.diagnostic.rule in selected]
            findings = {rule_id: [one.diagnostic for one in found if one.rule is rules[rule_id]] for rule_id in rules}
            judge = partial(fate, found=shown, config=config, suppressions=suppressions)
            explanations.append(explain(program, name, line, rules, findings, judge))
    return explanations, Report(root=root, line=_line_reader(tree))


def _check(rules: Mapping[str, Entry], boundaries: Sequence[Boundary], own: Texts) -> tuple[list[Found], list[Failure]]:
    """What every rule finds in every program, one program in memory at a time.

    A rule that raises is a failure of ours, as is a program that cannot be linked; all else is still reported.
    """
    found: list[Found] = []
    failures: list[Failure] = []
    for boundary in boundaries:
        if not may_have_calls(boundary.files):
            continue
        try:
            program = build(boundary, own)
        except Exception:
            failures.append(Failure(f"the program {boundary.name} could not be analysed", traceback.format_exc()))
            continue
        made, failed = _found_in(program, rules)
        found += made
        failures += failed
    return found, failures


def _found_in(program: Program, rules: Mapping[str, Entry]) -> tuple[list[Found], list[Failure]]:
    found: list[Found] = []
    failures: list[Failure] = []
    for rule_id, entry in rules.items():
        try:
            diagnostics = [
                replace(item, program=program.name, symbol=program.symbol_at(item.path, item.location))
                for item in as_documented(program, list(entry.rule.check(program)))
            ]
        except Exception:
            headline = f"rule {rule_id} failed on the program {program.name}"
            failures.append(Failure(headline, traceback.format_exc()))
        else:
            found.extend(Found(item, entry.rule, program.files) for item in diagnostics)
    return found, failures


def _lowering_failures(lowered: Lowered) -> Iterator[Failure]:
    for path, trace in lowered.failures:
        reason = trace.rstrip().rpartition("\n")[2]
        yield Failure(f"{path} could not be analysed: {reason}", trace, of_file=True)


def _coverage(tree: Tree, lowered: Lowered) -> Coverage:
    lost = {path: sum(part.end - part.start for part in summary.lost) for path, summary in lowered.summaries.items()}
    partly = [(path, f"{size} bytes could not be parsed") for path, size in lost.items() if size]
    failed = [(path, "internal error") for path, _ in lowered.failures]
    return Coverage(
        files_seen=len(tree.sources) + len(tree.unread),
        files_parsed=len(lowered.summaries),
        lost_bytes=sum(lost.values()),
        unparsed=tuple(sorted([*tree.unread, *failed])),
        notes=tuple(sorted([*tree.notes, *partly])),
    )


def _below(root: Path, path: Path) -> str:
    """The path from the root with forward slashes, "" for the root itself and everything above it."""
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix().removeprefix(".") if resolved.is_relative_to(root) else ""


def _nothing_to_check(scope: Scope, config: Config, root: Path) -> list[tuple[str, int, str]]:
    """Said when all paths are left out; some of many (a hook passes every changed file) are no news."""
    reasons = [(path, excluded(path, config, root)) for path in scope.paths]
    return [(path, 0, f"not checked: {reason}") for path, reason in reasons] if all(r for _, r in reasons) else []


def _line_reader(tree: Tree) -> Callable[[str, int], bytes]:
    """Gives a source line's bytes by path and number; b"" beyond the end."""
    text = {source.path: source.data for source in tree.sources}

    @remember
    def lines(path: str) -> list[bytes]:
        return text.get(path, b"").split(b"\n")

    def line(path: str, number: int) -> bytes:
        return lines(path)[number - 1].removesuffix(b"\r") if 0 < number <= len(lines(path)) else b""

    return line


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of long-lived nodes and hardly a cycle: the collector would make reading summaries thrice as slow."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
