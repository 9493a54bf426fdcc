"""The pages of SDKs, read as those of rules are. Each example stands beside an app delegate that makes its `Calls`."""

from __future__ import annotations

import re
from pathlib import Path

import callkit_lint.knowledge
from callkit_lint.knowledge import load
from callkit_lint.knowledge.contracts import Contract, Obligation
from callkit_lint.questions.sdk_contracts import verdicts
from tests.examples import FIXTURES, Example, Kind, Page, parse_page, tree
from tests.graphs import program

FOLDER = Path(callkit_lint.knowledge.__file__).parent / "sdks"
HEADINGS = ("What it does", "What the app owes", "Bad", "Good", "Not known", "Sources")
HEADINGS_WITHOUT_DUTIES = ("What it does", "Not known", "Sources")
BESIDE = {
    language: tree(FIXTURES / "sdk_pages" / folder)
    for language, folder in (("Swift", "swift"), ("Objective-C", "objc"))
}
TELLS = {
    "setting": ("sdk-owns-session", "sdk-setting-late"),
    "handler": ("sdk-call-missing",),
    "forbidden": ("sdk-call-in-wrong-phase",),
    "order": ("sdk-call-in-wrong-phase",),
    "agreement": ("sdk-configuration-disagrees",),
    "owner": ("two-call-systems",),
}
_DUTY = re.compile(r"- `([a-z-]+)`")


def page_paths() -> list[Path]:
    """The pages of all SDKs."""
    return sorted(FOLDER.glob("*.md"))


def contract_of(path: Path) -> Contract:
    """The contract beside which a page stands."""
    return load().contracts[path.stem.replace("_", "-")]


def read_page(path: Path) -> Page:
    """The page at this path."""
    contract = contract_of(path)
    rules = {rule for owed in contract.obligations for rule in tells(owed)}
    rules.update(rule for exemption in contract.exemptions for rule in exemption.rules)
    headings = HEADINGS if rules else HEADINGS_WITHOUT_DUTIES
    return parse_page(contract.id, path.read_text(encoding="utf-8"), Kind(headings, frozenset(rules), BESIDE))


def tells(owed: Obligation) -> tuple[str, ...]:
    """The rules that may tell that an obligation is broken."""
    return (owed.told_by,) if owed.told_by else TELLS[owed.kind]


def names(owed: Obligation) -> set[str]:
    """What the calls of an obligation are called in code: those that are owed or forbidden, else those that show that
    the SDK is in use; a literal instead of a call."""
    apis = [load().apis[key] for key in owed.calls or owed.used]
    return {*owed.strings}.union(*(api.base_names.union(api.properties) for api in apis))


def duties(page: Page) -> dict[str, str]:
    """What a page says of each obligation, by its id."""
    found: dict[str, str] = {}
    name = ""
    for line in page.sections.get("What the app owes", ()):
        if match := _DUTY.match(line):
            name = match[1]
        if name:
            found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return found


def all_pages() -> list[Page]:
    """Every SDK's page."""
    return [read_page(path) for path in page_paths()]


def sdk_examples() -> list[Example]:
    """Every example of every SDK's page."""
    return [twin.example for page in all_pages() for twin in page.twins]


def outcomes(shown: Example, contract: Contract) -> dict[str, str]:
    """What becomes of the obligations to an SDK in an example."""
    found = verdicts(program({path: data.decode() for path, data in shown.files.items()}))
    return {one.obligation.id: one.outcome for one in found if one.contract.id == contract.id}
