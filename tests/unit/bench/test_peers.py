"""The peers answer what is asked: otherwise they would be fast for nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.bench.peers.side_by_side import Vectors, faiss_finds, lancedb_finds, litserve_embeds
from sevenviews.encoder import default_bundle_path, load_bundle, preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.images import decode
from tests.unit.encoder.test_images import drawing, encoded


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    drawn = np.random.default_rng(0).standard_normal((200, 16), np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def test_faiss_on_the_wire_finds_the_nearest_rows(vectors: Vectors) -> None:
    with faiss_finds(vectors) as search:
        found = np.frombuffer(search(vectors[7]), np.int64)
    assert found.tolist() == np.argsort(-vectors @ vectors[7])[:10].tolist()


@pytest.mark.slow  # and once it is imported it warns of every fork
def test_lancedb_finds_the_nearest_rows(vectors: Vectors) -> None:
    with lancedb_finds(vectors) as search:
        found = np.array(search(vectors[7])["vector"].to_pylist(), np.float32)
    np.testing.assert_allclose(found, vectors[np.argsort(-vectors @ vectors[7])[:10]])


@pytest.mark.slow
def test_litserve_gives_the_vectors_of_the_packaged_model() -> None:
    content = encoded(drawing(), "PNG")
    session = EncoderSession(load_bundle(default_bundle_path()))
    (wanted,) = session.embed(preprocess(decode(content), session.image_size)[None])
    with litserve_embeds() as embed:
        np.testing.assert_allclose(embed(content), wanted, atol=1e-6)
