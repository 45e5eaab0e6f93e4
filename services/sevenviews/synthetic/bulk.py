"""A synthetic corpus as files: the USPTO's weekly bulk layout, and queries that are not in it."""

from __future__ import annotations

import csv
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

from PIL import Image

from sevenviews.designs import Reason, SevenviewsError, View
from sevenviews.synthetic.bibliography import document_number, patent_id, patent_of, publication_date
from sevenviews.synthetic.designs import design, render
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.figures import plan_figures
from sevenviews.synthetic.grant_xml import grant_xml, utility_xml
from sevenviews.synthetic.processes import drawn_in_order
from sevenviews.synthetic.sheets import draw_sheets, tiff_bytes
from sevenviews.synthetic.style import random_style

MAX_DESIGNS = 99_999
_HELD_OUT, _QUERY_STYLE = 40, 41
_QUERY_SIZE = 768
_UTILITY_NUMBER = 99_000_001


@dataclass(frozen=True)
class CorpusSummary:
    """What was written.

    Attributes:
        archives: names of the weekly archives.
        held_out: queries, each a drawing that is in no archive.
        skippable: utility patents among the designs, for readers to pass over.
    """

    designs: int
    sheets: int
    figures: int
    held_out: int
    skippable: int
    archives: tuple[str, ...]


@dataclass(frozen=True)
class _Package:
    """A patent's ZIP, and its query."""

    index: int
    content: bytes
    sheets: int
    figures: int
    query: bytes
    query_view: View | None


def write_corpus(
    out: Path,
    designs: int,
    seed: int,
    held_out: int = 0,
    progress: Callable[[int], None] | None = None,
    workers: int = os.cpu_count() or 1,
) -> CorpusSummary:
    """Write designs as `out/I<week>.tar`, and the queries as `out/queries/<patent id>-<view>.png`.

    The same arguments write the same bytes, whatever the number of workers. Existing files of the same names are
    replaced. `out/queries/index.csv` (file, patent_id, view) says which patent a query belongs to; a query is
    drawn in another style than the patent, and about half of them show a view that the patent lacks.

    Args:
        held_out: number of designs that give a query.
        progress: told the number of designs written so far.
        workers: processes that draw; with one, this process draws.

    Raises:
        SevenviewsError: FIELD_OUT_OF_RANGE.
    """
    _check(designs, held_out, workers)
    chosen = frozenset(Dice(seed, _HELD_OUT).sample(range(designs), held_out))
    jobs = [(seed, index, index in chosen) for index in range(designs)]
    out.mkdir(parents=True, exist_ok=True)
    archives, queries = list[str](), list[tuple[str, str, str]]()
    sheets = figures = 0
    drawn = drawn_in_order(_package, jobs, workers)
    for day, packages in groupby(drawn, key=lambda package: publication_date(package.index)):
        with _week(out, day, len(archives)) as week:
            for package in packages:
                week.add("DESIGN", patent_id(package.index), package.content)
                sheets, figures = sheets + package.sheets, figures + package.figures
                if package.query_view is not None:
                    queries.append(_write_query(out, package))
                if progress is not None:
                    progress(package.index + 1)
            archives.append(week.name)
    if queries:
        _write_index(out, queries)
    return CorpusSummary(designs, sheets, figures, len(queries), len(archives), tuple(archives))


def _check(designs: int, held_out: int, workers: int) -> None:
    for field, value, low, high in (
        ("designs", designs, 1, MAX_DESIGNS),
        ("held_out", held_out, 0, designs),
        ("workers", workers, 1, 1024),
    ):
        if not low <= value <= high:
            raise SevenviewsError(
                Reason.FIELD_OUT_OF_RANGE, f"{field} is {value}, not within {low} to {high}", {"field": field}
            )


def _package(job: tuple[int, int, bool]) -> _Package:
    """Draw and pack one design: seed, index, and whether it gives a query."""
    seed, index, held_out = job
    drawn = design(seed, index)
    plan = plan_figures(drawn, held_out=held_out)
    published = publication_date(index)
    name = f"{patent_id(index)}-{published:%Y%m%d}"
    printed = f"US D{int(document_number(index)[1:]):,} S"
    sheets = draw_sheets(drawn, plan.views, printed, published)
    xml = grant_xml(patent_of(drawn, plan), name, [sheet.size for sheet in sheets], drawn.unclaimed)
    files = {f"{name}-D{i:05d}.TIF": tiff_bytes(sheet) for i, sheet in enumerate(sheets, 1)}
    content = _zip(name, {**files, f"{name}.XML": xml}, published)
    query = b""
    if plan.query is not None:
        style = random_style(Dice(seed, index, _QUERY_STYLE))
        style = replace(style, shading=drawn.style.shading)
        query = _png(Image.fromarray(render(drawn, plan.query, _QUERY_SIZE, style)).convert("1"))
    return _Package(index, content, len(sheets), len(plan.views), query, plan.query)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=False)
    return buffer.getvalue()


def _zip(folder: str, files: dict[str, bytes], published: date) -> bytes:
    """A package: all its files in a folder of its name, dated the day of publication."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(
                f"{folder}/{name}", (published.year, published.month, published.day, 0, 0, 0)
            )
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=6)
    return buffer.getvalue()


class _Week:
    """A weekly archive while it is written."""

    def __init__(self, archive: tarfile.TarFile, stamp: str) -> None:
        self.name = f"I{stamp}.tar"
        self._archive = archive
        self._stamp = stamp

    def add(self, folder: str, number: str, content: bytes) -> None:
        """Add a package. Every archive is dated alike, so that the same corpus has the same bytes."""
        member = tarfile.TarInfo(f"I{self._stamp}/{folder}/{number}-{self._stamp}.ZIP")
        member.size, member.mode = len(content), 0o644
        self._archive.addfile(member, io.BytesIO(content))


@contextmanager
def _week(out: Path, day: date, number: int) -> Iterator[_Week]:
    """The archive of a day of publication, with the utility patent that comes along in it."""
    stamp = f"{day:%Y%m%d}"
    with tarfile.open(out / f"I{stamp}.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
        week = _Week(archive, stamp)
        utility = str(_UTILITY_NUMBER + number)
        name = f"US{utility}-{stamp}"
        week.add("UTIL", f"US{utility}", _zip(name, {f"{name}.XML": utility_xml(utility, name, stamp)}, day))
        yield week


def _write_query(out: Path, package: _Package) -> tuple[str, str, str]:
    view = str(package.query_view)
    file = f"{patent_id(package.index)}-{view}.png"
    folder = out / "queries"
    folder.mkdir(exist_ok=True)
    (folder / file).write_bytes(package.query)
    return file, patent_id(package.index), view


def _write_index(out: Path, rows: list[tuple[str, str, str]]) -> None:
    with (out / "queries" / "index.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "patent_id", "view"))
        writer.writerows(rows)
