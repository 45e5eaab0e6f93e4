"""An identity provider for tests: signs tokens, and shows its keys as a JWKS."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER = "https://login.example.org"
AUDIENCE = "sevenviews"


class Issuer:
    """With one signing key."""

    def __init__(self, key_id: str = "k1") -> None:
        self.key_id = key_id
        self._key = ec.generate_private_key(ec.SECP256R1())

    def public(self) -> dict[str, Any]:
        """The key as the set has it."""
        return {
            **json.loads(ECAlgorithm.to_jwk(self._key.public_key())),
            "kid": self.key_id,
            "alg": "ES256",
            "use": "sig",
        }

    def key_set(self) -> bytes:
        return json.dumps({"keys": [self.public()]}).encode()

    def token(self, *, seconds: float = 60, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good token, but for what is said otherwise; a claim that is None is left out."""
        now = time.time()
        whole = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "alice",
            "iat": now - 600,
            "exp": now + seconds,
            "roles": ["reader"],
            **claims,
        }
        given = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(given, self._key, "ES256", {"kid": self.key_id, **(headers or {})})
