"""The embedding service as it is run: a process with Ray, called over its socket."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.request import urlopen

import grpc
import numpy as np
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from PIL import Image, ImageDraw
from prometheus_client.parser import text_string_to_metric_families

from sevenviews.designs import Reason
from sevenviews.encoder import ModelStore, load_bundle
from sevenviews.encoder.encoder import Encoder
from sevenviews.internal.v1 import embedding_pb2, embedding_pb2_grpc
from sevenviews.runtime.channels import channel_options, open_channel
from sevenviews.runtime.status import error_from_item, error_from_rpc
from sevenviews.v1 import common_pb2
from tests.models import tiny_bundle
from tests.processes import start_child

START_SECONDS = 90
# Ray's processes hand their figures to the page every 10 seconds.
EXPORT_SECONDS = 60
MAX_MESSAGE_BYTES = 2 * 1024 * 1024
MAX_PENDING_IMAGES = 64

Request = embedding_pb2.EmbedImagesRequest
Stub: TypeAlias = "embedding_pb2_grpc.EmbeddingServiceAsyncStub"


class Service:
    """`python -m sevenviews.embedding` with a Ray of its own, and a store of two models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = ModelStore(folder / "store")
        self.default = self.add_model(seed=1)
        self.other = self.add_model(seed=2)
        self.store.set_default(self.default)
        self.address = f"127.0.0.1:{_free_port()}"
        self._metrics_port = _free_port()
        self.events: list[dict[str, Any]] = []
        self._told = threading.Condition()
        self.process = self._start()

    def add_model(self, seed: int) -> str:
        return self.store.add(tiny_bundle(self.folder / str(seed), seed=seed)).version

    def expected(self, version: str, content: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The embedding, computed without the service."""
        encoder = Encoder(self.store.open(version))
        (vector,) = encoder.embed(encoder.prepare(content)[np.newaxis])
        return np.asarray(vector)

    def replica(self) -> psutil.Process:
        children = psutil.Process(self.process.pid).children(recursive=True)
        (replica,) = [
            child for child in children if child.cmdline()[:1] and "ServeReplica" in child.cmdline()[0]
        ]
        return replica

    def event(self, seconds: float, **fields: str) -> dict[str, Any]:
        """The first line of the log with these fields; waits for it, because Ray hands its workers' lines on."""

        def find() -> list[dict[str, Any]]:
            return [event for event in self.events if event.items() >= fields.items()]

        with self._told:
            assert self._told.wait_for(find, seconds), f"nothing with {fields} among {self.events}"
        return find()[0]

    def counted(self) -> set[tuple[str, str]]:
        """Counters on Ray's page, with the code or outcome that they count."""
        with urlopen(f"http://127.0.0.1:{self._metrics_port}/metrics", timeout=10) as page:
            families = text_string_to_metric_families(page.read().decode())
        samples = [sample for family in families for sample in family.samples]
        return {
            (one.name, one.labels.get("code") or one.labels.get("outcome", ""))
            for one in samples
            if one.name.endswith("_total") and one.value > 0
        }

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0

    def _start(self) -> subprocess.Popen[str]:
        environment = {
            "MODEL_STORE": str(self.store.root),
            "PORT": self.address.rpartition(":")[2],
            "METRICS_PORT": str(self._metrics_port),
            "MAX_MESSAGE_BYTES": str(MAX_MESSAGE_BYTES),
            "MAX_PENDING_IMAGES": str(MAX_PENDING_IMAGES),
            "OBJECT_STORE_BYTES": str(100 * 1024 * 1024),
        }
        process = start_child(
            [sys.executable, "-m", "sevenviews.embedding"],
            env=os.environ | {f"SEVENVIEWS_EMBEDDING_{name}": value for name, value in environment.items()},
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, args=(process,), daemon=True).start()
        return process

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            start = line.find('{"')  # Ray puts the replica's name before its lines
            if start >= 0:
                with self._told:
                    self.events.append(json.loads(line[start : line.rindex("}") + 1]))
                    self._told.notify_all()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("embedding"))
    try:
        service.event(START_SECONDS, event="listening")
        yield service
    finally:
        service.stop()


@pytest.fixture
async def channel(service: Service) -> AsyncIterator[grpc.aio.Channel]:
    async with open_channel(service.address) as channel:
        yield channel


