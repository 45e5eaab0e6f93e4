"""Which patents a model is judged by: the same ones at every refresh, and never trained on by any."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from sevenviews.designs import Patent, canonical_patent_id, family_keys
from sevenviews.training.kinship import HASH_BYTES, kin_of

_LEAST_HELD_OUT = 2


@dataclass(frozen=True, slots=True)
class CatalogueSplit:
    """Ids of patents; none is in both."""

    held_out: tuple[str, ...]
    training: tuple[str, ...]


def place_of(patent_id: str) -> float:
    """A number in [0, 1) that belongs to a patent for ever, however its id is spelled."""
    return int.from_bytes(hashlib.sha256(canonical_patent_id(patent_id).encode()).digest()[:8], "big") / 2**64


def held_apart(patent_ids: Iterable[str], held_out_share: float) -> list[str]:
    """The patents that no refresh trains on: those whose place is below the share, two at least."""
    ids = list(patent_ids)
    below = [one for one in ids if place_of(one) < held_out_share]
    return below if len(below) >= _LEAST_HELD_OUT else heapq.nsmallest(_LEAST_HELD_OUT, ids, key=place_of)


def split_catalogue(
    patent_ids: Iterable[str],
    held_out_share: float,
    most_held_out: int,
    most_training: int,
    known: Collection[str] = (),
) -> CatalogueSplit:
    """Hold out the patents whose place is below the share; of more than wanted, those with the lowest places.

    A patent that is held out today was never trained on before, and will not be later, as long as the share stays.
    One that a model knows from elsewhere judges no model, and is not trained on either.

    Args:
        patent_ids: of the whole catalogue.
        held_out_share: of all patents.
        most_held_out: that are evaluated on; the others are not trained on either.
        most_training: of the others.
        known: canonical ids of patents that the models to compare with were trained on.
    """
    ids = list(patent_ids)
    below = held_apart(ids, held_out_share)
    apart = set(below)
    others = (one for one in ids if one not in apart)
    judging = (one for one in below if canonical_patent_id(one) not in known)
    return CatalogueSplit(
        tuple(sorted(heapq.nsmallest(most_held_out, judging, key=place_of))),
        tuple(sorted(heapq.nsmallest(most_training, others, key=place_of))),
    )


def without_kin(split: CatalogueSplit, patents: Iterable[Patent]) -> CatalogueSplit:
    """Train on no patent whose family one of the held-out ones is of: it may show the same drawings.

    Args:
        split: by ids.
        patents: those of both parts, as far as they are there.
    """
    known = list(patents)
    groups = kin_of([], np.empty((0, HASH_BYTES), np.uint8), [family_keys(one) for one in known]).tolist()
    held_out = set(split.held_out)
    judging = {group for one, group in zip(known, groups, strict=True) if one.patent_id in held_out}
    kin = {one.patent_id for one, group in zip(known, groups, strict=True) if group in judging}
    return CatalogueSplit(split.held_out, tuple(one for one in split.training if one not in kin))
