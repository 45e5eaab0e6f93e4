"""Sixty real patents as PDF, against what was read by eye on their first pages."""

from __future__ import annotations

import csv
import io
import tarfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sevenviews.corpus.pdf.reader import ReadPatent, read_patent
from sevenviews.designs import View

_TRUTH = Path(__file__).parent / "patent_pdfs.csv"


@pytest.fixture(scope="module")
def read(shared_data: Path) -> Mapping[str, ReadPatent]:
    files = sorted((shared_data / "pdf").glob("*.pdf"))
    if not files:
        pytest.skip("../shared/data/pdf is not here")
    return {file.stem: read_patent("some.pdf", file.read_bytes()) for file in files}


def _truth() -> list[dict[str, str]]:
    with _TRUTH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _fields(read: ReadPatent) -> dict[str, str]:
    patent = read.patent
    return {
        "patent": patent.patent_id,
        "title": patent.title,
        "published": str(patent.publication_date),
        "filed": str(patent.filing_date),
        "application": patent.application_number,
        "locarno": "|".join(map(str, patent.locarno)),
        "uspc": "|".join(patent.uspc),
        "sheets": str(len(read.sheets)),
    }


@pytest.mark.slow
def test_the_first_page_says_what_was_read_by_eye(read: Mapping[str, ReadPatent]) -> None:
    truth = _truth()
    right: Counter[str] = Counter()
    wrong: list[str] = []
    for row in truth:
        fields = _fields(read[row["patent"]])
        right.update(field for field in row if fields[field] == row[field])
        wrong += [
            f"{row['patent']}, {field}: {fields[field]!r} for {row[field]!r}"
            for field in row
            if fields[field] != row[field]
        ]
    print({field: f"{count} of {len(truth)}" for field, count in right.items()})
    assert len(truth) >= 60
    assert min(right.values()) >= 0.95 * len(truth), "\n".join(wrong)
    told = {problem.source for one in read.values() for problem in one.problems}
    assert len(told) <= 0.05 * len(read)


@pytest.mark.slow
def test_the_sheets_are_those_of_the_office_pixel_for_pixel(
    read: Mapping[str, ReadPatent], shared_data: Path
) -> None:
    """The office's are without the running head, above row 307."""
    compared = 0
    with tarfile.open(shared_data / "sheets-60.tar") as archive:
        for member in archive:
            patent, _, name = member.name.partition("/")
            content = archive.extractfile(member) if member.isfile() and name.startswith("D") else None
            if content is None:
                continue
            expected = _pixels(content.read())
            (sheet,) = [one for one in read[patent].sheets if f"D{one.number:05d}" == Path(name).stem]
            assert np.array_equal(_pixels(sheet.content)[-len(expected) :], expected), member.name
            compared += 1
    assert compared == sum(len(one.sheets) for one in read.values()) == 413


@pytest.mark.slow
def test_every_figure_that_is_described_has_a_view(read: Mapping[str, ReadPatent]) -> None:
    figures = [view for one in read.values() for view in one.figures.views.values()]
    assert len(figures) == 474
    assert figures.count(View.UNKNOWN) <= 0.02 * len(figures)


def _pixels(content: bytes) -> NDArray[np.bool_]:
    return np.asarray(Image.open(io.BytesIO(content)).convert("1"))
