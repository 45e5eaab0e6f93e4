"""The new release: its model loaded beside the serving one, its collection made, filled and caught up."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from sevenviews.backends.records import IndexParameters, Model
from sevenviews.backends.refreshes import Facts
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.encoder import Encoder
from sevenviews.refresh.context import Context
from sevenviews.refresh.difference import sweep
from sevenviews.refresh.pipeline import EmbeddingReport, EmbeddingTask, embed_here

LEAST_COSINE = 0.9999
_PROBES = 8
_MOST_PASSES = 20
_TOLD_EVERY = 1000
_COMPARED_HERE = 5000


def load(context: Context) -> Facts:
    """Have the embedding service load the model, and hold what it answers against the bundle itself.

    Raises:
        SevenviewsError: MODEL_NOT_FOUND, the service does not see this store; MODEL_BUNDLE_INVALID.
    """
    version = context.model_version
    encoder = Encoder(context.models.open(version))
    probe = _probe()
    (expected,) = encoder.embed(encoder.prepare(probe)[np.newaxis])
    # Several times, because each replica loads for itself.
    for _ in range(_PROBES):
        cosine = float(context.services.embed(probe, version) @ expected)
        if not cosine >= LEAST_COSINE:
            raise SevenviewsError(
                Reason.MODEL_BUNDLE_INVALID,
                f"the embedding service gives other vectors than the bundle {version}: cosine {cosine:.6f}",
                {"model_version": version, "file": "model.onnx"},
            )
    return {"dimension": encoder.dimension, "cosine": cosine}


def create(context: Context) -> Facts:
    """Make the release. Imports and deletions reach it from now on, within the gateways' release_seconds.

    Raises:
        SevenviewsError: RELEASE_CONFLICT, one of this name has other parameters.
    """
    context.lock.check()
    if context.plan.promotes:
        context.services.fence(context.lock.token)
    index = context.config.index
    bundle = context.models.open(context.model_version)
    release = context.services.create_release(
        context.release_id,
        Model(bundle.version, bundle.manifest.dimension, calibration=bundle.calibration),
        IndexParameters(index.m, index.ef_construction, index.ef),
        index.metric.upper(),
    )
    return {
        "release_id": release.release_id,
        "collection": release.collection,
        "metric": release.metric,
    }


def embed(context: Context) -> Facts:
    """Embed all that the release lacks.

    Raises:
        SevenviewsError: a service stays away, or more drawings are lost than may be.
    """
    return _facts(_one_pass(context))


def catch_up(context: Context) -> Facts:
    """Passes over the catalogue until the release lacks nothing; what was replaced or deleted meanwhile goes.

    Raises:
        SevenviewsError: as `embed`; DEPENDENCY_UNAVAILABLE, imports outrun the passes.
    """
    caught_up = EmbeddingReport()
    for _ in range(_MOST_PASSES):
        report = _one_pass(context, _COMPARED_HERE)
        caught_up.patents += report.patents - report.incomplete
        caught_up.drawings += report.drawings
        caught_up.lost = report.lost
        swept = sweep(context.services, context.release_id)
        if report.patents == report.incomplete and not swept:
            return _facts(caught_up)
    raise SevenviewsError(
        Reason.DEPENDENCY_UNAVAILABLE,
        f"imports outrun the embedding: {_MOST_PASSES} passes did not catch up; resume with more workers",
        {"service": "refresh"},
    )


def _one_pass(context: Context, at_once: int = 0) -> EmbeddingReport:
    """A comparison of up to `at_once` patents is done here: starting the engine for it would take longer."""
    context.lock.check()
    version = context.model_version
    task = EmbeddingTask(
        context.services.addresses,
        context.release_id,
        context.models.open(version).path.resolve(),
        version,
        context.config.embedding,
    )
    told = 0

    def advance(report: EmbeddingReport) -> None:
        nonlocal told
        if report.drawings >= told + _TOLD_EVERY:
            told = report.drawings
            context.lock.check()
            context.tell(f"  {report.drawings} drawings of {report.patents} patents")

    ids = list(context.services.patent_ids())
    report = embed_here(task, ids) if len(ids) <= at_once else context.engine.embed(task, ids, advance)
    _refuse_losses(report, context.config.verification.most_lost_drawings)
    return report


def _refuse_losses(report: EmbeddingReport, most: int) -> None:
    if len(report.lost) > most:
        some = ", ".join(f"{id_} ({why})" for id_, why in sorted(report.lost.items())[:5])
        raise SevenviewsError(
            Reason.DRAWING_CONTENT_MISSING,
            f"{len(report.lost)} drawings cannot be embedded: {some}. Ingest their patents again, or allow for them "
            "in verification.most_lost_drawings; then resume",
            {"drawing_id": min(report.lost)},
        )


def _facts(report: EmbeddingReport) -> Facts:
    return {"patents": report.patents, "drawings": report.drawings, "lost": dict(report.lost)}


def _probe() -> bytes:
    """A drawing that every model can read."""
    image = Image.new("L", (320, 240), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 60, 280, 200), outline=0, width=3)
    draw.ellipse((120, 80, 220, 180), outline=0, width=3)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
