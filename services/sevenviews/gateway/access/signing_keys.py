"""The keys with which an identity provider signs: its JWKS (RFC 7517), from a URL or a file."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import jwt
import structlog

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.followed import Followed
from sevenviews.runtime.settings import MEBIBYTE

log = structlog.get_logger()

_KEPT_SECONDS = 300.0
"""After which the set is asked for again: a key that the provider withdrew is refused from then on."""
_PAUSE_SECONDS = 10.0
"""Between two questions, whatever keys callers name: else each call of anyone could become one of ours."""
_TIMEOUT_SECONDS = 5.0

KeySet = Mapping[str, jwt.PyJWK]
"""By key id."""


class SigningKeys(Protocol):
    """Where signatures are checked with."""

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """The key of an id; None where the provider has none of it.

        Raises:
            SevenviewsError: DEPENDENCY_UNAVAILABLE, the provider has not told any yet.
        """
        ...


class FileKeys:
    """Of a file, as it is now. Raises OSError, ValueError where it cannot be read at the start."""

    def __init__(self, path: Path) -> None:
        self._keys = Followed((path,), parse_key_set)

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        return self._keys().get(key_id)


class UrlKeys:
    """Of a URL. While it does not answer, what it said last is believed.

    Args:
        url: https://….
        clock: seconds.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._keys: KeySet = {}
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        if key_id not in self._keys or self._age() > _KEPT_SECONDS:
            async with self._asking:
                if self._age() > (_KEPT_SECONDS if key_id in self._keys else _PAUSE_SECONDS):
                    await self._ask()
        if not self._keys:
            raise SevenviewsError(
                Reason.DEPENDENCY_UNAVAILABLE,
                "the identity provider has not told its signing keys",
                {"service": "identity provider"},
            )
        return self._keys.get(key_id)

    def _age(self) -> float:
        return self._clock() - self._asked_at

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            self._keys = parse_key_set(await asyncio.to_thread(_read, self._url))
        except (OSError, ValueError) as error:
            log.error("signing keys cannot be read; the last ones stay", url=self._url, error=str(error))


def parse_key_set(content: bytes) -> KeySet:
    """The keys of a JWKS that verify signatures. Raises ValueError where it is none, or has none."""
    try:
        entries = json.loads(content)["keys"]
        found = {
            str(one["kid"]): key for one in entries if "kid" in one and (key := _public(one)) is not None
        }
    except (TypeError, KeyError, UnicodeDecodeError, json.JSONDecodeError):
        raise ValueError("not a JSON Web Key Set") from None
    if not found:
        raise ValueError("no key of the set has an id and verifies signatures")
    return found


def _public(entry: Mapping[str, Any]) -> jwt.PyJWK | None:
    if entry.get("use", "sig") != "sig" or entry.get("kty") not in {"RSA", "EC", "OKP"}:
        return None
    try:
        # A private key has no business here; of one that strays in, only what is public is taken.
        return jwt.PyJWK({name: value for name, value in entry.items() if name not in _PRIVATE})
    except jwt.PyJWTError:
        return None  # of a kind that nobody here knows; the others may do


_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - settings allow https alone
        content: bytes = answer.read(MEBIBYTE)
    return content
