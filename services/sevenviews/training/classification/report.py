"""PatentNet's Table 2 beside ours, written down."""

from __future__ import annotations

import re

from sevenviews.lab.classification.confusion import draw_confusion
from sevenviews.lab.classification.pictures import draw_reliability
from sevenviews.lab.papers import TOP1_ACCURACY
from sevenviews.lab.report import Report, percent
from sevenviews.training.classification.config import ClassificationConfig
from sevenviews.training.classification.experiment import ClassificationReport


def _paper(name: str) -> float | None:
    """The paper's top-1 of the network that a row is of."""
    return TOP1_ACCURACY.get(name.partition(",")[0])


def write_report(
    report: Report, corpus: str, config: ClassificationConfig, found: ClassificationReport
) -> None:
    """Table 2 beside ours, with pictures of calibration and confusion."""
    report.title = f"Classification of {corpus}, configuration {config.name}"
    for one in found.results:
        report.row(
            one.name,
            {"top-1": one.top[1], "top-5": one.top[5], "mAP": one.average_precision, "ECE": one.after.error},
            {"top-1": _paper(one.name)},
        )
    report.text(
        f"{found.designs} designs of {len(found.classes)} {config.selection.level} labels; drawings: "
        f"{found.training} for training, {found.calibration} for calibration, {found.test} for testing; "
        "no design is in two parts. "
        f"{'Multilabel' if config.multilabel else 'Single-label'}. Networks begin with random weights unless the "
        "row says otherwise."
    )
    report.heading("Table 2: accuracy")
    rows = [
        (
            *(one.name, f"{one.image_size}²" if one.image_size else "—"),
            *map(percent, (_paper(one.name), one.top[1], one.top[5], one.average_precision)),
            *(f"{one.temperature:.2f}", percent(one.before.error), percent(one.after.error)),
            f"{one.seconds:.0f}",
        )
        for one in found.results
    ]
    rows += [(name, "—", percent(_paper(name)), why, *("—",) * 6) for name, why in found.not_run.items()]
    columns = (
        "model", "pixels", "paper top-1 %", "top-1 %", "top-5 %", "mAP over classes %", "T", "ECE % before", "after",
        "CPU s",
    )  # fmt: skip
    report.table(columns, rows)
    counted = [row.samples for row in found.results[0].rows]
    report.text(
        f"Always naming the largest class would be right for {percent(max(counted) / max(1, found.test))} % of the "
        "drawings. The paper's column is of 8 subclasses of clothing with 40,000 training images, whole trainings, "
        "and networks of unstated initial weights: another task; it shows what the paper reports, and is not to be "
        "compared digit by digit. A softmax ranks the labels; T is the temperature that calibrates it, fitted on "
        "designs that neither taught nor ask; 0.001 and 1000 are the ends of its search: at "
        "1000, nothing that the network is sure of was worth it."
    )
    draw_reliability(
        {one.name: one.after for one in found.results},
        report.picture("reliability.png", "Calibrated reliability"),
    )
    for one in found.results:
        if one.hierarchy is not None:
            report.heading("Hierarchical consistency")
            report.text(
                f"{one.name}: the subclass that is predicted lies in the class that a second head predicts for "
                f"{percent(one.hierarchy.consistent)} % of the drawings, and in a true class for "
                f"{percent(one.hierarchy.class_by_subclass)} %; of the wrong subclasses "
                f"{percent(one.hierarchy.near_misses)} % lie in the right class."
            )
    best = max(found.results, key=lambda one: one.top[1])
    report.heading(f"Class by class: {best.name}")
    shares = ((row, (row.precision, row.recall, row.f1, row.top5)) for row in best.rows)
    report.table(
        ("class", "drawings", "precision %", "recall %", "F1 %", "top-5 %"),
        [(row.name, row.samples, *map(percent, values)) for row, values in shares],
    )
    for one in found.results:
        name = f"confusion-{'-'.join(re.findall(r'[A-Za-z0-9_]+', one.name.rpartition('/')[2]))}.png"
        draw_confusion(
            one.confusion, found.classes, report.picture(name, f"Confusion of {one.name}"), one.name
        )
