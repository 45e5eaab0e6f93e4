"""Networks in 8-bit integers: what they keep of float32's rankings, and when they are refused."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image, ImageDraw

from sevenviews.encoder.bundle import Bundle, load_bundle, write_bundle
from sevenviews.encoder.store import default_bundle_path
from sevenviews.training.config import DataConfig, TrainConfig
from sevenviews.training.data_hash import data_digest
from sevenviews.training.drawings import open_dataset
from sevenviews.training.export import ExportError, export, line_drawings, write_onnx
from sevenviews.training.models.build import make_model
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.places import CHECKPOINT, CONFIG_FILE, FACTS_FILE
from sevenviews.training.quantize import Agreement, HeldOut, agreement, held_out, write_int8
from tests.models import tiny_bundle

SIDE = 64


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose network embeds by whitened chance features, and easy designs: a figure, ever thicker."""
    folder = tmp_path_factory.mktemp("runs")
    for number, view in product(range(12), range(4)):
        image = Image.new("1", (200, 200), 1)
        pen = ImageDraw.Draw(image)
        pen.regular_polygon((100, 100, 80), 3 + number % 4, rotation=29 * number, outline=0, width=3 + view)
        pen.line((100, 100, 40 + 10 * number, 60), fill=0, width=3 + view)
        (folder / f"corpus/D{number}").mkdir(parents=True, exist_ok=True)
        image.save(folder / f"corpus/D{number}/front-{view}.png")
    config = TrainConfig(
        name="x",
        data=DataConfig(corpora=(folder / "corpus",), cache_side=96, validation_share=0.4),
        model=ModelConfig(backbone="resnet18", dimension=16),
        deployed_image_size=SIDE,
    )
    dataset = open_dataset(folder / "drawings", config.data, config.seed, 1, lambda _: None)
    torch.manual_seed(0)
    model = make_model(config.model)
    paper = torch.from_numpy(np.array(dataset.pixels[:48]))[:, None]
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        model.train()(paper)
        model.eval()
        model.branches[0].start_whitened(model.descriptors(paper))
    run = folder / "run"
    run.mkdir()
    torch.save({"model": model.state_dict()}, run / CHECKPOINT)
    (run / CONFIG_FILE).write_text(config.model_dump_json())
    (run / FACTS_FILE).write_text(json.dumps({"data_digest": data_digest(config.data, config.seed)}))
    return run


def test_an_export_in_integers_is_proven_on_the_validation_drawings(run: Path, tmp_path: Path) -> None:
    single, integers = (export(run, tmp_path / one, precision=one) for one in ("float32", "int8"))
    held = held_out(run, TrainConfig.model_validate_json((run / CONFIG_FILE).read_text()))
    assert held.drawings.shape == (len(held.designs), 1, SIDE, SIDE)
    found = agreement(single, integers, held)
    assert integers.manifest.training["precision"] == "int8"
    assert Agreement(**integers.manifest.training["int8"]) == found
    assert 0.9 <= found.least_cosine <= found.median_cosine < 1
    assert found.is_close
    assert single.version != integers.version
    assert integers.model_path.stat().st_size < 0.45 * single.model_path.stat().st_size
    kinds = [node.op_type for node in onnx.load(integers.model_path).graph.node]
    assert kinds.count("QuantizeLinear") > 10


def test_drawings_that_are_gone_are_named(run: Path, tmp_path: Path) -> None:
    moved = copied(run, tmp_path / "run")
    with pytest.raises(FileNotFoundError, match=r"run's own drawings, and .*drawings.* does not hold them"):
        export(moved, tmp_path / "bundle", precision="int8")
    assert not (tmp_path / "bundle").exists()


