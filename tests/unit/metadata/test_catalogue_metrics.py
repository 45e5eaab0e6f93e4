"""What Prometheus is told of the catalogue: the drawings that readers see."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry

from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.metadata.telemetry import CatalogueMetrics
from tests.unit.metadata.samples import put

METRIC = "sevenviews_metadata_published_drawings"


def test_what_is_published_is_counted(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'patents.sqlite'}", 5)
    migrate(engine)
    table = SqlPatentTable(engine)
    catalogue = PatentCatalogue(table, open_objects(f"file://{tmp_path}", 5), 0)
    registry, now = CollectorRegistry(), [0.0]
    metrics = CatalogueMetrics(table.published_drawings, 60, registry, lambda: now[0])
    put(catalogue, 1, drawings=3)
    put(catalogue, 2, drawings=2, publish=False)
    metrics.refresh()
    assert registry.get_sample_value(METRIC) == 3
    catalogue.delete(["USD0000001"])
    metrics.refresh()
    assert registry.get_sample_value(METRIC) == 3  # no more often than asked for
    now[0] = 60.0
    metrics.refresh()
    assert registry.get_sample_value(METRIC) == 0
    engine.dispose()


def test_a_database_that_does_not_answer_leaves_the_figure() -> None:
    registry, answers = CollectorRegistry(), iter([7])

    def count() -> int:
        for answer in answers:
            return answer
        raise OSError("away")

    metrics = CatalogueMetrics(count, 0, registry, lambda: 0.0)
    for _ in range(2):
        metrics.refresh()
    assert registry.get_sample_value(METRIC) == 7