@pytest.fixture
def stub(channel: grpc.aio.Channel) -> Stub:
    return embedding_pb2_grpc.EmbeddingServiceStub(channel)


def drawing(seed: int, side: int = 120) -> bytes:
    """A PNG of a few random lines."""
    image = Image.new("L", (side, side), 255)
    ends = np.random.default_rng(seed).integers(0, side, (6, 4))
    for line in ends.tolist():
        ImageDraw.Draw(image).line(line, fill=0, width=2)
    return png(image)


def png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def request(*contents: bytes, version: str = "") -> Request:
    return Request(
        model_version=version, images=[embedding_pb2.ImageContent(content=each) for each in contents]
    )


async def embed(stub: Stub, *contents: bytes, version: str = "") -> list[np.ndarray[Any, Any]]:
    response = await stub.EmbedImages(request(*contents, version=version), timeout=30)
    assert [result.status.code for result in response.results] == [0] * len(contents)
    assert {result.embedding.model_version for result in response.results} == {response.model_version}
    return [np.array(result.embedding.values) for result in response.results]


async def refusal(stub: Stub, wanted: Request) -> tuple[grpc.StatusCode, Reason, dict[str, str]]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.EmbedImages(wanted, timeout=30)
    error = error_from_rpc(caught.value)
    return caught.value.code(), error.reason, error.metadata


async def test_it_gives_what_the_encoder_gives(service: Service, stub: Stub) -> None:
    contents = [drawing(seed) for seed in range(5)]
    vectors = await embed(stub, *contents)
    for vector, content in zip(vectors, contents, strict=True):
        np.testing.assert_allclose(vector, service.expected(service.default, content), atol=1e-6)


async def test_stages_are_timed(stub: Stub) -> None:
    response = await stub.EmbedImages(request(drawing(1)), timeout=30)
    seconds = {timing.stage: timing.duration.ToTimedelta().total_seconds() for timing in response.timings}
    assert set(seconds) == {"decode", "infer"}
    assert all(0 < value < 30 for value in seconds.values())


async def test_requests_that_share_batches_get_their_own_answers(service: Service, stub: Stub) -> None:
    contents = [drawing(seed) for seed in range(24)]
    versions = [service.default, service.other]
    answers = await asyncio.gather(
        *(embed(stub, content, version=versions[seed % 2]) for seed, content in enumerate(contents))
    )
    for seed, (vector,) in enumerate(answers):
        np.testing.assert_allclose(vector, service.expected(versions[seed % 2], contents[seed]), atol=1e-6)


async def test_a_bad_image_fails_alone(stub: Stub) -> None:
    good = drawing(1)
    bad = {
        Reason.IMAGE_EMPTY: b"",
        Reason.IMAGE_FORMAT_UNSUPPORTED: b"%PDF-1.7 named .png",
        Reason.IMAGE_CORRUPT: good[: len(good) // 2],
        Reason.IMAGE_TOO_SMALL: png(Image.new("L", (1, 1))),
        Reason.IMAGE_BLANK: png(Image.new("L", (64, 64), 255)),
    }
    wanted = request(*bad.values(), good)
    wanted.images.append(
        embedding_pb2.ImageContent(content=good, crop=common_pb2.CropBox(left=0.5, right=0.2, bottom=1))
    )
    results = (await stub.EmbedImages(wanted, timeout=30)).results
    errors = [error_from_item(result.status) for result in results]
    assert [error and error.reason for error in errors] == [*bad, None, Reason.CROP_BOX_INVALID]
    assert [error and error.metadata["image"] for error in errors[:2]] == ["images[0]", "images[1]"]
    assert [len(result.embedding.values) for result in results] == [0, 0, 0, 0, 0, 16, 0]


async def test_requests_that_cannot_be_answered_say_why(stub: Stub) -> None:
    code, reason, metadata = await refusal(stub, request())
    assert (code, reason, metadata["field"]) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        Reason.FIELD_REQUIRED,
        "images",
    )
    code, reason, metadata = await refusal(stub, request(*[b"x"] * 65))
    assert (code, reason, metadata["maximum"]) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        Reason.FIELD_OUT_OF_RANGE,
        "64",
    )
    answer = await refusal(stub, request(drawing(1), version="feedbeef"))
    assert answer == (grpc.StatusCode.NOT_FOUND, Reason.MODEL_NOT_FOUND, {"model_version": "feedbeef"})


