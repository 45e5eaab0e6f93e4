"""Patents and their drawings, to and from the wire."""

from __future__ import annotations

from collections.abc import Iterable

from sevenviews.designs import (
    Citation,
    Drawing,
    DrawingSize,
    Embodiment,
    FigureDescription,
    HagueRegistration,
    Party,
    Patent,
    Priority,
    RelatedDocument,
)
from sevenviews.runtime.wire import (
    cited_date_from_wire,
    date_from_wire,
    date_to_wire,
    locarno_list_from_wire,
    locarno_to_wire,
    view_from_wire,
    view_to_wire,
)
from sevenviews.v1 import patent_pb2


def patent_to_wire(patent: Patent) -> patent_pb2.Patent:
    return patent_pb2.Patent(
        patent_id=patent.patent_id,
        office=patent.office,
        kind=patent.kind,
        title=patent.title,
        claim=patent.claim,
        locarno=map(locarno_to_wire, patent.locarno),
        locarno_edition=patent.locarno_edition,
        uspc=patent.uspc,
        application_number=patent.application_number,
        filing_date=date_to_wire(patent.filing_date),
        publication_date=date_to_wire(patent.publication_date),
        term_years=patent.term_years or 0,
        applicants=_parties_to_wire(patent.applicants),
        assignees=_parties_to_wire(patent.assignees),
        inventors=_parties_to_wire(patent.inventors),
        citations=map(_citation_to_wire, patent.citations),
        figure_descriptions=(
            patent_pb2.FigureDescription(figure_number=figure.figure_number, text=figure.text)
            for figure in patent.figure_descriptions
        ),
        drawings=map(drawing_to_wire, patent.drawings),
        source_digest=patent.source_digest,
        priorities=map(_priority_to_wire, patent.priorities),
        related_documents=map(_related_to_wire, patent.related_documents),
        hague=_hague_to_wire(patent.hague),
        colour_statement=patent.colour_statement,
        broken_line_statement=patent.broken_line_statement,
        embodiments=(
            patent_pb2.Embodiment(name=one.name, figure_numbers=one.figure_numbers)
            for one in patent.embodiments
        ),
        use_statement=patent.use_statement,
        design_point_statement=patent.design_point_statement,
        best_view_statement=patent.best_view_statement,
    )


def patent_from_wire(wire: patent_pb2.Patent, field: str = "patent") -> Patent:
    """Raises FIELD_MALFORMED, naming the part that is wrong."""
    return Patent(
        patent_id=wire.patent_id,
        office=wire.office,
        kind=wire.kind,
        title=wire.title,
        claim=wire.claim,
        locarno=locarno_list_from_wire(wire.locarno, f"{field}.locarno"),
        locarno_edition=wire.locarno_edition,
        uspc=tuple(wire.uspc),
        application_number=wire.application_number,
        filing_date=date_from_wire(wire.filing_date, f"{field}.filing_date"),
        publication_date=date_from_wire(wire.publication_date, f"{field}.publication_date"),
        term_years=wire.term_years or None,
        applicants=_parties_from_wire(wire.applicants),
        assignees=_parties_from_wire(wire.assignees),
        inventors=_parties_from_wire(wire.inventors),
        citations=tuple(
            _citation_from_wire(citation, f"{field}.citations[{position}]")
            for position, citation in enumerate(wire.citations)
        ),
        figure_descriptions=tuple(
            FigureDescription(figure.figure_number, figure.text) for figure in wire.figure_descriptions
        ),
        drawings=tuple(
            drawing_from_wire(drawing, f"{field}.drawings[{position}]")
            for position, drawing in enumerate(wire.drawings)
        ),
        source_digest=wire.source_digest,
        priorities=tuple(
            _priority_from_wire(one, f"{field}.priorities[{position}]")
            for position, one in enumerate(wire.priorities)
        ),
        related_documents=tuple(
            _related_from_wire(one, f"{field}.related_documents[{position}]")
            for position, one in enumerate(wire.related_documents)
        ),
        hague=_hague_from_wire(wire.hague, f"{field}.hague") if wire.HasField("hague") else None,
        colour_statement=wire.colour_statement,
        broken_line_statement=wire.broken_line_statement,
        embodiments=tuple(Embodiment(one.name, tuple(one.figure_numbers)) for one in wire.embodiments),
        use_statement=wire.use_statement,
        design_point_statement=wire.design_point_statement,
        best_view_statement=wire.best_view_statement,
    )


