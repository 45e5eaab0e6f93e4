"""Certificates in files that are renewed under way, as cert-manager and Kubernetes do it; and when they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from prometheus_client import CollectorRegistry, Gauge

from sevenviews.runtime.followed import Followed


@dataclass(frozen=True, slots=True)
class Pem:
    """What the files hold; None where there is no such file."""

    certificate: bytes | None = None
    key: bytes | None = None
    ca: bytes | None = None


class CertificateFiles(Followed[Pem]):
    """A certificate with its key, and a CA, as their files have them now.

    Half of a renewal, a new certificate beside the old key, does not fit together.

    Args:
        certificate: PEM file, with intermediate certificates.
        key: PEM file of its private key, without a passphrase.
        ca: PEM file.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is no PEM, or the key is another certificate's.
    """

    def __init__(self, certificate: Path | None, key: Path | None, ca: Path | None) -> None:
        def parse(*contents: bytes | None) -> Pem:
            pem = Pem(*contents)
            for path, content in ((certificate, pem.certificate), (ca, pem.ca)):
                if content is not None:
                    _check(content, path)
            if pem.certificate is not None and pem.key is not None:
                _check_pair(pem.certificate, pem.key, certificate)
            return pem

        super().__init__((certificate, key, ca), parse)


class CertificateExpiry:
    """The metric that tells when the certificates of a service end, looked up whenever it is read."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        # A registry takes each name once, but several services may write to it.
        if registry not in _gauges:
            _gauges[registry] = Gauge(
                "sevenviews_certificate_expiry_timestamp_seconds",
                "When a certificate in use ends, as Unix time; of several CAs in one file, the last.",
                ("service", "certificate"),
                registry=registry,
            )
        self._gauge = _gauges[registry]
        self._service = service

    def watch(self, name: str, files: CertificateFiles) -> None:
        """Tell of a certificate, as `name`, and of the CA beside it, as `name`_ca."""

        def end_of(read: Callable[[Pem], bytes | None], chosen: Callable[..., float]) -> Callable[[], float]:
            return lambda: chosen(_ends(read(files()) or b""))

        pem = files()
        if pem.certificate is not None:
            # Its own comes first, and ends before those that sign it.
            self._tell(name, end_of(lambda now: now.certificate, lambda ends: ends[0]))
        if pem.ca is not None:
            # While a CA is replaced, the old one stands beside the new one.
            self._tell(f"{name}_ca", end_of(lambda now: now.ca, max))

    def _tell(self, certificate: str, read: Callable[[], float]) -> None:
        self._gauge.labels(self._service, certificate).set_function(read)


# Weak, not by id(): a dead registry's id is given to the next one, which would then get its dead gauge.
_gauges: WeakKeyDictionary[CollectorRegistry, Gauge] = WeakKeyDictionary()


def _certificates(pem: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem)


def _ends(pem: bytes) -> list[float]:
    return [one.not_valid_after_utc.timestamp() for one in _certificates(pem)]


def _check(pem: bytes, path: Path | None) -> None:
    try:
        _certificates(pem)
    except ValueError as error:
        raise ValueError(f"{path} holds no certificate") from error


def _check_pair(certificate: bytes, key: bytes, path: Path | None) -> None:
    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"the key beside {path} cannot be read, or has a passphrase") from error
    if _certificates(certificate)[0].public_key() != private.public_key():
        raise ValueError(f"the key beside {path} is another certificate's")
