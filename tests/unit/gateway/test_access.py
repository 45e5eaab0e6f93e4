"""Who may call what: every rpc, with every credential, over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import ValidationError
from structlog.testing import capture_logs

from sevenviews.designs import LocarnoClass, PatentFilter, Reason, SevenviewsError
from sevenviews.gateway.access.keys import KeyFile, new_key
from sevenviews.gateway.access.rules import ROLES
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.runtime.identity import Role
from sevenviews.runtime.reflection import V1, V1ALPHA
from sevenviews.runtime.security import ClientTls, channel_credentials
from sevenviews.runtime.status import error_from_rpc
from tests.certificates import Authority
from tests.descriptors import all_methods
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import RunningGateway, running_gateway
from tests.unit.gateway.issuer import AUDIENCE, ISSUER, Issuer

Metadata = tuple[tuple[str, str], ...]

PUBLIC = {
    f"/{one.containing_service.full_name}/{one.name}"
    for one in all_methods()
    if one.full_name.startswith("sevenviews.v1.")
}
REFLECTION = tuple(f"/{name}/ServerReflectionInfo" for name in (V1, V1ALPHA))
NOW = datetime.now(UTC)
ISSUED = Issuer()

LET_IN = None


def test_every_rpc_has_a_line_in_the_table() -> None:
    """A new rpc is refused to everyone until somebody has decided who may call it."""
    assert set(ROLES) == PUBLIC
    assert all(ROLES.values())


def bearer(credential: str) -> Metadata:
    return (("authorization", f"Bearer {credential}"),)


class Credentials:
    """Keys of every role, in a file; and those that are no good."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "keys.json"
        records = []
        self.keys: dict[str, str] = {}
        for role in Role:
            record, key = new_key(f"a-{role}", (role,), NOW)
            records.append(record)
            self.keys[role] = key.get_secret_value()
        expired, key = new_key("late", tuple(Role), NOW, NOW - timedelta(seconds=1))
        self.keys["expired"] = key.get_secret_value()
        self.keys["wrong"] = new_key("a-operator", tuple(Role), NOW)[1].get_secret_value()
        KeyFile(keys=(*records, expired)).write(self.file)
        self.key_set = folder / "jwks.json"
        self.key_set.write_bytes(ISSUED.key_set())

    def settings(self) -> dict[str, Any]:
        return {
            "api_keys_file": self.file,
            "oidc_jwks": str(self.key_set),
            "oidc_issuer": ISSUER,
            "oidc_audience": AUDIENCE,
        }


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path)


@pytest.fixture
async def guarded(services: FakeServices, credentials: Credentials) -> AsyncIterator[RunningGateway]:
    async with running_gateway(services, **credentials.settings()) as gateway:
        yield gateway


async def refusal(channel: grpc.aio.Channel, method: str, metadata: Metadata) -> SevenviewsError | None:
    """Why a call was not let in; None where it was, whatever came of it: its request is empty, whether it is the only
    one or the first of a stream."""
    stub: Any = channel.unary_stream(method)
    call = stub(b"", metadata=metadata, timeout=10)
    try:
        async for _ in call:
            pass
    except grpc.RpcError as error:
        found = error_from_rpc(error)
        refused = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
        return found if await call.code() in refused else LET_IN
    return LET_IN


async def test_every_rpc_with_every_credential(guarded: RunningGateway, credentials: Credentials) -> None:
    tokens = {f"{role} by token": ISSUED.token(roles=[role.value]) for role in Role}
    senders: dict[str, tuple[Metadata, frozenset[Role] | Reason]] = {
        "no credential": ((), Reason.CREDENTIAL_MISSING),
        "a wrong key": (bearer(credentials.keys["wrong"]), Reason.CREDENTIAL_INVALID),
        "an expired key": (bearer(credentials.keys["expired"]), Reason.CREDENTIAL_EXPIRED),
        "a stranger's token": (bearer(Issuer().token(roles=list(Role))), Reason.CREDENTIAL_INVALID),
        "an expired token": (bearer(ISSUED.token(seconds=-60, roles=list(Role))), Reason.CREDENTIAL_EXPIRED),
        "no bearer": ((("authorization", "Basic YTpi"),), Reason.CREDENTIAL_INVALID),
        "two keys": (bearer(credentials.keys["reader"]) * 2, Reason.CREDENTIAL_INVALID),
        "no roles": (bearer(ISSUED.token(roles=[])), frozenset()),
        **{role.value: (bearer(credentials.keys[role]), frozenset({role})) for role in Role},
        **{f"{role} by token": (bearer(tokens[f"{role} by token"]), frozenset({role})) for role in Role},
    }
    wrong = []
    with capture_logs() as logs:
        async with grpc.aio.insecure_channel(guarded.server.address) as channel:
            for method in sorted({*PUBLIC, *REFLECTION}):
                for sender, (metadata, expected) in senders.items():
                    error = await refusal(channel, method, metadata)
                    wanted: Reason | None
                    if isinstance(expected, Reason):
                        wanted = expected
                    else:
                        lets_in = method in REFLECTION or expected & ROLES[method]
                        wanted = LET_IN if lets_in else Reason.ROLE_MISSING
                    if (error.reason if error else LET_IN) != wanted:
                        wrong.append((method, sender, wanted, error))
                    if wanted is Reason.ROLE_MISSING:
                        assert error is not None
                        assert error.metadata == {"method": method, "roles": ", ".join(sorted(ROLES[method]))}
    assert wrong == []
    # Nothing behind the guard heard of those that it refused, and no log holds a credential.
    told = json.dumps(logs, default=str)
    for secret in (*(key.split("_", 2)[2] for key in credentials.keys.values()), *tokens.values()):
        assert secret not in told


