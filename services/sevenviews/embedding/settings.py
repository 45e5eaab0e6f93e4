"""What the embedding service can be told by its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from sevenviews.images import MAX_WORKING_BYTES
from sevenviews.runtime.settings import MEBIBYTE, ServiceSettings

MAX_IMAGES = 64
"""Of one request, as embedding.proto promises."""

DECODING_BYTES = 384 * MEBIBYTE
"""Of the images that a replica decodes at once: two of the largest."""


class EmbeddingSettings(ServiceSettings):
    """SEVENVIEWS_EMBEDDING_…: where the models are, what a replica may use, and when it refuses."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_ignore_empty=True, env_prefix="SEVENVIEWS_EMBEDDING_"
    )

    host: str = Field(
        default="127.0.0.1",
        description="Where this service is reached. Ray Serve's gRPC proxy itself always listens on all "
        "addresses, in plaintext: keep its port inside the machine or the mesh.",
    )
    port: int = Field(default=50052, ge=1, le=65535, description="gRPC port of Ray Serve's proxies.")
    http_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Ray Serve opens an HTTP port as well, for its /-/healthz; 0 takes a free one.",
    )
    max_concurrent_requests: int = Field(
        default=64, ge=1, description="Requests that one replica works on; more are refused: OVERLOADED."
    )

    model_store: Path = Field(description="Directory of model bundles; every replica must see it.")
    preload: tuple[str, ...] = Field(
        default=(), description="Model versions to load, beside the default one, before health says SERVING."
    )
    max_loaded_models: int = Field(
        default=3, ge=1, description="Models kept in memory; the one not used for longest makes room."
    )

    execution_provider: Literal["cpu", "cuda"] = Field(
        default="cpu", description="What runs the network: ONNX Runtime on a core, or on a GPU."
    )
    num_replicas: int = Field(
        default=1, ge=1, description="Replicas; on CPU one for each core. With max_replicas: the fewest."
    )
    max_replicas: int | None = Field(
        default=None, ge=1, description="The most replicas of autoscaling; none: no autoscaling."
    )
    target_ongoing_requests: float = Field(
        default=4.0, gt=0, description="Requests per replica that autoscaling aims at."
    )
    num_cpus: float = Field(default=1.0, ge=0, description="Cores that Ray reserves for a replica.")
    num_gpus: float = Field(
        default=0.0, ge=0, description="GPUs that Ray reserves for a replica; a fraction shares one."
    )
    decode_threads: int = Field(
        default=2, ge=1, description="Images that one replica decodes at once; Pillow releases the GIL."
    )
    decoding_bytes: int = Field(
        default=DECODING_BYTES,
        ge=MAX_WORKING_BYTES,
        description="Memory for the images that one replica decodes at once; more wait. Times the replicas of a pod, "
        "with their models and the object store, it fits into the pod's memory limit.",
    )
    batch_size: int = Field(
        default=16,
        ge=1,
        description="The most images of one inference: of those that wait when the network is free.",
    )
    max_pending_images: int = Field(
        default=512, ge=MAX_IMAGES, description="Images in one replica; more are refused: OVERLOADED."
    )
    max_queued_requests: int = Field(
        default=256,
        ge=-1,
        description="Requests that wait in each proxy while no replica takes them, as in a restart; more are "
        "refused: OVERLOADED. -1: no limit.",
    )
    request_seconds: float = Field(
        default=60.0, gt=0, description="Requests that take longer are given up: DEADLINE_EXCEEDED."
    )
    health_check_seconds: float = Field(
        default=1.0, gt=0, description="Time between two checks by which Ray Serve finds a dead replica."
    )

    ray_address: str = Field(
        default="local",
        description="'local' starts a Ray on this machine, 'auto' or HOST:PORT joins a running cluster.",
    )
    object_store_bytes: int = Field(
        default=256 * MEBIBYTE,
        ge=80 * MEBIBYTE,
        description="Shared memory of a local Ray; requests above 100 KiB pass through it.",
    )
    log_to_driver: bool = Field(
        default=True, description="Write the replicas' events to this process's standard error too."
    )

    @model_validator(mode="after")
    def _replicas_are_a_range(self) -> EmbeddingSettings:
        if self.max_replicas is not None and self.max_replicas < self.num_replicas:
            raise ValueError(f"max_replicas {self.max_replicas} is below num_replicas {self.num_replicas}")
        if self.execution_provider == "cuda" and self.num_gpus == 0:
            raise ValueError("execution_provider cuda needs num_gpus above 0, or Ray hides the GPU from it")
        for field in ("tls_certificate", "health_port", "max_connection_age_seconds"):
            if getattr(self, field):
                raise ValueError(f"{field}: Ray Serve's gRPC proxy does not know it")
        return self
