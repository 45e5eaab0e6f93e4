"""A design patent and its drawings, as every part of the system speaks of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sevenviews.designs.locarno import LocarnoClass
from sevenviews.designs.view import View


@dataclass(frozen=True, slots=True)
class Party:
    """An applicant, assignee or inventor."""

    name: str
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A document cited against the patent. Where the source's date lacks its day, or its month, it is the first."""

    document: str
    name: str = ""
    date: date | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class Priority:
    """An earlier application from which the patent claims priority."""

    office: str
    number: str
    date: date | None = None


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    """A document of the same family: the patent is its continuation, division, reissue ...

    Attributes:
        relation: as the office names it: "continuation", "division", "reissue", "provisional application".
        document: office, number and kind, "US 29730114".
    """

    relation: str
    document: str
    date: date | None = None


@dataclass(frozen=True, slots=True)
class HagueRegistration:
    """The international registration that the patent goes back to: "DM/098765"."""

    number: str
    filing_date: date | None = None
    registration_date: date | None = None
    publication_date: date | None = None


@dataclass(frozen=True, slots=True)
class Embodiment:
    """One of several forms that a patent shows of its design, and the figures that show it.

    Attributes:
        name: as the description has it: "first embodiment".
    """

    name: str
    figure_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureDescription:
    """A sentence of the description of drawings: what one figure shows."""

    figure_number: str
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One figure, cut from its sheet, its label removed. Sizes are pixels; sheet numbers start at 1."""

    drawing_id: str
    sheet_number: int
    view: View = View.UNKNOWN
    figure_number: str = ""
    width: int = 0
    height: int = 0
    content_digest: str = ""


@dataclass(frozen=True, slots=True)
class Patent:
    """A design patent: its bibliography and the list of its drawings. The images lie in the object store.

    Attributes:
        colour_statement, broken_line_statement: what the patent says about colours, and about lines that are not
            claimed; empty: nothing.
        use_statement, design_point_statement, best_view_statement: what it is for, where its novelty lies, and which
            of its views shows that best, as Chinese designs say; empty: nothing.
        embodiments: none, if the description tells of one alone.
    """

    patent_id: str
    office: str = ""
    kind: str = ""
    title: str = ""
    claim: str = ""
    locarno: tuple[LocarnoClass, ...] = ()
    locarno_edition: str = ""
    uspc: tuple[str, ...] = ()
    application_number: str = ""
    filing_date: date | None = None
    publication_date: date | None = None
    term_years: int | None = None
    applicants: tuple[Party, ...] = ()
    assignees: tuple[Party, ...] = ()
    inventors: tuple[Party, ...] = ()
    citations: tuple[Citation, ...] = ()
    figure_descriptions: tuple[FigureDescription, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    source_digest: str = ""
    priorities: tuple[Priority, ...] = ()
    related_documents: tuple[RelatedDocument, ...] = ()
    hague: HagueRegistration | None = None
    colour_statement: str = ""
    broken_line_statement: str = ""
    embodiments: tuple[Embodiment, ...] = ()
    use_statement: str = ""
    design_point_statement: str = ""
    best_view_statement: str = ""

    @property
    def holders(self) -> tuple[str, ...]:
        """Who holds the design: the assignees; without any, the applicants; without any, the inventors."""
        parties = self.assignees or self.applicants or self.inventors
        return tuple(dict.fromkeys(party.name for party in parties))
