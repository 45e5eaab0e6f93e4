"""Reads of the catalogue pass through."""

from __future__ import annotations

from datetime import date

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
    assert (first.total_size, second.next_page_token) == (5, "")


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


async def test_a_listing_has_the_order_that_is_asked_for(gateway: RunningGateway) -> None:
    days = [date(2021, 1, 1), None, date(2021, 6, 1), date(2020, 1, 1)]
    publish(gateway.services, *(design(f"USD{n}", QUERY, filing_date=day) for n, day in enumerate(days)))
    found: list[str] = []
    token = ""
    while not found or token:
        page = await gateway.client.list_patents(page_size=2, page_token=token, order_by="filing_date desc")
        found += [one.patent_id for one in page.patents]
        token = page.next_page_token
    assert found == ["USD2", "USD0", "USD3", "USD1"]
    gateway.services.forget_calls()
    error = await failure(gateway.client.list_patents(order_by="title desc"), Reason.FIELD_MALFORMED)
    assert error.metadata == {"field": "order_by", "value": "title desc"}
    assert "publication_date" in error.message
    assert gateway.services.methods() == []
