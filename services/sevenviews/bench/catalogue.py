"""What the catalogue costs a page of hits: their summaries and their small drawings, kept against made anew."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw

from sevenviews.backends.patent_messages import summary_from_wire
from sevenviews.backends.records import PatentGeneration
from sevenviews.bench.comparison import Comparison, Report, alternate
from sevenviews.designs import Citation, Drawing, LocarnoClass, Party, Patent, View, drawing_id
from sevenviews.metadata.documents import from_document, to_document
from sevenviews.metadata.images import Size, fitted
from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.objects import key_of
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.servicer import summary_to_wire
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.runtime.answers import patent_of_answer
from sevenviews.runtime.encoded import summary_of
from sevenviews.runtime.patent_wire import patent_to_wire
from sevenviews.v1 import patent_pb2, search_pb2

_SECONDS = 30
_DRAWINGS, _CITATIONS = 7, 20
"""Of a patent, as designs have them."""
_SIDE, _LINES = 1600, 200


def measure(
    hits: int, pairs: int, clock: Callable[[], float] = time.process_time, side: int = _SIDE
) -> Report:
    """CPU of one hit, in a catalogue of its own over SQLite and a folder.

    The summary: from SQL to the message that a caller gets, against the whole patent read from JSON, handed on and
    converted. The drawing: 160 pixels, against decoded and reduced.

    Args:
        hits: of a page.
        pairs: alternations.
        clock: seconds of this process.
        side: pixels of a drawing.

    Raises:
        ValueError: a number is less than one.
    """
    if hits < 1:
        raise ValueError("hits must be at least 1")

    def compared(work: str, beside: str, kept: Callable[[], None], made: Callable[[], None]) -> Comparison:
        def timed(way: Callable[[], None]) -> float:
            started = clock()
            way()
            return 1000 * (clock() - started) / hits

        kept()
        made()
        ours, others = alternate(pairs, lambda _: timed(kept), lambda _: timed(made))
        return Comparison.of(work, beside, "CPU ms a hit", ours, others)

    with TemporaryDirectory() as folder:
        shown = _Shown(Path(folder), hits, side)
        summary = compared("a hit's summary", "the patent from JSON", shown.summaries, shown.whole_patents)
        drawing = compared(
            "a hit's small drawing", "decode and reduce", shown.kept_drawings, shown.reduced_drawings
        )
    return Report("catalogue", f"pages of {hits:,} hits", (summary, drawing))


class _Shown:
    """A page of hits, told in both ways."""

    def __init__(self, folder: Path, hits: int, side: int) -> None:
        engine = open_engine(f"sqlite:///{folder / 'patents.sqlite'}", _SECONDS)
        migrate(engine)
        self._objects = open_objects(f"file://{folder / 'drawings'}", _SECONDS)
        self._table = SqlPatentTable(engine)
        self._catalogue = PatentCatalogue(self._table, self._objects, 0)
        self._ids = [f"USD{number:07d}" for number in range(hits)]
        for id_ in self._ids:
            patent = _patent(id_)
            contents = {one.drawing_id: _drawn(one.drawing_id, side) for one in patent.drawings[:1]}
            stored = self._catalogue.put(_only(patent, contents), contents, replace_existing=False)
            self._catalogue.publish([PatentGeneration(id_, stored.generation)])
        found = self._table.get(self._ids, include_staged=False)
        self._documents = {id_: to_document(_patent(id_)) for id_ in found}
        self._keys = {id_: key_of(one.patent.drawings[0].content_digest) for id_, one in found.items()}

    def summaries(self) -> None:
        for one in self._table.summaries(self._ids).values():
            record = summary_to_wire(one)
            told = summary_from_wire(type(record).FromString(record.SerializeToString()))
            search_pb2.PatentHit(patent_id=one.patent_id, summary=told.shown).SerializeToString()

    def whole_patents(self) -> None:
        # As it was: of the database its JSON, and a domain's patent on both sides of the wire.
        self._table.summaries(self._ids)
        for id_, document in self._documents.items():
            wire = patent_to_wire(from_document(id_, document).patent).SerializeToString()
            patent = patent_of_answer(patent_pb2.Patent.FromString(wire))
            told = summary_of(patent_to_wire(patent))
            search_pb2.PatentHit(patent_id=id_, summary=told.shown).SerializeToString()

    def kept_drawings(self) -> None:
        for id_, key in self._keys.items():
            self._catalogue.images.at(id_, key, Size.SMALL)

    def reduced_drawings(self) -> None:
        for key in self._keys.values():
            content = self._objects.get(key)
            assert content is not None  # noqa: S101 - it was put a moment ago
            fitted(content, Size.SMALL)


def _patent(patent_id: str) -> Patent:
    """With what a grant has of bibliography."""
    return Patent(
        patent_id,
        office="US",
        kind="S1",
        title="Portable electronic device with camera",
        claim="The ornamental design for a portable electronic device with camera, as shown and described.",
        locarno=(LocarnoClass(14, 3), LocarnoClass(16, 1)),
        uspc=("D14/138", "D14/341"),
        filing_date=date(2021, 5, 1),
        publication_date=date(2022, 6, 7),
        assignees=(Party("Example Electronics Co., Ltd.", "Suwon", "KR"),),
        inventors=tuple(Party(f"Inventor {number}", "Seoul", "KR") for number in range(4)),
        citations=tuple(
            Citation(f"US D{number} S", f"Name {number}", date(2015, 1, 1), "cited by examiner")
            for number in range(700000, 700000 + _CITATIONS)
        ),
        drawings=tuple(
            Drawing(drawing_id(patent_id, sheet, 1), sheet, View.FRONT, str(sheet))
            for sheet in range(1, _DRAWINGS + 1)
        ),
    )


def _only(patent: Patent, contents: dict[str, bytes]) -> Patent:
    """The patent with the drawings of which there are images."""
    return replace(patent, drawings=tuple(one for one in patent.drawings if one.drawing_id in contents))


def _drawn(name: str, side: int) -> bytes:
    chance = random.Random(name)  # noqa: S311 - variety, not a secret
    image = Image.new("1", (side, side), 1)
    pen = ImageDraw.Draw(image)
    for _ in range(_LINES):
        pen.line([chance.randrange(side) for _ in range(4)], fill=0, width=3)
    sink = io.BytesIO()
    image.save(sink, "TIFF", compression="group4")
    return sink.getvalue()
