"""Finds out who calls, by whatever the settings allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.access.keys import KeyRing, is_key
from sevenviews.gateway.access.rules import check
from sevenviews.gateway.access.signing_keys import FileKeys, UrlKeys
from sevenviews.gateway.access.tokens import TokenVerifier
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.runtime.identity import Caller, Context, Guard, Role, address_of

AUTHORIZATION = "authorization"
_BEARER = "bearer "


class OpenDoor:
    """Lets everyone do everything: for a gateway that none but this machine can reach, or whose settings say so."""

    async def identify(self, context: Context) -> Caller:
        return Caller(f"anonymous:{address_of(context)}", frozenset(Role))

    def check(self, caller: Caller, method: str) -> None:
        check(caller, method)


class CredentialGuard:
    """Asks for a credential. One that is shown has to be good: a bad key is not made up for by a certificate.

    Args:
        keys: API keys; None: none are taken.
        tokens: of an identity provider; None: none are taken.
        certificates: roles of clients by a name of their certificate: one of its subject alternative names, or its
            common name where it has none. The connection has been refused already where its CA is not ours.
    """

    def __init__(
        self,
        keys: KeyRing | None = None,
        tokens: TokenVerifier | None = None,
        certificates: Mapping[str, Iterable[Role]] | None = None,
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._certificates = {name: frozenset(roles) for name, roles in (certificates or {}).items()}

    async def identify(self, context: Context) -> Caller:
        shown = [value for key, value in context.invocation_metadata() or () if key == AUTHORIZATION]
        if not shown:
            return self._by_certificate(context)
        if len(shown) > 1:
            raise _invalid("one credential is enough; several were sent")
        (value,) = shown
        text = value if isinstance(value, str) else ""
        if not text.lower().startswith(_BEARER):
            raise _invalid('the metadata "authorization" has to begin with "Bearer "')
        credential = text[len(_BEARER) :].strip()
        if self._keys is not None and is_key(credential):
            return self._keys.identify(credential)
        if self._tokens is not None and not is_key(credential):
            return await self._tokens.identify(credential)
        raise _invalid("this server takes no credentials of this kind")

    def check(self, caller: Caller, method: str) -> None:
        check(caller, method)

    def _by_certificate(self, context: Context) -> Caller:
        for name in _names(context):
            if name in self._certificates:
                _check_not_over(context)
                return Caller(f"certificate:{name}", self._certificates[name])
        raise SevenviewsError(
            Reason.CREDENTIAL_MISSING,
            'this server asks for a credential: send "authorization: Bearer …" in the metadata',
        )


def open_guard(settings: GatewaySettings) -> Guard:
    """As the settings say.

    Raises:
        OSError, ValueError: a file of keys cannot be read.
    """
    if not settings.authenticates:
        return OpenDoor()
    return CredentialGuard(
        KeyRing(settings.api_keys_file) if settings.api_keys_file else None,
        _tokens(settings) if settings.oidc_jwks else None,
        settings.certificate_roles,
    )


def _tokens(settings: GatewaySettings) -> TokenVerifier:
    jwks = settings.oidc_jwks
    return TokenVerifier(
        UrlKeys(jwks) if "://" in jwks else FileKeys(Path(jwks)),
        settings.oidc_issuer,
        settings.oidc_audience,
        settings.oidc_leeway_seconds,
        settings.oidc_roles_claim,
        settings.oidc_roles or None,
    )


def _names(context: Any) -> Iterable[str]:
    """Of the certificate that the connection showed; none where it showed none."""
    return (name.decode(errors="replace") for name in context.peer_identities() or ())


def _check_not_over(context: Any) -> None:
    """A connection outlives the certificate that began it."""
    (pem,) = context.auth_context()["x509_pem_cert"]
    if _end(pem) <= datetime.now(UTC):
        raise SevenviewsError(Reason.CREDENTIAL_EXPIRED, "the certificate of this connection has expired")


@lru_cache(maxsize=1024)
def _end(pem: bytes) -> datetime:
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc


def _invalid(why: str) -> SevenviewsError:
    return SevenviewsError(Reason.CREDENTIAL_INVALID, why)
