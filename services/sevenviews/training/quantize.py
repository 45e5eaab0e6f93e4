"""A network in 8-bit integers: for CPUs, where it is nearly twice as fast, and half the size.

Static quantisation (Jacob et al., CVPR 2018, section 2): x ≈ s (q - z) with q of 8 bits; a scale s and a zero point z
for each activation (uint8), found on drawings of the validation, and a scale for each output channel of a weight
(int8). Ranges of activations leave out the rarest 0.01 % of the values. The first and the last convolution stay in
float32: the one sees the drawing, the other is pooled. So does what is behind: pooling and the fully connected layer.

Measured with MobileNetV2 at 224 pixels (`mobilenetv2-imagenet.yaml`), an AMD EPYC with VNNI, one thread, CPU time,
20 alternating pairs: float32 takes 1.71 times as long for a single drawing (1.50 to 1.88; 4.40 ms and 2.57 ms), 1.93
times for batches of 16 (1.79 to 2.05). The file shrinks from 10.1 to 5.1 MB. Of 903 drawings as in its training, mAP
goes from .3567 to .3553, and cosines to float32 are .934 at least, .978 in the median; of 38 figures of real patents
among 771 drawings, mAP goes from .533 to .537. Without 8-bit dot products (VNNI) the gain is smaller.

The packaged network (EfficientNet-Lite0 at 384 pixels), 12 pairs: float32 takes 1.90 times as long for a single
drawing (1.85 to 1.93); 16.6 MB become 8.2. Calibrated on single drawings of other patents, cosines are .958 at least,
.988 in the median; mAP of 25 real patents among 771 drawings goes from .609 to .604 (paired: -.012 to +.003).
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch.nn import functional

from sevenviews.encoder.bundle import Bundle
from sevenviews.encoder.session import INPUT, EncoderSession
from sevenviews.training.config import TrainConfig
from sevenviews.training.drawings import dataset_folder, load_dataset
from sevenviews.training.places import FACTS_FILE
from sevenviews.training.split import split
from sevenviews.training.validation import measure

LEAST_COSINE_OF_INT8 = 0.9
MOST_LOST = 0.002
"""Of the validation mAP."""

_MOST_DRAWINGS = 1000
_CALIBRATION_DRAWINGS = 64
_KEPT_PERCENT = 99.99
_QUANTIZED = ["Conv", "Add", "Clip", "Relu"]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Drawings of a run's validation, as the exported network takes them."""

    drawings: npt.NDArray[np.uint8]  # [n, 1, side, side]
    designs: npt.NDArray[np.int64]  # [n]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What 8 bits change: cosines between both networks' embeddings, and the validation mAP of each."""

    least_cosine: float
    median_cosine: float
    float32_map: float
    int8_map: float

    @property
    def is_close(self) -> bool:
        """Whether the one may stand for the other. False for NaN."""
        return (
            self.least_cosine >= LEAST_COSINE_OF_INT8 and self.float32_map - self.int8_map <= MOST_LOST + 1e-9
        )

    def __str__(self) -> str:
        return (
            f"cosine at least {self.least_cosine:.4f} (wanted: {LEAST_COSINE_OF_INT8}), in the median "
            f"{self.median_cosine:.4f}; validation mAP {self.int8_map:.4f}, of float32 {self.float32_map:.4f} "
            f"(may lose: {MOST_LOST})"
        )


def held_out(run: Path, config: TrainConfig) -> HeldOut:
    """The validation drawings of a run, at most a thousand, from what its training has kept of them.

    `run`: the folder that was given to `train`; `config`: of its last step. Raises FileNotFoundError: the run has no
    facts, or the drawings are not there any more.
    """
    digest = json.loads((run / FACTS_FILE).read_text())["data_digest"]
    place = dataset_folder(run.resolve().parent / "drawings", digest)
    try:
        dataset = load_dataset(place, digest)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"int8 is calibrated and proven on the run's own drawings, and {place} does not hold them any more: "
            "train again, or copy them there"
        ) from error
    chosen = split(dataset, config.data, config.seed).validation[:_MOST_DRAWINGS]
    return HeldOut(_at_side(dataset.pixels[chosen], config.deployed_image_size), dataset.designs[chosen])


