"""What a certificate says, and its canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import rfc8785

FORMAT = "sevenviews search certificate 1"


@dataclass(frozen=True, slots=True)
class CertifiedQuery:
    """A query: one of image_sha256, drawing_id, patent_id and embedding_sha256; the others are empty.

    Attributes:
        crop: of the image: left, top, right, bottom in fractions; None: all of it.
        generation: of the patent of the catalogue that asked; 0 for an image and an embedding.
    """

    weight: float
    view: str
    image_sha256: str = ""
    crop: tuple[float, float, float, float] | None = None
    drawing_id: str = ""
    patent_id: str = ""
    generation: int = 0
    embedding_sha256: str = ""


@dataclass(frozen=True, slots=True)
class CertifiedJudgement:
    """A patent that was called relevant, or irrelevant, and the generation of it that moved the queries."""

    patent_id: str
    generation: int
    relevant: bool


@dataclass(frozen=True, slots=True)
class CertifiedHit:
    """A patent that was found.

    Attributes:
        change: that published this generation; 0: it was before changes were numbered.
        family: the others of its family, where families were collapsed.
    """

    patent_id: str
    generation: int
    etag: str
    change: int
    score: float
    family: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameters:
    """How it was searched."""

    view_matching: str
    exact: bool
    page_size: int
    collapse_families: bool = False
    include_query_families: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """As SearchCertificate of search.proto has it.

    Attributes:
        issued: UTC, as RFC 3339 has it.
        watermark: the last change of the catalogue before the search.
        filter: PatentFilter as JSON.
        complete: nothing else could be found.
        judged: the patents that moved the queries.
        left_out: the patents that asked, and their families, by id.
    """

    server_version: str
    issued: str
    release_id: str
    model_version: str
    watermark: int
    queries: tuple[CertifiedQuery, ...]
    filter: Mapping[str, Any]
    parameters: Parameters
    hits: tuple[CertifiedHit, ...]
    complete: bool
    judged: tuple[CertifiedJudgement, ...] = ()
    left_out: tuple[str, ...] = ()
    format: str = FORMAT


def canonical(document: Mapping[str, Any] | Certificate) -> bytes:
    """By RFC 8785, in UTF-8: the same for all who say the same. Raises rfc8785.CanonicalizationError."""
    return rfc8785.dumps(asdict(document) if isinstance(document, Certificate) else dict(document))
