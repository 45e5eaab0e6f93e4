"""The corpus as files: the layout of the USPTO's bulk data, the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import io
import tarfile
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sevenviews.corpus import NotADesign, iter_entries
from sevenviews.designs import STANDARD_VIEWS, Reason, SevenviewsError, View
from sevenviews.synthetic import CorpusSummary, design, write_corpus
from sevenviews.synthetic.figures import plan_figures
from sevenviews.synthetic.sheets import draw_sheets, layout_of

DESIGNS, HELD_OUT, SEED = 21, 6, 3
"""Twenty designs share a week: the last one makes a second archive."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CorpusSummary]:
    out = tmp_path_factory.mktemp("corpus")
    return out, write_corpus(out, DESIGNS, SEED, HELD_OUT, workers=1)


@pytest.fixture
def corpus(written: tuple[Path, CorpusSummary]) -> Path:
    return written[0]


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _packages(corpus: Path) -> dict[str, zipfile.ZipFile]:
    """Path within the weekly archive -> ZIP."""
    packages = {}
    for path in sorted(corpus.glob("*.tar")):
        with tarfile.open(path) as archive:
            for member in archive:
                content = archive.extractfile(member)
                assert content is not None
                packages[member.name] = zipfile.ZipFile(io.BytesIO(content.read()))
    return packages


def _sheets(corpus: Path) -> list[Image.Image]:
    return [
        Image.open(io.BytesIO(package.read(name)))
        for package in _packages(corpus).values()
        for name in package.namelist()
        if name.endswith(".TIF")
    ]


def test_the_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    told: list[int] = []
    # Two processes get four designs at a time: the last one comes from the other.
    summaries = [
        write_corpus(tmp_path / str(workers), 5, SEED, 1, progress=told.append, workers=workers)
        for workers in (1, 2)
    ]
    assert summaries[0] == summaries[1]
    assert _digests(tmp_path / "1") == _digests(tmp_path / "2")
    assert told == [1, 2, 3, 4, 5] * 2


def test_another_seed_makes_other_bytes(tmp_path: Path) -> None:
    for seed in (SEED, SEED + 1):
        write_corpus(tmp_path / str(seed), 1, seed, workers=1)
    archives = [tmp_path / str(seed) / "I20250107.tar" for seed in (SEED, SEED + 1)]
    assert archives[0].read_bytes() != archives[1].read_bytes()
    # Without held-out designs there are no queries.
    assert list(archives[0].parent.iterdir()) == archives[:1]


def test_the_summary_counts_what_was_written(written: tuple[Path, CorpusSummary]) -> None:
    corpus, summary = written
    assert summary == CorpusSummary(
        DESIGNS, len(_sheets(corpus)), summary.figures, HELD_OUT, 2, ("I20250107.tar", "I20250204.tar")
    )


def test_the_layout_is_that_of_the_bulk_data(corpus: Path) -> None:
    packages = _packages(corpus)
    expected = [f"I20250107/DESIGN/USD{9_900_001 + i}-20250107.ZIP" for i in range(20)]
    assert [name for name in packages if name.startswith("I20250107/DESIGN")] == expected
    assert sum("/UTIL/" in name for name in packages) == 2
    first = "USD9900001-20250107"
    names = packages[f"I20250107/DESIGN/{first}.ZIP"].namelist()
    sheets = len(names) - 1
    assert names == [*(f"{first}/{first}-D{i:05d}.TIF" for i in range(1, sheets + 1)), f"{first}/{first}.XML"]


def test_sheets_are_one_bit_and_group_four(corpus: Path) -> None:
    sheets = _sheets(corpus)
    assert {sheet.mode for sheet in sheets} == {"1"}
    assert {sheet.info["compression"] for sheet in sheets} == {"group4"}
    assert {tuple(map(round, sheet.info["dpi"])) for sheet in sheets} == {(300, 300)}
    full = [sheet for sheet in sheets if sheet.size == (2560, 3300)]
    assert 0 < len(full) < len(sheets)
    assert all(not np.asarray(sheet).all() for sheet in sheets)


def test_the_reader_finds_every_design_and_passes_over_the_rest(corpus: Path) -> None:
    ids, passed = [], 0
    for archive in sorted(corpus.glob("*.tar")):
        for entry in iter_entries(archive):
            if "/UTIL/" in entry.name:
                with pytest.raises(NotADesign):
                    entry.read()
                passed += 1
            else:
                ids.append(entry.name.rpartition("/")[2][:10])
    assert ids == [f"USD{9_900_001 + i}" for i in range(DESIGNS)]
    assert passed == 2


def test_figures_are_read_back_from_a_sheet(corpus: Path) -> None:
    _, entry = iter_entries(corpus / "I20250204.tar")
    plan = plan_figures(design(SEED, 20), held_out="USD9900021" in _queries(corpus))
    found = entry.read().patent.drawings
    assert {drawing.figure_number: drawing.view for drawing in found} == {
        str(number): view for number, view in enumerate(plan.views, 1)
    }


def _queries(corpus: Path) -> dict[str, dict[str, str]]:
    with (corpus / "queries" / "index.csv").open(newline="", encoding="utf-8") as file:
        return {row["patent_id"]: row for row in csv.DictReader(file)}


def test_queries_are_listed_and_drawn(corpus: Path) -> None:
    rows = _queries(corpus)
    assert len(rows) == HELD_OUT
    for identifier, row in rows.items():
        assert row["file"] == f"{identifier}-{row['view']}.png"
        assert View(row["view"]) in STANDARD_VIEWS
        with Image.open(corpus / "queries" / row["file"]) as image:
            assert image.size == (768, 768)
            assert image.mode == "1"
    assert len(list((corpus / "queries").glob("*.png"))) == HELD_OUT


@pytest.mark.parametrize(
    ("designs", "held_out", "workers", "field"),
    [
        (0, 0, 1, "designs"),
        (100_000, 0, 1, "designs"),
        (3, 4, 1, "held_out"),
        (3, -1, 1, "held_out"),
        (3, 0, 0, "workers"),
    ],
)
def test_counts_out_of_range_are_refused(
    designs: int, held_out: int, workers: int, field: str, tmp_path: Path
) -> None:
    with pytest.raises(SevenviewsError, match=field) as caught:
        write_corpus(tmp_path / "never", designs, 0, held_out, workers=workers)
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE
    assert not (tmp_path / "never").exists()


def test_layouts_vary() -> None:
    layouts = [layout_of(design(2, index), STANDARD_VIEWS) for index in range(120)]
    assert 0.05 < np.mean([layout.turned for layout in layouts]) < 0.4
    assert 0.5 < np.mean([layout.full_page for layout in layouts]) < 0.9
    assert {layout.per_sheet for layout in layouts} == {1, 2, 3, 4}


def test_turned_sheets_are_as_large_as_the_others() -> None:
    index = next(
        i for i in range(200) if (lay := layout_of(design(2, i), STANDARD_VIEWS)).turned and lay.full_page
    )
    sheets = draw_sheets(design(2, index), STANDARD_VIEWS, "US D9,900,001 S", date(2025, 1, 7))
    assert {sheet.size for sheet in sheets} == {(2560, 3300)}
