"""Whatever is asked, its pages of any size join to the one answer that there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenviews.client import Client, ImportItem, PatentHit, QueryImage
from sevenviews.designs import Drawing, Patent, PatentFilter, Priority, View, ViewMatching, drawing_id
from tests.fakes.house import running_house
from tests.unit.metadata.samples import image

PATENTS = [f"USD{number:07d}" for number in range(24)]
VIEWS = (View.FRONT, View.TOP, View.UNKNOWN)
FAMILIES = 8
"""Each third patent claims one of so many applications, and is of a family thereby."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running_house(tmp_path_factory.mktemp("house")) as house, house.client() as client:
        assert all(one.error is None for one in client.import_patents(map(design, range(len(PATENTS)))))
        yield client


def design(number: int) -> ImportItem:
    drawings = tuple(
        Drawing(drawing_id(PATENTS[number], 1, at), 1, VIEWS[(number + at) % 3], str(at))
        for at in range(1, 2 + number % 3)
    )
    claims = (Priority("US", f"29{number % FAMILIES:06}"),) if number % 3 == 0 else ()
    patent = Patent(
        PATENTS[number], office="US" if number % 2 else "EM", drawings=drawings, priorities=claims
    )
    return ImportItem(
        patent, {one.drawing_id: image(60 + 7 * number + at) for at, one in enumerate(drawings)}
    )


NAMES = st.sampled_from(PATENTS)
SOURCES = st.one_of(
    st.integers(60, 300).map(lambda seed: {"content": image(seed), "view": VIEWS[seed % 3]}),
    NAMES.map(lambda name: {"patent_id": name}),
    NAMES.map(lambda name: {"drawing_id": drawing_id(name, 1, 1)}),
)
FILTERS = st.one_of(
    st.just(PatentFilter()),
    st.sampled_from([PatentFilter(offices=("US",)), PatentFilter(none_of=(PatentFilter(offices=("US",)),))]),
    st.lists(NAMES, max_size=5, unique=True).map(lambda names: PatentFilter(exclude_patent_ids=tuple(names))),
)


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[QueryImage], dict[str, Any]]:
    weights = draw(st.lists(st.sampled_from([-2.0, -0.5, 0.5, 1.0, 3.0]), max_size=6))
    queries = [QueryImage(**draw(SOURCES), weight=weight) for weight in (1.0, *weights)]
    marked = draw(st.lists(NAMES, max_size=4, unique=True))
    liked = draw(st.integers(0, len(marked)))
    return queries, {
        "patent_filter": draw(FILTERS),
        "view_matching": draw(st.sampled_from([ViewMatching.PREFER, ViewMatching.IGNORE])),
        "collapse_families": draw(st.booleans()),
        "include_query_families": draw(st.booleans()),
        "relevant_patents": marked[:liked],
        "irrelevant_patents": marked[liked:],
    }


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(searches(), st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_pages_join_to_the_one_answer(
    client: Client, asked: tuple[list[QueryImage], dict[str, Any]], sizes: list[int]
) -> None:
    queries, options = asked
    whole = client.search(queries, limit=200, **options)
    assert whole.next_page_token == ""
    scores = [hit.score for hit in whole.hits]
    assert scores == sorted(scores, reverse=True)
    # Whose scores are equal but for the last bit may change places.
    exact = client.search(queries, limit=200, exact=True, **options).hits
    assert [hit.score for hit in exact] == pytest.approx(scores, abs=1e-5)
    found: list[PatentHit] = []
    token, at = "", 0
    while at == 0 or token:
        page = client.search(
            queries if at == 0 else [],
            limit=sizes[at % len(sizes)],
            page_token=token,
            **(options if at == 0 else {}),
        )
        found += page.hits
        token, at = page.next_page_token, at + 1
    assert told(found) == told(whole.hits)


def told(hits: Any) -> list[tuple[str, float, tuple[str, ...]]]:
    return [(hit.patent_id, hit.score, tuple(hit.family_patent_ids)) for hit in hits]
