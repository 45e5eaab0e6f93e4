"""Tokens of an identity provider: which are taken, whose they are, and where the provider's keys come from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.access.signing_keys import FileKeys, KeySet, UrlKeys, parse_key_set
from sevenviews.gateway.access.tokens import TokenVerifier
from sevenviews.runtime.identity import Caller, Role
from tests.unit.gateway.issuer import AUDIENCE, ISSUER, Issuer

US = Issuer()
STRANGER = Issuer()  # of the same key id


class Known:
    """Keys that are there from the start."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        return self._keys.get(key_id)


def verifier(claim: str = "roles", **roles: tuple[Role, ...]) -> TokenVerifier:
    return TokenVerifier(Known(parse_key_set(US.key_set())), ISSUER, AUDIENCE, 30.0, claim, roles)


def signed_with_the_public_key() -> str:
    """HS256, with what everyone knows as its secret: the oldest trick."""
    secret = json.dumps(US.public()).encode()
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (
            {"alg": "HS256", "kid": "k1"},
            {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": time.time() + 60, "roles": ["operator"]},
        )
    )
    mac = hmac.new(secret, head + b"." + body, hashlib.sha256).digest()
    return b".".join((head, body, base64.urlsafe_b64encode(mac).rstrip(b"="))).decode()


def unsigned() -> str:
    _, body, _ = US.token().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').rstrip(b"=").decode()
    return f"{none}.{body}."


REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "of a stranger": (STRANGER.token, "signature"),
    "signed with the public key": (signed_with_the_public_key, "algorithm"),
    "unsigned": (unsigned, "algorithm"),
    "altered": (lambda: US.token()[:-8] + "AAAAAAAA", "signature"),
    "of another issuer": (lambda: US.token(iss="https://evil.example.org"), "issuer"),
    "for another audience": (lambda: US.token(aud=["other"]), "audience"),
    "without an audience": (lambda: US.token(aud=None), "lacks"),
    "without an end": (lambda: US.token(exp=None), "lacks"),
    "without a subject": (lambda: US.token(sub=None), "lacks"),
    "not valid yet": (lambda: US.token(nbf=time.time() + 3600), "not valid yet"),
    "of a key that is not there": (lambda: US.token(headers={"kid": "k9"}), "signing key"),
    "of a long subject": (lambda: US.token(sub="a" * 300), "subject"),
    "no token": (lambda: "let me in", "no signed token"),
    "empty": (lambda: "", "no signed token"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_token_that_is_refused(name: str) -> None:
    make, why = REFUSED[name]
    token = make()
    with pytest.raises(SevenviewsError) as caught:
        await verifier().identify(token)
    assert (caught.value.reason, why in caught.value.message) == (Reason.CREDENTIAL_INVALID, True)
    assert not token or token not in str(caught.value)


async def test_an_end_is_met_with_the_leeway() -> None:
    assert (await verifier().identify(US.token(seconds=-10))).name == "oidc:alice"
    with pytest.raises(SevenviewsError) as caught:
        await verifier().identify(US.token(seconds=-40))
    assert caught.value.reason is Reason.CREDENTIAL_EXPIRED


async def test_roles_are_where_the_settings_say() -> None:
    everything = ["reader", "operator", "cleaner", 7]
    found = await verifier().identify(US.token(roles=everything, jti="t-1"))
    assert found == Caller("oidc:alice", frozenset({Role.READER, Role.OPERATOR}), "t-1")
    nested = US.token(realm_access={"roles": ["importer"]})
    assert (await verifier("realm_access.roles").identify(nested)).roles == {Role.IMPORTER}
    assert (await verifier("scope").identify(US.token(scope="openid reader"))).roles == {Role.READER}
    mapped = verifier("groups", searchers=(Role.READER,), owners=(Role.OPERATOR, Role.AUDITOR))
    assert (await mapped.identify(US.token(groups=["owners", "reader"]))).roles == {
        Role.OPERATOR,
        Role.AUDITOR,
    }
    unfit: tuple[Any, ...] = (None, {}, "cleaner", 3, [])
    for nothing in unfit:
        assert (await verifier().identify(US.token(roles=nothing))).roles == frozenset()


def test_a_key_set_gives_public_keys_that_sign() -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "k2"}
    others = [secret, {**US.public(), "use": "enc", "kid": "k3"}, {"kty": "new", "kid": "k4"}, {"kty": "EC"}]
    keys = parse_key_set(json.dumps({"keys": [*others, US.public()]}).encode())
    assert set(keys) == {"k1"}
    for content in (b"", b"{}", b"[]", b'{"keys": 3}', json.dumps({"keys": [secret]}).encode(), b"\xff"):
        with pytest.raises(ValueError, match=r"not a JSON Web Key Set|no key"):
            parse_key_set(content)


async def test_a_file_of_keys_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(US.key_set())
    keys = FileKeys(path)
    assert await keys.find("k1")
    path.write_bytes(b"{")
    assert await keys.find("k1")
    path.write_bytes(Issuer("k2").key_set())
    os.utime(path, ns=(1, 1))
    assert (await keys.find("k1"), (await keys.find("k2")) is not None) == (None, True)


class Provider:
    """Serves a JWKS, and counts who asks."""

    def __init__(self) -> None:
        self.content = US.key_set()
        self.asked = 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                self.send_response(200 if provider.content else 503)
                self.end_headers()
                self.wfile.write(provider.content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


async def test_a_provider_is_asked_seldom_whatever_callers_send(provider: Provider) -> None:
    now = 0.0
    keys = UrlKeys(provider.url, lambda: now)
    provider.content = b""
    with pytest.raises(SevenviewsError) as caught:
        await keys.find("k1")
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
    provider.content, now = US.key_set(), 11.0
    for key_id in ("k1", "k1", "of nobody", "of nobody else"):
        assert (await keys.find(key_id) is None) is (key_id != "k1")
    assert provider.asked == 2
    # A key that is new is found as soon as it may be asked for.
    provider.content, now = Issuer("k2").key_set(), 22.0
    assert await keys.find("k2")
    assert await keys.find("k1") is None
    assert provider.asked == 3
    # What it said last is believed while it does not answer; what it withdrew is forgotten in time.
    provider.content, now = b"", 400.0
    assert await keys.find("k2")
    provider.content, now = US.key_set(), 800.0
    assert await keys.find("k2") is None
    assert provider.asked == 5
