"""Several versions in memory: loaded once, evicted by use, never in each other's way."""

from __future__ import annotations

import asyncio
import threading

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.embedding.models import LoadedModels
from tests.patience import HANG_SECONDS
from tests.unit.embedding.fakes import FakeSource, Recorder


async def test_an_empty_version_is_the_default() -> None:
    models = LoadedModels(FakeSource("a", "b", default="b"), 2, Recorder())
    assert (await models.get("")).version == "b"


async def test_a_default_that_moved_is_followed() -> None:
    source = FakeSource("a", "b", default="a")
    models = LoadedModels(source, 2, Recorder())
    await models.get("")
    source.default = "b"
    assert (await models.get("")).version == "b"


async def test_a_version_is_loaded_at_its_first_use_only() -> None:
    source = FakeSource("a", "b")
    models = LoadedModels(source, 2, Recorder())
    assert models.versions == ()
    for version in ("a", "b", "a", "b"):
        assert (await models.get(version)).version == version
    assert source.loads == ["a", "b"]


async def test_the_model_not_used_for_longest_makes_room() -> None:
    source = FakeSource("a", "b", "c")
    models = LoadedModels(source, 2, Recorder())
    for version in ("a", "b", "a", "c"):
        await models.get(version)
    assert models.versions == ("a", "c")
    await models.get("b")
    assert source.loads == ["a", "b", "c", "b"]


async def test_all_who_wait_for_a_version_share_one_load() -> None:
    source = FakeSource("a")
    source.gates["a"] = threading.Event()
    models = LoadedModels(source, 1, Recorder())
    waiting = [asyncio.create_task(models.get("a")) for _ in range(5)]
    await asyncio.to_thread(source.loading.wait, 5)
    source.gates["a"].set()
    assert {model.version for model in await asyncio.gather(*waiting)} == {"a"}
    assert source.loads == ["a"]


async def test_loading_one_version_leaves_the_others_usable() -> None:
    source = FakeSource("a", "slow")
    source.gates["slow"] = threading.Event()
    models = LoadedModels(source, 2, Recorder())
    await models.get("a")
    source.loading.clear()
    loading = asyncio.create_task(models.get("slow"))
    assert await asyncio.to_thread(source.loading.wait, HANG_SECONDS)
    assert (await asyncio.wait_for(models.get("a"), HANG_SECONDS)).version == "a"
    assert not loading.done()
    source.gates["slow"].set()
    assert (await loading).version == "slow"


async def test_a_caller_who_gives_up_does_not_stop_the_load() -> None:
    source = FakeSource("a")
    source.gates["a"] = threading.Event()
    models = LoadedModels(source, 1, Recorder())
    first, second = (asyncio.create_task(models.get("a")) for _ in range(2))
    await asyncio.to_thread(source.loading.wait, 5)
    first.cancel()
    source.gates["a"].set()
    assert (await second).version == "a"


@pytest.mark.parametrize(
    ("version", "reason"),
    [("unknown", Reason.MODEL_NOT_FOUND), ("damaged", Reason.MODEL_BUNDLE_INVALID)],
)
async def test_a_load_that_fails_is_told_and_tried_again(version: str, reason: Reason) -> None:
    source = FakeSource("a", "damaged")
    source.damaged.add("damaged")
    models = LoadedModels(source, 2, Recorder())
    for _ in range(2):
        with pytest.raises(SevenviewsError) as caught:
            await models.get(version)
        assert caught.value.reason is reason
    assert source.loads == [version, version]
    assert models.versions == ()


def test_preloading_needs_no_loop() -> None:
    source = FakeSource("a", "b")
    models = LoadedModels(source, 2, Recorder())
    assert models.load_now().version == "a"
    assert models.load_now("a") is models.load_now("a")
    assert source.loads == ["a"]


async def test_loads_are_told_by_outcome() -> None:
    source, recorder = FakeSource("a", "b", "damaged"), Recorder()
    source.damaged.add("damaged")
    models = LoadedModels(source, 1, recorder)
    models.load_now("a")
    for version in ("a", "b"):
        await models.get(version)
    for version in ("damaged", "absent"):
        with pytest.raises(SevenviewsError):
            await models.get(version)
    assert recorder.loads == ["OK", "OK", "MODEL_BUNDLE_INVALID", "MODEL_NOT_FOUND"]
    assert recorder.in_memory == 1
