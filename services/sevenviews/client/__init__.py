"""The Python client: `Client`, and `AsyncClient` for asyncio. Speaks the domain, not protobuf.

    with Client("127.0.0.1:50051") as client:
        for hit in client.search(["sheet.tif"], limit=10).hits:
            print(hit.score, hit.patent_id)

Every failure is a SevenviewsError with its reason; calls that find the gateway UNAVAILABLE are tried again.

`export` makes files of its answers. May import certificates, designs, images, law, runtime and the stubs.
"""

from sevenviews.client.aio import AsyncClient
from sevenviews.client.records import (
    AuditEvent,
    Deletion,
    DrawingResult,
    ImportResult,
    LegalRule,
    PatentHit,
    PatentPage,
    PatentResult,
    PatentSummary,
    PredictedClass,
    QueryMatch,
    Release,
    ReleaseState,
    SearchPage,
    SearchResult,
    ServerInfo,
    ServerLimits,
    StoredPatent,
    UnknownName,
)
from sevenviews.client.requests import ImageSource, ImportItem, QueryImage, Search, SearchOptions
from sevenviews.client.sync import Client
from sevenviews.runtime.security import ClientTls

__all__ = [
    "AsyncClient",
    "AuditEvent",
    "Client",
    "ClientTls",
    "Deletion",
    "DrawingResult",
    "ImageSource",
    "ImportItem",
    "ImportResult",
    "LegalRule",
    "PatentHit",
    "PatentPage",
    "PatentResult",
    "PatentSummary",
    "PredictedClass",
    "QueryImage",
    "QueryMatch",
    "Release",
    "ReleaseState",
    "Search",
    "SearchOptions",
    "SearchPage",
    "SearchResult",
    "ServerInfo",
    "ServerLimits",
    "StoredPatent",
    "UnknownName",
]
