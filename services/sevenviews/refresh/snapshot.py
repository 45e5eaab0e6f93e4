"""The begin: what there is, and the catalogue's own drawings for training and judging."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sevenviews.backends.refreshes import Facts
from sevenviews.designs import Patent, Reason, SevenviewsError
from sevenviews.metadata.objects import ObjectStore, key_of
from sevenviews.metadata.stores import open_objects
from sevenviews.refresh.context import Context
from sevenviews.refresh.difference import portions
from sevenviews.refresh.splitting import split_catalogue, without_kin
from sevenviews.training.trained_on import trained_on

_STORE_SECONDS = 30.0
_READERS = 8
_PAGE = 200
_MOST_REFRESHES = 100


def snapshot(context: Context) -> Facts:
    """Count, and fence off every earlier holder of the lock.

    Raises:
        SevenviewsError: CORPUS_EMPTY, NO_SERVING_RELEASE, REFRESH_FENCED; MODEL_NOT_FOUND, the model that serves or
            the anchor is not in the store.
    """
    services = context.services
    ids = list(services.patent_ids())
    if not ids:
        raise SevenviewsError(Reason.CORPUS_EMPTY, "no patent is published: import some first")
    serving = services.serving_release()
    gate = context.config.gate
    anchor = gate.anchor_model or _pinned(context) or serving.model_version
    split = split_catalogue(
        ids,
        gate.held_out_share,
        gate.held_out_patents,
        context.config.learning.catalogue_patents,
        known_to(context, serving.model_version, anchor) if context.plan.trains else (),
    )
    if context.plan.trains:
        split = without_kin(split, records(context, (*split.held_out, *split.training)))
    return {
        "patents": len(ids),
        "serving_release": serving.release_id,
        "serving_model": serving.model_version,
        "anchor_model": anchor,
        "held_out": list(split.held_out),
        "training": list(split.training),
    }


def known_to(context: Context, *versions: str) -> frozenset[str]:
    """The patents that models of the store say they were trained on, canonical. Raises MODEL_NOT_FOUND."""
    return frozenset().union(*(trained_on(context.models.open(version)) for version in versions))


def records(context: Context, patent_ids: Iterable[str]) -> Iterator[Patent]:
    """Some patents, as far as they are still there."""
    for portion in portions(patent_ids, _PAGE):
        yield from (one.patent for one in context.services.patents(portion))


def _pinned(context: Context) -> str:
    """The anchor of the last refresh that has named one; empty: none has."""
    named = (one.facts("snapshot") or {} for one in context.services.refreshes(_MOST_REFRESHES))
    return next((str(facts["anchor_model"]) for facts in named if facts.get("anchor_model")), "")


def write_drawings(context: Context, patent_ids: Iterable[str], folder: Path) -> int:
    """The drawings of some patents as `<patent>/<view>-<number>.png`, which every corpus reader of ours knows.

    A folder that is complete is left alone.

    Returns:
        How many there are.

    Raises:
        SevenviewsError: STORAGE_FULL, or the object store stays away.
    """
    if not folder.exists():
        partial = folder.with_name(f".{folder.name}")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        store = open_objects(context.services.addresses.drawings_url, _STORE_SECONDS)
        with ThreadPoolExecutor(_READERS) as readers:
            for portion in portions(patent_ids, _PAGE):
                context.need_room(megabytes=100)
                patents = [one.patent for one in context.services.patents(portion)]
                list(readers.map(lambda patent: _write(store, partial / patent.patent_id, patent), patents))
        partial.rename(folder)
    return sum(1 for _ in folder.glob("*/*.png"))


def _write(store: ObjectStore, folder: Path, patent: Patent) -> None:
    folder.mkdir()
    for number, drawing in enumerate(patent.drawings, 1):
        content = store.get(key_of(drawing.content_digest))
        # The embedding counts what is lost.
        if content is not None:
            (folder / f"{drawing.view.value}-{number}.png").write_bytes(content)
