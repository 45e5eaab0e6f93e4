"""Sixty real patents as PDF, against what was read by eye on their first pages.

A test a patent: each is read by OCR, which takes seconds.
"""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sevenviews.corpus.pdf.reader import ReadPatent, read_patent
from sevenviews.designs import View


def _truth() -> list[dict[str, str]]:
    with (Path(__file__).parent / "patent_pdfs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.parametrize("row", _truth(), ids=lambda row: row["patent"])
def test_a_patent_is_read_as_by_eye(shared_data: Path, row: Mapping[str, str]) -> None:
    file = shared_data / "pdf" / f"{row['patent']}.pdf"
    if not file.is_file():
        pytest.skip(f"../shared/data/pdf/{file.name} is not here")
    # Not by its own name, which tells the number.
    read = read_patent("some.pdf", file.read_bytes())
    assert _fields(read) == row
    assert read.problems == ()
    assert View.UNKNOWN not in read.figures.views.values()
    _check_sheets(read, shared_data / "sheets-60.tar")


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


def _check_sheets(read: ReadPatent, office: Path) -> None:
    """The sheets are the office's, pixel for pixel; those are without the running head, which is above row 307."""
    with tarfile.open(office) as archive:
        for sheet in read.sheets:
            content = archive.extractfile(f"{read.patent.patent_id}/D{sheet.number:05d}.png")
            assert content is not None
            expected = _pixels(content.read())
            assert np.array_equal(_pixels(sheet.content)[-len(expected) :], expected), sheet.name


def _pixels(content: bytes) -> NDArray[np.bool_]:
    return np.asarray(Image.open(io.BytesIO(content)).convert("1"))
