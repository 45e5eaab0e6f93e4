"""The errors that each engine really raises mean what our tables say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from sevenviews.designs import SevenviewsError
from sevenviews.vectors.milvus_errors import (
    AliasAbsentError,
    CollectionAbsentError,
    NotLoadedError,
    translated,
)

SECONDS = 30.0
NAME = "errors_of_engines"


@dataclass
class Engine:
    """An engine with one loaded collection."""

    client: MilvusClient
    lite: bool

    def raised(self, call: Callable[[], Any]) -> BaseException:
        with pytest.raises(Exception) as caught, translated(lite=self.lite):  # noqa: PT011 - whichever it is
            call()
        return caught.value

    def search(self, name: str = NAME) -> Any:
        return self.client.search(name, data=[[1.0, 0.0]], limit=1, timeout=SECONDS)


@pytest.fixture(scope="module", params=["lite", "server"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    lite = request.param == "lite"
    folder: Path = tmp_path_factory.mktemp("errors")
    client = MilvusClient(str(folder / "milvus.db") if lite else request.getfixturevalue("milvus_url"))
    for name in (NAME, NAME + "_other"):
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, max_length=8, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
        index = client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP", params={})
        client.create_collection(name, schema=schema, index_params=index, timeout=SECONDS)
    yield Engine(client, lite)
    for name in (NAME, NAME + "_other"):
        client.drop_collection(name)
    client.close()


def test_a_collection_that_is_absent(engine: Engine) -> None:
    client = engine.client
    for call in (
        lambda: client.describe_collection("nowhere", timeout=SECONDS),
        lambda: client.query("nowhere", filter="", limit=1, timeout=SECONDS),
        lambda: client.load_collection("nowhere", timeout=SECONDS),
        lambda: engine.search("nowhere"),
    ):
        assert isinstance(engine.raised(call), CollectionAbsentError)


def test_an_alias_that_is_absent(engine: Engine) -> None:
    error = engine.raised(lambda: engine.client.describe_alias("nobody", timeout=SECONDS))
    assert isinstance(error, CollectionAbsentError if engine.lite else AliasAbsentError)


def test_an_alias_of_another_collection_is_not_absent(engine: Engine) -> None:
    engine.client.create_alias(NAME, "taken", timeout=SECONDS)
    error = engine.raised(lambda: engine.client.create_alias(NAME + "_other", "taken", timeout=SECONDS))
    assert isinstance(error, SevenviewsError | MilvusException)
    assert engine.client.describe_alias("taken", timeout=SECONDS)["collection_name"] == NAME
    engine.client.drop_alias("taken", timeout=SECONDS)


def test_a_collection_that_is_not_loaded(engine: Engine) -> None:
    engine.client.release_collection(NAME, timeout=SECONDS)
    assert isinstance(engine.raised(engine.search), NotLoadedError)
    engine.client.load_collection(NAME, timeout=SECONDS)
    assert len(engine.search()) == 1


def test_whatever_else_is_neither_absent_nor_unloaded(engine: Engine) -> None:
    """A partition that is not found says little of the collection, whatever its words."""
    row = {"id": "1", "vector": [1.0, 0.0]}
    error = engine.raised(
        lambda: engine.client.insert(NAME, [row], partition_name="nowhere", timeout=SECONDS)
    )
    assert not isinstance(error, CollectionAbsentError | AliasAbsentError | NotLoadedError)
