"""The certificate of a search: what was asked, what answered, and what its first page has."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import ImageInput
from sevenviews.certificates import (
    Certificate,
    CertifiedHit,
    CertifiedJudgement,
    CertifiedQuery,
    Parameters,
    SealedCertificate,
    Signer,
)
from sevenviews.designs import CropBox, patent_id_of
from sevenviews.gateway.cursor import Cursor
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.etag import etag_of
from sevenviews.gateway.paging import Page
from sevenviews.gateway.query_sources import (
    AskedDrawing,
    CatalogueDrawing,
    CataloguePatent,
    GivenVector,
    Query,
)
from sevenviews.runtime.filter_json import filter_to_json

_DIGITS = 6


class Certifier:
    """Seals what a search has found.

    Args:
        store: the metadata service, which counts the changes of the catalogue.
        timeouts: of its calls.
        signer: with the key of this installation, or without.
    """

    def __init__(self, store: PatentClient, timeouts: CallTimeouts, signer: Signer) -> None:
        self._store = store
        self._timeouts = timeouts
        self._signer = signer

    async def watermark(self, deadline: Deadline) -> int:
        """To be asked for before the search: all changes up to it are seen by the search."""
        return await self._store.watermark(deadline.share(self._timeouts.metadata))

    def certify(
        self,
        queries: Sequence[Query],
        asked: Sequence[AskedDrawing],
        begun: Cursor,
        page: Page,
        parameters: Parameters,
        watermark: int,
    ) -> SealedCertificate:
        """Of a first page, every hit of which is known, and of the cursor before it. Blocks: images may be large."""
        first: dict[int, AskedDrawing] = {}
        for one in asked:
            first.setdefault(one.query_index, one)
        cursor = page.cursor
        certificate = Certificate(
            server_version=version("sevenviews"),
            issued=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            release_id=cursor.release_id,
            model_version=cursor.model_version,
            watermark=watermark,
            queries=tuple(_certified(query, first.get(index)) for index, query in enumerate(queries)),
            filter=filter_to_json(cursor.patent_filter),
            parameters=parameters,
            hits=tuple(
                CertifiedHit(
                    hit.patent_id,
                    hit.generation,
                    etag_of(hit.patent_id, hit.generation),
                    page.patents[hit.patent_id].change,
                    round(hit.score, _DIGITS),
                    tuple(page.families.get(hit.patent_id, ())),
                )
                for hit in page.hits
            ),
            complete=not page.more,
            judged=tuple(
                CertifiedJudgement(one.patent_id, one.generation, one.relevant) for one in begun.judged
            ),
            left_out=tuple(sorted(begun.left_out)),
        )
        return self._signer.seal(certificate)


def _certified(query: Query, asked: AskedDrawing | None) -> CertifiedQuery:
    """A query; `asked` is None for one that was left out, because those before it are as many as can ask."""
    weight, view = query.weight, query.view.value
    generation = asked.generation if asked else 0
    match query.source:
        case ImageInput(content, crop):
            digest = hashlib.sha256(content).hexdigest()
            return CertifiedQuery(weight, view, image_sha256=digest, crop=_corners(crop))
        case CatalogueDrawing(drawing_id):
            return CertifiedQuery(weight, view, drawing_id=drawing_id, generation=generation)
        case CataloguePatent(patent_id):
            # As it was typed, where nothing of it asked.
            meant = patent_id_of(asked.drawing_id) if asked else patent_id
            return CertifiedQuery(weight, view, patent_id=meant, generation=generation)
        case GivenVector(vector, _):
            digest = hashlib.sha256(vector.astype("<f4").tobytes()).hexdigest()
            return CertifiedQuery(weight, view, embedding_sha256=digest)


def _corners(crop: CropBox | None) -> tuple[float, float, float, float] | None:
    return None if crop is None else (crop.left, crop.top, crop.right, crop.bottom)