async def test_a_message_over_the_limit_is_refused(stub: Stub) -> None:
    code, reason, _ = await refusal(stub, request(bytes(MAX_MESSAGE_BYTES)))
    assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.MESSAGE_TOO_LARGE)


async def test_a_model_published_later_is_loaded_at_its_first_use(service: Service, stub: Stub) -> None:
    version = service.add_model(seed=3)
    assert not (await _models(stub))[version].loaded
    (vector,) = await embed(stub, drawing(1), version=version)
    np.testing.assert_allclose(vector, service.expected(version, drawing(1)), atol=1e-6)
    models = await _models(stub)
    assert models[version].loaded
    assert next(iter(models.values())).model_version == service.default
    assert [model.is_default for model in models.values()].count(True) == 1
    assert {model.execution_provider for model in models.values()} == {"CPUExecutionProvider"}


async def test_a_changed_bundle_is_refused(service: Service, stub: Stub) -> None:
    version = service.add_model(seed=4)
    model = load_bundle(service.store.root / version).model_path
    model.write_bytes(model.read_bytes() + b"\0")
    code, reason, metadata = await refusal(stub, request(drawing(1), version=version))
    assert (code, reason) == (grpc.StatusCode.INTERNAL, Reason.MODEL_BUNDLE_INVALID)
    assert metadata["model_version"] == version
    assert len(await embed(stub, drawing(1))) == 1


async def test_more_than_it_takes_is_refused_and_what_it_took_is_answered(stub: Stub) -> None:
    wanted = request(*[drawing(1, side=900)] * MAX_PENDING_IMAGES)
    answers = await asyncio.gather(
        *(stub.EmbedImages(wanted, timeout=60) for _ in range(4)), return_exceptions=True
    )
    failures = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert 1 <= len(failures) <= 3
    assert {failure.code() for failure in failures} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert {error_from_rpc(failure).reason for failure in failures} == {Reason.OVERLOADED}
    assert len(await embed(stub, drawing(1))) == 1


async def test_the_callers_request_id_is_in_the_log(service: Service, stub: Stub) -> None:
    await stub.EmbedImages(request(drawing(1)), timeout=30, metadata=(("x-request-id", "search-77"),))
    event = await asyncio.to_thread(service.event, 20, request_id="search-77")
    assert (event["method"], event["code"]) == ("EmbedImages", "OK")


async def test_calls_and_loads_are_counted_by_how_they_ended(service: Service, stub: Stub) -> None:
    """As callers saw them end: what we refuse, or fail at, is no OK."""
    changed = service.add_model(seed=5)
    load_bundle(service.store.root / changed).model_path.write_bytes(b"changed")
    await embed(stub, drawing(1))
    for wanted_request in (
        request(),
        request(drawing(1), version="feedbeef"),
        request(b"x", version=changed),
    ):
        await refusal(stub, wanted_request)
    too_much = request(*[drawing(1, side=900)] * MAX_PENDING_IMAGES)
    await asyncio.gather(*(_outcome(stub, too_much) for _ in range(4)))
    wanted = {
        ("ray_sevenviews_requests_total", "OK"),
        ("ray_sevenviews_requests_total", "INVALID_ARGUMENT"),
        ("ray_sevenviews_requests_total", "NOT_FOUND"),
        ("ray_sevenviews_requests_total", "INTERNAL"),
        ("ray_sevenviews_requests_total", "RESOURCE_EXHAUSTED"),
        ("ray_sevenviews_model_loads_total", "OK"),
        ("ray_sevenviews_model_loads_total", "MODEL_NOT_FOUND"),
        ("ray_sevenviews_model_loads_total", "MODEL_BUNDLE_INVALID"),
    }
    found: set[tuple[str, str]] = set()
    async with asyncio.timeout(EXPORT_SECONDS):
        while not wanted <= found:
            found |= await asyncio.to_thread(service.counted)
            await asyncio.sleep(0.5)


