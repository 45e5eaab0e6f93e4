"""The Ray Serve application: a deployment whose methods are those of EmbeddingService and Health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health_pb2
from ray import serve
from ray.serve import Application
from ray.serve.config import AutoscalingConfig
from ray.serve.schema import LoggingConfig

from sevenviews.designs import SevenviewsError
from sevenviews.embedding.batches import Vector
from sevenviews.embedding.bundles import BundleSource
from sevenviews.embedding.metrics import RayMetrics
from sevenviews.embedding.models import LoadedModels, ModelDescription
from sevenviews.embedding.replies import CallContext, reply
from sevenviews.embedding.service import Embedded, EmbeddingWork, Image
from sevenviews.embedding.settings import EmbeddingSettings
from sevenviews.internal.v1 import embedding_pb2
from sevenviews.runtime.calibrations import calibration_to_wire
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.settings import LIVENESS
from sevenviews.runtime.status import item_status
from sevenviews.runtime.telemetry import configure_logs
from sevenviews.runtime.tracing import open_tracing
from sevenviews.runtime.wire import crop_from_wire
from sevenviews.v1 import common_pb2

log = structlog.get_logger()

APPLICATION = "embedding"
SERVICE = "sevenviews.internal.v1.EmbeddingService"

SERVE_LOGGING = LoggingConfig(log_level="WARNING", enable_access_log=False)
"""Of Serve itself: each request has its line already, with our request id."""


class EmbeddingDeployment:
    """One replica. Only translates between the wire and EmbeddingWork.

    Serve calls a method by the last part of the rpc's name, and passes the context by the parameter's name.
    """

    def __init__(self, settings: EmbeddingSettings) -> None:
        configure_logs(settings.log_level, settings.log_format)
        self._tracing = open_tracing("embedding", settings.trace_endpoint, settings.trace_ratio)
        # The names that ONNX Runtime has for them: CPUExecutionProvider, CUDAExecutionProvider.
        self._provider = f"{settings.execution_provider.upper()}ExecutionProvider"
        source = BundleSource(settings.model_store, settings.execution_provider)
        self._metrics = RayMetrics()
        models = LoadedModels(source, settings.max_loaded_models, self._metrics)
        for version in ("", *settings.preload):
            _preload(models, version)
        self._work = EmbeddingWork(
            models,
            decode_threads=settings.decode_threads,
            max_pending_images=settings.max_pending_images,
            observer=self._metrics,
            batch_size=settings.batch_size,
            decoding_bytes=settings.decoding_bytes,
            request_seconds=settings.request_seconds,
        )

    async def EmbedImages(  # noqa: N802
        self, request: embedding_pb2.EmbedImagesRequest, grpc_context: CallContext
    ) -> embedding_pb2.EmbedImagesResponse:
        """See embedding.proto."""
        return await reply(
            "EmbedImages",
            grpc_context,
            self._embed(request),
            embedding_pb2.EmbedImagesResponse(),
            self._tracing,
        )

    async def ListModels(  # noqa: N802
        self, _request: embedding_pb2.ListModelsRequest, grpc_context: CallContext
    ) -> embedding_pb2.ListModelsResponse:
        """See embedding.proto."""
        return await reply(
            "ListModels", grpc_context, self._list(), embedding_pb2.ListModelsResponse(), self._tracing
        )

    async def Check(  # noqa: N802
        self, request: health_pb2.HealthCheckRequest, grpc_context: CallContext
    ) -> health_pb2.HealthCheckResponse:
        """grpc.health.v1: SERVING while the default model is in memory, or can be brought there.

        As `liveness` it says SERVING whenever a replica answers: no restart brings a model.
        """
        if request.service == LIVENESS:
            return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)
        if request.service not in ("", SERVICE):
            grpc_context.set_code(grpc.StatusCode.NOT_FOUND)
            grpc_context.set_details("no such service here")
            return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)
        try:
            await self._work.models.get()
        except SevenviewsError:
            return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.NOT_SERVING)
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)

    async def check_health(self) -> None:
        """Serve calls it every health_check_seconds; that it is answered at all is the answer."""
        self._metrics.tell_gauges()

    async def _embed(self, request: embedding_pb2.EmbedImagesRequest) -> embedding_pb2.EmbedImagesResponse:
        check_limits(request)
        images = [_image_from_wire(image) for image in request.images]
        embedded = await self._work.embed(request.model_version, images)
        return _embedded_to_wire(embedded)

    async def _list(self) -> embedding_pb2.ListModelsResponse:
        described = await self._work.models.describe()
        loaded = self._work.models.versions
        return embedding_pb2.ListModelsResponse(
            models=[_model_to_wire(model, model.version in loaded, self._provider) for model in described]
        )


def build_application(settings: EmbeddingSettings) -> Application:
    """The application that `serve.run` deploys."""
    make_deployment = serve.deployment(**deployment_options(settings))
    bound: Application = make_deployment(EmbeddingDeployment).bind(settings)
    return bound


def application(arguments: Mapping[str, str]) -> Application:
    """For Serve's own configuration, as KubeRay's RayService has it: `import_path` with `args`.

    Args:
        arguments: fields of EmbeddingSettings; those left out come from the environment.
    """
    return build_application(EmbeddingSettings(**arguments))  # type: ignore[arg-type]


def deployment_options(settings: EmbeddingSettings) -> dict[str, Any]:
    """Serve's options of the deployment, each set on purpose."""
    options: dict[str, Any] = {
        "name": "Embedding",
        # Serve's default of 5 would starve the batches, which are made of what waits.
        "max_ongoing_requests": settings.max_concurrent_requests,
        "max_queued_requests": settings.max_queued_requests,
        "health_check_period_s": settings.health_check_seconds,
        "graceful_shutdown_timeout_s": settings.grace_seconds,
        "graceful_shutdown_wait_loop_s": 0.1,
        "logging_config": SERVE_LOGGING,
        "ray_actor_options": {"num_cpus": settings.num_cpus, "num_gpus": settings.num_gpus},
    }
    if settings.max_replicas is None:
        return options | {"num_replicas": settings.num_replicas}
    autoscaling = AutoscalingConfig(
        min_replicas=settings.num_replicas,
        max_replicas=settings.max_replicas,
        target_ongoing_requests=settings.target_ongoing_requests,
    )
    return options | {"autoscaling_config": autoscaling}


