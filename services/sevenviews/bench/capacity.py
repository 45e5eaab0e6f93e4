"""How much of what an installation needs: arithmetic over figures measured once. `deploy/capacity.md` explains it.

Bytes are decimal: 1 GB = 1e9 bytes. Nothing here measures; `sevenviews bench search` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt

DIMENSION = 256
VECTOR_BYTES = 4 * DIMENSION

# Measured; capacity.md says how.
HNSW_BYTES = 1168.3
"""Of a vector in an HNSW index with M = 16, the vector itself included."""
POSTGRESQL_BYTES = 854
"""Of a drawing in PostgreSQL, with its share of its patent's rows and of all indexes."""
OBJECT_BYTES = 30_365
"""Of a drawing's image in the object store."""
DRAWINGS_PER_PATENT = 10.64
SERVICE_SECONDS = 0.0217
"""One core's work on one drawing in the embedding service: 7.2 ms to decode and reduce, 14.5 ms to infer."""
GATEWAY_SEARCHES = 25.0
"""Searches a second of one gateway, at least: what all services reached together on two cores."""

# Chosen, or from Milvus' documentation; capacity.md says which.
SCALAR_BYTES = 300
"""Of a drawing's other fields in a query node."""
DISKANN_MEMORY_RATIO = 0.125 + 0.1
"""Compressed vectors and cached nodes, as parts of the raw vectors."""
DISKANN_DEGREE = 56
_SECTOR_BYTES = 4096
MEMORY_HEADROOM = 1.5
"""Old and new segments are in memory together while they are compacted."""
DISK_HEADROOM = 1.5
BUSY = 0.6
"""The share of a core that is to be used at the planned load."""
SEGMENT_BYTES = 1e9
SEGMENT_SEARCH_SECONDS = 0.0005


class Index(StrEnum):
    """How Milvus keeps vectors."""

    HNSW = "HNSW"
    IVF_SQ8 = "IVF_SQ8"
    DISKANN = "DISKANN"


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of an installation.

    Attributes:
        drawings: that are searched among.
        searches: a second, each with one drawing that is not in the cache.
        releases: held in Milvus at once: the serving one, and the one before for a rollback.
        copies: of each release in memory, on different query nodes; Milvus calls them replicas.
        index: of the vectors.
    """

    drawings: int
    searches: float
    releases: int = 2
    copies: int = 1
    index: Index = Index.HNSW

    def __post_init__(self) -> None:
        for field, value in (
            ("drawings", self.drawings),
            ("releases", self.releases),
            ("copies", self.copies),
        ):
            if value < 1:
                raise ValueError(f"{field} is {value}; it must be 1 or more")
        if not self.searches > 0:
            raise ValueError(f"searches is {self.searches}; it must be above 0")


@dataclass(frozen=True, slots=True)
class Plan:
    """What that takes. Memory and disk in bytes."""

    query_node_memory: float
    query_node_disk: float
    query_node_cores: int
    postgresql_disk: float
    object_store: float
    embedding_replicas: int
    gateways: int
    import_core_hours: float


def plan(load: Load) -> Plan:
    """The whole of an installation; two of each of our services at least, so that one may be lost."""
    n, held = load.drawings, load.releases * load.copies
    return Plan(
        query_node_memory=n * held * (index_bytes(load.index, n) + SCALAR_BYTES) * MEMORY_HEADROOM,
        query_node_disk=n * held * diskann_disk_bytes() if load.index is Index.DISKANN else 0.0,
        query_node_cores=max(2, ceil(load.searches * _search_seconds(n) / BUSY)),
        postgresql_disk=n * POSTGRESQL_BYTES * DISK_HEADROOM,
        object_store=n * (OBJECT_BYTES + load.releases * _stored_vector_bytes(load.index, n)),
        embedding_replicas=max(2, ceil(load.searches * SERVICE_SECONDS / BUSY)),
        gateways=max(2, ceil(load.searches / (GATEWAY_SEARCHES * BUSY))),
        import_core_hours=n * SERVICE_SECONDS / 3600,
    )


def index_bytes(index: Index, vectors: int) -> float:
    """Memory that an index takes for each of so many vectors."""
    match index:
        case Index.HNSW:
            return HNSW_BYTES
        case Index.IVF_SQ8:
            # A byte a dimension and an 8-byte id; 4 √n lists, each with its centre.
            return DIMENSION + 8 + 4 * sqrt(vectors) * VECTOR_BYTES / vectors
        case Index.DISKANN:
            return VECTOR_BYTES * DISKANN_MEMORY_RATIO


def diskann_disk_bytes() -> float:
    """Disk for each vector: whole nodes, the vector and its neighbours, in sectors of 4,096 bytes."""
    node = VECTOR_BYTES + 4 + 4 * DISKANN_DEGREE
    return _SECTOR_BYTES / (_SECTOR_BYTES // node)


def _stored_vector_bytes(index: Index, vectors: int) -> float:
    """In Milvus' object store: what was inserted, and the index."""
    built = diskann_disk_bytes() if index is Index.DISKANN else index_bytes(index, vectors)
    return VECTOR_BYTES + SCALAR_BYTES + built


def _search_seconds(vectors: int) -> float:
    """Cores' work on one search: every segment is asked."""
    return ceil(vectors * VECTOR_BYTES / SEGMENT_BYTES) * SEGMENT_SEARCH_SECONDS
