"""TLS: certificates from files, as Kubernetes mounts them from a Secret, and renewed without a restart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import grpc

from sevenviews.runtime.certificates import CertificateFiles, Pem


@dataclass(frozen=True, slots=True)
class ServerTls:
    """What a server shows, and what it demands of its callers.

    Attributes:
        certificate: PEM file, with intermediate certificates.
        key: PEM file of its private key.
        client_ca: PEM file of the CA whose certificates callers must have; none: anyone may call.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def files(self) -> CertificateFiles:
        """Raises OSError and ValueError: a file cannot be read, or does not go with the others."""
        return CertificateFiles(self.certificate, self.key, self.client_ca)


@dataclass(frozen=True, slots=True)
class ClientTls:
    """What a client believes, and what it shows.

    Attributes:
        ca: PEM file of the CA of the servers' certificates; none: the CAs that gRPC brings, or those of the file that
            GRPC_DEFAULT_SSL_ROOTS_FILE_PATH names.
        certificate: PEM file shown to servers that demand one.
        key: PEM file of its private key.
        server_name: in the server's certificate, where it is reached under another name, as through a tunnel.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    server_name: str = ""

    def files(self) -> CertificateFiles:
        """Raises OSError and ValueError: a file cannot be read, or does not go with the others."""
        return CertificateFiles(self.certificate, self.key, self.ca)

    def channel_options(self) -> list[tuple[str, str]]:
        """Options of a channel that is made with it."""
        return [("grpc.ssl_target_name_override", self.server_name)] if self.server_name else []


def server_credentials(files: CertificateFiles) -> grpc.ServerCredentials:
    """Credentials that follow the files: a renewed certificate is shown from the next connection on.

    Callers are asked for a certificate if the files have a CA.
    """
    return grpc.dynamic_ssl_server_credentials(
        _configuration(files()),
        # Called before every handshake.
        lambda: _configuration(files()),
        require_client_authentication=files().ca is not None,
    )


def channel_credentials(pem: Pem) -> grpc.ChannelCredentials:
    """Credentials of one channel, which never change: see `renewal`."""
    return grpc.ssl_channel_credentials(
        root_certificates=pem.ca, private_key=pem.key, certificate_chain=pem.certificate
    )


def _configuration(pem: Pem) -> grpc.ServerCertificateConfiguration:
    pairs = [(pem.key, pem.certificate)] if pem.key and pem.certificate else []
    return grpc.ssl_server_certificate_configuration(pairs, pem.ca)
