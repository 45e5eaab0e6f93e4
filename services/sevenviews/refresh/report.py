"""What a refresh did, for people: report.md in its work directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sevenviews.backends.refreshes import Facts, Refresh
from sevenviews.refresh.plan import Plan

FILE = "report.md"
_MOST_SHOWN = 8


def write_report(record: Refresh, plan: Plan, folder: Path) -> Path:
    """Write the report; the one before is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text("\n".join(_lines(record, plan)) + "\n")
    return path


def _lines(record: Refresh, plan: Plan) -> Iterator[str]:
    yield f"# Refresh {record.refresh_id}: {record.state}"
    yield ""
    yield f"- begun {record.started:%Y-%m-%d %H:%M:%S} UTC by {record.holder}"
    yield f"- release `{plan.release_id}`"
    if record.message:
        yield f"- stopped at step {record.current_step}: {record.message}"
    if (evaluation := record.facts("evaluate")) and "map" in evaluation:
        yield from _models(evaluation)
    yield ""
    yield "| step | seconds | what it found |"
    yield "| --- | ---: | --- |"
    for step in record.steps:
        yield f"| {step.name} | {step.seconds:.1f} | {_told(step.facts)} |"


def _models(evaluation: Facts) -> Iterator[str]:
    yield ""
    yield "| model | mAP | Acc@1 | ms a drawing |"
    yield "| --- | ---: | ---: | ---: |"
    for name, prefix in (("anchor", "anchor_"), ("serving", "serving_"), ("new", "")):
        cells = (evaluation[prefix + figure] for figure in ("map", "accuracy_at_1", "milliseconds"))
        yield f"| {name} | " + " | ".join(f"{float(one):.3f}" for one in cells) + " |"
    yield ""
    yield (
        f"Difference of mAP on {evaluation['queries']:.0f} queries of {evaluation['patents']:.0f} patents "
        f"({evaluation['gallery']:.0f} drawings in the gallery), 95 % by bootstrap over the patents: "
        f"{_interval(evaluation, 'serving')} against the serving model, "
        f"{_interval(evaluation, 'anchor')} against the anchor {evaluation['anchor_model']}."
    )


def _interval(evaluation: Facts, other: str) -> str:
    low, high = (float(evaluation[f"{other}_difference_{end}"]) for end in ("low", "high"))
    return f"{low:+.3f} to {high:+.3f}"


def _told(facts: Facts) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in facts.items())


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.4f}"
    if isinstance(value, Mapping):
        return str(len(value))
    if isinstance(value, list):
        shown = ", ".join(map(str, value[:_MOST_SHOWN]))
        return shown + (f" and {len(value) - _MOST_SHOWN} more" if len(value) > _MOST_SHOWN else "") or "none"
    return str(value)
