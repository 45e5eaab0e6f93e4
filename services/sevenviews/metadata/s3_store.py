"""Objects in S3, or in whatever speaks its protocol."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.objects import PREFIX, StoredObject
from sevenviews.runtime.proxies import goes_direct

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = {"NoSuchKey", "404", "NotFound"}
_DELETE_AT_ONCE = 1000


class S3Store:
    """An ObjectStore over a bucket.

    Args:
        bucket: must exist.
        prefix: of all keys, within the bucket.
        endpoint: URL of the server; empty for AWS.
        region: empty: from the environment.
        timeout_seconds: of one attempt to connect or to read.
    """

    def __init__(
        self, bucket: str, prefix: str = "", endpoint: str = "", region: str = "", timeout_seconds: float = 10
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client: S3Client = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=region or None,
            config=Config(
                connect_timeout=min(3.0, timeout_seconds),
                read_timeout=timeout_seconds,
                retries={"max_attempts": 2, "mode": "standard"},
                max_pool_connections=16,
                # None: as the environment says.
                proxies={} if endpoint and goes_direct(endpoint) else None,
            ),
        )

    def put(self, key: str, content: bytes) -> None:
        with _translated():
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=content)

    def get(self, key: str) -> bytes | None:
        with _translated():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
                return answer["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] in _MISSING - {"NoSuchBucket"}:
                    return None
                raise

    def stat(self, key: str) -> StoredObject | None:
        with _translated():
            try:
                answer = self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)
                return StoredObject(key, answer["LastModified"].timestamp())
            except ClientError as error:
                # A bucket that is lost says the same, and has lost all objects indeed; `check` tells the two apart.
                if error.response["Error"]["Code"] in _MISSING:
                    return None
                raise

    def delete(self, keys: Sequence[str]) -> None:
        with _translated():
            for at in range(0, len(keys), _DELETE_AT_ONCE):
                chosen = keys[at : at + _DELETE_AT_ONCE]
                self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": [{"Key": self._prefix + key} for key in chosen], "Quiet": True},
                )

    def list(self, after: str = "") -> Iterator[StoredObject]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + PREFIX, StartAfter=self._prefix + (after or PREFIX)
        )
        with _translated():
            for page in pages:
                for one in page.get("Contents", ()):
                    key = one["Key"].removeprefix(self._prefix)
                    yield StoredObject(key, one["LastModified"].timestamp())

    def check(self) -> None:
        with _translated():
            self._client.head_bucket(Bucket=self._bucket)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        full = isinstance(error, ClientError) and error.response["Error"]["Code"] == "XMinioStorageFull"
        if full:
            raise SevenviewsError(
                Reason.STORAGE_FULL, "the store of drawings has no room left", {"store": "drawings"}
            ) from error
        raise SevenviewsError(
            Reason.DEPENDENCY_UNAVAILABLE,
            f"the store of drawings does not answer: {error}",
            {"service": "drawings"},
        ) from error
