"""A metadata service of the version before: it gives whole patents, and one image a call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.patent_messages import id_of, summary_from_wire
from sevenviews.designs import (
    Drawing,
    DrawingImage,
    DrawingSize,
    LocarnoClass,
    Party,
    Patent,
    Reason,
    SevenviewsError,
)
from sevenviews.internal.v1 import patents_pb2
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.encoded import EncodedPatent, summary_of
from tests.servers import ThreadedServer

PATENT = Patent(
    "USD1",
    title="Chair",
    locarno=(LocarnoClass(6, 1),),
    assignees=(Party("Nikon"), Party("Nikon"), Party("Sony")),
    inventors=(Party("Jane Doe"),),
    drawings=(Drawing("USD1-D00001-01", 1, figure_number="2A"), Drawing("USD1-D00001-02", 1)),
)


def test_a_summary_is_made_of_a_whole_patent() -> None:
    encoded = EncodedPatent.of(PATENT)
    whole = patents_pb2.PatentRecord(patent=encoded.content, generation=3)
    summary = summary_of(encoded.message).SerializeToString()
    short = patents_pb2.PatentRecord(patent_id="USD1", summary=summary, generation=3)
    assert id_of(whole) == id_of(short) == "USD1"
    for one in map(summary_from_wire, (whole, short)):
        assert (one.generation, one.shown.title, one.shown.drawing_count) == (3, "Chair", 2)
        assert list(one.shown.holders) == ["Nikon", "Sony"]
        assert one.locarno == PATENT.locarno
        assert one.figure_numbers == {"USD1-D00001-01": "2A"}
        assert not one.shown.HasField("filing_date")
    whole_again = summary_from_wire(whole).encoded
    assert whole_again is not None
    assert whole_again.patent == PATENT


async def one_image(request: patents_pb2.GetDrawingImageRequest, context: Any) -> Any:
    if request.drawing_id == "none":
        raise SevenviewsError(Reason.DRAWING_NOT_FOUND, "there is no drawing none", {"drawing_id": "none"})
    return patents_pb2.GetDrawingImageResponse(content=b"image", media_type="image/png", width=1, height=2)


@pytest.fixture
def before() -> Iterator[str]:
    def register(server: Any) -> None:
        handler = grpc.unary_unary_rpc_method_handler(
            one_image,
            patents_pb2.GetDrawingImageRequest.FromString,
            patents_pb2.GetDrawingImageResponse.SerializeToString,
        )
        methods = {"GetDrawingImage": handler}
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("sevenviews.internal.v1.PatentService", methods),)
        )

    with ThreadedServer(register) as address:
        yield address


def test_images_are_asked_for_one_by_one(before: str) -> None:
    async def ask() -> Any:
        async with open_channel(before) as channel:
            return await PatentClient(channel).images(["a", "none"], DrawingSize.THUMBNAIL, 10)

    image, error = asyncio.run(ask())
    assert image == DrawingImage(b"image", "image/png", 1, 2)
    assert error.reason is Reason.DRAWING_NOT_FOUND
