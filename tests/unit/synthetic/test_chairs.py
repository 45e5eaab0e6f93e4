"""PatentNet's chairs: eight kinds, the paper's missing views, the same bytes for the same seed."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sevenviews.designs import STANDARD_VIEWS, SevenviewsError, View
from sevenviews.synthetic.articles.chairs import CHAIR_KINDS
from sevenviews.synthetic.chairs import OBSERVED, observed_views, write_chairs
from sevenviews.synthetic.designs import design_of_kind, render

EVERY = pytest.mark.parametrize("kind", range(len(CHAIR_KINDS)), ids=[kind.name for kind in CHAIR_KINDS])


def test_the_missing_views_are_those_of_table_4() -> None:
    shown = observed_views(0, 400)
    counts = Counter(view for views in shown for view in views)
    assert [counts[view] for view in STANDARD_VIEWS] == [400, 340, 325, 339, 296, 71, 388]
    assert sum(counts.values()) == 2159
    assert all(View.FRONT in views for views in shown)
    assert shown != observed_views(1, 400)
    assert OBSERVED[View.BOTTOM] == 71


@EVERY
def test_chairs_of_a_kind_differ_and_stand_on_the_floor(kind: int) -> None:
    first, second = (design_of_kind(CHAIR_KINDS[kind], 1, index) for index in range(2))
    assert (render(first, View.LEFT, 96) != render(second, View.LEFT, 96)).any()
    for item in (first, second):
        lowest = item.scene.vertices[:, 2].min()
        assert abs(lowest) < 0.12
        assert np.ptp(item.scene.vertices[:, 2]) > 0.8


def test_a_small_corpus_as_files(tmp_path: Path) -> None:
    told: list[int] = []
    write_chairs(tmp_path / "a", seed=3, per_kind=2, size=48, workers=1, progress=told.append)
    write_chairs(tmp_path / "b", seed=3, per_kind=2, size=48, workers=1)
    rows = list(csv.DictReader((tmp_path / "a" / "index.csv").open()))
    assert Counter(row["category"] for row in rows) == {kind.name: 2 for kind in CHAIR_KINDS}
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.png"))
    assert len(files) == sum(len(row["views"].split()) for row in rows)
    assert len(rows) == 16
    assert told == list(range(1, 17))
    for file in [*files, Path("index.csv")]:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_number_of_chairs_has_bounds(tmp_path: Path) -> None:
    with pytest.raises(SevenviewsError, match="per_kind is 0"):
        write_chairs(tmp_path, per_kind=0)
