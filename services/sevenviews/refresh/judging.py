"""Is the new model worth it? It, the serving one and the anchor on the same held-out patents.

By DeepPatent's protocol. The anchor is the model that was pinned when the first refresh began, unless
`gate.anchor_model` pins another. Each refresh may lose a little against the model that serves, for no measurement is
exact; against the anchor no number of refreshes may lose more. Only ranks are compared: the scores that two models
give have nothing to do with each other.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

import numpy as np
import numpy.typing as npt

from sevenviews.backends.refreshes import Facts
from sevenviews.designs import Reason, SevenviewsError, canonical_patent_id
from sevenviews.encoder.bundle import Bundle, calibrate
from sevenviews.encoder.session import EncoderSession
from sevenviews.lab.calibrating import fitted
from sevenviews.lab.collection import Collection, read_collection
from sevenviews.lab.descriptors.network import bundle_descriptor
from sevenviews.lab.metrics import RankingReport, evaluate_ranking
from sevenviews.lab.resampling import compare_paired
from sevenviews.lab.task import Split, split_queries
from sevenviews.refresh.config import GateConfig
from sevenviews.refresh.context import Context
from sevenviews.refresh.learning import SKIPPED, anchor_bundle, export, serving_bundle, write_held_out
from sevenviews.refresh.snapshot import records
from sevenviews.training.trained_on import trained_on

_SEED = 0
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
class Worth:
    """What a model is worth on the held-out drawings, and how it embeds them, with zeros for what is not finite."""

    report: RankingReport
    finite: bool
    milliseconds: float
    vectors: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), np.float32))


def evaluate(context: Context) -> Facts:
    """Export the trained model; measure it, the serving one and the anchor on the same queries and gallery.

    What its cosines mean is found on the same drawings, and becomes a part of its bundle.

    Raises:
        SevenviewsError: CORPUS_EMPTY, no held-out patent has two drawings; MODEL_BUNDLE_INVALID; MODEL_NOT_FOUND,
            the serving model or the anchor is not in the store any more.
    """
    if not context.plan.trains:
        return SKIPPED
    bundle = export(context)
    held_out = read_collection(write_held_out(context))
    split = split_queries(held_out.patents, _SEED)
    if not split.queries:
        raise SevenviewsError(
            Reason.CORPUS_EMPTY,
            "no held-out patent has two drawings: a model cannot be judged by this catalogue",
        )
    others = {"serving": serving_bundle(context), "anchor": anchor_bundle(context)}
    measured: dict[str, Worth] = {}
    for one in (bundle, *others.values()):
        if one.version not in measured:
            measured[one.version] = _worth(one, held_out, split)
    seen = trained_on(bundle) & set(map(canonical_patent_id, held_out.patents))
    classes = {one.patent_id: list(map(str, one.locarno)) for one in records(context, set(held_out.patents))}
    vectors = measured[bundle.version].vectors
    calibration = fitted(vectors, held_out.patents, classes, others["serving"].calibration)
    calibrate(bundle, calibration)
    return {
        "model_version": bundle.version,
        "anchor_model": others["anchor"].version,
        "gallery": len(split.gallery),
        "held_out_trained_on": len(seen),
        **asdict(calibration),
        **figures(
            measured[bundle.version],
            measured[others["serving"].version],
            measured[others["anchor"].version],
            [held_out.patents[query] for query in split.queries],
        ),
    }


def figures(new: Worth, serving: Worth, anchor: Worth, asking: Sequence[str]) -> dict[str, float]:
    """What the gate judges by.

    Args:
        new, serving, anchor: measured on the same queries.
        asking: the patent of each query.
    """
    found = {
        "map": new.report.mean_average_precision,
        "accuracy_at_1": new.report.accuracy[1],
        "finite": new.finite,
        "milliseconds": new.milliseconds,
        "queries": len(asking),
        "patents": len(set(asking)),
    }
    for name, other in (("serving", serving), ("anchor", anchor)):
        paired = compare_paired(new.report.average_precision, other.report.average_precision, asking, _SEED)
        found |= {
            f"{name}_map": other.report.mean_average_precision,
            f"{name}_accuracy_at_1": other.report.accuracy[1],
            f"{name}_milliseconds": other.milliseconds,
            f"{name}_difference": paired.difference,
            f"{name}_difference_low": paired.interval[0],
            f"{name}_difference_high": paired.interval[1],
        }
    return found


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
    """The conditions on the model. The export has proven ONNX = torch already.

    Not the difference must lie within the margin, but the lower end of its interval: who measures on few patents, and
    so knows little, is refused rather than believed.
    """
    fact = {name: float(value) for name, value in evaluation.items() if isinstance(value, int | float)}
    # Written so that NaN fails.
    return (
        Check("finite embeddings", fact["finite"], 1.0, bool(fact["finite"])),
        _at_most("held-out patents trained on", fact["held_out_trained_on"], 0),
        _at_least("held-out queries", fact["queries"], config.least_queries),
        _at_least("held-out patents", fact["patents"], config.least_patents),
        _at_least("mAP against the serving model, lower end", fact["serving_difference_low"], -config.margin),
        _at_least("mAP against the anchor, lower end", fact["anchor_difference_low"], -config.margin),
        _at_most("latency in ms", fact["milliseconds"], config.latency_ms),
    )


def _at_least(name: str, value: float, limit: float) -> Check:
    return Check(name, value, limit, value >= limit)


def _at_most(name: str, value: float, limit: float) -> Check:
    return Check(name, value, limit, value <= limit)


def refuse(refresh_id: str, checks: Sequence[Check]) -> None:
    """Raise REFRESH_REFUSED if a condition is not met."""
    for check in checks:
        if not check.passed:
            raise SevenviewsError(
                Reason.REFRESH_REFUSED,
                f"the gate is closed: {check}",
                {"refresh_id": refresh_id, "check": check.name},
            )


def _worth(bundle: Bundle, held_out: Collection, split: Split) -> Worth:
    embedded = held_out.described(bundle_descriptor(bundle.version, bundle.path))
    vectors = np.nan_to_num(embedded, posinf=0, neginf=0)
    queries, gallery = np.array(split.queries), np.array(split.gallery)
    patents = np.array(held_out.patents)
    report = evaluate_ranking(
        vectors[queries] @ vectors[gallery].T,
        patents[queries][:, None] == patents[gallery][None, :],
    )
    session = EncoderSession(bundle)
    timed = held_out.prepared(session.image_size, range(min(_TIMED_DRAWINGS, len(held_out))))
    return Worth(report, bool(np.isfinite(embedded).all()), _milliseconds(session, timed), vectors)


def _milliseconds(session: EncoderSession, pixels: npt.NDArray[np.uint8]) -> float:
    """Of one drawing alone, median."""
    taken = []
    for one in range(len(pixels)):
        started = time.perf_counter()
        session.embed(pixels[one : one + 1])
        taken.append(time.perf_counter() - started)
    return 1000 * median(taken)
