"""The one way from a corpus to drawings that can be decoded: whoever measures or trains reads by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from PIL import Image

from sevenviews.corpus.entry import CorpusEntry, CorpusPatent, NotADesign
from sevenviews.designs import SevenviewsError
from sevenviews.images import decode

Made = TypeVar("Made")
Make = Callable[[Image.Image], Made]
"""What becomes of each drawing once it is decoded; whatever cannot be made of it raises SevenviewsError."""

Chosen = Callable[[Sequence[str]], Sequence[str]]
"""Of the ids of a patent's drawings those that are wanted."""

_THREADS = 2


@dataclass(frozen=True, slots=True)
class Reading(Generic[Made]):
    """What became of an entry.

    Attributes:
        patent: with those of its drawings alone that could be decoded; None: it is no design, or nothing of it can be
            read.
        made: drawing id -> what was made of it.
        unread: what could not be read, or not surely; for people.
    """

    patent: CorpusPatent | None
    made: Mapping[str, Made] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def read_entry(entry: CorpusEntry, make: Make[Made], chosen: Chosen = lambda ids: ids) -> Reading[Made]:
    """Read an entry, and decode its drawings, each once.

    Args:
        entry: of a corpus.
        make: of each decoded drawing.
        chosen: of the drawings' ids those that are wanted; the others are not decoded, and left out.
    """
    try:
        read = entry.read()
    except NotADesign:
        return Reading(None)
    except SevenviewsError as error:
        return Reading(None, unread=(error.message,))
    unread, made = list(map(str, read.problems)), dict[str, Made]()
    for name in chosen(list(read.contents)):
        try:
            made[name] = make(decode(read.contents[name]))
        except SevenviewsError as error:
            unread.append(f"{name}: {error.message}")
    drawings = tuple(one for one in read.patent.drawings if one.drawing_id in made)
    contents = {name: read.contents[name] for name in made}
    return Reading(
        replace(read, patent=replace(read.patent, drawings=drawings), contents=contents), made, tuple(unread)
    )


def read_patents(
    entries: Iterable[CorpusEntry],
    unread: list[str],
    make: Make[Made],
    advance: Callable[[int], None] = lambda _: None,
    chosen: Chosen = lambda ids: ids,
) -> Iterator[tuple[CorpusPatent, Mapping[str, Made]]]:
    """The designs among some entries, in their order, and what was made of their drawings; read in threads.

    Args:
        entries: see `iter_entries`.
        unread: is added what could not be read.
        make: of each decoded drawing.
        advance: is told how many entries were read.
        chosen: see `read_entry`.
    """
    # Threads: most of the time is spent in Pillow and OpenCV, which let others run meanwhile.
    with ThreadPoolExecutor(_THREADS) as pool:
        for count, reading in enumerate(pool.map(partial(read_entry, make=make, chosen=chosen), entries), 1):
            unread += reading.unread
            advance(count)
            if reading.patent is not None:
                yield reading.patent, reading.made
