"""Uploaded files to figures: cut, shown and kept."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sevenviews.console.question import Figure, Question, Trouble, with_at_most
from sevenviews.console.uploads import Uploads
from sevenviews.designs import Reason, SevenviewsError, View
from sevenviews.images import decode

_PREVIEW_SIDE = 640


@dataclass(frozen=True, slots=True)
class File:
    """As it was uploaded."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CutFigure:
    """A figure of a file: an encoded image, and what is known of it."""

    content: bytes = field(repr=False)
    number: str = ""
    view: View = View.UNKNOWN


Cut = Callable[[File], Sequence[CutFigure]]
"""Cuts a file into its figures. Raises SevenviewsError where it cannot be read."""


def uncut(file: File) -> Sequence[CutFigure]:
    """The file as the one drawing that it is."""
    return (CutFigure(file.content),)


class Reader:
    """Reads uploads, a few at once, beside the event loop.

    Args:
        cut: sheets into figures.
        concurrency: uploads that are read at once.
    """

    def __init__(self, uploads: Uploads, cut: Cut, concurrency: int) -> None:
        self._uploads = uploads
        self._cut = cut
        self._turn = asyncio.Semaphore(concurrency)

    async def read(self, files: Sequence[File], *, whole: bool, more: Sequence[Figure] = ()) -> Question:
        """The question that some files ask, with figures of the catalogue.

        Args:
            whole: take each file as one drawing.
        """
        async with self._turn:
            return await asyncio.to_thread(self._read, files, uncut if whole else self._cut, tuple(more))

    def _read(self, files: Sequence[File], cut: Cut, more: tuple[Figure, ...]) -> Question:
        figures: list[Figure] = []
        troubles: list[Trouble] = []
        for file in files:
            try:
                found = [self._keep(file, one) for one in cut(file)]
            except SevenviewsError as error:
                troubles.append(Trouble(file.name, error.reason, error.message))
            else:
                figures += found
        return Question(with_at_most((*figures, *more)), tuple(troubles))

    def _keep(self, file: File, figure: CutFigure) -> Figure:
        picture = decode(figure.content)
        picture.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
        preview = io.BytesIO()
        # Sixteen greys are enough for lines, and a third of the bytes.
        picture.quantize(16).save(preview, "PNG", optimize=True)
        digest = self._uploads.add_image(figure.content, preview.getvalue())
        return Figure(digest, source=file.name, number=figure.number, view=figure.view)


def checked(question: Question) -> Question:
    """The question, if there is something to search with.

    Raises:
        SevenviewsError: FIELD_REQUIRED; all figures are put aside, or say what is not wanted.
    """
    if not any(one.weight > 0 for one in question.used):
        raise SevenviewsError(
            Reason.FIELD_REQUIRED, "one figure of positive weight has to be used", {"field": "figures"}
        )
    return replace(question, figures=with_at_most(question.figures))
