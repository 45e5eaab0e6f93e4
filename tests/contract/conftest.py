"""What the contract suites of the vector index share: each kind of index there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.milvus_index import MilvusIndex
from tests.fakes.design_index import FakeDesignIndex


@pytest.fixture(scope="module", params=["fake", "lite", "server"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesignIndex]:
    """The fake, Milvus Lite, and a real Milvus server."""
    made: DesignIndex
    if request.param == "fake":
        made = FakeDesignIndex()
    elif request.param == "lite":
        made = MilvusIndex(f"milvus-lite:{tmp_path_factory.mktemp('lite')}")
    else:
        made = MilvusIndex(request.getfixturevalue("milvus_url"))
    yield made
    made.close()
