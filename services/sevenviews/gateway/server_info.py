"""What this server says of itself: its version, what it searches with, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from sevenviews.backends.patent_client import MAX_PATENTS_PER_PAGE
from sevenviews.backends.records import Release
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.query_sources import MAX_QUERIES
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.search import MAX_PAGE_SIZE
from sevenviews.images import ALLOWED_FORMATS, MAX_PIXELS, MIN_SIDE
from sevenviews.runtime.limits import limit_of
from sevenviews.v1 import catalog_pb2, search_pb2

SERVER = "sevenviews.v1.ServerService"

IMAGE_MEDIA_TYPES = tuple(f"image/{name.lower()}" for name in ALLOWED_FORMATS)


@dataclass(frozen=True, slots=True)
class Limits:
    """As ServerLimits of server.proto."""

    message_bytes: int
    image_bytes: int
    queries: int = MAX_QUERIES
    search_page_size: int = MAX_PAGE_SIZE
    catalog_page_size: int = MAX_PATENTS_PER_PAGE
    image_pixels: int = MAX_PIXELS
    image_side_minimum: int = MIN_SIDE
    patent_drawings: int = limit_of(catalog_pb2.ImportPatentsRequest.DESCRIPTOR, "contents").items


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """As GetServerInfoResponse of server.proto; the release is None where none serves."""

    version: str
    serving: Release | None
    limits: Limits


class ServerDescription:
    """Knows what the limits are, and asks for the release.

    Args:
        releases: which of them serves.
        max_message_bytes: of the server's settings.
    """

    def __init__(self, releases: Releases, max_message_bytes: int) -> None:
        self._releases = releases
        image_bytes = limit_of(search_pb2.QueryImage.DESCRIPTOR, "content").length
        self._limits = Limits(max_message_bytes, min(image_bytes, max_message_bytes))

    async def info(self, deadline: Deadline) -> ServerInfo:
        """Raises what the vector service fails with, but not NO_SERVING_RELEASE."""
        return ServerInfo(version("sevenviews"), await self._serving(deadline), self._limits)

    async def _serving(self, deadline: Deadline) -> Release | None:
        try:
            return await self._releases.serving(deadline)
        except SevenviewsError as error:
            if error.reason is Reason.NO_SERVING_RELEASE:
                return None
            raise
