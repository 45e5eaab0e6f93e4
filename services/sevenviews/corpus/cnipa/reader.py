"""A design for each number among the names of a folder or archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.cnipa.abstract import with_statements
from sevenviews.corpus.cnipa.names import CnipaName, parse_name
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import ImageEntry, numbered, without_twins
from sevenviews.corpus.index_csv import read_index
from sevenviews.corpus.member import Member
from sevenviews.designs import Patent, is_patent_id


def cnipa_entries(path: Path) -> Iterator[ImageEntry]:
    """The designs of a folder or archive; similar designs of one application are one patent, as they are there."""
    index = read_index(path)
    general = index.general
    for number, all_members in grouped(iter_members(path), _number_of):
        members, twins = without_twins(number, all_members)
        names = [_name_of(member) for member in members]
        row = index.row(number)
        bare = Patent(number, office="CN", kind="S", application_number=names[0].application)
        patent = with_statements(bare, row)
        files = numbered(members, [name.view for name in names])
        problems = (*twins, *index.problems_of(number))
        yield ImageEntry(number, patent, files, problems).with_problems(general)
        general = ()


def _number_of(member: Member) -> str | None:
    name = parse_name(member.name)
    return name.number if name is not None and is_patent_id(name.number) else None


def _name_of(member: Member) -> CnipaName:
    name = parse_name(member.name)
    if name is None:
        raise ValueError(f"{member.name} is no name of an image of CNIPA")
    return name