async def test_what_is_refused_takes_no_work(services: FakeServices, guarded: RunningGateway) -> None:
    async with grpc.aio.insecure_channel(guarded.server.address) as channel:
        for method in PUBLIC:
            assert await refusal(channel, method, ()) is not LET_IN
    assert services.methods() == []


async def test_health_is_answered_to_whoever_probes(guarded: RunningGateway) -> None:
    async with grpc.aio.insecure_channel(guarded.server.address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_certificate_is_a_credential(services: FakeServices, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, client = authority.issue("server"), authority.issue("client")
    credentials = Credentials(tmp_path)
    tls = {"tls_certificate": server.certificate, "tls_key": server.key, "tls_client_ca": server.ca}
    shown = channel_credentials(ClientTls(client.ca, client.certificate, client.key).files()())
    search, delete = "SearchService/SearchDesigns", "CatalogService/DeleteCatalogPatents"
    for roles, expected in (
        ({"localhost": [Role.READER]}, (LET_IN, Reason.ROLE_MISSING)),
        # Its common name is "client", but what certificates are known by today is their alternative names.
        ({"client": [Role.READER], "other": [Role.OPERATOR]}, (Reason.CREDENTIAL_MISSING,) * 2),
    ):
        settings = {"certificate_roles": roles, "api_keys_file": credentials.file, **tls}
        async with AsyncExitStack() as stack:
            gateway = await stack.enter_async_context(running_gateway(services, **settings))
            address = gateway.server.address.replace("127.0.0.1", "localhost")
            channel = await stack.enter_async_context(grpc.aio.secure_channel(address, shown))
            found = [await refusal(channel, f"/sevenviews.v1.{one}", ()) for one in (search, delete)]
            assert tuple(one.reason if one else LET_IN for one in found) == expected
            # A key that is shown counts instead; a bad one is no key.
            for key, reason in (("operator", LET_IN), ("wrong", Reason.CREDENTIAL_INVALID)):
                error = await refusal(channel, f"/sevenviews.v1.{delete}", bearer(credentials.keys[key]))
                assert (error.reason if error else LET_IN) == reason


REFUSED_SETTINGS = [
    ({"host": "0.0.0.0"}, "allow_anonymous"),  # noqa: S104
    ({"host": "[::]"}, "allow_anonymous"),
    ({"host": "gateway.example.org"}, "allow_anonymous"),
    ({"api_keys_file": "k", "allow_anonymous": True}, "contradicts"),
    ({"oidc_jwks": "/jwks.json"}, "oidc_issuer"),
    ({"oidc_jwks": "https://a/b", "oidc_issuer": "https://a"}, "oidc_audience"),
    ({"oidc_jwks": "http://a/b", "oidc_issuer": "a", "oidc_audience": "b"}, "https"),
    ({"oidc_jwks": "file:///b", "oidc_issuer": "a", "oidc_audience": "b"}, "https"),
    ({"certificate_roles": {"a": ["reader"]}}, "tls_client_ca"),
    ({"certificate_roles": {"a": ["root"]}}, "reader"),
]


@pytest.mark.parametrize(("settings", "named"), REFUSED_SETTINGS, ids=str)
def test_a_gateway_is_not_open_by_accident(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        GatewaySettings(**settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "127.8.8.8"])
def test_this_machine_needs_no_credential(host: str) -> None:
    assert not GatewaySettings(host=host).authenticates


@pytest.mark.parametrize(
    "settings", [{"allow_anonymous": True}, {"api_keys_file": "keys.json"}], ids=["said", "with keys"]
)
def test_an_address_that_others_reach(settings: dict[str, Any]) -> None:
    assert GatewaySettings(host="[::]", **settings).host == "[::]"


async def test_no_log_holds_what_was_asked(services: FakeServices) -> None:
    """What is searched for may be unpublished."""
    word = "Zauberlampe"
    async with running_gateway(services) as gateway:
        client = gateway.client
        with capture_logs() as logs:
            for call in (
                client.search([word.encode()], patent_filter=PatentFilter(holders=(word,))),
                client.search([], page_token=word),
                client.search([b"x"], read_mask=[word]),
                client.list_patents(PatentFilter(inventors=(word,)), order_by=word),
                client.facets(PatentFilter(uspc=(word,), locarno_any=(LocarnoClass(6, 1),))),
            ):
                with suppress(SevenviewsError):
                    await call
    assert sum(one["event"] == "request" for one in logs) == 5
    assert word not in json.dumps(logs, default=str)
