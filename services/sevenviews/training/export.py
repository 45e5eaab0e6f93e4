"""A run's network as a bundle: ONNX with normalisation inside and unit vectors out, proven equal to torch."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnx
import torch
from PIL import Image, ImageDraw
from torch import Tensor, nn
from torchvision.models.swin_transformer import SwinTransformerBlockV2

from sevenviews.encoder.bundle import Bundle, write_bundle
from sevenviews.encoder.session import INPUT, OUTPUT, EncoderSession
from sevenviews.training.config import TrainConfig
from sevenviews.training.models.build import Encoder, make_model
from sevenviews.training.models.line_resnet import LineResNet
from sevenviews.training.places import FACTS_FILE, METRICS, last_step, weights_file
from sevenviews.training.quantize import agreement, held_out, write_int8
from sevenviews.training.records import read_metrics
from sevenviews.training.run import load_config
from sevenviews.training.trained_on import TRAINED_ON

Precision = Literal["float32", "float16", "int8"]

LEAST_COSINE = 0.9999
LEAST_COSINE_OF_HALF = 0.999
_OPSET = 18
_CHECKED = 8


class ExportError(Exception):
    """The exported network does not give what the trained one gives."""


def export(
    run: Path, out: Path, attachments: tuple[Path, ...] = (), precision: Precision = "float32"
) -> Bundle:
    """Write what a run has learned as a bundle; what lies at `out` is replaced only by a bundle that was verified.

    Args:
        run: folder of the run; of a protocol of several steps, the last is written.
        attachments: further files for the bundle: the model card.
        precision: of the backbone: float16 halves the file, and is faster on a GPU; int8 quarters it, and is faster
            on a CPU (see `quantize`).

    Raises FileNotFoundError: the run has no checkpoint; for int8, its drawings are not there any more; ValueError:
    its checkpoint is of another architecture than its configuration says; ExportError: ONNX and torch differ by more
    than a cosine of 0.9999 (float16: 0.999; int8: 0.9), or int8 loses more than 0.002 of the validation mAP.
    """
    whole, run = run, last_step(run)
    if (run / TRAINED_ON).is_file():
        attachments = (*attachments, run / TRAINED_ON)
    config = load_config(run)
    held = held_out(whole, config) if precision == "int8" else None
    model = load_model(run, config)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        write_onnx(in_half(model) if precision == "float16" else model, path, config.deployed_image_size)

        def write(to: Path, network: Path, facts: Mapping[str, Any]) -> Bundle:
            return write_bundle(
                to,
                network,
                name=config.name,
                image_size=config.deployed_image_size,
                dimension=config.model.dimension,
                created=datetime.now(UTC).date().isoformat(),
                training={**_summary(run), "precision": precision, **facts},
                attachments=attachments,
            )

        trial = write(Path(folder) / "bundle", path, {})
        verify(model, trial, LEAST_COSINE_OF_HALF if precision == "float16" else LEAST_COSINE)
        if held is None:
            return write(out, path, {})
        integers = Path(folder) / "int8.onnx"
        write_int8(path, integers, held)
        found = agreement(trial, write(Path(folder) / "int8", integers, {}), held)
        if not found.is_close:
            raise ExportError(f"int8 is too far from float32: {found}")
        return write(out, integers, {"int8": asdict(found)})


def load_model(run: Path, config: TrainConfig) -> Encoder:
    """The network of a run of one step, with what it has learned.

    Raises FileNotFoundError: the run has no checkpoint; ValueError: the checkpoint is of another architecture.
    """
    weights = weights_file(run)
    # The weights come from the checkpoint; the initial ones need not be there any more.
    model = make_model(config.model.without_initial_weights())
    state = torch.load(weights, map_location="cpu", weights_only=True)["model"]
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip()
        raise ValueError(f"{weights} is not of the network {config.model.backbone}: {first}") from error
    return model.eval()


def in_half(model: Encoder) -> Encoder:
    """A copy whose backbones compute in float16; pooling and all behind it stay in float32.

    So does the stem of `line_resnet`: on a sheet that is nearly all paper its filters cancel, its normalisation makes
    the little that is left larger, and with it what float16 has rounded: 3 % of all that comes out.
    """
    half = copy.deepcopy(model)
    for branch in half.branches:
        branch.features.half()
        if isinstance(branch.features, LineResNet):
            branch.features[0] = _InSingle(branch.features[0].float())
        for module in list(branch.features.modules()):
            if isinstance(module, SwinTransformerBlockV2):
                # It divides by the lengths of keys: those of blank paper are 0, and 10⁻¹² is 0 in float16.
                module.attn = _InSingle(module.attn.float())
    return half


class _InSingle(nn.Module):
    """A part that computes in float32 within a backbone that computes in float16."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, features: Tensor) -> Tensor:
        computed: Tensor = self.part(features.float())
        return computed.half()


def write_onnx(model: Encoder, path: Path, side: int) -> None:
    """Export with a dynamic number of drawings; everything in one file."""
    sample = torch.full((2, 1, side, side), 255, dtype=torch.uint8)
    torch.onnx.export(
        model.eval(),
        (sample,),
        path,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({0: torch.export.Dim("n", min=1, max=4096)},),
        opset_version=_OPSET,
        external_data=False,
        dynamo=True,
        verbose=False,
    )
    _without_traces(path)


def _without_traces(path: Path) -> None:
    """Drop where each node came from: paths of the machine that exported it, of no use to anybody else."""
    model = onnx.load(path)
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for value in (*model.graph.value_info, *model.graph.initializer):
        value.ClearField("doc_string")
        if value.DESCRIPTOR.fields_by_name.get("metadata_props"):
            value.ClearField("metadata_props")
    onnx.save(model, path)


def verify(model: Encoder, bundle: Bundle, least_cosine: float = LEAST_COSINE) -> float:
    """The least cosine between torch's and ONNX Runtime's embeddings of some line drawings.

    Raises ExportError: it is below `least_cosine`.
    """
    drawings = line_drawings(_CHECKED, bundle.manifest.image_size)
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(drawings)).numpy()
    least = float((EncoderSession(bundle).embed(drawings) * expected).sum(1).min())
    if not least >= least_cosine:
        raise ExportError(f"ONNX and torch agree only to a cosine of {least:.6f}")
    return least


def line_drawings(count: int, side: int) -> npt.NDArray[np.uint8]:
    """Random strokes, uint8 [count, 1, side, side]: noise, in which a network sees nothing, would prove little."""
    chance = np.random.default_rng(0)
    sheets = []
    for _ in range(count):
        sheet = Image.new("L", (side, side), 255)
        pen = ImageDraw.Draw(sheet)
        for _ in range(chance.integers(2, 12)):
            corners = chance.integers(0, side, (chance.integers(2, 5), 2))
            pen.line([(int(x), int(y)) for x, y in corners], fill=0, width=int(chance.integers(1, 4)))
        sheets.append(np.asarray(sheet))
    return np.stack(sheets)[:, np.newaxis]


def _summary(run: Path) -> dict[str, Any]:
    metrics = read_metrics(run / METRICS)
    facts = json.loads((run / FACTS_FILE).read_text()) if (run / FACTS_FILE).is_file() else {}
    return {**facts, "validation": dict(metrics[-1]) if metrics else {}}
