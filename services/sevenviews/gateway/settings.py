"""What the gateway can be told by its environment: SEVENVIEWS_GATEWAY_<FIELD>."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Addresses are host:port, or dns:///name:port for a headless service."""

    model_config = SettingsConfigDict(env_prefix="SEVENVIEWS_GATEWAY_")

    port: int = Field(default=50051, ge=0, le=65535, description="gRPC port; 0 lets the system choose.")
    embedding_address: str = Field(default="127.0.0.1:50052", description="The embedding service.")
    vectors_address: str = Field(default="127.0.0.1:50053", description="The vector service.")
    metadata_address: str = Field(default="127.0.0.1:50054", description="The metadata service.")
    cache_url: str = Field(
        default="memory://?max_entries=4096",
        description="Cache of query embeddings: memory://?max_entries=N, or redis://host:port/db, "
        "which lets a search be continued at another replica.",
    )
    cache_seconds: int = Field(
        default=7 * 24 * 3600, ge=1, description="How long Redis keeps the embedding of a query."
    )
    cursor_seconds: int = Field(
        default=15 * 60,
        ge=1,
        description="How long a search can be continued after its last page; kept where cache_url says.",
    )
    request_seconds: float = Field(
        default=30.0, gt=0, description="How long a request may take that comes without a deadline."
    )
    exact_seconds: float = Field(
        default=600.0, gt=0, description="How long an exact search may take, which reads every drawing."
    )
    embed_seconds: float = Field(default=20.0, gt=0, description="Longest EmbedImages.")
    vectors_seconds: float = Field(default=10.0, gt=0, description="Longest call of the vector service.")
    metadata_seconds: float = Field(default=10.0, gt=0, description="Longest call of the metadata service.")
    release_seconds: float = Field(
        default=2.0, ge=0, le=2, description="How long the serving release is believed: at most 2 seconds."
    )
    import_concurrency: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Batches of one import stream worked on at once; each has up to 64 drawings, or one patent.",
    )
    page_token_key: str = Field(
        default="sevenviews",
        min_length=1,
        description="Signs page tokens; the same on all replicas.",
    )
    quota_requests: int = Field(
        default=0, ge=0, description="Searches a caller may make in each window; 0: no quota."
    )
    quota_window_seconds: int = Field(default=60, ge=1, description="Length of a quota's window.")
    quota_url: str = Field(
        default="memory://",
        description="Where searches are counted: memory://, or redis:// for all replicas.",
    )
    embedding_channel_seconds: float = Field(
        default=10.0,
        gt=0,
        description="The embedding service is connected to anew after this time, to find replicas that its name has "
        "gained: Ray's proxy, unlike our servers, never asks for it. Much shorter than an old cluster serves on: the "
        "proxy of one that ends takes calls that nobody answers.",
    )
    backend_ca: Path | None = Field(
        default=None,
        description="PEM file of the CA of the vector and metadata services; none: they speak plaintext. The "
        "embedding service always does.",
    )
    backend_certificate: Path | None = Field(
        default=None, description="PEM file of the certificate shown to services that demand one."
    )
    backend_key: Path | None = Field(default=None, description="PEM file of its private key.")

    @model_validator(mode="after")
    def _backend_files_go_together(self) -> Self:
        if (self.backend_certificate is None) != (self.backend_key is None):
            raise ValueError("backend_certificate and backend_key go together")
        if self.backend_certificate is not None and self.backend_ca is None:
            raise ValueError("backend_certificate needs backend_ca")
        return self

    @property
    def backend_tls(self) -> ClientTls | None:
        """How the vector and metadata services are reached; None for plaintext."""
        if self.backend_ca is None:
            return None
        return ClientTls(self.backend_ca, self.backend_certificate, self.backend_key)
