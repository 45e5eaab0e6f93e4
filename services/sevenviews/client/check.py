"""`python -m sevenviews.client.check`: asks a running system whether it serves.

The body of `helm test`, and of the trial searches that the chart makes at intervals.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.client.sync import Client
from sevenviews.designs import DrawingSize, Patent, Reason, SevenviewsError
from sevenviews.runtime.answers import name_of
from sevenviews.runtime.channels import open_blocking_channel
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.status import error_from_rpc

SERVICES = ("gateway", "embedding", "vectors", "metadata")
SQUARE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAAAKUlEQVR42s2RsQ0AAAiD0Md7Og4+0U6MhI78lgpAAeJC1Bqxtj7T"
    "cdwBu/4M7YM+cmMAAAAASUVORK5CYII="
)
"""A PNG of a square's outline on white: something to search with."""
_PNG = b"\x89PNG\r\n\x1a\n"
_NEAREST = 20
"""Within which a drawing must find its own patent: others may have the same drawing."""
_TIMEOUT_SECONDS = 10.0


class CheckError(Exception):
    """A check did not pass; the message says why."""


def checks(
    addresses: dict[str, str], tls: ClientTls | None, credential: str = "", *, must_search: bool = False
) -> Iterator[tuple[str, Callable[[], str]]]:
    """Name and body of each check: the body returns what it found, or raises CheckError.

    Args:
        addresses: by service.
        tls: for all but the embedding, which speaks plaintext.
        credential: API key or token that the gateway is shown.
        must_search: a gateway that asks for one that is not given is no success.
    """
    for service in SERVICES:
        secured = None if service == "embedding" else tls

        def health(address: str = addresses[service], secured: ClientTls | None = secured) -> str:
            return _health(address, secured)

        yield f"health of {service}", health
    yield "releases", lambda: _releases(addresses["vectors"], tls)
    yield "search", lambda: _search(addresses["gateway"], tls, credential, must_search=must_search)


def main() -> int:
    """Run all checks, a line each; 1 if one does not pass in time."""
    options = _options()
    tls = ClientTls(options.ca, options.certificate, options.key) if options.ca else None
    give_up = time.monotonic() + options.patience
    failed = 0
    addresses = {service: getattr(options, service) for service in SERVICES}
    credential = os.environ.get("SEVENVIEWS_API_KEY", "")
    for name, check in checks(addresses, tls, credential, must_search=options.must_search):
        try:
            print(f"ok      {name}: {_until(check, give_up)}", flush=True)
        except CheckError as error:
            failed += 1
            print(f"FAILED  {name}: {error}", flush=True)
    return 1 if failed else 0


def _until(check: Callable[[], str], give_up: float) -> str:
    while True:
        try:
            return check()
        except CheckError:
            if time.monotonic() > give_up:
                raise
        time.sleep(1)


def _health(address: str, tls: ClientTls | None) -> str:
    request = health_pb2.HealthCheckRequest()
    with open_blocking_channel(address, tls=tls) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            status = stub.Check(request, timeout=_TIMEOUT_SECONDS).status
        except grpc.RpcError as error:
            raise CheckError(f"{address} does not answer: {error_from_rpc(error).message}") from error
    if status != health_pb2.HealthCheckResponse.SERVING:
        raise CheckError(
            f"{address} says {name_of(health_pb2.HealthCheckResponse.ServingStatus.DESCRIPTOR, status)}"
        )
    return "SERVING"


def _releases(address: str, tls: ClientTls | None) -> str:
    with Services(
        Addresses(vectors=address, tls=tls), patience_seconds=0, call_seconds=_TIMEOUT_SECONDS
    ) as services:
        try:
            found = services.releases()
        except SevenviewsError as error:
            raise CheckError(error.message) from error
    return ", ".join(release.release_id for release in found) or "none yet"


def _search(address: str, tls: ClientTls | None, credential: str = "", *, must_search: bool = False) -> str:
    with Client(address, timeout_seconds=30, tls=tls, credential=credential or None) as client:
        try:
            known = client.list_patents(page_size=1).patents
            return _finds(client, known[0]) if known else _answers(client)
        except SevenviewsError as error:
            if error.reason is Reason.CREDENTIAL_MISSING and not must_search:
                return "asks for a credential: nothing was searched for"
            raise CheckError(f"{error.message} [{error.reason}]") from error


def _finds(client: Client, patent: Patent) -> str:
    """A drawing of the catalogue finds its patent, and no cache answers in the embedding service's place."""
    drawing_id = patent.drawings[0].drawing_id
    image = client.get_drawing(drawing_id, DrawingSize.PREVIEW)
    page = client.search([marked(image.content)], limit=_NEAREST)
    if patent.patent_id not in [hit.patent_id for hit in page.hits]:
        raise CheckError(f"{drawing_id} does not find {patent.patent_id}, under release {page.release_id}")
    return f"{drawing_id} finds its patent, under release {page.release_id}"


def _answers(client: Client) -> str:
    """There is an answer, where there is nothing to be found."""
    try:
        page = client.search([marked(SQUARE)], limit=1)
    except SevenviewsError as error:
        if error.reason is Reason.NO_SERVING_RELEASE and not error.metadata:
            return "nothing to search yet: import patents"
        raise
    return f"{len(page.hits)} found, under release {page.release_id}"


def marked(image: bytes) -> bytes:
    """The same PNG in other bytes each time, by a text that no decoder looks at; any other image as it is."""
    if not image.startswith(_PNG):
        return image
    header_end = len(_PNG) + 25
    return (
        image[:header_end]
        + _chunk(b"tEXt", b"Comment\0" + secrets.token_hex(8).encode())
        + image[header_end:]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sevenviews.client.check", description=__doc__)
    for port, service in enumerate(SERVICES, start=50051):
        parser.add_argument(f"--{service}", default=f"127.0.0.1:{port}", metavar="HOST:PORT")
    parser.add_argument("--patience", type=float, default=60, help="seconds until a failure counts")
    parser.add_argument(
        "--must-search",
        action="store_true",
        help="fail if the gateway asks for a credential and SEVENVIEWS_API_KEY holds none",
    )
    parser.add_argument("--ca", type=Path, help="PEM file of the services' CA; none: plaintext")
    parser.add_argument("--certificate", type=Path, help="PEM file shown to services that demand one")
    parser.add_argument("--key", type=Path, help="PEM file of its private key")
    return parser.parse_args()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    sys.exit(main())
