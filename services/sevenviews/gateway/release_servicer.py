"""ReleaseService on the wire."""

from __future__ import annotations

from typing import Any

import grpc

from sevenviews.backends.records import Release
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.releases import Releases
from sevenviews.runtime.wire import required, time_to_wire
from sevenviews.v1 import release_pb2, release_pb2_grpc

RELEASES = "sevenviews.v1.ReleaseService"

Context = grpc.aio.ServicerContext[Any, Any]


class ReleaseServicer(release_pb2_grpc.ReleaseServiceServicer):
    """Translates, and hands on the deadline."""

    def __init__(self, releases: Releases, default_seconds: float) -> None:
        self._releases = releases
        self._default_seconds = default_seconds

    async def ListSearchReleases(  # noqa: N802 - named by the proto
        self, request: release_pb2.ListSearchReleasesRequest, context: Context
    ) -> release_pb2.ListSearchReleasesResponse:
        found = await self._releases.kept_current(Deadline.of_call(context, self._default_seconds))
        return release_pb2.ListSearchReleasesResponse(releases=map(_to_wire, found))

    async def PromoteSearchRelease(  # noqa: N802
        self, request: release_pb2.PromoteSearchReleaseRequest, context: Context
    ) -> release_pb2.PromoteSearchReleaseResponse:
        if not request.release_id:
            raise required("release_id")
        deadline = Deadline.of_call(context, self._default_seconds)
        release = await self._releases.promote(request.release_id, deadline)
        return release_pb2.PromoteSearchReleaseResponse(release=_to_wire(release))


def _to_wire(release: Release) -> release_pb2.Release:
    return release_pb2.Release(
        release_id=release.release_id,
        model_version=release.model_version,
        state=release_pb2.ReleaseState.Value(f"RELEASE_STATE_{release.state.name}"),
        created_time=time_to_wire(release.created),
        ready_time=time_to_wire(release.ready),
        promoted_time=time_to_wire(release.promoted),
        evaluation=release.evaluation,
    )
