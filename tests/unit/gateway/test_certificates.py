"""Certificates through the gateway: what they say of a search, and that they are the answer's."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sevenviews.certificates import CertifiedQuery, Parameters
from sevenviews.client import QueryImage
from sevenviews.designs import CropBox, PatentFilter, Reason, View, ViewMatching
from sevenviews.runtime.filter_json import filter_from_json
from tests.fakes.embedding import DEFAULT_MODEL, vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import RELEASE, RunningGateway, design, failure, running_gateway

QUERY = vector_image(1)


async def fill(gateway: RunningGateway, *patent_ids: str) -> None:
    items = [
        design(one, vector_image(1, place), publication_date=date(2020, 1, 1))
        for place, one in enumerate(patent_ids)
    ]
    async for result in gateway.client.import_patents(items):
        assert result.error is None


async def test_it_says_what_was_asked_and_what_was_found(gateway: RunningGateway) -> None:
    await fill(gateway, "USD0000001", "USD0000002", "USD0000003")
    chosen = PatentFilter(prior_to=date(2021, 1, 1), exclude_patent_ids=("D3",))
    page = await gateway.client.search(
        [
            QueryImage(QUERY, View.FRONT, crop=CropBox(0, 0, 0.5, 1)),
            QueryImage(patent_id="D1", weight=0.5),
            QueryImage(drawing_id="USD0000002-D00001-01"),
        ],
        limit=10,
        patent_filter=chosen,
        view_matching=ViewMatching.IGNORE,
        certify=True,
    )
    assert page.certificate is not None
    said = page.certificate.verified()
    assert (said.release_id, said.model_version) == (RELEASE, DEFAULT_MODEL)
    assert said.watermark >= 1
    assert said.queries == (
        CertifiedQuery(
            1.0, "front", image_sha256=hashlib.sha256(QUERY).hexdigest(), crop=(0.0, 0.0, 0.5, 1.0)
        ),
        CertifiedQuery(0.5, "unknown", patent_id="USD0000001", generation=1),
        CertifiedQuery(1.0, "unknown", drawing_id="USD0000002-D00001-01", generation=1),
    )
    assert filter_from_json(said.filter) == PatentFilter(
        prior_to=date(2021, 1, 1), exclude_patent_ids=("USD0000003",)
    )
    assert said.parameters == Parameters("ignore", False, 10)
    assert said.complete
    assert [hit.patent_id for hit in said.hits] == [hit.patent_id for hit in page.hits]
    for told, hit in zip(said.hits, page.hits, strict=True):
        assert abs(told.score - hit.score) < 1e-6
        assert told.etag == (await gateway.client.read_patent(hit.patent_id)).etag
        assert 1 <= told.change <= said.watermark
    assert page.certificate.signature == b"", "no key is set"


async def test_the_watermark_tells_what_came_later(gateway: RunningGateway) -> None:
    await fill(gateway, "USD0000001")
    before = (await gateway.client.search([QUERY], certify=True)).certificate
    await fill(gateway, "USD0000002")
    after = (await gateway.client.search([QUERY], certify=True)).certificate
    assert before is not None
    assert after is not None
    changes = {hit.patent_id: hit.change for hit in after.verified().hits}
    assert changes["USD0000001"] <= before.verified().watermark < changes["USD0000002"]


async def test_it_is_signed_by_the_key_of_the_settings(services: FakeServices, tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    path = tmp_path / "key.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    async with running_gateway(services, certificate_key=path) as gateway:
        await fill(gateway, "USD0000001")
        sealed = (await gateway.client.search([QUERY], certify=True)).certificate
    assert sealed is not None
    assert sealed.public_key == private.public_key().public_bytes_raw()
    sealed.verified()


async def test_only_a_first_page_has_one_and_only_if_asked(gateway: RunningGateway) -> None:
    await fill(gateway, "USD0000001", "USD0000002")
    page = await gateway.client.search([QUERY], limit=1)
    assert page.certificate is None
    error = await failure(
        gateway.client.search([], limit=1, page_token=page.next_page_token, certify=True),
        Reason.FIELD_MALFORMED,
    )
    assert error.metadata["field"] == "certify"
    assert "GetWatermark" not in gateway.services.methods()
