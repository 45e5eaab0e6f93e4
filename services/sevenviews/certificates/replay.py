"""Why a search that is repeated finds something else than its certificate says.

The repetition is exact, and has itself a certificate. Every place of the first one, and every place of the repetition
within the same length, is either as it was or has its reason; what has none is said to be unexplained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sevenviews.certificates.document import Certificate, CertifiedHit

SCORE_TOLERANCE = 0.001
"""Of a score from 0 to 1: what another processor, or half precision, makes of the same model and the same images."""

_DIGITS = 1.5e-6
"""Scores are certified with six digits."""


class Now(StrEnum):
    """What the catalogue has of a patent that was certified, and that the repetition did not find."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


class Kind(StrEnum):
    """The reason of a difference."""

    MODEL = "other model"
    RELEASE = "other release"
    QUERY = "query corrected"
    FAMILY = "other family"
    NEW = "new document"
    CORRECTED = "corrected"
    DELETED = "deleted"
    MISSED = "missed before"
    MOVED = "moved"
    PROCESSOR = "other processor"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, and its reason.

    Attributes:
        patent_id: empty for what concerns the whole search.
        before, after: ranks, from 1; None: not found.
    """

    kind: Kind
    explanation: str
    patent_id: str = ""
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """All differences; none: the answer is the same, scores to six digits."""

    differences: tuple[Difference, ...]

    @property
    def is_explained(self) -> bool:
        """Whether each has its reason."""
        return all(one.kind is not Kind.UNEXPLAINED for one in self.differences)


def missing(before: Certificate, after: Certificate) -> tuple[str, ...]:
    """The patents that were certified and are not found any more: of which `compare` has to know what became."""
    found = {hit.patent_id for hit in after.hits}
    return tuple(hit.patent_id for hit in before.hits if hit.patent_id not in found)


def compare(before: Certificate, after: Certificate, now: Mapping[str, Now]) -> Replay:
    """Explain the differences.

    Args:
        before: what was certified.
        after: the repetition: of the same queries, filter and views, exact, and of as many hits at least.
        now: of each patent of `missing`, what the catalogue has.
    """
    return Replay(tuple(_Comparison(before, after, now).differences()))


class _Comparison:
    def __init__(self, before: Certificate, after: Certificate, now: Mapping[str, Now]) -> None:
        self._before, self._after, self._now = before, after, now
        self._old = {hit.patent_id: (rank, hit) for rank, hit in enumerate(before.hits, 1)}
        self._new = {hit.patent_id: (rank, hit) for rank, hit in enumerate(after.hits, 1)}
        self._other_model = before.model_version != after.model_version
        self._corrected = list(_corrected(before, after))
        self._other_query = bool(self._corrected)

    def differences(self) -> Iterator[Difference]:
        yield from self._of_the_whole()
        for rank, hit in enumerate(self._before.hits, 1):
            yield from self._of_certified(rank, hit)
        for rank, hit in enumerate(self._after.hits[: len(self._before.hits)], 1):
            if hit.patent_id not in self._old:
                yield self._of_intruder(rank, hit)

    def _of_the_whole(self) -> Iterator[Difference]:
        before, after = self._before, self._after
        if self._other_model:
            told = f"model {after.model_version} answered instead of {before.model_version}: no score is the same"
            yield Difference(Kind.MODEL, told)
        if before.release_id != after.release_id:
            yield Difference(
                Kind.RELEASE, f"release {after.release_id} answered instead of {before.release_id}"
            )
        for name in self._corrected:
            yield Difference(Kind.QUERY, f"{name} was corrected since, and asks anew")
        if before.left_out != after.left_out:
            told = "the patents that ask have another family since, which is left out"
            yield Difference(Kind.FAMILY, told)
        apart = [
            abs(hit.score - self._new[hit.patent_id][1].score)
            for hit in before.hits
            if hit.patent_id in self._new and hit.generation == self._new[hit.patent_id][1].generation
        ]
        rounded = [one for one in apart if _DIGITS < one <= SCORE_TOLERANCE]
        if rounded and not self._other_model and not self._other_query:
            told = (
                f"{len(rounded)} scores differ by {max(rounded):.6f} at most, within the tolerance of "
                f"{SCORE_TOLERANCE}: another processor, or another precision, computed them"
            )
            yield Difference(Kind.PROCESSOR, told)

    def _of_certified(self, rank: int, hit: CertifiedHit) -> Iterator[Difference]:
        if hit.patent_id not in self._new:
            kind, told = self._lost(hit)
            yield Difference(kind, told, hit.patent_id, rank)
            return
        new_rank, new = self._new[hit.patent_id]
        if new.generation != hit.generation:
            told = f"content {new.generation} instead of {hit.generation}, by change {new.change}"
            yield Difference(Kind.CORRECTED, told, hit.patent_id, rank, new_rank)
        elif abs(new.score - hit.score) > SCORE_TOLERANCE:
            told = f"the score is {new.score:.6f} instead of {hit.score:.6f}"
            yield Difference(self._of_scores(), told, hit.patent_id, rank, new_rank)
        elif new_rank != rank:
            told = "the same score; others above it came, went, or were as near"
            yield Difference(Kind.MOVED, told, hit.patent_id, rank, new_rank)

    def _lost(self, hit: CertifiedHit) -> tuple[Kind, str]:
        if (known := _SINCE.get(self._now[hit.patent_id])) is not None:
            return known
        if family := _family(hit, self._after):
            return Kind.FAMILY, f"{family} since"
        if self._other_model or self._other_query:
            return self._of_scores(), f"it is not among the first {len(self._after.hits)} any more"
        last = self._after.hits[-1].score if self._after.hits else 0.0
        if not self._after.complete and hit.score <= last + SCORE_TOLERANCE:
            return Kind.MOVED, f"it is below the first {len(self._after.hits)}, for others came before it"
        return Kind.UNEXPLAINED, "it is in the catalogue as it was, and was not found"

    def _of_intruder(self, rank: int, hit: CertifiedHit) -> Difference:
        def told(kind: Kind, why: str) -> Difference:
            return Difference(kind, why, hit.patent_id, None, rank)

        if hit.change > self._before.watermark:
            kind, how = _NEW if hit.generation == 1 else _ANEW
            return told(kind, f"{how} since, by change {hit.change}")
        if family := _family(hit, self._before):
            return told(Kind.FAMILY, f"{family} then")
        if self._other_model or self._other_query:
            return told(self._of_scores(), "it was not among the certified ones")
        last = self._before.hits[-1].score
        if hit.score <= last + SCORE_TOLERANCE:
            return told(Kind.MOVED, "it was below the certified ones, and has come up")
        if not self._before.parameters.exact:
            return told(Kind.MISSED, "the approximate index had missed it; this search is exact")
        return told(Kind.UNEXPLAINED, "it was in the catalogue, and was not found")

    def _of_scores(self) -> Kind:
        """Why the score of what did not change is another one."""
        if self._other_model:
            return Kind.MODEL
        return Kind.QUERY if self._other_query else Kind.UNEXPLAINED


_SINCE = {
    Now.GONE: (Kind.DELETED, "it was deleted since"),
    Now.CHANGED: (Kind.CORRECTED, "its content is another one since"),
}
_NEW = Kind.NEW, "imported"
_ANEW = Kind.CORRECTED, "corrected or imported again"


def _family(hit: CertifiedHit, certificate: Certificate) -> str:
    """Why a patent is not among the hits of a certificate, if it is for its family; empty otherwise."""
    if hit.patent_id in certificate.left_out:
        return "it is left out with a patent that asks, being of its family,"
    standing = (one.patent_id for one in certificate.hits if hit.patent_id in one.family)
    other = next(standing, "")
    return f"{other} stands for its family" if other else ""


def _corrected(before: Certificate, after: Certificate) -> Iterator[str]:
    """The patents among what asked, and what was judged, whose content is another one."""
    for old, new in zip(before.queries, after.queries, strict=True):
        if old.generation != new.generation:
            yield new.patent_id or new.drawing_id
    known = {one.patent_id: one.generation for one in before.judged}
    for one in after.judged:
        if known.get(one.patent_id) != one.generation:
            yield one.patent_id
