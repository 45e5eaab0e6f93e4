"""What the metadata service can be told by its environment: SEVENVIEWS_METADATA_<FIELD>."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sevenviews.images import MAX_WORKING_BYTES
from sevenviews.metadata.service import DECODING_BYTES
from sevenviews.runtime.settings import MEBIBYTE, ServiceSettings


class MetadataSettings(ServiceSettings):
    """Which database and which object store, and how long they may take."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_ignore_empty=True, env_prefix="SEVENVIEWS_METADATA_"
    )

    port: int = Field(default=50054, ge=0, le=65535, description="gRPC port; 0 lets the system choose.")
    database_url: str = Field(description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.")
    drawings_url: str = Field(
        description="file://DIR, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME with credentials from the "
        "environment, as boto3 reads them."
    )
    threads: int = Field(default=8, ge=1, description="Requests that talk to the stores at once.")
    store_seconds: float = Field(default=10.0, gt=0, description="Longest wait for a store.")
    max_requests_bytes: int = Field(
        default=128 * MEBIBYTE,
        ge=MEBIBYTE,
        description="Of all requests that are being received or served; more wait, and are then refused: "
        "RESOURCE_EXHAUSTED. A pod needs three times this, decoding_bytes, and 200 MiB for the rest.",
    )
    decoding_bytes: int = Field(
        default=DECODING_BYTES,
        ge=MAX_WORKING_BYTES,
        description="Memory for the images that are decoded at once; more wait, and are refused when their time is "
        "over: OVERLOADED. See max_requests_bytes for what the pod's memory limit must hold.",
    )
    request_seconds: float = Field(
        default=30.0, gt=0, description="How long a request may take that comes without a deadline."
    )
    orphan_seconds: float = Field(
        default=3600.0,
        ge=0,
        description="Age from which an image that no record names is an orphan; younger ones may belong to a "
        "PutPatent under way.",
    )
    refresh_metrics_seconds: float = Field(
        default=15.0, gt=0, description="Time between two looks at the journal of refreshes, for the metrics."
    )
    catalogue_metrics_seconds: float = Field(
        default=60.0, gt=0, description="Time between two counts of the published drawings, for the metrics."
    )
    migrate: bool = Field(default=True, description="Bring the database's schema up to date at start-up.")
    migrate_wait_seconds: float = Field(
        default=0.0, ge=0, description="How long `migrate` waits for a database that does not answer yet."
    )
