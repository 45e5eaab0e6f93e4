"""What the benchmarks measure in: a system of its own with a synthetic corpus, on this machine."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sevenviews.bench.statistics import Spread
from sevenviews.cli.console import note
from sevenviews.cli.local import Addresses, LocalOptions, LocalServices


@asynccontextmanager
async def running_system(folder: Path, designs: int) -> AsyncIterator[Addresses]:
    """Services whose data lie in `folder/data`, while a corpus is made in `folder/corpus`.

    Raises:
        StartError: a service did not start.
    """
    services = LocalServices(LocalOptions(folder / "data", Addresses.of(0)), note)
    starting = asyncio.create_task(services.start())
    try:
        await asyncio.to_thread(_make_corpus, folder / "corpus", designs)
        await starting
        yield services.addresses
    finally:
        starting.cancel()
        await services.stop()


def _make_corpus(folder: Path, designs: int) -> None:
    from sevenviews.synthetic import write_corpus

    write_corpus(folder, designs, seed=1, held_out=max(4, designs // 5), workers=os.cpu_count() or 1)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}


def row(name: str, spread: Spread, digits: int = 0) -> tuple[str, ...]:
    """Of a table: median, least, most."""
    return (name, *(f"{one:,.{digits}f}" for one in (spread.median, spread.least, spread.most)))
