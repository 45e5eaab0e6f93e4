"""The clustering experiment as a report, with its pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from sevenviews.designs import STANDARD_VIEWS
from sevenviews.lab.figures.canvas import COLOURS, figure, plain
from sevenviews.lab.multiview.chairs import TABLE_5, MethodResult
from sevenviews.lab.multiview.features import DesignFeatures
from sevenviews.lab.multiview.scores import ScoreSpread
from sevenviews.lab.report import Report

_LESS_TELLING = tuple(f"SC({number})" for number in range(2, 7))
_SCORES = (("accuracy", "ACC"), ("mutual_information", "NMI"), ("purity", "Purity"))


def write_report(
    report: Report, corpus: str, model: str, designs: DesignFeatures, results: Sequence[MethodResult]
) -> None:
    """Write the clustering experiment into a report.

    `corpus`: what the designs are, in a few words; `model`: that made the features.
    """
    report.title = "Clustering of incomplete views: PatentNet's Table 5 beside ours"
    observed = designs.present.sum(axis=0)
    report.text(
        f"{len(designs.identifiers)} designs of {len(set(designs.kinds))} kinds ({corpus}); "
        f"{int(observed.sum())} drawings; features: {model}, {designs.views[0].shape[1]} numbers a drawing."
    )
    report.table(
        ("view", "observed here", "in the paper"),
        [
            (f"{number}. {view.value}", count, published)
            for number, (view, count, published) in enumerate(
                zip(STANDARD_VIEWS, observed, (400, 340, 325, 339, 296, 71, 388), strict=True), 1
            )
        ],
    )
    heads = [f"{label} {whose}" for _, label in _SCORES for whose in ("ours", "paper")]
    report.table(("method", *heads, "seconds"), map(_cells, results))
    for result in results:
        report.row(
            result.name, {**_figures(result.scores), **asdict(result)}, _figures(TABLE_5.get(result.name))
        )
        if result.scores is None:
            report.text(f"{result.name} cannot be applied: {result.problem}.")
    report.text(
        "NMI divides by the larger of the two entropies. Each figure is the mean ± standard deviation of "
        f"{max((r.scores.runs for r in results if r.scores), default=0)} runs; percent. A run differs from "
        "another by its seed: for SC, APMC and IMSC_AGL only the last k-means depends on it."
    )
    draw_scores(results, report.picture("table5.png", "Accuracy of the methods"))
    report.heading("What differs from the paper")
    report.points(differences(corpus, model, designs, results))
    report.heading("Convergence")
    width = 3.0 * max(1, sum(bool(one.objectives) for one in results))
    with figure(report.picture("convergence.png", "Objectives"), width, 2.8) as page:
        draw_convergence(page, results)
    report.text(
        "A line a run; where only the last k-means depends on the seed, one for all. "
        "The objective of IMG cannot rise, nor can any block of DAIMC. DAIMC's rescaling between the blocks, and the "
        "growing penalty of IMSC_AGL, are not covered by that."
    )
    if designs.unread:
        report.heading("Left out")
        report.points(designs.unread[:20])


def _figures(scores: ScoreSpread | None) -> dict[str, float]:
    """The means, by the names that the paper has for them."""
    return {label: getattr(scores.mean, name) for name, label in _SCORES} if scores else {}


def _cells(result: MethodResult) -> list[str]:
    published = TABLE_5.get(result.name)
    cells = [score_cell(whose, name) for name, _ in _SCORES for whose in (result.scores, published)]
    return [result.name, *cells, f"{result.seconds:.1f}"]


def score_cell(scores: ScoreSpread | None, name: str) -> str:
    """A score as mean ± standard deviation in percent; a dash where there is none."""
    if scores is None:
        return "—"
    return f"{100 * getattr(scores.mean, name):.2f} ± {100 * getattr(scores.deviation, name):.2f}"


def differences(
    corpus: str, model: str, designs: DesignFeatures, results: Sequence[MethodResult]
) -> list[str]:
    """What of data, features and outcome is not as in the paper, each in a sentence."""
    sizes = sorted(Counter(designs.kinds).values())
    of_each = str(sizes[0]) if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]}"
    lines = [
        f"Data: the paper's 400 chairs come from Chinese design patents; these are {corpus}: "
        f"{len(designs.identifiers)} designs in {len(sizes)} kinds of {of_each}.",
        f"Features: the paper takes 4,096 numbers of VGG-16; here {designs.views[0].shape[1]} of {model}.",
        "Parameters: the paper takes those of each method's own paper without stating them; here they are the "
        "estimators' defaults; APMC's neighbours are 10 % of the anchors, as SC's of the designs.",
        "APMC: fused over pairs of views, where the paper orders its three views; IMG: solved exactly for its "
        "latent rows.",
    ]
    ours = {result.name: result.scores.mean.accuracy for result in results if result.scores}
    theirs = {name: scores.mean.accuracy for name, scores in TABLE_5.items()}
    for table, whose in ((ours, "Here"), (theirs, "In the paper")):
        single = {name: value for name, value in table.items() if re.fullmatch(r"SC\(\d\)", name)}
        joint = {name: value for name, value in table.items() if name not in single}
        if single and joint:
            best, all_views = max(single, key=single.__getitem__), max(joint, key=joint.__getitem__)
            lines.append(
                f"{whose} the best single view is {best} with ACC {100 * single[best]:.2f}, the best method of "
                f"several views {all_views} with {100 * joint[all_views]:.2f}."
            )
    if weak := [name for name in _LESS_TELLING if name in ours]:
        mine, paper = (100 * np.mean([table[name] for name in weak]) for table in (ours, theirs))
        lines.append(
            f"The less telling views, {', '.join(weak)}: mean ACC {mine:.2f} here, {paper:.2f} in the paper."
        )
    shared = [name for name in ours if name in theirs]
    if len(shared) > 2:  # noqa: PLR2004 -- a correlation of two ranks says nothing
        correlation = spearmanr(*([table[name] for name in shared] for table in (ours, theirs))).statistic
        lines.append(f"Rank correlation of the methods' ACC, ours with the paper's: {correlation:.2f}.")
    return lines


def draw_scores(results: Sequence[MethodResult], path: Path) -> None:
    """ACC of each method, ours beside the paper's, with standard deviations."""
    places = np.arange(len(results))
    with figure(path, 8.6, 4.2) as page:
        axes = page.subplots()
        for shift, colour, label, rows in (
            (-0.2, COLOURS[0], "ours", [result.scores for result in results]),
            (0.2, "#c9c9c9", "paper", [TABLE_5.get(result.name) for result in results]),
        ):
            heights = [100 * row.mean.accuracy if row else 0.0 for row in rows]
            errors = [100 * row.deviation.accuracy if row else 0.0 for row in rows]
            axes.bar(places + shift, heights, 0.38, yerr=errors, color=colour, label=label, capsize=2)
        axes.set_xticks(places, [result.name for result in results], rotation=35, ha="right", fontsize=8)
        axes.set(ylabel="ACC, %", ylim=(0, 100))
        plain(axes)
        axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=8)


def draw_convergence(page: Figure, results: Sequence[MethodResult]) -> None:
    """The objective after each iteration, a panel a method, a line a run."""
    traced = [result for result in results if result.objectives]
    panels = page.subplots(1, max(1, len(traced)), squeeze=False)[0]
    for axes, result in zip(panels, traced, strict=False):
        for trace in result.objectives:
            axes.plot(range(1, len(trace) + 1), trace, color=COLOURS[0], linewidth=1.0, alpha=0.6)
        runs = f"{len(result.objectives)} runs" if len(result.objectives) > 1 else "all runs alike"
        axes.set_title(f"{result.name}, {runs}", fontsize=9)
        axes.set_xlabel("iteration", fontsize=8)
        axes.tick_params(labelsize=7)
        plain(axes)
    panels[0].set_ylabel("objective", fontsize=8)
