"""The experiment of `sevenviews lab patentnet hash`, and what a search costs in a Milvus, which it may not know."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sevenviews.training.hashing.config import HashingConfig

if TYPE_CHECKING:
    from sevenviews.lab.hashing.cost import SearchCost
    from sevenviews.training.hashing.experiment import CodeResult, RetrievalTask

_ENTRIES = 20_000


class HashCodes(HashingConfig):
    """Learn binary codes with CSQ and HashNet, and report them beside the vectors they were learned from.

    A bundle of them is served as any other model: `sevenviews reembed --release codes --model codes.bundle --metric
    hamming`, then `sevenviews releases promote codes`.

    Example:  sevenviews lab patentnet hash --corpus ldraw-views.tar.gz --out hash --bundle csq-64=codes.bundle
    """

    milvus: str = ""
    """Time the search in this Milvus too: milvus-lite:PATH, or http(s)://HOST:PORT."""

    def more_costs(self, task: RetrievalTask, results: list[CodeResult]) -> list[SearchCost]:
        """By HNSW for the vectors and exhaustively for the codes, the round trip included."""
        if not self.milvus:
            return []
        from sevenviews.cli.lab.milvus_cost import milvus_cost
        from sevenviews.training.hashing.report import TIMED, shown_codes
        from sevenviews.vectors.releases import Metric

        chosen = shown_codes(results)[0]
        unit = 1 / math.sqrt(chosen.bits)
        queries, gallery = (codes.signs() * unit for codes in (chosen.queries, chosen.gallery))
        return [
            milvus_cost(self.milvus, task.queries[:TIMED], task.gallery, Metric.IP, _ENTRIES),
            milvus_cost(self.milvus, queries[:TIMED], gallery, Metric.HAMMING, _ENTRIES),
        ]
