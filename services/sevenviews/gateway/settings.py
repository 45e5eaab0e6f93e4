"""What the gateway can be told by its environment: SEVENVIEWS_GATEWAY_<FIELD>."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from sevenviews.runtime.identity import Role
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
    certificate_key: Path | None = Field(
        default=None,
        description="PEM file of an Ed25519 private key that signs the certificates of searches; none: they are "
        "unsigned.",
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

    api_keys_file: Path | None = Field(
        default=None,
        description="File of the API keys, as `sevenviews keys` makes it; followed while the gateway runs.",
    )
    oidc_jwks: str = Field(
        default="",
        description="Keys of the identity provider whose tokens are taken: https://…, or the path of a file.",
    )
    oidc_issuer: str = Field(default="", description="Issuer that a token must name (iss).")
    oidc_audience: str = Field(default="", description="Audience that a token must be for (aud).")
    oidc_leeway_seconds: float = Field(
        default=30.0, ge=0, le=300, description="By how much the provider's clock may differ from this one."
    )
    oidc_roles_claim: str = Field(
        default="roles",
        min_length=1,
        description="Where a token lists what its subject may do; dots lead into objects: realm_access.roles.",
    )
    oidc_roles: dict[str, tuple[Role, ...]] = Field(
        default_factory=dict,
        description='Roles that each value of that claim gives, JSON: {"searchers": ["reader"]}; none: the values '
        "are roles.",
    )
    certificate_roles: dict[str, tuple[Role, ...]] = Field(
        default_factory=dict,
        description="Roles of clients by a name of their certificate, a subject alternative name or else the common "
        'name, JSON: {"loader.example.org": ["importer"]}. Needs tls_client_ca.',
    )
    allow_anonymous: bool = Field(
        default=False,
        description="Answer everyone who reaches this address, whatever they ask: what a gateway does on the "
        "loopback address without being told, and nowhere else.",
    )

    audit_directory: Path | None = Field(
        default=None,
        description="Where every call is written down, a file a day and gateway; several gateways may share it. "
        "None: nowhere.",
    )
    audit_days: int = Field(
        default=365, ge=0, description="How long that is kept; older files are deleted. 0: for ever."
    )

    @property
    def authenticates(self) -> bool:
        """Whether callers need a credential."""
        return bool(self.api_keys_file or self.oidc_jwks or self.certificate_roles)

    @model_validator(mode="after")
    def _a_way_in_is_chosen(self) -> Self:
        if self.authenticates and self.allow_anonymous:
            raise ValueError("allow_anonymous contradicts api_keys_file, oidc_jwks and certificate_roles")
        if not (self.authenticates or self.allow_anonymous or is_loopback(self.host)):
            raise ValueError(
                f"{self.host} can be reached from other machines, and anyone there could import and delete: give "
                "api_keys_file, oidc_jwks or certificate_roles, or say allow_anonymous"
            )
        return self

    @model_validator(mode="after")
    def _credentials_can_be_checked(self) -> Self:
        if self.oidc_jwks and not (self.oidc_issuer and self.oidc_audience):
            raise ValueError(
                "oidc_jwks needs oidc_issuer and oidc_audience: else any token of the provider would do"
            )
        if self.certificate_roles and self.tls_client_ca is None:
            raise ValueError("certificate_roles needs tls_client_ca: else any certificate would do")
        url = urlsplit(self.oidc_jwks)
        if (
            url.scheme
            and url.scheme != "https"
            and not (url.scheme == "http" and is_loopback(url.hostname or ""))
        ):
            raise ValueError("oidc_jwks has to be https://…: whoever changes it on its way could sign tokens")
        return self

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


def is_loopback(host: str) -> bool:
    """Whether none but this machine reaches an address to listen on."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False  # a name, which may become any address
