"""Page tokens of searches: the name of a cursor and a position in its ranking, signed.

The signature protects from mistakes: a token that was cut, changed or made up is refused, and not looked for.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass

from sevenviews.designs import Reason, SevenviewsError

_KEY_BYTES = 12
_POSITION_BYTES = 3
_SIGNATURE_BYTES = 9


@dataclass(frozen=True, slots=True)
class PageToken:
    """Which cursor, and where in its ranking the page begins."""

    cursor: str
    position: int


def new_cursor_key() -> str:
    """96 random bits: nobody guesses another's search."""
    return secrets.token_hex(_KEY_BYTES)


class PageTokens:
    """Writes and reads tokens, signed with a key that all replicas share."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def encode(self, token: PageToken) -> str:
        """32 URL-safe characters. Equal tokens give equal text."""
        payload = bytes.fromhex(token.cursor) + token.position.to_bytes(_POSITION_BYTES, "big")
        return base64.urlsafe_b64encode(payload + self._signature(payload)).decode()

    def decode(self, text: str) -> PageToken:
        """Raises SevenviewsError: PAGE_TOKEN_INVALID."""
        try:
            signed = base64.b64decode(text, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise invalid_token("was not made by this service") from error
        payload = signed[:-_SIGNATURE_BYTES]
        if len(payload) != _KEY_BYTES + _POSITION_BYTES:
            raise invalid_token("was not made by this service")
        token = PageToken(payload[:_KEY_BYTES].hex(), int.from_bytes(payload[_KEY_BYTES:], "big"))
        # The text, not what it stands for: "+" and "-" stand for the same.
        if not hmac.compare_digest(text.encode(), self.encode(token).encode()):
            raise invalid_token("was not made by this service")
        return token

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:_SIGNATURE_BYTES]


def invalid_token(why: str) -> SevenviewsError:
    """The error of a token that this search cannot be continued with."""
    return SevenviewsError(Reason.PAGE_TOKEN_INVALID, f"page_token {why}", {"field": "page_token"})
