"""The port to an object store: images by key, named by their own hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

PREFIX = "drawings/"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it is listed. Modified: seconds since the epoch."""

    key: str
    modified: float


class ObjectStore(Protocol):
    """Blocking; safe to use from several threads.

    Every method raises SevenviewsError: DEPENDENCY_UNAVAILABLE where the store does not answer, STORAGE_FULL where
    it has no room.
    """

    def put(self, key: str, content: bytes) -> None:
        """Write an object whole or not at all. One that is there is written anew: its age begins again."""
        ...

    def get(self, key: str) -> bytes | None:
        """The content; None if there is none."""
        ...

    def stat(self, key: str) -> StoredObject | None:
        """When it was written; None if there is none. Does not read the content."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Unknown keys are no error."""
        ...

    def list(self, after: str = "") -> Iterator[StoredObject]:
        """All objects under PREFIX behind a key, in the order of their keys."""
        ...

    def check(self) -> None:
        """Return if the store answers."""
        ...


def digest_of(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def reduced_key_of(key: str, side: int) -> str:
    """Where a drawing lies that was reduced to so many pixels, by the key of the image itself.

    Not among the images: each of those has its record, and these can be made anew.
    """
    return f"reduced/{side}/{key.removeprefix(PREFIX)}"


def key_of(digest: str) -> str:
    """Where an image lies: drawings/ab/cd/<digest>, so that no folder grows too large."""
    return f"{PREFIX}{digest[:2]}/{digest[2:4]}/{digest}"
