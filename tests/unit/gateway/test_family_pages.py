"""Pages of collapsed families, whatever the families, the ranking and the sizes of the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import JudgedPatent, PatentRanking, PublishedSummary, ScoredPatent
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import PatentFilter, Reason, SevenviewsError, View, ViewMatching
from sevenviews.gateway.cursor import Cursor, KeptQuery, from_bytes, to_bytes
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.paging import Page, Pages
from sevenviews.gateway.timings import StageClock
from sevenviews.internal.v1 import patents_pb2

QUERY = KeptQuery(0, "", np.ones(4, "<f4").tobytes(), View.UNKNOWN, 1.0)
MOVED = np.array([1, 2, 3, 4], np.float32)
MARKED = Cursor(
    "r-1",
    "m",
    "",
    "",
    (QUERY,),
    PatentFilter(),
    ViewMatching.PREFER,
    collapse_families=True,
    judged=(JudgedPatent("P000", 1, relevant=True),),
)


@dataclass
class Services:
    """A ranking that is given in part, and families; of `hidden` nothing is published.

    Attributes:
        ranked: ids, best first.
        asked_with: what each search brought: judged patents, and the first number of its query.
    """

    ranked: Sequence[str]
    families: Mapping[str, tuple[str, ...]]
    hidden: frozenset[str] = frozenset()
    asked_with: list[tuple[int, float]] = field(default_factory=list)
    knows_feedback: bool = True

    async def search_patents(
        self, *arguments: Any, judged: Sequence[JudgedPatent], **_: Any
    ) -> PatentRanking:
        queries, limit = arguments[1], arguments[4]
        self.asked_with.append((len(judged), float(queries[0].vector[-1])))
        patents = [
            ScoredPatent(name, 1, 1 - rank / 1000, (), ()) for rank, name in enumerate(self.ranked[:limit])
        ]
        return PatentRanking(
            tuple(patents), limit >= len(self.ranked), (MOVED,) if judged and self.knows_feedback else ()
        )

    async def get_summaries(self, ids: Sequence[str], *_: Any, **__: Any) -> Mapping[str, PublishedSummary]:
        return {
            one: PublishedSummary(patents_pb2.PatentSummary(), 1) for one in ids if one not in self.hidden
        }

    async def find(self, ids: Sequence[str], *_: Any, **__: Any) -> Mapping[str, tuple[str, ...]]:
        return {one: self.families[one] for one in ids if one in self.families}


@st.composite
def services(draw: st.DrawFn) -> Services:
    count = draw(st.integers(1, 100))
    kin = draw(st.lists(st.integers(0, max(1, count // 3)), min_size=count, max_size=count))
    names = draw(st.permutations([f"P{at:03}" for at in range(count)]))
    hidden = frozenset(draw(st.sets(st.sampled_from(names), max_size=10)))
    members: dict[int, list[str]] = {}
    for name, family in zip(names, kin, strict=True):
        if name not in hidden:
            members.setdefault(family, []).append(name)
    families = {
        name: tuple(sorted(other for other in group if other != name))
        for group in members.values()
        for name in group
        if len(group) > 1
    }
    return Services(names, families, hidden)


async def pages_of(behind: Services, cursor: Cursor, sizes: Sequence[int]) -> list[Page]:
    class Store:
        get_summaries = behind.get_summaries
        families = behind.find

    pages = Pages(cast(VectorClient, behind), cast(PatentClient, Store()), CallTimeouts())
    found: list[Page] = []
    position = 0
    while not found or found[-1].more:
        size = sizes[len(found) % len(sizes)]
        page = await pages.page(
            cursor, position, size, Deadline.after(600), StageClock(), allow_degraded=False
        )
        found.append(page)
        kept = from_bytes(to_bytes(page.cursor))
        assert kept == page.cursor
        cursor, position = kept, page.position
    return found


@settings(max_examples=40)
@given(services(), st.lists(st.integers(2, 60), min_size=1, max_size=4), st.data())
def test_each_family_comes_once_by_its_best_on_pages_of_any_size(
    behind: Services, sizes: list[int], data: st.DataObject
) -> None:
    left_out = frozenset(data.draw(st.sets(st.sampled_from(behind.ranked), max_size=5)))
    pages = asyncio.run(pages_of(behind, replace(MARKED, left_out=left_out), sizes))
    expected: list[str] = []
    for name in behind.ranked:
        family = {name, *behind.families.get(name, ())}
        if name not in behind.hidden | left_out and family.isdisjoint(expected):
            expected.append(name)
    assert [hit.patent_id for page in pages for hit in page.hits] == expected
    assert all(
        page.families.get(hit.patent_id, ()) == behind.families.get(hit.patent_id, ())
        for page in pages
        for hit in page.hits
    )
    if pages[-1].total_size is not None:
        assert pages[-1].total_size == len(expected)
    # What was judged moves the queries once; what comes later is ranked by what they became.
    first, *later = behind.asked_with
    assert first == (1, 1.0)
    assert all(one == (0, 4.0) for one in later)


def test_marks_that_nobody_took_are_no_search() -> None:
    behind = Services(["P000"], {}, knows_feedback=False)
    with pytest.raises(SevenviewsError) as caught:
        asyncio.run(pages_of(behind, MARKED, [5]))
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
