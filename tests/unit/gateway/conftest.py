"""The gateway's fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.services import FakeServices, fake_services
from tests.unit.gateway.harness import RELEASE, RunningGateway, running_gateway


@pytest.fixture
async def services() -> AsyncIterator[FakeServices]:
    """The three services, with one empty release that serves."""
    async with fake_services() as services:
        services.vectors.add_release(RELEASE)
        services.vectors.serve(RELEASE)
        yield services


@pytest.fixture
async def gateway(services: FakeServices) -> AsyncIterator[RunningGateway]:
    """With the settings' defaults."""
    async with running_gateway(services) as gateway:
        yield gateway
