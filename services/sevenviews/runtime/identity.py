"""Who calls, and what for: found out before anything of a call is read."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import grpc

Context = grpc.aio.ServicerContext[Any, Any]


class Role(StrEnum):
    """What a caller may do. None includes another; a caller may have several."""

    READER = "reader"
    IMPORTER = "importer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls.

    Attributes:
        name: how it was identified, and as whom: "key:loader", "oidc:alice", "certificate:loader.example.org",
            "anonymous:10.0.0.7". The same on all replicas and for all credentials of one name.
        roles: that the credential gives.
        credential: which of the name's credentials it was; nothing secret. Empty where they have no names.
    """

    name: str
    roles: frozenset[Role] = frozenset()
    credential: str = ""


NOBODY = Caller("unknown")
"""Who has not been identified."""

caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
"""Of the call that is being served."""


class Guard(Protocol):
    """Asked before a call takes any room."""

    async def identify(self, context: Context) -> Caller:
        """Who calls.

        Raises:
            SevenviewsError: CREDENTIAL_MISSING, CREDENTIAL_INVALID, CREDENTIAL_EXPIRED; DEPENDENCY_UNAVAILABLE.
        """
        ...

    def check(self, caller: Caller, method: str) -> None:
        """Raises SevenviewsError ROLE_MISSING where the caller may not call "/package.Service/Method"."""
        ...


def address_of(context: Context) -> str:
    """The address that calls, without its port, of which each connection has its own: "127.0.0.1", "[::1]"."""
    # "ipv4:10.0.0.7:51234", "ipv6:%5B::1%5D:51234", "unix:".
    _, _, place = str(context.peer()).partition(":")
    return place.rpartition(":")[0].replace("%5B", "[").replace("%5D", "]")
