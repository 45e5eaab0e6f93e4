"""A run's network as a bundle: ONNX with normalisation inside and unit vectors out, proven equal to torch."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from sevenviews.encoder.bundle import Bundle, write_bundle
from sevenviews.encoder.session import INPUT, OUTPUT, EncoderSession
from sevenviews.training.config import TrainConfig
from sevenviews.training.loop import CHECKPOINT, METRICS
from sevenviews.training.model import DrawingEncoder
from sevenviews.training.run import FACTS_FILE, load_config, read_metrics

LEAST_COSINE = 0.9999
_OPSET = 18
_CHECKED = 8


class ExportError(Exception):
    """The exported network does not give what the trained one gives."""


def export(run: Path, out: Path, attachments: tuple[Path, ...] = ()) -> Bundle:
    """Write a run's last checkpoint as a bundle.

    Args:
        run: folder of the run.
        out: directory of the bundle.
        attachments: further files for the bundle: the model card.

    Raises:
        FileNotFoundError: the run has no checkpoint.
        ExportError: ONNX and torch differ by more than a cosine of 0.9999.
    """
    config = load_config(run)
    model = load_model(run, config)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        write_onnx(model, path, config.deployed_image_size)
        bundle = write_bundle(
            out,
            path,
            name=config.name,
            image_size=config.deployed_image_size,
            dimension=config.model.dimension,
            created=datetime.now(UTC).date().isoformat(),
            training=_summary(run),
            attachments=attachments,
        )
    verify(model, bundle)
    return bundle


def load_model(run: Path, config: TrainConfig) -> DrawingEncoder:
    """The network of a run's last checkpoint."""
    if not (run / CHECKPOINT).is_file():
        raise FileNotFoundError(f"{run} has no {CHECKPOINT}: train first")
    # The weights come from the checkpoint; the initial ones need not be there any more.
    bare = config.model.model_copy(update={"initial_weights": ""})
    model = DrawingEncoder(bare)
    model.load_state_dict(torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)["model"])
    return model.eval()


def write_onnx(model: DrawingEncoder, path: Path, side: int) -> None:
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


def verify(model: DrawingEncoder, bundle: Bundle) -> float:
    """The least cosine between torch's and ONNX Runtime's embeddings of random drawings.

    Raises:
        ExportError: it is below LEAST_COSINE.
    """
    side = bundle.manifest.image_size
    drawings = np.random.default_rng(0).integers(0, 256, (_CHECKED, 1, side, side), np.uint8)
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(drawings)).numpy()
    least = float((EncoderSession(bundle).embed(drawings) * expected).sum(1).min())
    if not least >= LEAST_COSINE:
        raise ExportError(f"ONNX and torch agree only to a cosine of {least:.6f}")
    return least


def _summary(run: Path) -> dict[str, Any]:
    metrics = read_metrics(run / METRICS)
    facts = json.loads((run / FACTS_FILE).read_text()) if (run / FACTS_FILE).is_file() else {}
    return {**facts, "validation": dict(metrics[-1]) if metrics else {}}
