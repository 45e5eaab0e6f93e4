"""Reads of the catalogue pass through."""

from __future__ import annotations

from sevenviews.designs import DrawingSize, Facet, FacetCounts, FacetValue, LocarnoClass, PatentFilter, Reason
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, failure, publish

QUERY = vector_image(1)


async def test_a_patent_with_its_drawings(gateway: RunningGateway) -> None:
    item = design("USD1", QUERY, QUERY, office="US")
    publish(gateway.services, item)
    assert await gateway.client.get_patent("USD1") == item.patent
    error = await failure(gateway.client.get_patent("USD2"), Reason.PATENT_NOT_FOUND)
    assert error.metadata == {"patent_id": "USD2"}


async def test_pages_of_patents(gateway: RunningGateway) -> None:
    items = [design(f"USD{number}", QUERY, office="US" if number % 2 else "EM") for number in range(9)]
    publish(gateway.services, *items)
    wanted = PatentFilter(offices=("EM",))
    first = await gateway.client.list_patents(wanted, page_size=3)
    second = await gateway.client.list_patents(wanted, page_size=3, page_token=first.next_page_token)
    assert [*first.patents, *second.patents] == [item.patent for item in items[::2]]
    assert (first.total_count, second.next_page_token) == (5, "")


async def test_drawings_by_size(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    image = await gateway.client.get_drawing("USD1-D00001-01")
    assert (image.content, image.media_type, image.width) == (QUERY, "image/png", 2000)
    small = await gateway.client.get_drawing("USD1-D00001-01", DrawingSize.THUMBNAIL)
    assert (small.width, small.height) == (256, 256)
    error = await failure(gateway.client.get_drawing("USD1-D00001-02"), Reason.DRAWING_NOT_FOUND)
    assert error.metadata == {"drawing_id": "USD1-D00001-02"}


async def test_facets_pass_through(gateway: RunningGateway) -> None:
    chair = LocarnoClass(6, 1)
    publish(
        gateway.services,
        *(design(f"USD{n}", QUERY, office="US" if n else "EM", locarno=(chair,)) for n in range(5)),
    )
    offices, classes = await gateway.client.facets(
        PatentFilter(offices=("US",)), [Facet.OFFICE, Facet.LOCARNO_SUBCLASS], 1
    )
    # What the filter says of offices is left out of theirs alone.
    assert offices == FacetCounts(Facet.OFFICE, (FacetValue("US", 4),), more=True)
    assert classes == FacetCounts(Facet.LOCARNO_SUBCLASS, (FacetValue(chair, 4),), more=False)
    assert [one.facet for one in await gateway.client.facets()] == list(Facet)
