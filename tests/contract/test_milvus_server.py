"""The Milvus of the tests ends with them; one that is given must hold nothing: the suites drop what they find."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from pymilvus import MilvusClient

from tests.contract.milvus_server import MilvusProcess, empty_milvus, require_empty


def test_a_server_that_holds_anything_is_refused_and_left_as_it_is(milvus_url: str) -> None:
    empty_milvus(milvus_url)
    require_empty(milvus_url)
    client = MilvusClient(milvus_url)
    client.create_collection("somebodys", dimension=8)
    with pytest.raises(RuntimeError, match="holds somebodys: the tests would drop all that"):
        require_empty(milvus_url)
    assert client.list_collections() == ["somebodys"]
    client.close()
    empty_milvus(milvus_url)


@pytest.mark.slow
def test_it_ends_with_its_starter(milvus_server: MilvusProcess) -> None:
    """And the starter with the run, as tests/architecture/test_children.py shows of any program."""
    starter = psutil.Process(milvus_server.starter)
    children = starter.children(recursive=True)
    assert [one.name() for one in children] == ["milvus"]
    os.kill(starter.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    milvus_server.start()
