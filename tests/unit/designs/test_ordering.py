"""What a listing may be ordered by, as it is written."""

from __future__ import annotations

import pytest

from sevenviews.designs import BY_ID, OrderField, PatentOrder


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", BY_ID),
        ("  ", BY_ID),
        ("patent_id", BY_ID),
        ("publication_date asc", PatentOrder(OrderField.PUBLICATION_DATE)),
        (" publication_date   desc ", PatentOrder(OrderField.PUBLICATION_DATE, descending=True)),
        ("filing_date desc", PatentOrder(OrderField.FILING_DATE, descending=True)),
    ],
)
def test_an_order_is_read_and_written(text: str, order: PatentOrder) -> None:
    assert PatentOrder.parse(text) == order
    assert PatentOrder.parse(str(order)) == order


@pytest.mark.parametrize(
    "text",
    [
        "title",
        "filing_date down",
        "Filing_Date",
        "filing_date DESC",
        "filing_date, patent_id",
        "filing_date desc desc",
        "-filing_date",
        "filing_date;",
        "desc",
        ",",
    ],
)
def test_another_order_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(ValueError, match="patent_id, publication_date, filing_date"):
        PatentOrder.parse(text)
