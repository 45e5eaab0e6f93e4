"""`python -m sevenviews.gateway`: the gateway as a process."""

from __future__ import annotations

import asyncio

from sevenviews.gateway.bootstrap import Gateway
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.runtime.server import run


async def main() -> None:
    """Serve until SIGTERM."""
    settings = GatewaySettings()
    gateway = Gateway(settings)
    await run("gateway", settings, gateway.register, gateway.readiness, gateway.close, gateway.guard)


if __name__ == "__main__":
    asyncio.run(main())
