"""`python -m sevenviews.gateway`: the gateway as a process."""

from __future__ import annotations

import asyncio

from sevenviews.gateway.bootstrap import Gateway
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.runtime.server import run
from sevenviews.runtime.tracing import open_tracing


async def main() -> None:
    """Serve until SIGTERM."""
    settings = GatewaySettings()
    tracing = open_tracing("gateway", settings.trace_endpoint, settings.trace_ratio)
    gateway = Gateway(settings, tracing=tracing)
    await run(
        "gateway",
        settings,
        gateway.register,
        gateway.readiness,
        gateway.close,
        guard=gateway.guard,
        witness=gateway.witness,
        tracing=tracing,
    )


if __name__ == "__main__":
    asyncio.run(main())