async def test_health_and_reflection(service: Service, channel: grpc.aio.Channel) -> None:
    health: Any = health_pb2_grpc.HealthStub(channel)
    for name in ("", "sevenviews.internal.v1.EmbeddingService"):
        answer = await health.Check(health_pb2.HealthCheckRequest(service=name), timeout=30)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await health.Check(health_pb2.HealthCheckRequest(service="nobody"), timeout=30)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    with grpc.insecure_channel(service.address) as plain:
        services = ProtoReflectionDescriptorDatabase(plain).get_services()
    assert {"sevenviews.internal.v1.EmbeddingService", "grpc.health.v1.Health"} <= set(services)


async def test_a_killed_replica_comes_back_and_nothing_wrong_is_answered(
    service: Service, stub: Stub
) -> None:
    content = drawing(5)
    expected = service.expected(service.default, content)
    killed = service.replica()
    outcomes: list[str] = []

    async def call() -> None:
        try:
            (vector,) = await embed(stub, content)
        except grpc.aio.AioRpcError as failure:
            outcomes.append(f"{failure.code().name} {error_from_rpc(failure).reason}")
        else:
            np.testing.assert_allclose(vector, expected, atol=1e-6)
            outcomes.append("answered")

    async with asyncio.TaskGroup() as calls:
        for number in range(60):
            calls.create_task(call())
            if number == 20:
                killed.kill()
            await asyncio.sleep(0.05)
    assert len(outcomes) == 60
    # However long a new replica takes to come.
    async with asyncio.timeout(START_SECONDS):
        while outcomes[-1] != "answered":
            await call()
    assert set(outcomes) <= {"answered", "UNAVAILABLE DEPENDENCY_UNAVAILABLE"}
    assert service.replica().pid != killed.pid


@pytest.mark.parametrize("retries", [False, True])
async def test_a_call_whose_replica_dies_may_be_tried_again(service: Service, retries: bool) -> None:
    wanted = request(*[drawing(1, side=900)] * MAX_PENDING_IMAGES)
    # gRPC tries a request again only if all of it fits its buffer, of 256 KiB unless told otherwise.
    buffer = ("grpc.per_rpc_retry_buffer_size", wanted.ByteSize() + 1024)
    options = [*channel_options(), buffer] if retries else [("grpc.enable_retries", 0)]
    async with grpc.aio.insecure_channel(service.address, options=options) as channel:
        stub = embedding_pb2_grpc.EmbeddingServiceStub(channel)
        await embed(stub, drawing(1))
        killed = service.replica()
        idle = killed.cpu_times().user
        running = asyncio.create_task(_outcome(stub, wanted))
        await asyncio.to_thread(_works, killed, idle)
        assert not running.done()
        killed.kill()
        answered = f"{MAX_PENDING_IMAGES} vectors"
        assert await running == (answered if retries else "UNAVAILABLE DEPENDENCY_UNAVAILABLE")
        await embed(stub, drawing(1))


async def test_sigterm_finishes_what_runs(service: Service, stub: Stub) -> None:
    # The last test: it ends the service.
    replica = service.replica()
    idle = replica.cpu_times().user
    running = asyncio.ensure_future(
        stub.EmbedImages(request(*[drawing(1, side=900)] * MAX_PENDING_IMAGES), timeout=60)
    )
    await asyncio.to_thread(_works, replica, idle)
    assert not running.done()
    service.process.send_signal(signal.SIGTERM)
    assert len((await running).results) == MAX_PENDING_IMAGES
    assert await asyncio.to_thread(service.process.wait, 60) == 0


def _works(replica: psutil.Process, idle: float) -> None:
    """Return once a replica has a request: it uses the processor, for more seconds than it had when it idled."""
    give_up = time.monotonic() + 30
    while replica.cpu_times().user < idle + 0.03:
        assert time.monotonic() < give_up, "the replica does nothing"
        time.sleep(0.01)


async def _outcome(stub: Stub, wanted: Request) -> str:
    try:
        response = await stub.EmbedImages(wanted, timeout=60)
    except grpc.aio.AioRpcError as failure:
        return f"{failure.code().name} {error_from_rpc(failure).reason}"
    return f"{sum(result.HasField('embedding') for result in response.results)} vectors"


async def _models(stub: Stub) -> dict[str, embedding_pb2.Model]:
    models = (await stub.ListModels(embedding_pb2.ListModelsRequest(), timeout=30)).models
    return {model.model_version: model for model in models}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
