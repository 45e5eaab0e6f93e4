"""Bad input gets the code and the reason that the protos promise, and leaves everything as it was."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from sevenviews.client import ImportItem
from sevenviews.designs import Drawing, Patent, Reason, SevenviewsError, drawing_id
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.channels import channel_options
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import error_from_rpc
from sevenviews.v1 import common_pb2, search_pb2, search_pb2_grpc
from tests.system import System
from tests.systems import SyntheticCorpus
from tests.unit.encoder.test_images import BAD, drawing, encoded, header_only_png


@pytest.fixture(scope="module", autouse=True)
def _leaves_everything_as_it_was(system: System) -> Iterator[None]:
    before = system.examine()
    assert before.agrees
    yield
    after = system.examine()
    # The image of a patent that was deleted stays until a repair finds it old enough.
    assert replace(after, objects=before.objects) == before


@pytest.fixture(scope="module")
def search(system: System) -> Iterator[search_pb2_grpc.SearchServiceStub]:
    # Larger than the server allows, so that the server is who refuses.
    with grpc.insecure_channel(system.gateway, options=channel_options(256 * MEBIBYTE)) as channel:
        yield search_pb2_grpc.SearchServiceStub(channel)


def refusal(call: Callable[[], Any]) -> tuple[grpc.StatusCode, SevenviewsError]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), error_from_rpc(caught.value)


def request(content: bytes, **fields: Any) -> search_pb2.SearchDesignsRequest:
    query = search_pb2.QueryImage(content=content, crop=fields.pop("crop", None))
    return search_pb2.SearchDesignsRequest(queries=[query], **{"page_size": 3, **fields})


IMAGES = {**BAD, "a 50,000 × 50,000 bomb": (lambda: header_only_png(50_000, 50_000), Reason.IMAGE_TOO_LARGE)}


@pytest.mark.parametrize(("make", "reason"), IMAGES.values(), ids=IMAGES)
def test_a_bad_query_image(
    search: search_pb2_grpc.SearchServiceStub, make: Callable[[], bytes], reason: Reason
) -> None:
    code, error = refusal(lambda: search.SearchDesigns(request(make()), timeout=30))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert error.metadata["image"] == "queries[0]"


GOOD = encoded(drawing())
REQUESTS: dict[str, tuple[search_pb2.SearchDesignsRequest, Reason]] = {
    "no query": (search_pb2.SearchDesignsRequest(page_size=3), Reason.FIELD_REQUIRED),
    "a negative limit": (request(GOOD, page_size=-1), Reason.FIELD_OUT_OF_RANGE),
    "a malformed page token": (request(GOOD, page_token="x"), Reason.PAGE_TOKEN_INVALID),  # noqa: S106
    "a Locarno class that is none": (
        request(GOOD, filter=common_pb2.PatentFilter(locarno_any=[common_pb2.LocarnoClass(class_number=33)])),
        Reason.FIELD_MALFORMED,
    ),
    "an empty crop": (request(GOOD, crop=common_pb2.CropBox(left=1, right=1)), Reason.CROP_BOX_INVALID),
}


@pytest.mark.parametrize(("message", "reason"), REQUESTS.values(), ids=REQUESTS)
def test_a_bad_request(
    search: search_pb2_grpc.SearchServiceStub, message: search_pb2.SearchDesignsRequest, reason: Reason
) -> None:
    code, error = refusal(lambda: search.SearchDesigns(message, timeout=30))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)


def test_a_message_over_the_limit(search: search_pb2_grpc.SearchServiceStub) -> None:
    code, error = refusal(lambda: search.SearchDesigns(request(bytes(65 * MEBIBYTE)), timeout=60))
    assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.MESSAGE_TOO_LARGE)


def test_an_unknown_release(search: search_pb2_grpc.SearchServiceStub) -> None:
    code, error = refusal(lambda: search.SearchDesigns(request(GOOD, release_id="none"), timeout=30))
    assert (code, error.reason) == (grpc.StatusCode.NOT_FOUND, Reason.RELEASE_NOT_FOUND)


def test_an_unknown_patent_and_drawing(system: System) -> None:
    with system.client() as client:
        with pytest.raises(SevenviewsError) as caught:
            client.get_patent("USD0000000")
        assert caught.value.reason is Reason.PATENT_NOT_FOUND
        with pytest.raises(SevenviewsError) as caught:
            client.get_drawing("USD0000000-D00001-01")
        assert caught.value.reason is Reason.DRAWING_NOT_FOUND


def embeddings(system: System) -> dict[str, tuple[common_pb2.Embedding, grpc.StatusCode, Reason]]:
    with system.client() as client:
        page = client.search([GOOD], limit=1)
    unit = np.zeros(256)
    unit[0] = 1
    made = {
        "NaN": (np.full(256, np.nan), page.model_version, Reason.EMBEDDING_INVALID),
        "wrong length": (unit[:128], page.model_version, Reason.EMBEDDING_DIMENSION_MISMATCH),
        "not of unit length": (unit * 2, page.model_version, Reason.EMBEDDING_INVALID),
        "another model's": (unit, "0123456789abcdef", Reason.EMBEDDING_MODEL_MISMATCH),
    }
    invalid, precondition = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION
    return {
        name: (
            common_pb2.Embedding(values=values, model_version=version),
            precondition if reason is Reason.EMBEDDING_MODEL_MISMATCH else invalid,
            reason,
        )
        for name, (values, version, reason) in made.items()
    }


def test_a_bad_vector(system: System) -> None:
    address = json.loads((system.data / "up.json").read_text())["addresses"]["vectors"]
    with grpc.insecure_channel(address) as channel:
        stub = vectors_pb2_grpc.VectorServiceStub(channel)
        for name, (embedding, expected, reason) in embeddings(system).items():
            message = vectors_pb2.SearchVectorsRequest(queries=[embedding], limit=1)
            code, error = refusal(lambda message=message: stub.SearchVectors(message, timeout=10))  # type: ignore[misc]
            assert (name, code, error.reason) == (name, expected, reason)


def test_a_duplicate_id_with_other_content(system: System) -> None:
    with system.client() as client:
        stored = client.list_patents(page_size=1).patents[0]
        contents = {one.drawing_id: client.get_drawing(one.drawing_id).content for one in stored.drawings}
        contents[stored.drawings[0].drawing_id] = GOOD
        (result,) = client.import_patents([ImportItem(stored, contents)])
    assert result.error is not None
    assert result.error.reason is Reason.PATENT_CONTENT_CONFLICT


def test_a_bad_patent_fails_alone(system: System) -> None:
    good = drawing_id("USD9999901", 1, 1)
    bad = drawing_id("USD9999902", 1, 1)
    items = [
        ImportItem(Patent("USD9999900"), {}),
        ImportItem(Patent("../../etc", drawings=(Drawing(bad, 1),)), {bad: GOOD}),
        ImportItem(Patent("USD9999902", drawings=(Drawing(bad, 1),)), {bad: b"%PDF-1.7"}),
        ImportItem(Patent("USD9999901", drawings=(Drawing(good, 1),)), {good: GOOD}),
    ]
    with system.client() as client:
        results = {one.patent_id: one for one in client.import_patents(items)}
        reasons = {key: one.error.reason for key, one in results.items() if one.error is not None}
        assert reasons == {
            "USD9999900": Reason.PATENT_WITHOUT_DRAWINGS,
            "../../etc": Reason.PATENT_INVALID,
            "USD9999902": Reason.IMAGE_FORMAT_UNSUPPORTED,
        }
        assert client.get_patent("USD9999901").drawings[0].width == 200
        assert client.delete_patents(["USD9999901", "USD9999902"]) == 1


def test_bad_bulk_files_are_reported_and_the_good_ones_imported(
    system: System, corpus: SyntheticCorpus, tmp_path: Path
) -> None:
    good = _first_package(corpus.folder)
    week = tmp_path / "I20250107"
    (week / "DESIGN").mkdir(parents=True)
    files = {
        "USD9999911-20250107.ZIP": _zip(
            {"USD9999911-20250107/USD9999911-20250107.XML": b"<us-patent-grant><"}
        ),
        "USD9999912-20250107.ZIP": _zip({"../../evil.XML": b"<x/>"}),
        "USD9999913-20250107.ZIP": _without_sheets(good),
        "USD9999914-20250107.ZIP": good[: len(good) // 2],
    }
    for name, content in files.items():
        (week / "DESIGN" / name).write_bytes(content)
    (week / "DESIGN" / "USD9900001-20250107.ZIP").write_bytes(good)
    done = system.run("ingest", tmp_path, "--json", check=False)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["patents"]["unchanged"] == 1
    assert report["patents"]["failed"] == len(files)
    text = " ".join(report["failures"] + report["problems"])
    for part in ("USD9999911", "USD9999912", "PATENT_WITHOUT_DRAWINGS", "USD9999914"):
        assert part in text
    assert not (tmp_path.parent / "evil.XML").exists()


def _first_package(folder: Path) -> bytes:
    with tarfile.open(sorted(folder.glob("*.tar"))[0]) as archive:
        for member in archive:
            if "DESIGN" in member.name and member.name.upper().endswith(".ZIP"):
                file = archive.extractfile(member)
                assert file is not None
                return file.read()
    raise LookupError("no design")


def _zip(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def _without_sheets(package: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = [name for name in archive.namelist() if name.upper().endswith(".XML")]
        xml = archive.read(names[0])
    text = xml.replace(b"D9900001", b"D9999913")
    return _zip({"USD9999913-20250107/USD9999913-20250107.XML": text})
