"""What the console can be told by its environment: SEVENVIEWS_CONSOLE_<FIELD>."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from sevenviews.runtime.bearer import Credential
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.settings import MEBIBYTE, ServerSettings


class ConsoleSettings(ServerSettings):
    """Of an HTTP server in plaintext: TLS ends before it, at an ingress or a proxy."""

    model_config = SettingsConfigDict(env_prefix="SEVENVIEWS_CONSOLE_")

    port: int = Field(default=8080, ge=0, le=65535, description="HTTP port; 0 lets the system choose.")
    allowed_hosts: tuple[str, ...] = Field(
        default=("*",),
        description="Names under which the page may be asked for, as JSON; *.example.org for all below one. "
        "`sevenviews up` allows this machine's own alone, so that no page elsewhere can borrow a name to read it.",
    )
    gateway_address: str = Field(
        default="127.0.0.1:50051", description="The gateway, host:port, or dns:///name:port."
    )
    gateway_seconds: float = Field(default=30.0, gt=0, description="How long a call of the gateway may take.")
    gateway_ca: Path | None = Field(
        default=None, description="PEM file of the CA of the gateway; none: it speaks plaintext."
    )
    gateway_certificate: Path | None = Field(
        default=None, description="PEM file of the certificate shown to a gateway that demands one."
    )
    gateway_key: Path | None = Field(default=None, description="PEM file of its private key.")
    gateway_well_known_ca: bool = Field(
        default=False, description="The gateway speaks TLS, with a certificate of a well-known CA."
    )
    gateway_server_name: str = Field(
        default="", description="Name in the gateway's certificate, where it is reached under another one."
    )
    gateway_api_key: SecretStr | None = Field(
        default=None,
        description="API key or token that the gateway asks for: all who reach the page do what it may do.",
    )
    gateway_api_key_file: Path | None = Field(
        default=None, description="File of it instead, which is followed: tokens are renewed."
    )
    uploads: Path = Field(
        default_factory=lambda: Path(tempfile.gettempdir()) / "sevenviews-console",
        description="Directory of what is uploaded. Replicas that do not share it must each keep their callers.",
    )
    upload_seconds: int = Field(
        default=24 * 3600, ge=60, description="How long an upload is kept after it was last looked at."
    )
    uploads_bytes: int = Field(
        default=1024 * MEBIBYTE,
        ge=MEBIBYTE,
        description="Of all uploads; beyond it, those that were not looked at for longest go first.",
    )
    max_upload_bytes: int = Field(
        default=64 * MEBIBYTE, ge=MEBIBYTE, description="Of all files of one upload together."
    )
    read_concurrency: int = Field(
        default=2, ge=1, description="Uploads that are cut into figures at once; others wait."
    )

    @model_validator(mode="after")
    def _gateway_files_go_together(self) -> Self:
        if (self.gateway_certificate is None) != (self.gateway_key is None):
            raise ValueError("gateway_certificate and gateway_key go together")
        shown = self.gateway_certificate is not None or self.gateway_server_name
        if shown and self.gateway_tls is None:
            raise ValueError("gateway_certificate and gateway_server_name need a CA")
        if self.gateway_api_key and self.gateway_api_key_file:
            raise ValueError("gateway_api_key and gateway_api_key_file exclude each other")
        return self

    @property
    def gateway_credential(self) -> Credential | None:
        """What the gateway asks for; None: nothing."""
        return self.gateway_api_key_file or self.gateway_api_key

    @property
    def gateway_tls(self) -> ClientTls | None:
        """How the gateway is reached; None for plaintext."""
        if self.gateway_ca is None and not self.gateway_well_known_ca:
            return None
        return ClientTls(
            self.gateway_ca, self.gateway_certificate, self.gateway_key, self.gateway_server_name
        )
