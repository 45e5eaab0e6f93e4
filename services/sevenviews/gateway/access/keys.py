"""API keys, and the file that knows them by their hashes.

A key is 256 random bits, so its SHA-256 is enough: nobody can try all keys, however fast the hash, and there is no
dictionary of them to salt against. A slow hash, as passwords need one, would cost every call 50 ms.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.followed import Followed
from sevenviews.runtime.identity import Caller, Role

_PREFIX = "sv_"
"""So that a key is known for one where it should not be: scanners of secrets look for such beginnings."""
_FORM = re.compile(r"sv_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_SECRET_BYTES = 32
_ID_BYTES = 6
_FILE_MODE = 0o600

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")]


class ApiKey(BaseModel):
    """What is known of a key; not the key itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    name: Name
    """Of who has it. Several keys of one name are one caller: that is how a key is replaced."""
    roles: tuple[Role, ...] = Field(min_length=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    created: AwareDatetime
    expires: AwareDatetime | None = None


class KeyFile(BaseModel):
    """The content of the file, JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[ApiKey, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [key.id for key in self.keys]
        if len(ids) != len(set(ids)):
            raise ValueError("two keys have one id")
        return self

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Raises ValueError, naming the field; hashes are not repeated."""
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            problems = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise ValueError("; ".join(problems)) from None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises OSError, ValueError."""
        return cls.parse(path.read_bytes())

    def write(self, path: Path) -> None:
        """In place of what is there, all at once, and readable by its owner alone."""
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.touch(mode=_FILE_MODE)
        beside.write_text(self.model_dump_json(indent=2, exclude_none=True) + "\n")
        beside.replace(path)

    def with_key(self, key: ApiKey) -> KeyFile:
        """The file with one key more."""
        return KeyFile(keys=(*self.keys, key))

    def without(self, key_id: str) -> KeyFile:
        """The file without a key. Raises KeyError where there is none of this id."""
        left = tuple(key for key in self.keys if key.id != key_id)
        if len(left) == len(self.keys):
            raise KeyError(key_id)
        return KeyFile(keys=left)


def new_key(
    name: str, roles: tuple[Role, ...], created: datetime, expires: datetime | None = None
) -> tuple[ApiKey, SecretStr]:
    """A key's record, and the key, which nobody can tell again. Raises ValueError for a name that cannot be one."""
    key_id = secrets.token_hex(_ID_BYTES)
    key = f"{_PREFIX}{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    record = ApiKey(id=key_id, name=name, roles=roles, sha256=_hash(key), created=created, expires=expires)
    return record, SecretStr(key)


def is_key(credential: str) -> bool:
    """Whether it looks like an API key, rather than like a token."""
    return credential.startswith(_PREFIX)


class KeyRing:
    """The keys of a file, as it is now: a key that is revoked there is refused from the next call on.

    Args:
        path: of the file.
        now: the time.

    Raises:
        OSError, ValueError: the file cannot be read at the start.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._keys = Followed((path,), _by_id)
        self._now = now

    def identify(self, credential: str) -> Caller:
        """Whose key it is.

        Raises:
            SevenviewsError: CREDENTIAL_INVALID, CREDENTIAL_EXPIRED.
        """
        form = _FORM.fullmatch(credential)
        key = self._keys().get(form[1]) if form else None
        if key is None or not hmac.compare_digest(key.sha256, _hash(credential)):
            raise SevenviewsError(
                Reason.CREDENTIAL_INVALID, "the API key is none of this server's, or was revoked"
            )
        if key.expires is not None and key.expires <= self._now():
            raise SevenviewsError(Reason.CREDENTIAL_EXPIRED, f"the API key {key.id} has expired")
        return Caller(f"key:{key.name}", frozenset(key.roles), key.id)


def _by_id(content: bytes) -> dict[str, ApiKey]:
    return {key.id: key for key in KeyFile.parse(content).keys}


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
