"""Batches: what waits while a network runs is its next one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from sevenviews.embedding.batches import Batches, Prepared, Vector
from tests.patience import HANG_SECONDS
from tests.unit.embedding.fakes import FakeModel, Recorder

SIZE = 4


@pytest.fixture
async def batches() -> AsyncIterator[Batches]:
    batches = Batches(SIZE, Recorder())
    yield batches
    batches.close()


def asked(batches: Batches, model: FakeModel, *numbers: int) -> list[asyncio.Task[Vector]]:
    prepared = (Prepared(model.prepare(str(number).encode(), None), model) for number in numbers)
    return [asyncio.create_task(batches.vector(one)) for one in prepared]


async def busy(batches: Batches, model: FakeModel) -> threading.Event:
    """Let the network run with one image until the event is set."""
    model.gate = threading.Event()
    asked(batches, model, 0)
    assert await asyncio.to_thread(model.running.wait, HANG_SECONDS)
    return model.gate


async def test_a_lone_image_goes_at_once(batches: Batches) -> None:
    model = FakeModel("a")
    (vector,) = await asyncio.gather(*asked(batches, model, 7))
    assert vector.tolist() == [7, 1]
    assert model.batch_sizes == [1]


async def test_what_waits_is_the_next_batch_and_no_larger_than_it_may(batches: Batches) -> None:
    model = FakeModel("a")
    gate = await busy(batches, model)
    waiting = asked(batches, model, *range(1, 7))
    await asyncio.sleep(0)
    gate.set()
    assert [vector.tolist() for vector in await asyncio.gather(*waiting)] == [[n, 1] for n in range(1, 7)]
    assert model.batch_sizes == [1, SIZE, 2]


async def test_models_share_no_run_and_the_oldest_comes_first(batches: Batches) -> None:
    first, second = FakeModel("a"), FakeModel("b", scale=2)
    gate = await busy(batches, first)
    waiting = [
        task for number in (1, 2) for model in (second, first) for task in asked(batches, model, number)
    ]
    await asyncio.sleep(0)
    gate.set()
    vectors = [vector.tolist() for vector in await asyncio.gather(*waiting)]
    assert vectors == [[1, 2], [1, 1], [2, 2], [2, 1]]
    assert (first.batch_sizes, second.batch_sizes) == ([1, 2], [2])


async def test_a_model_that_fails_spares_the_others(batches: Batches) -> None:
    good, bad = FakeModel("a"), FakeModel("b", fails=True)
    gate = await busy(batches, good)
    failing, waiting = asked(batches, bad, 1, 2), asked(batches, good, 3)
    await asyncio.sleep(0)
    gate.set()
    told = await asyncio.gather(*failing, return_exceptions=True)
    assert [str(error) for error in told] == ["out of memory"] * 2
    assert [vector.tolist() for vector in await asyncio.gather(*waiting)] == [[3, 1]]


async def test_who_has_gone_is_not_worked_for(batches: Batches) -> None:
    model = FakeModel("a")
    gate = await busy(batches, model)
    gone, stays = asked(batches, model, 1, 2)
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    gate.set()
    assert (await stays).tolist() == [2, 1]
    assert model.batch_sizes == [1, 1]
