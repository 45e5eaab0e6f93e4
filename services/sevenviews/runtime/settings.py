"""What every service of ours can be told by its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sevenviews.runtime.security import ServerTls

MEBIBYTE = 1024 * 1024

LIVENESS = "liveness"
"""The name under which grpc.health.v1 says SERVING as long as this process answers at all. What it depends on is no
reason to restart it."""


class ServerSettings(BaseSettings):
    """Of whatever listens; its settings set `env_prefix` to SEVENVIEWS_<SERVICE>_ and the ports.

    Read in `__main__` only, and handed on by arguments.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on; [::] for all.")
    port: int = Field(default=0, ge=0, le=65535, description="Port to listen on; 0 lets the system choose.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the Prometheus page /metrics; 0 serves none."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Events below this level are not written."
    )
    log_format: Literal["json", "console"] = Field(default="json", description="How events are written.")
    grace_seconds: float = Field(
        default=20.0, ge=0, description="How long running requests may take to finish after SIGTERM."
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        description="After SIGTERM, how long health says NOT_SERVING (HTTP: /healthz 503) before new requests are "
        "refused: the time that load balancers need to notice.",
    )


class ServiceSettings(ServerSettings):
    """The base of each gRPC service's settings."""

    max_message_bytes: int = Field(
        default=64 * MEBIBYTE, ge=MEBIBYTE, description="Larger messages are refused: RESOURCE_EXHAUSTED."
    )
    max_concurrent_requests: int = Field(
        default=256,
        ge=1,
        description="Requests that are there at once, run or wait; more are refused: RESOURCE_EXHAUSTED.",
    )
    max_running_requests: int = Field(
        default=32,
        ge=1,
        description="Requests of one method that run at once. More wait in line, as long as they can still be "
        "finished before their deadlines; who comes too late for that is refused at once: RESOURCE_EXHAUSTED, with "
        "the time after which to try again. Streams do not stand in line.",
    )
    max_requests_bytes: int = Field(
        default=192 * MEBIBYTE,
        ge=MEBIBYTE,
        description="Of all requests that are being received or served; more wait, and are then refused: "
        "RESOURCE_EXHAUSTED. At least max_message_bytes. A request is in memory up to three times: as it came, "
        "parsed, and on its way to the next service. So a pod needs three times this, and 200 MiB for the rest.",
    )
    intake_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How long a request may wait for that room, and how long it may then take to arrive.",
    )
    readiness_seconds: float = Field(
        default=2.0, gt=0, description="Time between two looks at what this service depends on."
    )
    max_connection_age_seconds: float = Field(
        default=0.0,
        ge=0,
        description="Clients are asked to connect anew after this time, more or less, and so find servers that a "
        "name has gained since; 0: never.",
    )
    health_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port that answers grpc.health.v1 only, in plaintext: Kubernetes' probes speak no TLS; 0: none.",
    )
    trace_endpoint: str = Field(
        default="",
        pattern="^(https?://.+)?$",
        description="Collector of traces, http://HOST:4317 of OTLP by gRPC, https:// for TLS; empty: no traces.",
    )
    trace_ratio: float = Field(
        default=1.0, ge=0, le=1, description="Of the traces that begin here, the part that is recorded."
    )
    tls_certificate: Path | None = Field(
        default=None, description="PEM file of this server's certificate; none: plaintext."
    )
    tls_key: Path | None = Field(default=None, description="PEM file of its private key.")
    tls_client_ca: Path | None = Field(
        default=None,
        description="PEM file of the CA whose certificates callers must show; none: anyone may call.",
    )

    @model_validator(mode="after")
    def _the_largest_message_has_room(self) -> Self:
        if self.max_requests_bytes < self.max_message_bytes:
            raise ValueError(
                "max_requests_bytes is less than max_message_bytes: no message could be so large"
            )
        return self

    @model_validator(mode="after")
    def _certificate_and_key_go_together(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        if self.tls_client_ca is not None and self.tls_certificate is None:
            raise ValueError("tls_client_ca needs tls_certificate")
        return self

    @property
    def tls(self) -> ServerTls | None:
        """What the server shows and demands; None for plaintext."""
        if self.tls_certificate is None or self.tls_key is None:
            return None
        return ServerTls(self.tls_certificate, self.tls_key, self.tls_client_ca)
