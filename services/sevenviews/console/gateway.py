"""The one place where the console speaks to the gateway for somebody."""

from __future__ import annotations

from starlette.requests import Request

from sevenviews.client import AsyncClient
from sevenviews.console.settings import ConsoleSettings


class Gateway:
    """The gateway, as each caller of the console may use it. To be opened inside the event loop, and closed."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self._settings = settings
        self._client: AsyncClient | None = None

    def open(self) -> None:
        """Make the channel; it connects when it is first used."""
        settings = self._settings
        self._client = AsyncClient(
            settings.gateway_address,
            timeout_seconds=settings.gateway_seconds,
            tls=settings.gateway_tls,
            credential=settings.gateway_credential,
        )

    async def close(self) -> None:
        """Close the channel; what runs fails."""
        if self._client is not None:
            await self._client.close()

    def of(self, request: Request) -> AsyncClient:
        """Calls on behalf of whoever asks.

        Everything that the console asks of the gateway comes by here: a credential of the request is to be handed on
        here, and nowhere else.
        """
        if self._client is None:
            raise RuntimeError(f"the gateway is not open: {request.url.path} came before the start")
        return self._client
