"""EmbeddingWork: order, errors of single images, limits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.embedding.batches import Vector
from sevenviews.embedding.models import LoadedModels
from sevenviews.embedding.service import EmbeddingWork, Image
from sevenviews.embedding.settings import MAX_IMAGES
from tests.unit.embedding.fakes import FakeSource, Recorder


class Service:
    """EmbeddingWork over fake models."""

    def __init__(self, *versions: str) -> None:
        self.source = FakeSource(*versions)
        self.recorder = Recorder()
        self.work = EmbeddingWork(
            LoadedModels(self.source, 3, self.recorder),
            decode_threads=2,
            max_pending_images=MAX_IMAGES,
            observer=self.recorder,
        )


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service("a", "b")
    yield service
    service.work.close()


def images(*numbers: int) -> list[Image | SevenviewsError]:
    return [Image(str(number).encode()) for number in numbers]


def vectors(results: Sequence[Vector | SevenviewsError]) -> list[list[float]]:
    return [result.tolist() for result in results if isinstance(result, np.ndarray)]


async def test_results_stand_in_the_order_of_the_images(service: Service) -> None:
    embedded = await service.work.embed("", images(*range(MAX_IMAGES)))
    assert embedded.model_version == "a"
    assert vectors(embedded.results) == [[number, 1.0] for number in range(MAX_IMAGES)]
    assert service.recorder.outcomes == ["OK"] * MAX_IMAGES
    assert service.recorder.decodes == MAX_IMAGES
    assert service.recorder.pending_images == [MAX_IMAGES, 0]


async def test_versions_give_their_own_vectors(service: Service) -> None:
    by_a, by_b = [await service.work.embed(version, images(7)) for version in ("a", "b")]
    assert vectors(by_a.results) == [[7.0, 1.0]]
    assert vectors(by_b.results) == [[7.0, 2.0]]
    assert (by_a.model_version, by_b.model_version) == ("a", "b")


async def test_a_bad_image_fails_alone_and_says_which(service: Service) -> None:
    bad_crop = SevenviewsError(Reason.CROP_BOX_INVALID, "crop: empty", {"field": "crop"})
    mixed = [*images(1), Image(b""), bad_crop, *images(2)]
    embedded = await service.work.embed("a", mixed)
    assert vectors(embedded.results) == [[1.0, 1.0], [2.0, 1.0]]
    _, empty, crop, _ = embedded.results
    assert isinstance(empty, SevenviewsError)
    assert (empty.reason, empty.metadata) == (Reason.IMAGE_EMPTY, {"image": "images[1]"})
    assert isinstance(crop, SevenviewsError)
    assert (crop.reason, crop.metadata["image"]) == (Reason.CROP_BOX_INVALID, "images[2]")
    assert sorted(service.recorder.outcomes) == ["CROP_BOX_INVALID", "IMAGE_EMPTY", "OK", "OK"]


@pytest.mark.parametrize(
    ("count", "reason"), [(0, Reason.FIELD_REQUIRED), (MAX_IMAGES + 1, Reason.FIELD_OUT_OF_RANGE)]
)
async def test_the_number_of_images_is_checked(service: Service, count: int, reason: Reason) -> None:
    with pytest.raises(SevenviewsError) as caught:
        await service.work.embed("a", images(*range(count)))
    assert caught.value.reason is reason
    assert caught.value.metadata["field"] == "images"
    assert service.source.loads == []


async def test_an_unknown_version_is_not_found(service: Service) -> None:
    with pytest.raises(SevenviewsError) as caught:
        await service.work.embed("nowhere", images(1))
    assert caught.value.reason is Reason.MODEL_NOT_FOUND


async def test_too_many_images_at_once_are_refused_and_the_rest_is_served(service: Service) -> None:
    gate = service.source.models["a"].gate = threading.Event()
    running = asyncio.create_task(service.work.embed("a", images(*range(MAX_IMAGES))))
    await asyncio.sleep(0)
    with pytest.raises(SevenviewsError) as caught:
        await service.work.embed("a", images(1))
    assert caught.value.reason is Reason.OVERLOADED
    gate.set()
    assert len((await running).results) == MAX_IMAGES
    assert len((await service.work.embed("a", images(1))).results) == 1


async def test_a_request_that_fails_gives_its_room_back(service: Service) -> None:
    for _ in range(3):
        with pytest.raises(SevenviewsError):
            await service.work.embed("nowhere", images(*range(MAX_IMAGES)))
    assert len((await service.work.embed("a", images(1))).results) == 1


async def test_a_network_that_fails_is_told(service: Service) -> None:
    service.source.models["b"].fails = True
    with pytest.raises(RuntimeError, match="out of memory"):
        await service.work.embed("b", images(2))


async def test_timings_cover_the_request(service: Service) -> None:
    gate = service.source.models["a"].gate = threading.Event()
    started = time.perf_counter()
    asyncio.get_running_loop().call_later(0.05, gate.set)
    embedded = await service.work.embed("a", images(1, 2))
    ended = time.perf_counter()
    assert embedded.decode_seconds > 0
    assert embedded.infer_seconds > 0.02
    assert embedded.decode_seconds + embedded.infer_seconds <= ended - started
