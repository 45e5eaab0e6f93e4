"""A private S3 on a free port: moto's server."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer


@contextlib.contextmanager
def running_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The endpoint of a started server; credentials are set in the environment, as boto3 reads them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def new_bucket(endpoint: str) -> str:
    """An empty bucket, as a drawings URL with a prefix."""
    name = f"test-{uuid.uuid4().hex}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=name)
    return f"s3://{name}/some/prefix?endpoint={endpoint}"


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Of one server for the whole run."""
    with pytest.MonkeyPatch.context() as monkeypatch, running_s3(monkeypatch) as endpoint:
        yield endpoint
