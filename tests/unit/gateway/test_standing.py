"""A stream that runs when its caller may not go on: it ends, and says why, whether it works or waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from sevenviews.client import AsyncClient, ImportItem
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.access.guard import CredentialGuard
from sevenviews.gateway.access.keys import KeyFile, new_key
from sevenviews.runtime.identity import Role
from sevenviews.runtime.status import error_from_rpc
from tests.certificates import Authority
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import design, running_gateway
from tests.unit.gateway.issuer import AUDIENCE, ISSUER, Issuer

NOW = datetime.now(UTC)


async def ended(stream: Any, begun: asyncio.Barrier) -> SevenviewsError:
    """What a stream ends with, some time after its first answer."""
    waits = True
    try:
        async with aclosing(stream) as answers:
            async for _ in answers:
                if waits:
                    waits = False
                    await begun.wait()
    except SevenviewsError as error:
        return error
    raise AssertionError("the stream ended well")


async def waiting() -> AsyncIterator[ImportItem]:
    """A patent, and then nothing any more."""
    yield design("USD1", vector_image(1))
    await asyncio.Event().wait()


async def endless() -> AsyncIterator[ImportItem]:
    for number in range(2, 1_000_000):
        yield design(f"USD{number}", vector_image(1))


async def reflection(address: str, credential: str) -> AsyncIterator[object]:
    async def asked() -> AsyncIterator[Any]:
        yield reflection_pb2.ServerReflectionRequest(list_services="*")
        await asyncio.Event().wait()

    channel: Any = grpc.aio.insecure_channel(address)
    async with channel:
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
        try:
            async for answer in stub.ServerReflectionInfo(
                asked(), metadata=(("authorization", f"Bearer {credential}"),)
            ):
                yield answer
        except grpc.RpcError as error:
            raise error_from_rpc(error) from error


async def test_streams_end_with_their_credential(services: FakeServices, tmp_path: Path) -> None:
    issuer = Issuer()
    file, key_set = tmp_path / "keys.json", tmp_path / "jwks.json"
    key_set.write_bytes(issuer.key_set())
    names = ("revoked", "demoted", "over", "kept")
    records, keys = zip(*(new_key(name, (Role.IMPORTER,), NOW) for name in names), strict=True)
    KeyFile(keys=records).write(file)
    revoked, demoted, over, kept = (key.get_secret_value() for key in keys)
    begun = asyncio.Barrier(8)
    settings = {
        "api_keys_file": file,
        "oidc_jwks": str(key_set),
        "oidc_issuer": ISSUER,
        "oidc_audience": AUDIENCE,
    }
    async with running_gateway(services, **settings) as gateway:
        address = gateway.server.address

        async def imported(credential: str, items: AsyncIterator[ImportItem]) -> SevenviewsError:
            async with AsyncClient(address, credential=credential) as client:
                return await ended(client.import_patents(items), begun)

        *calls, stays = (
            asyncio.create_task(call)
            for call in (
                imported(revoked, waiting()),
                imported(revoked, endless()),
                ended(reflection(address, revoked), begun),
                imported(demoted, waiting()),
                imported(over, waiting()),
                imported(issuer.token(roles=["importer"]), waiting()),
                imported(kept, waiting()),
            )
        )
        await begun.wait()
        _, a_reader, ends, stays_as_it_is = records
        a_reader = a_reader.model_copy(update={"roles": (Role.READER,)})
        ends = ends.model_copy(update={"expires": NOW})
        KeyFile(keys=(a_reader, ends, stays_as_it_is)).write(file)
        key_set.write_bytes(Issuer("another").key_set())
        assert [one.reason for one in await asyncio.gather(*calls)] == [
            Reason.CREDENTIAL_INVALID,
            Reason.CREDENTIAL_INVALID,
            Reason.CREDENTIAL_INVALID,
            Reason.ROLE_MISSING,
            Reason.CREDENTIAL_EXPIRED,
            Reason.CREDENTIAL_INVALID,
        ]
        assert not stays.done()
        stays.cancel()
        await asyncio.wait([stays])


@dataclass(frozen=True, slots=True)
class Connection:
    """Of a client that showed a certificate and sends no other credential."""

    pem: bytes

    def invocation_metadata(self) -> tuple[()]:
        return ()

    def peer_identities(self) -> tuple[bytes, ...]:
        return (b"localhost",)

    def auth_context(self) -> dict[str, tuple[bytes, ...]]:
        return {"x509_pem_cert": (self.pem,)}


async def test_a_connection_lasts_no_longer_than_its_certificate(tmp_path: Path) -> None:
    guard = CredentialGuard(certificates={"localhost": [Role.READER]})
    authority = Authority(tmp_path)
    shown: Any = Connection(authority.issue("client").certificate.read_bytes())
    assert (await guard.identify(shown)).name == "certificate:localhost"
    shown = Connection(authority.issue("client", seconds=-1).certificate.read_bytes())
    with pytest.raises(SevenviewsError) as caught:
        await guard.identify(shown)
    assert caught.value.reason is Reason.CREDENTIAL_EXPIRED


async def test_a_refused_stream_ends_as_the_server_says_whatever_is_being_sent(
    services: FakeServices, tmp_path: Path
) -> None:
    """gRPC's client would say INTERNAL where a message is on its way, three times in four."""
    file = tmp_path / "keys.json"
    KeyFile().write(file)
    async with running_gateway(services, api_keys_file=file) as gateway:
        for _ in range(10):
            async with AsyncClient(gateway.server.address) as client:
                error = await ended(client.import_patents(endless()), asyncio.Barrier(1))
                assert error.reason is Reason.CREDENTIAL_MISSING
