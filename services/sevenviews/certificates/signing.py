"""How a certificate is sealed, kept in a file, and read with suspicion."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from pydantic import TypeAdapter, ValidationError

from sevenviews.certificates.document import FORMAT, Certificate, canonical

_ADAPTER = TypeAdapter(Certificate)


class CertificateError(ValueError):
    """What was given is no certificate, or not the one that was issued."""


@dataclass(frozen=True, slots=True)
class SealedCertificate:
    """A certificate in its canonical form.

    Attributes:
        document: UTF-8.
        sha256: of the document, in hexadecimal.
        signature: by Ed25519, of the document; empty: nothing vouches for it.
        public_key: that it can be checked by, 32 bytes.
    """

    document: bytes
    sha256: str
    signature: bytes = b""
    public_key: bytes = b""

    @property
    def key_name(self) -> str:
        """By which people compare keys: the first digits of its SHA-256; empty where none has signed."""
        return hashlib.sha256(self.public_key).hexdigest()[:16] if self.signature else ""

    def verified(self) -> Certificate:
        """What it says.

        Raises:
            CertificateError: digest or signature are not those of the document, or it is no certificate that this
                version can read.
        """
        if hashlib.sha256(self.document).hexdigest() != self.sha256:
            raise CertificateError("the certificate was changed: it does not have its SHA-256")
        if self.signature:
            try:
                Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, self.document)
            except (InvalidSignature, ValueError) as error:
                raise CertificateError("the certificate's signature is not by its key") from error
        try:
            certificate = _ADAPTER.validate_json(self.document)
        except ValidationError as error:
            raise CertificateError("this is no certificate of a search") from error
        if certificate.format != FORMAT:
            raise CertificateError(f"this is a {certificate.format!r}; {FORMAT!r} can be read")
        return certificate

    def as_json(self) -> dict[str, Any]:
        """The certificate as an object, and what seals it."""
        return {
            "certificate": json.loads(self.document),
            "sha256": self.sha256,
            "signature": base64.b64encode(self.signature).decode(),
            "public_key": base64.b64encode(self.public_key).decode(),
        }

    def to_file(self, path: Path) -> None:
        """As JSON. Raises OSError."""
        text = json.dumps(self.as_json(), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def from_file(cls, path: Path) -> SealedCertificate:
        """However the file is laid out: the canonical form is made anew. Raises OSError, CertificateError."""
        try:
            content = json.loads(path.read_bytes())
            return cls(
                canonical(content["certificate"]),
                str(content["sha256"]),
                base64.b64decode(content["signature"], validate=True),
                base64.b64decode(content["public_key"], validate=True),
            )
        except (KeyError, TypeError, ValueError, binascii.Error, rfc8785.CanonicalizationError) as error:
            raise CertificateError(f"{path} is no certificate of a search") from error


class Signer:
    """Seals certificates; without a key it leaves them unsigned.

    Args:
        key: PEM file of an Ed25519 private key, without a password.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such key.
    """

    def __init__(self, key: Path | None = None) -> None:
        self._key: Ed25519PrivateKey | None = None
        if key is not None:
            loaded = load_pem_private_key(key.read_bytes(), None)
            if not isinstance(loaded, Ed25519PrivateKey):
                raise ValueError(f"{key} is no Ed25519 key")
            self._key = loaded

    def seal(self, certificate: Certificate) -> SealedCertificate:
        document = canonical(certificate)
        digest = hashlib.sha256(document).hexdigest()
        if self._key is None:
            return SealedCertificate(document, digest)
        public_key = self._key.public_key().public_bytes_raw()
        return SealedCertificate(document, digest, self._key.sign(document), public_key)


def read_public_key(path: Path) -> bytes:
    """The 32 bytes of an Ed25519 public key in a PEM file. Raises OSError, CertificateError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise CertificateError(f"{path} is no public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateError(f"{path} is no Ed25519 key")
    return key.public_bytes_raw()