def write_int8(float32: Path, out: Path, held: HeldOut) -> None:
    """Quantise an ONNX file, calibrated on some of the drawings, spread over all."""
    chosen = np.linspace(0, len(held.drawings) - 1, _CALIBRATION_DRAWINGS).astype(int)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        inferred = Path(folder) / "inferred.onnx"
        quant_pre_process(str(float32), str(inferred), skip_symbolic_shape=True)
        model = onnx.load(inferred)
        kinds, kept = _parted(model.graph)
        _spare(model.graph, kept)
        onnx.save(model, inferred)
        quantize_static(
            str(inferred),
            str(out),
            _Calibration(held.drawings[np.unique(chosen)]),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=kinds,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=kept,
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": _KEPT_PERCENT},
        )


def _parted(graph: onnx.GraphProto) -> tuple[list[str], list[str]]:
    """Which kinds of nodes are quantised, and which nodes of these kinds are not.

    Not: the first and the last convolution, of each side at which a drawing is embedded; and what leads to none. A
    kind of which no node leads to one is left out as a whole: lengths of unit vectors have no range to measure.
    """
    contents = {one.name: numpy_helper.to_array(one).tobytes() for one in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    outer = {contents[convolutions[place].input[1]] for place in (0, -1)}
    kept = [node.name for node in convolutions if contents[node.input[1]] in outer]
    kinds, leading = {"Conv"}, set[str]()
    for node in reversed(graph.node):
        if node.op_type == "Conv" or leading.intersection(node.output):
            leading.update(node.input)
            kinds.add(node.op_type)
        elif node.op_type in _QUANTIZED:
            kept.append(node.name)
    return [kind for kind in _QUANTIZED if kind in kinds], kept


def _spare(graph: onnx.GraphProto, kept: list[str]) -> None:
    """Write the lower bounds among the kept nodes as what they equal, a maximum.

    Ranges are measured for every node of a kind, also where it is kept: the lengths of unit vectors have none.
    """
    for node in graph.node:
        if node.op_type == "Clip" and node.name in kept and [bool(name) for name in node.input[1:]] == [True]:
            node.op_type = "Max"


def agreement(float32: Bundle, int8: Bundle, held: HeldOut) -> Agreement:
    """Compare both networks on the drawings. Raises ValueError if no design has two of them."""
    expected, found = (EncoderSession(one).embed(held.drawings) for one in (float32, int8))
    cosines = (expected * found).sum(1)
    return Agreement(
        least_cosine=float(cosines.min()),
        median_cosine=float(np.median(cosines)),
        float32_map=measure(expected, held.designs)["validation_map"],
        int8_map=measure(found, held.designs)["validation_map"],
    )


class _Calibration:
    """Inputs, as ONNX Runtime asks for them."""

    def __init__(self, drawings: npt.NDArray[np.uint8]) -> None:
        self._inputs = self._of(drawings)

    def get_next(self) -> dict[str, npt.NDArray[np.uint8]] | None:
        """The next inputs; None behind the last."""
        return next(self._inputs, None)

    @staticmethod
    def _of(drawings: npt.NDArray[np.uint8]) -> Iterator[dict[str, npt.NDArray[np.uint8]]]:
        # One by one: batches would have to be of one size.
        for at in range(len(drawings)):
            yield {INPUT: drawings[at : at + 1]}


def _at_side(pixels: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """[n, S, S] to [n, 1, side, side]."""
    paper = torch.from_numpy(pixels)[:, None]
    if side == paper.shape[-1]:
        return paper.numpy()
    resized = functional.interpolate(paper.float(), size=(side, side), mode="bilinear", antialias=True)
    found: npt.NDArray[np.uint8] = resized.round().to(torch.uint8).numpy()
    return found
