"""What all descriptors have in common, and how they are found by name."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from sevenviews.lab.descriptors import CLASSIC, Drawings, find_descriptor, open_descriptor
from sevenviews.lab.descriptors.descriptor import Descriptor, FittedDescriptor
from sevenviews.lab.descriptors.fisher import learn_fisher_vectors
from tests.models import tiny_bundle
from tests.unit.lab.drawings import square


def examples(side: int) -> Drawings:
    return np.stack([square(sides, turn, side) for sides in (3, 4, 5, 6) for turn in range(0, 80, 8)])


def opened(name: str, folder: Path) -> Descriptor:
    """A descriptor; Fisher vectors of so few components that a handful of drawings is enough to fit them."""
    if name == "sift-fv":
        found = find_descriptor(name)
        assert isinstance(found, FittedDescriptor)
        small = partial(learn_fisher_vectors, components=4, dimension=8)
        return FittedDescriptor(name, found.side, small).fit(examples(found.side))
    return open_descriptor(str(tiny_bundle(folder)) if name == "bundle" else name, examples)


@pytest.mark.parametrize("name", [*CLASSIC, "bundle"])
def test_every_descriptor_gives_unit_vectors_drawing_by_drawing(tmp_path: Path, name: str) -> None:
    descriptor = opened(name, tmp_path)
    drawings = np.stack([square(5, turn, descriptor.side) for turn in range(0, 70, 2)])
    vectors = descriptor.describe(drawings)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert len(np.unique(vectors.round(4), axis=0)) > 1
    # More than a batch gives what one at a time gives.
    assert np.allclose(vectors[33], descriptor.describe(drawings[33:34])[0], atol=1e-5)


@pytest.mark.parametrize("name", [name for name in CLASSIC if name != "sift-fv"])
def test_blank_paper_gives_no_nan(name: str) -> None:
    descriptor = open_descriptor(name)
    vectors = descriptor.describe(np.full((1, 1, descriptor.side, descriptor.side), 255, np.uint8))
    assert np.isfinite(vectors).all()


def test_what_must_be_fitted_says_so() -> None:
    with pytest.raises(ValueError, match="sift-fv must be fitted"):
        open_descriptor("sift-fv")


@pytest.mark.parametrize("shape", [(0, 1, 32, 32), (2, 1, 32, 31), (2, 3, 32, 32), (32, 32)])
def test_drawings_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="raw takes drawings"):
        open_descriptor("raw").describe(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("name", ["sift", "missing.onnx"])
def test_an_unknown_model_is_refused_with_what_is_known(name: str) -> None:
    with pytest.raises(ValueError, match="is no model: raw, ahdh, vishash, hog, lbp, ri-lbp, sift-fv"):
        find_descriptor(name)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(ValueError, match=r"bad\.onnx is no network"):
        find_descriptor(str(tmp_path / "bad.onnx"))


def test_a_network_that_takes_no_images_is_refused(tmp_path: Path) -> None:
    path = identity(tmp_path / "words.onnx", ["n", 7])
    with pytest.raises(ValueError, match="not images"):
        find_descriptor(str(path))


def test_any_network_of_images_is_a_descriptor(tmp_path: Path) -> None:
    """Three channels in [-1, 1]: an identity network gives them back."""
    path = identity(tmp_path / "same.onnx", ["n", 3, 32, 32])
    drawing = square(4, 3, 32)
    (vector,) = open_descriptor(str(path)).describe(drawing[None])
    expected = np.tile(drawing.ravel() / 127.5 - 1, 3)
    assert np.allclose(vector, expected / np.linalg.norm(expected), atol=1e-6)


def identity(path: Path, shape: list[int | str]) -> Path:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["in"], ["out"])],
        "identity",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path