def test_a_network_that_eight_bits_ruin_replaces_nothing(run: Path, tmp_path: Path) -> None:
    """One channel of each block is a hundred thousand times the others, and made small again behind: in float32
    nothing changes, in 8 bits the others vanish."""
    ruined = copied(run, tmp_path / "runs" / "run")
    shutil.copytree(run.parent / "drawings", tmp_path / "runs" / "drawings")
    state = torch.load(ruined / CHECKPOINT, weights_only=True)
    model = state["model"]
    for name in [one.removesuffix("bn1.weight") for one in model if re.search(r"\.\d\.bn1\.weight$", one)]:
        model[f"{name}bn1.weight"][0] *= 1e5
        model[f"{name}bn1.bias"][0] = model[f"{name}bn1.bias"][0] * 1e5 + 1e4
        model[f"{name}conv2.weight"][:, 0] /= 1e5
    torch.save(state, ruined / CHECKPOINT)
    out = tiny_bundle(tmp_path / "out")
    before = load_bundle(out).version
    with pytest.raises(
        ExportError, match=r"int8 is too far from float32: cosine at least .* \(wanted: 0\.9\)"
    ):
        export(ruined, out, precision="int8")
    assert load_bundle(out).version == before


def copied(run: Path, to: Path) -> Path:
    to.mkdir(parents=True)
    for one in (CHECKPOINT, CONFIG_FILE, FACTS_FILE):
        shutil.copy(run / one, to / one)
    return to


def test_what_is_close() -> None:
    exact = Agreement(1, 1, 0.5, 0.5)
    assert exact.is_close
    assert replace(exact, int8_map=0.498).is_close
    assert replace(exact, int8_map=0.6).is_close
    assert not replace(exact, int8_map=0.4979).is_close
    assert not replace(exact, least_cosine=0.89).is_close
    assert not replace(exact, least_cosine=float("nan")).is_close


@pytest.mark.slow  # a property of the method, and not of what is exported
def test_calibration_on_other_drawings_is_worse(tmp_path: Path) -> None:
    """The ranges come from the drawings that are given: blank paper teaches nothing of ink."""
    torch.manual_seed(1)
    model = make_model(ModelConfig(backbone="resnet18", dimension=16)).eval()
    write_onnx(model, tmp_path / "x.onnx", SIDE)
    lines = HeldOut(line_drawings(16, SIDE), np.repeat(np.arange(8), 2))
    blank = HeldOut(np.full_like(lines.drawings, 255), lines.designs)

    def bundle(name: str) -> Bundle:
        return write_bundle(
            tmp_path / f"{name}.b", tmp_path / f"{name}.onnx", name=name, image_size=SIDE, dimension=16
        )

    for name, held in (("lines", lines), ("blank", blank)):
        write_int8(tmp_path / "x.onnx", tmp_path / f"{name}.onnx", held)
    well, badly = (agreement(bundle("x"), bundle(name), lines) for name in ("lines", "blank"))
    assert badly.median_cosine < well.median_cosine


def test_the_packaged_network_can_be_written_in_integers(tmp_path: Path) -> None:
    """Its layers are pooled and scaled to unit length, by bounds from below that no value ever reaches."""
    packaged = load_bundle(default_bundle_path())
    side = packaged.manifest.image_size
    lines = HeldOut(line_drawings(4, side), np.repeat(np.arange(2), 2))
    write_int8(packaged.model_path, tmp_path / "int8.onnx", lines)
    integers = write_bundle(
        tmp_path / "b",
        tmp_path / "int8.onnx",
        name="int8",
        image_size=side,
        dimension=packaged.manifest.dimension,
    )
    assert agreement(packaged, integers, lines).least_cosine >= 0.9
    assert integers.model_path.stat().st_size < 0.6 * packaged.model_path.stat().st_size


def test_outer_convolutions_stay_in_float_at_each_side(tmp_path: Path) -> None:
    config = ModelConfig(
        backbone="line_resnet", width=16, levels=2, vlad_words=4, dimension=8, sides=(48, SIDE)
    )
    write_onnx(make_model(config), tmp_path / "float.onnx", SIDE)
    held = HeldOut(line_drawings(8, SIDE), np.arange(8) // 2)
    write_int8(tmp_path / "float.onnx", tmp_path / "int8.onnx", held)
    graph = onnx.load(tmp_path / "int8.onnx").graph
    made_by = {name: node.op_type for node in graph.node for name in node.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    in_float = [one for one in convolutions if made_by.get(one.input[1]) != "DequantizeLinear"]
    # The first and the last, twice.
    assert len(in_float) == 4
    assert len(convolutions) > 20
