"""ServerService on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import grpc

from sevenviews.backends.records import Release
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.server_info import IMAGE_MEDIA_TYPES, ServerDescription
from sevenviews.v1 import common_pb2, server_pb2, server_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class ServerServicer(server_pb2_grpc.ServerServiceServicer):
    """Translates, and hands on the deadline."""

    def __init__(self, description: ServerDescription, default_seconds: float) -> None:
        self._description = description
        self._default_seconds = default_seconds

    async def GetServerInfo(  # noqa: N802 - named by the proto
        self, request: server_pb2.GetServerInfoRequest, context: Context
    ) -> server_pb2.GetServerInfoResponse:
        info = await self._description.info(Deadline.of_call(context, self._default_seconds))
        return server_pb2.GetServerInfoResponse(
            version=info.version,
            serving_release=None if info.serving is None else _reference(info.serving),
            limits=server_pb2.ServerLimits(**asdict(info.limits)),
            image_media_types=IMAGE_MEDIA_TYPES,
        )


def _reference(release: Release) -> common_pb2.ReleaseReference:
    return common_pb2.ReleaseReference(release_id=release.release_id, model_version=release.model_version)
