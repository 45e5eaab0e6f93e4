"""The credential that a channel sends with every call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from pydantic import SecretStr

from sevenviews.runtime.followed import Followed

Credential = SecretStr | str | Path
"""An API key or a token; or the file that holds one, which is followed: tokens are renewed."""

_KEY = "authorization"


class Bearer:
    """Raises OSError and ValueError where a file holds no credential. Its repr tells nothing."""

    def __init__(self, credential: Credential) -> None:
        if isinstance(credential, Path):
            self._secret: Callable[[], SecretStr] = Followed((credential,), _parse)
            return
        text = credential if isinstance(credential, str) else credential.get_secret_value()
        secret = _parse(text.encode())
        self._secret = lambda: secret

    def metadata(self) -> tuple[str, str]:
        """What goes with the call that is made now."""
        return _KEY, f"Bearer {self._secret().get_secret_value()}"


def _parse(content: bytes) -> SecretStr:
    text = content.decode(errors="replace").strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("not an API key or a token: one word of printable ASCII")
    return SecretStr(text)


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: Any
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _CallDetails(_Details, grpc.ClientCallDetails):
    """gRPC has no way to change a call's details but to make others."""


class SendBearer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """For channels of threads."""

    def __init__(self, bearer: Bearer) -> None:
        self._bearer = bearer

    def _send(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        details = client_call_details
        metadata = (*(details.metadata or ()), self._bearer.metadata())
        return continuation(
            _CallDetails(
                details.method,
                details.timeout,
                metadata,
                details.credentials,
                details.wait_for_ready,
                details.compression,
            ),
            request,
        )

    intercept_unary_unary = intercept_unary_stream = intercept_stream_stream = _send  # type: ignore[assignment]
