"""A refresh writes the published generation of a patent, and sweeps what is neither that nor staged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sevenviews.backends.blocking import Services
from sevenviews.backends.records import (
    DrawingVector,
    GenerationRange,
    PatentVectors,
    PublishedPatent,
    Release,
)
from sevenviews.designs import key_of_digest
from sevenviews.refresh.difference import outdated, sweep
from tests.fakes.house import House
from tests.unit.refresh.catalogue import PATENTS, VIEWS, patent

RELEASE = "new"
FIRST = "USD900000"


def written(published: PublishedPatent) -> PatentVectors:
    """As a refresh writes a patent."""
    vector = np.eye(64, dtype=np.float32)[0]
    drawings = tuple(
        DrawingVector(row.drawing_id, row.view, vector, key_of_digest(row.content_digest))
        for row in published.patent.drawings
    )
    return PatentVectors(published.patent, published.generation, drawings)


def write_all(services: Services) -> Release:
    """Build a release of the serving model, which imports reach as well."""
    (model,) = services.models()
    release = services.create_release(RELEASE, model)
    patents = services.patents(list(services.patent_ids()))
    services.write(release, list(map(written, patents)))
    return release


def generations(services: Services, patent_id: str) -> set[int]:
    return {one.generation for one in services.rows(RELEASE, [patent_id])}


def test_vectors_of_an_earlier_generation_are_none_even_of_the_same_images(house: House) -> None:
    with Services(house.addresses(), 0) as services:
        release = write_all(services)
        ids = list(services.patent_ids())
        assert outdated(services, RELEASE, ids) == []
        assert sweep(services, RELEASE) == 0
        (before,) = services.patents([FIRST])
        with house.client() as client:
            told = patent(0)
            renamed = replace(told, patent=replace(told.patent, title="another"), replace=True)
            (result,) = client.import_patents([renamed])
        assert result.error is None
        assert generations(services, FIRST) == {2}
        services.delete(RELEASE, [GenerationRange(FIRST, 2, 2)])
        services.write(release, [written(before)])
        (lacking,) = outdated(services, RELEASE, ids)
        assert (lacking.patent.patent_id, lacking.generation) == (FIRST, 2)
        assert sweep(services, RELEASE) == 1
        assert generations(services, FIRST) == set()


def test_a_late_write_of_an_earlier_generation_is_swept(house: House) -> None:
    """A worker that was slow writes what was replaced, or deleted, since it read the catalogue."""
    with Services(house.addresses(), 0) as services:
        release = write_all(services)
        late = [written(one) for one in services.patents([FIRST, "USD900001"])]
        with house.client() as client:
            assert client.delete_patents([FIRST, "USD900001"]) == 2
            (result,) = client.import_patents([patent(0)])
        assert result.error is None
        services.write(release, late)
        assert (generations(services, FIRST), generations(services, "USD900001")) == ({1, 3}, {1})
        assert sweep(services, RELEASE) == 2
        assert (generations(services, FIRST), generations(services, "USD900001")) == ({3}, set())
        assert len(list(services.stored(RELEASE))) == VIEWS * (PATENTS - 1)
