"""Page tokens of searches: which release answers, for which request, and which patents were dealt with.

A position in the ranking would not do: patents are imported, replaced and deleted between two pages, and all
positions behind them move. A token therefore carries a mark of each patent that was shown, or was found to be
unpublished, so that none appears twice whatever happens. Six bytes of SHA-256 a patent: among 16,384
candidates, the chance that any is mistaken for one of 10,000 marks is below one in a million.

The signature protects from mistakes: a token that was cut, changed or taken from another search is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from sevenviews.designs import Reason, SevenviewsError

_VERSION = b"\x01"
_DIGEST_BYTES = 16
_MARK_BYTES = 6


@dataclass(frozen=True, slots=True)
class PageToken:
    """What a page must know of those before it.

    Attributes:
        release_id: the release that answered them.
        model_version: of that release.
        request_digest: 16 bytes over everything that the request asks for.
        considered: marks of the patents that are not to appear again.
    """

    release_id: str
    model_version: str
    request_digest: bytes
    considered: frozenset[bytes] = frozenset()


def mark(patent_id: str) -> bytes:
    """What stands for a patent in a token."""
    return hashlib.sha256(patent_id.encode()).digest()[:_MARK_BYTES]


class PageTokens:
    """Writes and reads tokens, signed with a key that all replicas share."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def encode(self, token: PageToken) -> str:
        """URL-safe text. Equal tokens give equal text."""
        payload = b"".join(
            (
                _VERSION,
                token.request_digest,
                _sized(token.release_id),
                _sized(token.model_version),
                *sorted(token.considered),
            )
        )
        return base64.urlsafe_b64encode(self._signature(payload) + payload).rstrip(b"=").decode()

    def decode(self, text: str, request_digest: bytes) -> PageToken:
        """The token that `encode` wrote for the same request.

        Raises:
            SevenviewsError: PAGE_TOKEN_INVALID.
        """
        payload = self._verified(text)
        digest, rest = payload[1 : 1 + _DIGEST_BYTES], payload[1 + _DIGEST_BYTES :]
        if digest != request_digest:
            raise _invalid("page_token belongs to another search: only the token may differ between pages")
        release_id, rest = _take_sized(rest)
        model_version, rest = _take_sized(rest)
        marks = (rest[start : start + _MARK_BYTES] for start in range(0, len(rest), _MARK_BYTES))
        return PageToken(release_id, model_version, digest, frozenset(marks))

    def _verified(self, text: str) -> bytes:
        try:
            signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _invalid("page_token was not made by this service") from error
        signature, payload = signed[:_DIGEST_BYTES], signed[_DIGEST_BYTES:]
        if not hmac.compare_digest(signature, self._signature(payload)) or payload[:1] != _VERSION:
            raise _invalid("page_token was not made by this service")
        return payload

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:_DIGEST_BYTES]


def _sized(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _take_sized(payload: bytes) -> tuple[str, bytes]:
    end = 2 + int.from_bytes(payload[:2], "big")
    return payload[2:end].decode(), payload[end:]


def _invalid(message: str) -> SevenviewsError:
    return SevenviewsError(Reason.PAGE_TOKEN_INVALID, message, {"field": "page_token"})