def _preload(models: LoadedModels, version: str) -> None:
    # A store without models, or with a damaged one, must not keep the replica from serving the others: Check
    # says NOT_SERVING without a default, and a bundle that is published later is found.
    try:
        models.load_now(version)
    except SevenviewsError as error:
        log.warning("model not loaded", model_version=version or "default", reason=error.reason.value)


def _image_from_wire(image: embedding_pb2.ImageContent) -> Image | SevenviewsError:
    try:
        crop = crop_from_wire(image.crop) if image.HasField("crop") else None
    except SevenviewsError as error:
        return error
    return Image(image.content, crop)


def _embedded_to_wire(embedded: Embedded) -> embedding_pb2.EmbedImagesResponse:
    return embedding_pb2.EmbedImagesResponse(
        results=[_result_to_wire(result, embedded.model_version) for result in embedded.results],
        model_version=embedded.model_version,
        timings=[
            _timing("decode", embedded.decode_seconds),
            _timing("infer", embedded.infer_seconds),
        ],
    )


def _result_to_wire(result: Vector | SevenviewsError, model_version: str) -> embedding_pb2.EmbedResult:
    if isinstance(result, SevenviewsError):
        return embedding_pb2.EmbedResult(status=item_status(result))
    embedding = common_pb2.Embedding(values=result.tolist(), model_version=model_version)
    return embedding_pb2.EmbedResult(status=common_pb2.ItemStatus(), embedding=embedding)


def _timing(stage: str, seconds: float) -> common_pb2.StageTiming:
    timing = common_pb2.StageTiming(stage=stage)
    timing.duration.FromNanoseconds(round(seconds * 1e9))
    return timing


def _model_to_wire(model: ModelDescription, loaded: bool, provider: str) -> embedding_pb2.Model:
    return embedding_pb2.Model(
        model_version=model.version,
        name=model.name,
        dimension=model.dimension,
        image_size=model.image_size,
        loaded=loaded,
        is_default=model.is_default,
        execution_provider=provider,
        calibration=calibration_to_wire(model.calibration),
    )