def drawing_to_wire(drawing: Drawing) -> patent_pb2.Drawing:
    return patent_pb2.Drawing(
        drawing_id=drawing.drawing_id,
        sheet_number=drawing.sheet_number,
        figure_number=drawing.figure_number,
        view=view_to_wire(drawing.view),
        width=drawing.width,
        height=drawing.height,
        content_digest=drawing.content_digest,
    )


def drawing_from_wire(wire: patent_pb2.Drawing, field: str = "drawing") -> Drawing:
    return Drawing(
        drawing_id=wire.drawing_id,
        sheet_number=wire.sheet_number,
        view=view_from_wire(wire.view, f"{field}.view"),
        figure_number=wire.figure_number,
        width=wire.width,
        height=wire.height,
        content_digest=wire.content_digest,
    )


def size_to_wire(size: DrawingSize) -> patent_pb2.DrawingSize.ValueType:
    return patent_pb2.DrawingSize.Value(f"DRAWING_SIZE_{size.name}")


def size_from_wire(size: patent_pb2.DrawingSize.ValueType) -> DrawingSize:
    """Unspecified: as it was stored."""
    return DrawingSize[
        patent_pb2.DrawingSize.Name(size or patent_pb2.DRAWING_SIZE_ORIGINAL).removeprefix("DRAWING_SIZE_")
    ]


def _parties_to_wire(parties: Iterable[Party]) -> list[patent_pb2.Party]:
    return [patent_pb2.Party(name=party.name, city=party.city, country=party.country) for party in parties]


def _parties_from_wire(wire: Iterable[patent_pb2.Party]) -> tuple[Party, ...]:
    return tuple(Party(party.name, party.city, party.country) for party in wire)


def _citation_to_wire(citation: Citation) -> patent_pb2.Citation:
    return patent_pb2.Citation(
        document=citation.document,
        name=citation.name,
        date=date_to_wire(citation.date),
        category=citation.category,
    )


def _citation_from_wire(wire: patent_pb2.Citation, field: str) -> Citation:
    return Citation(wire.document, wire.name, cited_date_from_wire(wire.date, f"{field}.date"), wire.category)


def _priority_to_wire(priority: Priority) -> patent_pb2.PriorityClaim:
    return patent_pb2.PriorityClaim(
        office=priority.office, number=priority.number, date=date_to_wire(priority.date)
    )


def _priority_from_wire(wire: patent_pb2.PriorityClaim, field: str) -> Priority:
    return Priority(wire.office, wire.number, date_from_wire(wire.date, f"{field}.date"))


def _related_to_wire(related: RelatedDocument) -> patent_pb2.RelatedDocument:
    return patent_pb2.RelatedDocument(
        relation=related.relation, document=related.document, date=date_to_wire(related.date)
    )


def _related_from_wire(wire: patent_pb2.RelatedDocument, field: str) -> RelatedDocument:
    return RelatedDocument(wire.relation, wire.document, date_from_wire(wire.date, f"{field}.date"))


def _hague_to_wire(hague: HagueRegistration | None) -> patent_pb2.HagueRegistration | None:
    if hague is None:
        return None
    return patent_pb2.HagueRegistration(
        number=hague.number,
        filing_date=date_to_wire(hague.filing_date),
        registration_date=date_to_wire(hague.registration_date),
        publication_date=date_to_wire(hague.publication_date),
    )


def _hague_from_wire(wire: patent_pb2.HagueRegistration, field: str) -> HagueRegistration:
    return HagueRegistration(
        wire.number,
        date_from_wire(wire.filing_date, f"{field}.filing_date"),
        date_from_wire(wire.registration_date, f"{field}.registration_date"),
        date_from_wire(wire.publication_date, f"{field}.publication_date"),
    )
