"""What every service of ours can be told by its environment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class ServiceSettings(BaseSettings):
    """The base of each service's settings, which sets `env_prefix` to SEVENVIEWS_<SERVICE>_ and the ports.

    Read in `__main__` only, and handed on by arguments.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on; [::] for all.")
    port: int = Field(default=0, ge=0, le=65535, description="gRPC port; 0 lets the system choose.")
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
        description="After SIGTERM, how long health says NOT_SERVING before new requests are refused: "
        "the time that load balancers need to notice.",
    )
    max_message_bytes: int = Field(
        default=64 * MEBIBYTE, ge=MEBIBYTE, description="Larger messages are refused: RESOURCE_EXHAUSTED."
    )
    max_concurrent_requests: int = Field(
        default=256, ge=1, description="Requests served at once; more are refused: RESOURCE_EXHAUSTED."
    )
    readiness_seconds: float = Field(
        default=2.0, gt=0, description="Time between two looks at what this service depends on."
    )
