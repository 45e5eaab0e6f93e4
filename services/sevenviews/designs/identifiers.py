"""Ids of patents and of their drawings. Both are safe in paths, URLs and Milvus expressions."""

from __future__ import annotations

import hashlib
import re

_PATENT_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_CONTENT_KEY_LENGTH = 16
_DRAWING_SUFFIX = re.compile(r"-D(\d{5})-(\d{2})$")


def is_patent_id(text: str) -> bool:
    """Whether text is 1 to 64 letters, digits, '.', '_' or '-', both ends alphanumeric, without '..'."""
    return _PATENT_ID.fullmatch(text) is not None and ".." not in text


def drawing_id(patent_id: str, sheet_number: int, position: int) -> str:
    """The id of the position-th figure (from 1) cut from a sheet (from 1): "USD0909824-D00003-01"."""
    return f"{patent_id}-D{sheet_number:05d}-{position:02d}"


def patent_id_of(drawing_id: str) -> str:
    """The patent that a drawing id belongs to.

    Raises:
        ValueError: not a drawing id.
    """
    match = _DRAWING_SUFFIX.search(drawing_id)
    if match is None or not is_patent_id(drawing_id[: match.start()]):
        raise ValueError(f"{drawing_id!r} is not a drawing id such as USD0909824-D00003-01")
    return drawing_id[: match.start()]


def content_key(content: bytes) -> str:
    """Tells one image of a drawing from another: the first 16 hexadecimal digits of its SHA-256."""
    return key_of_digest(hashlib.sha256(content).hexdigest())


def key_of_digest(content_digest: str) -> str:
    """The content key of an image whose SHA-256 is known in full."""
    return content_digest[:_CONTENT_KEY_LENGTH]
