"""What the vector service can be told by its environment: SEVENVIEWS_VECTORS_<FIELD>."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from sevenviews.runtime.settings import ServiceSettings


class VectorsSettings(ServiceSettings):
    """Which Milvus, and how long it may take."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_ignore_empty=True, env_prefix="SEVENVIEWS_VECTORS_"
    )

    port: int = Field(default=50053, ge=0, le=65535, description="gRPC port; 0 lets the system choose.")
    url: str = Field(description="milvus-lite:PATH, or http(s)://HOST:PORT of a Milvus server.")
    token: SecretStr = Field(default=SecretStr(""), description="user:password or API key of the server.")
    threads: int = Field(default=8, ge=1, description="Calls of Milvus at once.")
    milvus_seconds: float = Field(
        default=10.0, gt=0, description="Longest call of Milvus for a request without a deadline."
    )
    exact_seconds: float = Field(
        default=600.0,
        gt=0,
        description="How long an exact search may take, which reads every drawing; one runs at a time.",
    )
    release_metrics_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Time between two counts of the releases' vectors, for the metrics; a query for each release.",
    )
