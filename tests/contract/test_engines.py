"""The real engines: what is down, what hangs, and what is left by a restart."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sevenviews.designs import (
    PatentFilter,
    Reason,
    SevenviewsError,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.releases import Release
from tests.contract.designs import SECONDS, create, found, patent, promoted, refused, unit
from tests.contract.milvus_server import MilvusProcess
from tests.patience import ends


def test_a_url_that_nobody_listens_on_is_unavailable() -> None:
    error = ends(lambda: refused(lambda: MilvusIndex("http://127.0.0.1:9").check(2.0)))
    assert (error.reason, error.metadata) == (Reason.DEPENDENCY_UNAVAILABLE, {"service": "milvus"})


def test_an_unknown_url_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        MilvusIndex("redis://localhost")


def test_lite_keeps_everything_over_a_restart(tmp_path: Path) -> None:
    first = MilvusIndex(f"milvus-lite:{tmp_path}")
    made = create(first)
    first.upsert(made.release_id, [patent(1)], SECONDS)
    promoted(first, made)
    first.close()
    second = MilvusIndex(f"milvus-lite:{tmp_path}")
    assert second.serving_release(SECONDS).release_id == made.release_id
    assert found(second, made) == {"USD0000001"}
    second.close()


def test_a_server_that_hangs_is_unavailable_and_then_back(milvus_server: MilvusProcess) -> None:
    index = MilvusIndex(milvus_server.url)
    made = create(index)
    index.upsert(made.release_id, [patent(1)], SECONDS)
    milvus_server.pause()
    try:
        error = ends(lambda: refused(lambda: found_within(index, made, 3.0)))
        assert error.reason is Reason.DEPENDENCY_UNAVAILABLE
    finally:
        milvus_server.resume()
    deadline = time.monotonic() + 60
    while (answer := _answer(index, made)) != {"USD0000001"}:
        assert time.monotonic() < deadline, f"the index did not recover: {answer}"
    index.close()


def _answer(index: DesignIndex, release: Release) -> object:
    try:
        return found_within(index, release, 5.0)
    except SevenviewsError as error:
        return error


def found_within(index: DesignIndex, release: Release, seconds: float) -> set[str]:
    _, (nearest,) = index.search(release.release_id, [unit(0)], PatentFilter(), (), 10, seconds)
    return {one.patent_id for one in nearest}
