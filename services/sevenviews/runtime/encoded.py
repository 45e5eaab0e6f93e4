"""Patents as they are stored and travel: encoded, and parsed where they are read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from sevenviews.designs import Patent
from sevenviews.internal.v1 import patents_pb2
from sevenviews.runtime.answers import patent_of_answer
from sevenviews.runtime.patent_wire import patent_to_wire
from sevenviews.v1 import patent_pb2, search_pb2

_HOLDERS_SHOWN = 8


@dataclass(frozen=True)
class EncodedPatent:
    """A patent and its id. The content is a sevenviews.v1.Patent."""

    patent_id: str
    content: bytes

    @classmethod
    def of(cls, patent: Patent) -> Self:
        return cls(patent.patent_id, patent_to_wire(patent).SerializeToString(deterministic=True))

    @property
    def message(self) -> patent_pb2.Patent:
        """As callers get it."""
        return patent_pb2.Patent.FromString(self.content)

    @cached_property
    def patent(self) -> Patent:
        """As the domain has it; what only a newer version has a word for is left out."""
        return patent_of_answer(self.message)


def summary_of(patent: patent_pb2.Patent) -> patents_pb2.PatentSummary:
    """What a list of hits needs of a patent."""
    # As Patent.holders has it.
    parties = patent.assignees or patent.applicants or patent.inventors
    return patents_pb2.PatentSummary(
        shown=search_pb2.PatentSummary(
            title=patent.title,
            office=patent.office,
            kind=patent.kind,
            locarno=patent.locarno,
            filing_date=patent.filing_date if patent.HasField("filing_date") else None,
            publication_date=patent.publication_date if patent.HasField("publication_date") else None,
            holders=list(dict.fromkeys(party.name for party in parties))[:_HOLDERS_SHOWN],
            drawing_count=len(patent.drawings),
        ),
        figures=(
            patents_pb2.FigureNumber(drawing_id=one.drawing_id, figure_number=one.figure_number)
            for one in patent.drawings
            if one.figure_number
        ),
    )
