"""TLS: certificates from files, as Kubernetes mounts them from a Secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog

log = structlog.get_logger()


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


@dataclass(frozen=True, slots=True)
class ClientTls:
    """What a client believes, and what it shows.

    Attributes:
        ca: PEM file of the CA of the servers' certificates.
        certificate: PEM file shown to servers that demand one.
        key: PEM file of its private key.
    """

    ca: Path
    certificate: Path | None = None
    key: Path | None = None


def server_credentials(tls: ServerTls) -> grpc.ServerCredentials:
    """Credentials that follow the files: a renewed certificate is shown from the next connection on.

    A file that is missing, or one half of a renewal, leaves the last good certificate in use.

    Raises:
        OSError: a file cannot be read at the start.
    """
    first = _read(tls)
    return grpc.dynamic_ssl_server_credentials(
        _configuration(first),
        _Follower(tls, first),
        require_client_authentication=tls.client_ca is not None,
    )


def channel_credentials(tls: ClientTls) -> grpc.ChannelCredentials:
    """Credentials read once: who shows a client certificate must be started again before it ends.

    Raises:
        OSError: a file cannot be read.
    """
    return grpc.ssl_channel_credentials(
        root_certificates=tls.ca.read_bytes(),
        private_key=tls.key.read_bytes() if tls.key else None,
        certificate_chain=tls.certificate.read_bytes() if tls.certificate else None,
    )


_Files = tuple[bytes, bytes, bytes | None]


class _Follower:
    """Asked by gRPC before every handshake."""

    def __init__(self, tls: ServerTls, shown: _Files) -> None:
        self._tls = tls
        self._shown = shown

    def __call__(self) -> grpc.ServerCertificateConfiguration:
        try:
            files = _read(self._tls)
        except OSError as error:
            log.warning("certificate unreadable; the last one stays", error=str(error))
        else:
            if files != self._shown:
                self._shown = files
                log.info("certificate renewed")
        return _configuration(self._shown)


def _read(tls: ServerTls) -> _Files:
    client_ca = tls.client_ca.read_bytes() if tls.client_ca else None
    return tls.key.read_bytes(), tls.certificate.read_bytes(), client_ca


def _configuration(files: _Files) -> grpc.ServerCertificateConfiguration:
    key, certificate, client_ca = files
    return grpc.ssl_server_certificate_configuration([(key, certificate)], client_ca)
