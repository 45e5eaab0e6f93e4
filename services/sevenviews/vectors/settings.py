"""What the vector service can be told by its environment: SEVENVIEWS_VECTORS_<FIELD>."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from sevenviews.runtime.settings import ServiceSettings
from sevenviews.vectors.milvus_releases import Storage
from sevenviews.vectors.releases import IndexKind, IndexParameters


class VectorsSettings(ServiceSettings):
    """Which Milvus, and how long it may take."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_ignore_empty=True, env_prefix="SEVENVIEWS_VECTORS_"
    )

    port: int = Field(default=50053, ge=0, le=65535, description="gRPC port; 0 lets the system choose.")
    url: str = Field(description="milvus-lite:PATH, or http(s)://HOST:PORT of a Milvus server.")
    token: SecretStr = Field(default=SecretStr(""), description="user:password or API key of the server.")
    threads: int = Field(default=8, ge=1, description="Searches of Milvus at once.")
    write_threads: int = Field(default=4, ge=1, description="Writes to Milvus at once, beside the searches.")
    waiting_threads: int = Field(
        default=4,
        ge=1,
        description="Beside both, what takes long: releases that are made or completed, listings, exact searches.",
    )
    index_type: IndexKind = Field(
        default=IndexKind.HNSW,
        description="Of releases that are made from now on: HNSW; HNSW_SQ, a quarter of its memory, from Milvus 2.5 "
        "on; IVF_RABITQ, an eighth, from 2.6 on; DISKANN, on the disks of the server. The embedded engine has HNSW.",
    )
    mmap: bool = Field(
        default=False,
        description="Releases that are made from now on are mapped from the disks of the server, and need not be in "
        "its memory.",
    )
    shards: int = Field(
        default=1,
        ge=1,
        le=16,
        description="Shards of releases that are made from now on: writes are shared out.",
    )
    replicas: int = Field(
        default=1,
        ge=1,
        le=16,
        description="Copies of a release in the memory of the server's query nodes, as many as there are nodes at "
        "most.",
    )
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

    @model_validator(mode="after")
    def _the_embedded_engine_has_one_way(self) -> Self:
        if self.url.startswith("milvus-lite:") and (self.index_type, self.storage) != (
            IndexKind.HNSW,
            Storage(),
        ):
            raise ValueError(
                "index_type, mmap, shards and replicas are of a Milvus server; milvus-lite has none of them"
            )
        return self

    @property
    def storage(self) -> Storage:
        """How collections are kept."""
        return Storage(self.shards, self.replicas, self.mmap)

    @property
    def index(self) -> IndexParameters:
        """Of releases that are made without any."""
        return IndexParameters(kind=self.index_type)
