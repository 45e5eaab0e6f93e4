"""The new model: trained, and exported as a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sevenviews.backends.refreshes import Facts
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.bundle import Bundle, load_bundle
from sevenviews.refresh.context import Context
from sevenviews.refresh.snapshot import write_drawings
from sevenviews.refresh.splitting import held_apart
from sevenviews.training.config import TrainConfig

SKIPPED: Facts = {"skipped": True}
_ROOM_MEGABYTES = 1000


def train(context: Context) -> Facts:
    """Train on Ray Train, from the last checkpoint if there is one.

    Raises:
        SevenviewsError: STORAGE_FULL; CORPUS_EMPTY, there are too few drawings to train on.
    """
    if not context.plan.trains:
        return SKIPPED
    context.need_room(_ROOM_MEGABYTES)
    run = context.work / "run"

    def advance(metrics: Mapping[str, float]) -> None:
        context.lock.check()
        context.tell(f"  step {metrics['step']}: loss {metrics['loss']}, mAP {metrics['validation_map']}")

    try:
        last = context.engine.train(
            training_config(context), run, lambda line: context.tell(f"  {line}"), advance
        )
    except ValueError as error:
        raise SevenviewsError(Reason.CORPUS_EMPTY, f"the training cannot begin: {error}") from error
    return {"run": str(run), "validation": dict(last)}


def training_config(context: Context) -> TrainConfig:
    """The training as it was asked for, with the catalogue's own drawings, and the weights to start from."""
    learning = context.config.learning
    data = learning.config.data
    # What judges is read with the rest, and excluded: so are its kin then, in whatever corpus the same patent is, or
    # one that shows the same.
    corpora = [*data.corpora, write_held_out(context)]
    if learning.catalogue_patents:
        training = list(map(str, _ids(context, "training")))
        corpora.append(context.work / "training")
        context.tell(
            f"  {write_drawings(context, training, corpora[-1])} drawings of {len(training)} patents to train on"
        )
    excluded = (*data.excluded_lists, _held_out_list(context))
    changes: dict[str, Any] = {
        "data": data.model_copy(update={"corpora": tuple(corpora), "excluded_lists": excluded})
    }
    if learning.start_from == "serving":
        bundle = serving_bundle(context).path.resolve()
        changes["model"] = learning.config.model.model_copy(update={"initial_weights": str(bundle)})
    return learning.config.model_copy(update=changes)


def write_held_out(context: Context) -> Path:
    """The drawings of the patents that models are judged by; their folder."""
    folder = context.work / "held-out"
    write_drawings(context, map(str, _ids(context, "held_out")), folder)
    return folder


def _held_out_list(context: Context) -> Path:
    """Of all patents that are never trained on, also of those that this refresh does not evaluate on."""
    gate = context.config.gate
    apart = set(held_apart(context.services.patent_ids(), gate.held_out_share))
    path = context.work / "held-out.txt"
    if not path.is_file():
        path.write_text(
            "".join(f"{one}\n" for one in sorted(apart | set(map(str, _ids(context, "held_out")))))
        )
    return path


def export(context: Context) -> Bundle:
    """The trained model as a bundle in the work directory. Raises MODEL_BUNDLE_INVALID: ONNX and torch differ."""
    return context.engine.export(Path(str(context.known("train", "run"))), context.work / "bundle")


def new_bundle(context: Context) -> Bundle:
    """The model that was trained."""
    return load_bundle(context.work / "bundle")


def serving_bundle(context: Context) -> Bundle:
    """The model that serves. Raises MODEL_NOT_FOUND if the store has lost it."""
    return context.models.open(str(context.known("snapshot", "serving_model")))


def anchor_bundle(context: Context) -> Bundle:
    """The model that no refresh may fall behind. Raises MODEL_NOT_FOUND if the store has lost it."""
    return context.models.open(str(context.known("snapshot", "anchor_model")))


def publish(context: Context) -> Facts:
    """Put the model where the embedding replicas find it."""
    if not context.plan.trains:
        return {"model_version": context.models.open(context.plan.model_version).version}
    context.lock.check()
    return {"model_version": context.models.add(new_bundle(context).path).version}


def _ids(context: Context, fact: str) -> list[str]:
    found = context.known("snapshot", fact)
    assert isinstance(found, list)  # noqa: S101 - as `snapshot` wrote it
    return found
