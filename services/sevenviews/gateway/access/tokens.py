"""Tokens of an OpenID Connect provider: JWTs (RFC 7519) that it has signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jwt

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.access.signing_keys import SigningKeys
from sevenviews.runtime.identity import Caller, Role

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric alone. With a symmetric one, whoever can check tokens could make them; and of "none" there is nothing to
check."""

_NAME_LENGTH = 200

_PROBLEMS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.InvalidSignatureError, "its signature is not the provider's"),
    (jwt.InvalidAudienceError, "it is for another audience"),
    (jwt.InvalidIssuerError, "it is of another issuer"),
    (jwt.ImmatureSignatureError, "it is not valid yet"),
    (jwt.InvalidIssuedAtError, "it was issued in the future"),
    (jwt.MissingRequiredClaimError, "it lacks one of exp, iss, aud, sub"),
    (jwt.InvalidAlgorithmError, "its algorithm is not allowed"),
)
"""In our words: the library's repeat parts of the token."""


class TokenVerifier:
    """Tells whose token it is.

    Args:
        keys: of the provider.
        issuer: that the token must name.
        audience: that the token must be for.
        leeway_seconds: by which clocks may differ.
        roles_claim: where a token lists roles: "roles", or a way into it, "realm_access.roles".
        roles: what each of the values there gives; None: their own names are roles.
    """

    def __init__(
        self,
        keys: SigningKeys,
        issuer: str,
        audience: str,
        leeway_seconds: float,
        roles_claim: str,
        roles: Mapping[str, Iterable[Role]] | None = None,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway_seconds = leeway_seconds
        self._roles_claim = roles_claim.split(".")
        self._roles = roles or {role.value: (role,) for role in Role}

    async def identify(self, token: str) -> Caller:
        """Whose token it is.

        Raises:
            SevenviewsError: CREDENTIAL_INVALID, CREDENTIAL_EXPIRED; DEPENDENCY_UNAVAILABLE, the provider's keys are
                not known.
        """
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError:
            raise _invalid("it is no API key, and no signed token") from None
        key = await self._keys.find(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise _invalid("it names no signing key of the provider")
        claims = self._claims(token, key)
        name = str(claims["sub"])
        if len(name) > _NAME_LENGTH:
            raise _invalid(f"its subject has more than {_NAME_LENGTH} characters")
        return Caller(f"oidc:{name}", self._roles_of(claims), str(claims.get("jti", ""))[:_NAME_LENGTH])

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=_algorithms(key),
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway_seconds,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise SevenviewsError(Reason.CREDENTIAL_EXPIRED, "the token has expired") from None
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            known = (problem for kind, problem in _PROBLEMS if isinstance(error, kind))
            raise _invalid(next(known, "it is malformed")) from None
        return claims

    def _roles_of(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        found: Any = claims
        for step in self._roles_claim:
            found = found.get(step) if isinstance(found, Mapping) else None
        # Some providers write a list, some words in one text.
        values = found.split() if isinstance(found, str) else found if isinstance(found, list) else ()
        return frozenset(
            role for value in values if isinstance(value, str) for role in self._roles.get(value, ())
        )


def _algorithms(key: jwt.PyJWK) -> list[str]:
    """Of the key: the one that the provider gives it for, or any that its kind can do."""
    declared = key._jwk_data.get("alg")
    return [one for one in ALGORITHMS if declared in {None, one}]


def _invalid(why: str) -> SevenviewsError:
    return SevenviewsError(Reason.CREDENTIAL_INVALID, f"the token is not taken: {why}")
