"""Writes designs under PatentNet's names AB-CD-EF-GH; `corpus.patentnet` reads them.

A name has room for one field AB and its functions CD. A design whose classes lie in several fields gets each image
once per field: EF and GH say that it is the same image, and the reader takes it once, with all labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from sevenviews.corpus.entry import CorpusPatent
from sevenviews.designs import STANDARD_VIEWS, LocarnoClass, Patent, View

_APPLICATION = re.compile(r"[A-Za-z]{0,2}\d[\w.]*")


def format_names(application: str, locarno: Sequence[LocarnoClass], view: str) -> tuple[str, ...]:
    """The names of one image, without suffix: one for each field among its classes.

    AB is the class less one, each CD a subclass (00: the whole class), EF the application, GH the view.

    Args:
        application: up to two letters, then digits.
        locarno: at least one class; classes of one field share a name.
        view: as `view_code` gives it.

    Raises:
        ValueError: there is no class, or the application cannot stand in a name.
    """
    if not locarno:
        raise ValueError(f"{application}: a name AB-CD-EF-GH needs a Locarno class")
    if _APPLICATION.fullmatch(application) is None:
        raise ValueError(f"application {application!r} cannot be EF: up to two letters, then digits")
    functions: dict[int, dict[int, None]] = {}
    for label in locarno:
        functions.setdefault(label.class_number, {})[label.subclass_number or 0] = None
    return tuple(
        f"{number - 1:02d}-{'-'.join(f'{function:02d}' for function in own)}-{application}-{view}"
        for number, own in functions.items()
    )


def view_code(view: View) -> str:
    """GH of a standard view: its number, 1 to 7, in the paper's order; of another one its name.

    Raises:
        ValueError: the view is not known.
    """
    if view is View.UNKNOWN:
        raise ValueError("an unknown view has no code of its own")
    return str(STANDARD_VIEWS.index(view) + 1) if view in STANDARD_VIEWS else view.value


def write_patentnet(patent: CorpusPatent, folder: Path) -> Iterator[Path]:
    """Write the drawings of a patent as <name>.png; yields the files.

    EF is the application number without its punctuation, or the digits of the patent's id. GH of a drawing whose
    view is unknown, or that another drawing shows already, is a number from 8 on, which reads as unknown.

    Raises:
        ValueError: as `format_names`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = patent.patent
    free = count(len(STANDARD_VIEWS) + 1)
    taken: set[View] = {View.UNKNOWN}
    for drawing in record.drawings:
        code = str(next(free)) if drawing.view in taken else view_code(drawing.view)
        taken.add(drawing.view)
        for name in format_names(_application(record), record.locarno, code):
            path = folder / f"{name}.png"
            path.write_bytes(patent.contents[drawing.drawing_id])
            yield path


def _application(record: Patent) -> str:
    number = re.sub(r"\W", "", record.application_number)
    if _APPLICATION.fullmatch(number):
        return number
    return re.sub(r"\D", "", record.patent_id)
