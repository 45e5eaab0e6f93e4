"""The index.csv beside the drawings: a row a patent, its columns named in a line at its head, in some language.

People edit it in spreadsheets, which write it in the code of their system, separate by what their country does, and
take classes for dates. What cannot be used is a problem with its line; the rest of the file is used.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.images import IMAGE_SUFFIXES
from sevenviews.corpus.index_columns import ID, find_header, named_columns
from sevenviews.corpus.member import BrokenArchiveError
from sevenviews.corpus.text_codes import decoded
from sevenviews.corpus.uspto.uspc import format_uspc
from sevenviews.designs import LocarnoClass

Rows = Mapping[str, Mapping[str, str]]

FILE_NAME = "index.csv"
_TEXT_FORMULA = re.compile(r'="(?P<text>[^"]*)"')
_MAX_VALUE = 10_000
_USPC = re.compile(
    r"(D\s?\d{1,2}|PLT|\d{1,3})(?:\s?[/-]\s?|\s{2,})(\d{1,3}(?:\.\d{1,3})?(?:\s?[A-Z]{1,3})?(?:-\d[\d.]*)?|FOR\s?\d{1,3})"
)


@dataclass(frozen=True, slots=True)
class Index:
    """What an index says.

    Attributes:
        rows: by the id, in small letters; the columns' names in small letters.
        problems: of single rows, by the same id.
        general: problems that are no patent's.
    """

    rows: Rows = field(default_factory=dict)
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    general: tuple[Problem, ...] = ()

    def row(self, identifier: str) -> Mapping[str, str]:
        """What it says about a patent; empty: nothing."""
        return self.rows.get(identifier.casefold(), {})

    def locarno(self, identifier: str) -> tuple[LocarnoClass, ...]:
        """The classes in a patent's row."""
        return tuple(
            map(LocarnoClass.parse, filter(None, self.row(identifier).get("locarno", "").split("|")))
        )

    def problems_of(self, identifier: str) -> tuple[Problem, ...]:
        """What is wrong with a patent's row."""
        return self.problems.get(identifier.casefold(), ())


def read_index(path: Path) -> Index:
    """The archive's index.csv; empty, if it has none, or if it cannot be reached."""
    content: bytes | None = None
    names: set[str] = set()
    try:
        for member in iter_members(path):
            if content is None and member.path.name.casefold() == FILE_NAME:
                content = member.source.read()
            names.update(
                (member.path.stem.casefold(), *(part.casefold() for part in member.path.parent.parts))
            )
    except (BrokenArchiveError, OSError):
        # The reader will come to the broken place itself, after what lies before it.
        pass
    if content is None:
        return Index()
    index = parse_index(content)
    if not index.rows or not names.isdisjoint(index.rows):
        return index
    first = next(iter(index.rows))
    message = (
        f"none of the {len(index.rows)} ids is the name of a file or folder here; the first is {first!r}"
    )
    return replace(index, general=(*index.general, _problem(1, message)))


def parse_index(content: bytes) -> Index:
    """An index out of the bytes of its file."""
    text = decoded(content)
    lines = list(_lines(text))
    if not lines:
        return Index(general=(_problem(1, "the file is empty"),))
    (first, header), *records = lines
    columns = named_columns(header) if isinstance(header, list) else []
    if ID not in columns:
        named = ", ".join(columns[:8])[:100]
        return Index(general=(_problem(first, f"names no column id, but {named!r}: no row can be used"),))
    by = columns.index(ID)
    rows: dict[str, Mapping[str, str]] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    general: list[Problem] = []
    if "\ufffd" in text:
        general.append(_problem(first, "holds characters that are none in any known code: save it as UTF-8"))
    for line, record in records:
        if isinstance(record, str):
            general.append(_problem(line, record))
            continue
        identifier = _identifier(record[by]) if by < len(record) else ""
        if not identifier:
            if any(record):
                general.append(_problem(line, "names no id"))
            continue
        if identifier in rows:
            general.append(_problem(line, f"{identifier} had a row before; this one is not used"))
            continue
        row = dict(zip(columns, record, strict=False))
        found = tuple(_problem(line, why) for why in _faults(row))
        rows[identifier] = row
        problems[identifier] = found
    return Index(rows, problems, tuple(general))


def format_class(text: str) -> str:
    """A United States class as an index writes it, "D26-24", in the usual form: "D26/24".

    Raises:
        ValueError: it is none.
    """
    written = text.strip().upper()
    # "D14486" and "D28 93 X" are the office's fixed columns.
    match = _USPC.fullmatch(written) or (
        _USPC.fullmatch(format_uspc(written)) if written[:1] == "D" else None
    )
    if match is None:
        raise ValueError(f"{text!r} is no class such as D26/24; spreadsheets take such classes for dates")
    return f"{re.sub(r'^D ?0*', 'D', match[1])}/{match[2]}"


def _faults(row: dict[str, str]) -> Iterator[str]:
    """What is wrong with a row; it is put right."""
    for column, value in row.items():
        if len(value) > _MAX_VALUE:
            row[column] = ""
            yield f"{column} holds {len(value)} characters, more than {_MAX_VALUE}, and is left out"
        elif "\0" in value:
            row[column] = value.replace("\0", "")
            yield f"{column} holds NUL, which was taken out"
    if row.get("uspc"):
        try:
            row["uspc"] = format_class(row["uspc"])
        except ValueError as error:
            row["uspc"] = ""
            yield f"uspc: {error}"
    known = []
    for text in filter(None, re.split(r"\s*[|;,]\s*", row.get("locarno", ""))):
        try:
            known.append(str(LocarnoClass.parse(text)))
        except ValueError as error:
            yield f"locarno: {error}; spreadsheets take such classes for dates"
    if "locarno" in row:
        row["locarno"] = "|".join(known)


def _identifier(text: str) -> str:
    """An id, of which people also write the file's name, or its path."""
    path = PurePosixPath(text.replace("\0", "").replace("\\", "/").strip())
    return (path.stem if path.suffix.lower() in IMAGE_SUFFIXES else path.name).casefold()


def _lines(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with the line that it ends in; what cannot be one is the reason."""
    first, separator = find_header(text)
    rest = text.split("\n", first)[-1]
    records = csv.reader(io.StringIO(rest, newline=""), delimiter=separator)
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            yield records.line_num + first, f"cannot be read: {error}"
            continue
        if record:
            yield records.line_num + first, [_value(text) for text in record]


def _value(text: str) -> str:
    """A cell's text; spreadsheets write ="007" to keep its zeros."""
    formula = _TEXT_FORMULA.fullmatch(text.strip())
    return text.strip() if formula is None else formula["text"].strip()


def _problem(line: int, message: str) -> Problem:
    return Problem(FILE_NAME, f"line {line}", ProblemReason.FIELD_MALFORMED, message)
