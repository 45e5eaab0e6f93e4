"""Small patents with images, by number."""

from __future__ import annotations

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import Drawing, Patent, View, drawing_id
from sevenviews.metadata.service import PatentCatalogue
from tests.unit.encoder.test_images import drawing, encoded


def image(width: int) -> bytes:
    return encoded(drawing((width, 100)))


def patent(number: int, drawings: int = 2, **fields: object) -> tuple[Patent, dict[str, bytes]]:
    patent_id = f"USD{number:07d}"
    rows = tuple(Drawing(drawing_id(patent_id, 1, n + 1), 1, View.FRONT, str(n + 1)) for n in range(drawings))
    contents = {row.drawing_id: image(100 + 10 * number + n) for n, row in enumerate(rows)}
    return Patent(patent_id, drawings=rows, **fields), contents  # type: ignore[arg-type]


def put(catalogue: PatentCatalogue, number: int, *, publish: bool = True, **fields: object) -> int:
    """Store a patent; its generation."""
    stored = catalogue.put(*patent(number, **fields), replace_existing=False)  # type: ignore[arg-type]
    if publish:
        publish_one(catalogue, f"USD{number:07d}", stored.generation)
    return stored.generation


def publish_one(catalogue: PatentCatalogue, patent_id: str, generation: int) -> None:
    """Raises why it was refused."""
    (refusal,) = catalogue.publish([PatentGeneration(patent_id, generation)])
    if refusal is not None:
        raise refusal
