"""A certificate is what was issued, or is refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sevenviews.certificates import (
    Certificate,
    CertificateError,
    CertifiedHit,
    CertifiedQuery,
    Parameters,
    SealedCertificate,
    Signer,
    canonical,
    read_public_key,
)

CERTIFICATE = Certificate(
    "0.1.0",
    "2026-11-30T12:00:00Z",
    "r-1",
    "m-1",
    7,
    (CertifiedQuery(1.0, "front", image_sha256="ab" * 32, crop=(0.0, 0.25, 0.5, 1.0)),),
    {"holders": ["Müller & Söhne"], "prior_to": {"year": 2021, "month": 2, "day": 9}},
    Parameters("prefer", False, 10),
    (CertifiedHit("USD0000001", 2, "2-0a", 5, 0.874321),),
    complete=True,
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return written(tmp_path / "key.pem", Ed25519PrivateKey.generate())


def written(path: Path, key: Ed25519PrivateKey) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    """Names in order, numbers as ECMAScript writes them, no spaces, UTF-8."""
    assert canonical({"b": 1.0, "a": [1e21, 0.000001, "é\n"], "c": None}) == (
        '{"a":[1e+21,0.000001,"é\\n"],"b":1,"c":null}'.encode()
    )
    document = canonical(CERTIFICATE)
    assert document.startswith(b'{"complete":true,"filter":{"holders":["M\xc3\xbcller')
    assert b'"crop":[0,0.25,0.5,1]' in document
    assert b'"score":0.874321' in document


def test_it_survives_its_file_however_that_is_laid_out(tmp_path: Path, key: Path) -> None:
    sealed = Signer(key).seal(CERTIFICATE)
    path = tmp_path / "certificate.json"
    sealed.to_file(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(content.items())), indent=7), encoding="utf-8")
    kept = SealedCertificate.from_file(path)
    assert kept == sealed
    assert kept.verified() == CERTIFICATE
    assert kept.sha256 == hashlib.sha256(canonical(CERTIFICATE)).hexdigest()


def test_without_a_key_it_is_unsigned_and_says_so(key: Path) -> None:
    unsigned = Signer().seal(CERTIFICATE)
    assert (unsigned.signature, unsigned.public_key, unsigned.key_name) == (b"", b"", "")
    assert unsigned.verified() == CERTIFICATE
    assert len(Signer(key).seal(CERTIFICATE).key_name) == 16


def test_what_was_changed_is_refused(tmp_path: Path, key: Path) -> None:
    sealed = Signer(key).seal(CERTIFICATE)
    forged = canonical(replace(CERTIFICATE, hits=()))
    other = Signer(written(tmp_path / "other.pem", Ed25519PrivateKey.generate())).seal(CERTIFICATE)
    for changed, why in (
        (replace(sealed, document=forged), "SHA-256"),
        (replace(sealed, document=forged, sha256=hashlib.sha256(forged).hexdigest()), "signature"),
        (replace(sealed, public_key=other.public_key), "signature"),
        (replace(sealed, public_key=b"short"), "signature"),
        (replace(sealed, signature=other.signature), "signature"),
    ):
        with pytest.raises(CertificateError, match=why):
            changed.verified()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"certificate": {}}',
        '{"certificate": 1, "sha256": "", "signature": "", "public_key": ""}',
    ],
)
def test_what_is_no_certificate(tmp_path: Path, content: str) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(content)
    with pytest.raises(CertificateError):
        SealedCertificate.from_file(path)


def test_other_documents_and_other_formats_are_refused() -> None:
    for document in (canonical({"hits": []}), canonical(replace(CERTIFICATE, format="another 2"))):
        with pytest.raises(CertificateError):
            SealedCertificate(document, hashlib.sha256(document).hexdigest()).verified()


def test_a_signer_takes_keys_of_its_own_kind_alone(tmp_path: Path, key: Path) -> None:
    elliptic = generate_private_key(SECP256R1())
    path = tmp_path / "elliptic.pem"
    path.write_bytes(elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="no Ed25519 key"):
        Signer(path)
    public = tmp_path / "public.pem"
    loaded = Ed25519PrivateKey.generate()
    public.write_bytes(loaded.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert read_public_key(public) == loaded.public_key().public_bytes_raw()
    for wrong in (key, path):
        with pytest.raises(CertificateError):
            read_public_key(wrong)
