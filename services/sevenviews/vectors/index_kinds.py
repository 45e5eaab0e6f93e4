"""The kinds of index that a server can be told to build, and what each is told.

HNSW keeps all vectors and a graph in memory. HNSW_SQ keeps a byte a dimension (Milvus 2.5 and later), IVF_RABITQ a
bit a dimension and a byte to rank again by (2.6), DISKANN a graph on disk and short codes in memory.
"""

from __future__ import annotations

from collections.abc import Mapping

from sevenviews.vectors.releases import IndexKind, IndexParameters

_CELLS = 4096
_RANKED_AGAIN = 2
"""Times as many drawings as are wanted are compared by finer codes."""

Parameters = Mapping[str, str | int | bool]


def build_parameters(index: IndexParameters) -> Parameters:
    """What an index is made with."""
    graph: dict[str, str | int | bool] = {"M": index.m, "efConstruction": index.ef_construction}
    match index.kind:
        case IndexKind.HNSW:
            return graph
        case IndexKind.HNSW_SQ:
            return {**graph, "sq_type": "SQ8", "refine": True, "refine_type": "FP16"}
        case IndexKind.IVF_RABITQ:
            return {"nlist": _CELLS, "refine": True, "refine_type": "SQ8"}
        case IndexKind.DISKANN:
            return {}


def search_parameters(index: IndexParameters, limit: int) -> Parameters:
    """What a search of so many drawings is made with: no index looks at fewer candidates than it is to return."""
    candidates = max(index.ef, limit)
    match index.kind:
        case IndexKind.HNSW:
            return {"ef": candidates}
        case IndexKind.HNSW_SQ:
            return {"ef": candidates, "refine_k": _RANKED_AGAIN}
        case IndexKind.IVF_RABITQ:
            return {"nprobe": min(candidates, _CELLS), "refine_k": _RANKED_AGAIN}
        case IndexKind.DISKANN:
            return {"search_list": candidates}
