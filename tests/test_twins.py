"""A Swift example and its Objective-C twin give equal facts."""

from __future__ import annotations

import pytest

from tests.examples import Example, facts, pages
from tests.sdk_pages import all_pages

PAIRS = [pair for page in [*pages(), *all_pages()] for pair in page.pairs]


@pytest.mark.parametrize(("swift", "objc"), PAIRS, ids=[str(swift).removesuffix(" (Swift)") for swift, _ in PAIRS])
def test_twins_give_equal_facts(swift: Example, objc: Example) -> None:
    assert facts(swift.files) == facts(objc.files)


def test_facts_tell_different_programs_apart() -> None:
    """Equal facts mean something: hardly two examples about different things have the same."""
    told = ["\n".join(facts(swift.files)) for swift, _ in PAIRS]
    assert all(told)
    assert len(set(told)) > len(told) * 2 / 3
