"""Certificates that are renewed while they are in use: nobody is started again, and nothing fails."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from sevenviews.client import ImportItem
from sevenviews.client.check import SQUARE
from sevenviews.runtime.certificates import CertificateExpiry, CertificateFiles
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.renewal import RenewedChannel
from sevenviews.runtime.security import ClientTls
from tests.certificates import Authority, Pair
from tests.fakes.house import running_house
from tests.unit.metadata.samples import patent
from tests.unit.runtime.test_security import check, serving

LIFE_SECONDS = 6
"""Of a certificate. Each is renewed long before it ends, as cert-manager does, whatever else the machine does."""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def files_of(pair: Pair) -> CertificateFiles:
    return CertificateFiles(pair.certificate, pair.key, pair.ca)


def test_no_search_fails_while_every_certificate_ends_and_is_renewed(
    authority: Authority, tmp_path: Path
) -> None:
    def issue(seconds: float = LIFE_SECONDS) -> tuple[Pair, Pair]:
        return authority.issue("server", seconds), authority.issue("client", seconds)

    made, _ = patent(1, 1)
    # It may take longer to start than a short one lasts.
    with running_house(tmp_path / "house", pairs=issue(600)) as house, house.client() as client:
        contents = {one.drawing_id: SQUARE for one in made.drawings}
        assert [one.error for one in client.import_patents([ImportItem(made, contents)])] == [None]
        issue()
        first_end, ended, renewals, searches = time.time() + LIFE_SECONDS, threading.Event(), 0, 0

        def renew() -> None:
            nonlocal renewals
            while not ended.wait(1):
                issue()
                renewals += 1

        with ThreadPoolExecutor(1) as thread:
            renewing = thread.submit(renew)
            try:
                # Until the first short ones have been worthless for a while: connections last for 0.2 s, and each
                # shows one anew.
                while renewals < 3 or time.time() < first_end + 1:
                    assert [hit.patent_id for hit in client.search([SQUARE]).hits] == [made.patent_id]
                    searches += 1
            finally:
                ended.set()
            renewing.result()
    assert searches > renewals


async def test_a_new_ca_is_believed_once_the_server_has_a_certificate_of_it(
    authority: Authority, tmp_path: Path
) -> None:
    """The kubelet brings a Secret to one node a minute before the other: the old connection serves until then."""
    (tmp_path / "new").mkdir()
    server, newer = authority.issue("server"), Authority(tmp_path / "new", "new CA")
    trusted = tmp_path / "trusted.crt"
    trusted.write_bytes(server.ca.read_bytes())
    async with serving(server) as running, open_channel(running.address, tls=ClientTls(trusted)) as channel:
        assert isinstance(channel, RenewedChannel)
        health: Any = health_pb2_grpc.HealthStub(channel)

        async def ask() -> None:
            await health.Check(health_pb2.HealthCheckRequest(), timeout=5)

        await ask()
        first = channel()
        trusted.write_bytes(newer.issue("server").ca.read_bytes())
        with pytest.raises(grpc.aio.AioRpcError):
            await check(running.address, ClientTls(trusted))  # whoever connects now
        await ask()
        assert channel() is first
        for name in ("tls.crt", "tls.key", "ca.crt"):
            (server.certificate.parent / name).write_bytes((tmp_path / "new" / "server" / name).read_bytes())
        async with asyncio.timeout(30):
            while channel() is first:
                await ask()
        await ask()


def test_half_a_renewal_leaves_the_last_good_one(authority: Authority) -> None:
    pair = authority.issue("server")
    files = files_of(pair)
    good = files()
    newer = authority.issue("next")
    pair.certificate.write_bytes(newer.certificate.read_bytes())
    with capture_logs() as logs:
        assert files() is good
        assert files() is good
    assert [one["event"] for one in logs] == ["files cannot be used; what they said last stays"]
    pair.key.write_bytes(newer.key.read_bytes())
    assert files().certificate == newer.certificate.read_bytes()
    pair.certificate.write_bytes(b"")
    assert files().certificate == newer.certificate.read_bytes()


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [("tls.crt", "no certificate"), ("tls.key", "the key"), ("ca.crt", "no certificate")],
)
def test_files_that_do_not_go_together_end_the_start(authority: Authority, spoilt: str, why: str) -> None:
    pair = authority.issue("server")
    (pair.key.parent / spoilt).write_text("not what it should be")
    with pytest.raises(ValueError, match=why):
        files_of(pair)


def test_another_certificates_key_ends_the_start(authority: Authority) -> None:
    with pytest.raises(ValueError, match="another certificate's"):
        CertificateFiles(authority.issue("one").certificate, authority.issue("other").key, None)


def test_the_ends_of_certificates_are_metrics_that_follow_the_files(authority: Authority) -> None:
    registry = CollectorRegistry()
    pair = authority.issue("server", seconds=60)
    for service in ("gateway", "vectors"):
        CertificateExpiry(service, registry).watch("server", files_of(pair))

    def told(service: str, certificate: str) -> float | None:
        return registry.get_sample_value(
            "sevenviews_certificate_expiry_timestamp_seconds",
            {"service": service, "certificate": certificate},
        )

    def end_of(path: Path) -> float:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc.timestamp()

    assert told("gateway", "server") == told("vectors", "server") == end_of(pair.certificate)
    assert told("gateway", "server_ca") == end_of(pair.ca)
    authority.issue("server", seconds=600)
    assert told("gateway", "server") == end_of(pair.certificate) > time.time() + 500


async def test_a_server_tells_when_its_certificate_ends(authority: Authority) -> None:
    registry = CollectorRegistry()
    async with serving(authority.issue("server", seconds=60), demand=True, registry=registry):
        names = {
            one.labels["certificate"]
            for family in registry.collect()
            for one in family.samples
            if one.name == "sevenviews_certificate_expiry_timestamp_seconds"
        }
    assert names == {"server", "server_ca"}
