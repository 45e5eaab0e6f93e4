"""Readers of corpora whose files are single drawings: a patent from images that are taken as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sevenviews.corpus.assembly import CutDrawings, SheetFile, cut_drawings, digest_of_content
from sevenviews.corpus.descriptions import describe_figures
from sevenviews.corpus.entry import CorpusPatent, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.file_names import natural
from sevenviews.corpus.member import Member
from sevenviews.corpus.pages import SheetPage, sheet_pages
from sevenviews.corpus.png_pages import png_page
from sevenviews.corpus.sources import digest_of
from sevenviews.designs import Drawing, Patent, SevenviewsError, View, drawing_id

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".webp"})
_LOSSLESS_FIRST = {".webp": 1, ".gif": 2, ".jpg": 3, ".jpeg": 3}


@dataclass(frozen=True, slots=True)
class DrawingFile:
    """A file that is one drawing.

    Attributes:
        sheet_number: of the drawing's id; 0 is the copy on the front page of a USPTO patent.
        position: among the drawings of its sheet, from 1.
        figure_number: as its name gives it; empty: it gives none.
    """

    member: Member
    sheet_number: int
    view: View = View.UNKNOWN
    position: int = 1
    figure_number: str = ""


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """A patent whose drawings are files of their own.

    Attributes:
        name: within the corpus.
        patent: what the corpus says about it, without drawings.
        files: its drawings.
        problems: found before the files were opened.
        category: see CorpusPatent.
    """

    name: str
    patent: Patent
    files: tuple[DrawingFile, ...]
    problems: tuple[Problem, ...] = ()
    category: str = ""

    @property
    def digest(self) -> str:
        """See CorpusEntry. The bibliography counts: a new title is another source."""
        parts = [repr(self.patent).encode()]
        for file in self.files:
            parts += [file.member.name.encode(), self._bytes_of(file)]
        return digest_of(*parts)

    def read(self) -> CorpusPatent:
        """See CorpusEntry."""
        problems = list(self.problems)
        files = self._files(problems)
        pages = sheet_pages([(file.member.name, file.sheet_number, content) for file, content in files])
        # A file of several pages holds sheets, rather than a drawing.
        cut = self._cut(files) if len(pages) > len(files) else self._as_they_are(files, pages)
        patent = replace(self.patent, drawings=cut.drawings, source_digest=self.digest)
        problems += cut.problems
        return CorpusPatent(patent, cut.contents, tuple(problems), cut.boxes, self.category)

    def _cut(self, files: Sequence[tuple[DrawingFile, bytes]]) -> CutDrawings:
        sheets = [SheetFile(file.member.name, file.sheet_number, content) for file, content in files]
        return cut_drawings(self.name, self.patent.patent_id, sheets, describe_figures(()))

    def _as_they_are(
        self, files: Sequence[tuple[DrawingFile, bytes]], pages: Sequence[SheetPage]
    ) -> CutDrawings:
        drawings: list[Drawing] = []
        contents: dict[str, bytes] = {}
        problems: list[Problem] = []
        for (file, _), page in zip(files, pages, strict=True):
            try:
                png = png_page(page.content)
            except SevenviewsError as error:
                problems.append(self._unreadable(page.name, error))
                continue
            if png.damage is not None:
                problems.append(Problem(self.name, page.name, ProblemReason.SHEET_DAMAGED, str(png.damage)))
            drawing = Drawing(
                drawing_id=drawing_id(self.patent.patent_id, file.sheet_number, file.position),
                sheet_number=file.sheet_number,
                view=file.view,
                figure_number=file.figure_number,
                width=png.width,
                height=png.height,
                content_digest=digest_of_content(png.content),
            )
            drawings.append(drawing)
            contents[drawing.drawing_id] = png.content
        if not drawings:
            problems.append(Problem(self.name, "", ProblemReason.NO_DRAWINGS, "no drawing could be read"))
        return CutDrawings(tuple(drawings), contents, tuple(problems), {})

    def with_problems(self, problems: Sequence[Problem]) -> ImageEntry:
        """The same, with problems found elsewhere before its own."""
        return replace(self, problems=(*problems, *self.problems)) if problems else self

    def _bytes_of(self, file: DrawingFile) -> bytes:
        """A file that is gone counts by that: the patent is read from the others, and anew once it is back."""
        try:
            return file.member.source.read()
        except OSError as error:
            if len(self.files) == 1:
                problem = Problem(self.name, "", ProblemReason.SOURCE_UNREADABLE, str(error))
                raise UnreadableEntryError(problem) from error
            return b"gone"

    def _files(self, problems: list[Problem]) -> list[tuple[DrawingFile, bytes]]:
        """The files that are there, with their bytes."""
        files: list[tuple[DrawingFile, bytes]] = []
        for file in self.files:
            try:
                files.append((file, file.member.source.read()))
            except OSError as error:
                problems.append(self._unreadable(file.member.name, error))
        return files

    def _unreadable(self, name: str, error: Exception) -> Problem:
        return Problem(self.name, name, ProblemReason.SHEET_UNREADABLE, str(error))


def without_twins(source: str, members: Sequence[Member]) -> tuple[list[Member], list[Problem]]:
    """The files of one patent, each picture once: a front.jpg beside a front.png is the same, converted."""
    kept: dict[tuple[str, str], Member] = {}
    problems = []
    for member in sorted(members, key=lambda one: _LOSSLESS_FIRST.get(one.suffix, 0)):
        first = kept.setdefault((str(member.path.parent), member.path.stem.casefold()), member)
        if first is not member:
            message = f"was taken for the same picture as {first.path.name}, by its name, and left out"
            problems.append(Problem(source, member.name, ProblemReason.JUDGED_BY_NAME, message))
    return [member for member in members if member in kept.values()], problems


def numbered(
    members: Sequence[Member], views: Sequence[View], figures: Sequence[str] = ()
) -> tuple[DrawingFile, ...]:
    """Files whose names give no sheet number: they are counted from 1, in the order of the seven views.

    Args:
        figures: the figure's number of each file, where its name gives it.
    """
    order = list(View)
    drawings = zip(members, views, figures or [""] * len(members), strict=True)
    ordered = sorted(drawings, key=lambda drawing: (order.index(drawing[1]), natural(drawing[0].name)))
    return tuple(
        DrawingFile(member, number, view, figure_number=figure)
        for number, (member, view, figure) in enumerate(ordered, 1)
    )
