"""One suite over the fake, a directory and S3."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.directory_store import DirectoryStore
from sevenviews.metadata.objects import ObjectStore, digest_of, key_of
from sevenviews.metadata.stores import open_objects
from tests.contract.s3_server import new_bucket
from tests.fakes.patent_stores import FakeObjectStore
from tests.patience import ends


@pytest.fixture(params=["fake", "directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "fake":
        yield FakeObjectStore()
    elif request.param == "directory":
        yield open_objects(f"file://{tmp_path / 'drawings'}", 5)
    else:
        yield open_objects(new_bucket(request.getfixturevalue("s3_endpoint")), 5)


def keys(store: ObjectStore) -> list[str]:
    return [one.key for one in store.list()]


def test_what_is_put_is_got(store: ObjectStore) -> None:
    key = key_of(digest_of(b"drawing"))
    assert store.get(key) is None
    store.put(key, b"drawing")
    store.put(key, b"drawing")
    assert store.get(key) == b"drawing"
    assert keys(store) == [key]


def test_keys_are_listed_in_order_with_their_age(store: ObjectStore) -> None:
    contents = [bytes([n]) for n in range(25)]
    for content in contents:
        store.put(key_of(digest_of(content)), content)
    assert keys(store) == sorted(key_of(digest_of(content)) for content in contents)
    for at, after in enumerate(keys(store), 1):
        assert [one.key for one in store.list(after)] == keys(store)[at:]
        assert [one.key for one in store.list(after[:12])] == [one for one in keys(store) if one > after[:12]]
    assert all(abs(one.modified - time.time()) < 120 for one in store.list())


def test_what_is_deleted_is_gone(store: ObjectStore) -> None:
    kept, gone = key_of(digest_of(b"kept")), key_of(digest_of(b"gone"))
    store.put(kept, b"kept")
    store.put(gone, b"gone")
    store.delete([gone, key_of(digest_of(b"never there"))])
    assert keys(store) == [kept]
    store.delete([])


def test_the_age_is_told_without_the_content(store: ObjectStore) -> None:
    key = key_of(digest_of(b"drawing"))
    assert store.stat(key) is None
    store.put(key, b"drawing")
    assert store.stat(key) == next(store.list())


def test_an_empty_store_answers(store: ObjectStore) -> None:
    store.check()
    assert keys(store) == []


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "drawings/../../outside", ""])
def test_no_key_leads_out_of_the_directory(tmp_path: Path, key: str) -> None:
    store = DirectoryStore(tmp_path / "drawings")
    with pytest.raises(ValueError, match="not a key"):
        store.put(key, b"x")
    assert [path.name for path in tmp_path.rglob("*")] == ["drawings"]


def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DirectoryStore(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SevenviewsError) as caught:
        store.put("drawings/aa/bb/c", b"x")
    assert caught.value.reason is Reason.STORAGE_FULL
    # Nothing half-written is left.
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_lost_directory_is_unavailable(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "drawings")
    (tmp_path / "drawings").rmdir()
    with pytest.raises(SevenviewsError) as caught:
        store.check()
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE


def test_an_s3_that_does_not_answer_is_unavailable(s3_endpoint: str) -> None:
    store = open_objects("s3://bucket?endpoint=http://127.0.0.1:9", 1)
    with pytest.raises(SevenviewsError) as caught:
        ends(lambda: store.get("drawings/x"))
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE


def test_a_missing_bucket_is_unavailable(s3_endpoint: str) -> None:
    store = open_objects(f"s3://no-such-bucket?endpoint={s3_endpoint}", 5)
    with pytest.raises(SevenviewsError) as caught:
        store.check()
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE


def test_the_prefix_keeps_to_itself(s3_endpoint: str) -> None:
    url = new_bucket(s3_endpoint)
    store = open_objects(url, 5)
    store.put("drawings/aa", b"mine")
    bucket = url.removeprefix("s3://").partition("/")[0]
    listed = boto3.client("s3", endpoint_url=s3_endpoint).list_objects_v2(Bucket=bucket)["Contents"]
    assert [one["Key"] for one in listed] == ["some/prefix/drawings/aa"]


@pytest.mark.parametrize("url", ["ftp://x", "file://", "s3://", "s3://b?unknown=1", "drawings"])
def test_an_unknown_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="drawings URL"):
        open_objects(url, 5)
