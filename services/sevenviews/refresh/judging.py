"""Is the new model worth it? Both models on the same held-out patents, by DeepPatent's protocol."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from sevenviews.backends.refreshes import Facts
from sevenviews.corpus import iter_entries
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.bundle import Bundle
from sevenviews.encoder.images import decode
from sevenviews.encoder.preprocess import preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.lab.metrics import RankingReport, evaluate_ranking
from sevenviews.lab.protocol import Split, split_queries
from sevenviews.refresh.config import GateConfig
from sevenviews.refresh.context import Context
from sevenviews.refresh.learning import SKIPPED, export, new_bundle, serving_bundle
from sevenviews.refresh.snapshot import write_drawings

_SEED = 0
_BOOTSTRAPS = 2000
_TIMED_DRAWINGS = 30


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of the gate."""

    name: str
    value: float
    limit: float
    passed: bool

    def __str__(self) -> str:
        return f"{self.name} {self.value:.4g} ({'passes' if self.passed else 'fails'}: the limit is {self.limit:.4g})"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Drawings that no refresh trains on."""

    patents: tuple[str, ...]
    drawings: tuple[Image.Image, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a model is worth on the held-out drawings."""

    report: RankingReport
    finite: bool
    milliseconds: float


def evaluate(context: Context) -> Facts:
    """Export the trained model; measure it, and the serving one, on the same queries and gallery.

    Raises:
        SevenviewsError: CORPUS_EMPTY, no held-out patent has two drawings; MODEL_BUNDLE_INVALID.
    """
    if not context.plan.trains:
        return SKIPPED
    bundle = export(context)
    ids = context.known("snapshot", "held_out")
    assert isinstance(ids, list)  # noqa: S101 - as `snapshot` wrote it
    folder = context.work / "held-out"
    write_drawings(context, ids, folder)
    held_out = _read(folder)
    split = split_queries(held_out.patents, _SEED)
    if not split.queries:
        raise SevenviewsError(
            Reason.CORPUS_EMPTY,
            "no held-out patent has two drawings: a model cannot be judged by this catalogue",
        )
    new = _worth(bundle, held_out, split)
    serving = _worth(serving_bundle(context), held_out, split)
    low, high = paired_interval(new.report.average_precision, serving.report.average_precision, _SEED)
    return {
        "model_version": bundle.version,
        "map": new.report.mean_average_precision,
        "accuracy_at_1": new.report.accuracy[1],
        "serving_map": serving.report.mean_average_precision,
        "serving_accuracy_at_1": serving.report.accuracy[1],
        "map_difference_low": low,
        "map_difference_high": high,
        "queries": len(split.queries),
        "gallery": len(split.gallery),
        "finite": new.finite,
        "milliseconds": new.milliseconds,
        "serving_milliseconds": serving.milliseconds,
    }


def gate(context: Context) -> Facts:
    """Raises REFRESH_REFUSED, naming the first condition that fails. Nothing has been changed by then."""
    if not context.plan.trains:
        return SKIPPED
    evaluation = context.facts("evaluate")
    assert evaluation is not None  # noqa: S101 - the step before
    checks = judge(evaluation, context.config.gate)
    for check in checks:
        context.tell(f"  {check}")
    refuse(context.record.refresh_id, checks)
    return {"checks": [str(one) for one in checks]}


def judge(evaluation: Facts, config: GateConfig) -> tuple[Check, ...]:
    """The conditions on the model. The export has proven ONNX = torch already."""
    least_map = float(evaluation["serving_map"]) - config.margin
    new_map, milliseconds = float(evaluation["map"]), float(evaluation["milliseconds"])
    return (
        Check("finite embeddings", float(bool(evaluation["finite"])), 1.0, bool(evaluation["finite"])),
        # Written so that NaN fails.
        Check("mAP", new_map, least_map, new_map >= least_map),
        Check("latency in ms", milliseconds, config.latency_ms, milliseconds <= config.latency_ms),
    )


def refuse(refresh_id: str, checks: Sequence[Check]) -> None:
    """Raise REFRESH_REFUSED if a condition is not met."""
    for check in checks:
        if not check.passed:
            raise SevenviewsError(
                Reason.REFRESH_REFUSED,
                f"the gate is closed: {check}",
                {"refresh_id": refresh_id, "check": check.name},
            )


def paired_interval(
    new: npt.NDArray[np.float64], old: npt.NDArray[np.float64], seed: int
) -> tuple[float, float]:
    """95 % interval of mean(new - old) by a bootstrap over queries, [queries] each."""
    chance = np.random.default_rng(seed)
    differences = new - old
    means = differences[chance.integers(0, len(differences), (_BOOTSTRAPS, len(differences)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _read(folder: Any) -> HeldOut:
    patents: list[str] = []
    drawings: list[Image.Image] = []
    for entry in iter_entries(folder):
        read = entry.read()
        for content in read.contents.values():
            patents.append(read.patent.patent_id)
            drawings.append(decode(content))
    return HeldOut(tuple(patents), tuple(drawings))


def _worth(bundle: Bundle, held_out: HeldOut, split: Split) -> Worth:
    session = EncoderSession(bundle)
    pixels = np.stack([preprocess(one, session.image_size) for one in held_out.drawings])
    vectors = session.embed(pixels)
    finite = bool(np.isfinite(vectors).all())
    queries, gallery = np.array(split.queries), np.array(split.gallery)
    patents = np.array(held_out.patents)
    report = evaluate_ranking(
        np.nan_to_num(vectors[queries]) @ np.nan_to_num(vectors[gallery]).T,
        patents[queries][:, None] == patents[gallery][None, :],
    )
    return Worth(report, finite, _milliseconds(session, pixels))


def _milliseconds(session: EncoderSession, pixels: npt.NDArray[np.uint8]) -> float:
    """Of one drawing alone, median."""
    taken = []
    for one in range(min(_TIMED_DRAWINGS, len(pixels))):
        started = time.perf_counter()
        session.embed(pixels[one : one + 1])
        taken.append(time.perf_counter() - started)
    return 1000 * median(taken)


__all__ = ["Check", "evaluate", "gate", "judge", "new_bundle", "paired_interval", "refuse"]
