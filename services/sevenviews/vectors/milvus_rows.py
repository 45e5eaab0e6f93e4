"""A drawing as Milvus keeps it: the schema of a release's collection, and rows both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient

from sevenviews.backends.records import NearestDrawing, StoredVector
from sevenviews.designs.terms import class_terms, holder_terms, person_terms, uspc_terms
from sevenviews.vectors.binary import unpack
from sevenviews.vectors.drawings import PatentVectors, row_id
from sevenviews.vectors.expressions import VIEW_NUMBERS, VIEWS, day_number


def schema(client: MilvusClient, dimension: int, *, binary: bool) -> Any:
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row_id", DataType.VARCHAR, max_length=100, is_primary=True)
    schema.add_field("drawing_id", DataType.VARCHAR, max_length=80)
    schema.add_field("patent_id", DataType.VARCHAR, max_length=64)
    schema.add_field("generation", DataType.INT64)
    schema.add_field("view", DataType.INT8)
    # Whatever passes the limits of PatentVectors in vectors.proto fits: a class comes with its whole class, and a
    # name has at most 512 characters in the form that is compared.
    _add_texts(schema, "locarno", 2 * 32, 8)
    _add_texts(schema, "uspc", 2 * 1000, 512)
    _add_texts(schema, "holders", 200, 4096)
    _add_texts(schema, "inventors", 200, 4096)
    schema.add_field("office", DataType.VARCHAR, max_length=32)
    schema.add_field("kind", DataType.VARCHAR, max_length=64)
    schema.add_field("publication_date", DataType.INT64)
    schema.add_field("filing_date", DataType.INT64)
    schema.add_field("content", DataType.INT64)
    kind = DataType.BINARY_VECTOR if binary else DataType.FLOAT_VECTOR
    schema.add_field("embedding", kind, dim=dimension)
    return schema


def _add_texts(schema: Any, field: str, values: int, length: int) -> None:
    schema.add_field(
        field, DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=values, max_length=length
    )


NEAREST_FIELDS = ("drawing_id", "patent_id", "generation", "view")
"""What `nearest` reads of a hit."""

STORED_FIELDS = (*NEAREST_FIELDS, "row_id", "content")
"""What `stored` reads of a row, and the key that goes on from it."""


def rows_of(patent: PatentVectors) -> Iterator[dict[str, Any]]:
    common = {
        "patent_id": patent.patent_id,
        "generation": patent.generation,
        "locarno": class_terms(patent.locarno),
        "uspc": uspc_terms(patent.uspc),
        "office": patent.office,
        "kind": patent.kind,
        "holders": holder_terms(patent.holders),
        "inventors": person_terms(patent.inventors),
        "publication_date": day_number(patent.publication_date),
        "filing_date": day_number(patent.filing_date),
    }
    for drawing in patent.drawings:
        yield {
            **common,
            "row_id": row_id(drawing.drawing_id, patent.generation),
            "drawing_id": drawing.drawing_id,
            "view": VIEW_NUMBERS[drawing.view],
            "content": _content_number(drawing.content_key),
            "embedding": np.asarray(drawing.embedding.vector, np.float32),
        }


def nearest(hit: Mapping[str, Any]) -> NearestDrawing:
    row = hit["entity"]
    return NearestDrawing(
        row["drawing_id"], row["patent_id"], row["generation"], VIEWS[row["view"]], float(hit["distance"])
    )


def stored(row: Mapping[str, Any], dimension: int) -> StoredVector:
    vector = _vector(row["embedding"], dimension) if "embedding" in row else None
    return StoredVector(
        row["drawing_id"],
        row["patent_id"],
        row["generation"],
        VIEWS[row["view"]],
        vector,
        _content_key(row["content"]),
    )


def _vector(kept: Any, dimension: int) -> npt.NDArray[np.float32]:
    """A row's vector; a server gives a code as bytes, alone or in a list."""
    if isinstance(kept, list) and len(kept) == 1 and isinstance(kept[0], bytes):
        kept = kept[0]
    return unpack(kept, dimension) if isinstance(kept, bytes) else np.asarray(kept, np.float32)


def _content_number(key: str) -> int:
    """A key in eight bytes; 0 for none."""
    return int.from_bytes(bytes.fromhex(key), "big", signed=True)


def _content_key(number: int) -> str:
    return number.to_bytes(8, "big", signed=True).hex() if number else ""
