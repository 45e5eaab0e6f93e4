"""The Milvus of the tests ends with them."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from tests.contract.milvus_server import MilvusProcess


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
