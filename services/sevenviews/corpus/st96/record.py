"""A design's record as a patent, and the views that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.file_names import view_of_stem
from sevenviews.corpus.images import IMAGE_SUFFIXES
from sevenviews.corpus.st96.tree import Scope, descendants, first_text, text_of
from sevenviews.designs import HagueRegistration, LocarnoClass, Party, Patent, Priority, View, is_patent_id

_ID_NAMES = ("DesignIdentifier", "RegistrationNumber", "DesignApplicationNumber", "ApplicationNumberText")
_SHORT = 5
"""A number below that many characters is a count within an application."""

_HAGUE = re.compile(r"DM[/\s-]?0*(\d{1,6})(?:[-/.]\d{1,4})?", re.I)
_LAST_NUMBER = re.compile(r"(?:.*[^\d])?0*(\d{1,4})")
_FORBIDDEN = re.compile(r"[^A-Za-z0-9.-]+")
_FILE_NAMES = (
    "ViewFilename",
    "ViewFileName",
    "ImageFileName",
    "FileName",
    "Filename",
    "ViewURI",
    "FileURI",
    "URI",
)
_VIEW_KINDS = ("ViewTypeCategory", "ViewType", "ViewCategory", "ViewTitle", "ViewName", "ViewDescriptionText")
_PERIOD = 10
"""How much of a date counts: "2020-01-31+01:00"."""


@dataclass(frozen=True, slots=True)
class NamedView:
    """A view as the record names it.

    Attributes:
        file: its file's name; empty: the record gives none.
        number: of the view, "1.2" or "2"; empty: the record gives none.
        view: what it shows.
    """

    file: str
    number: str
    view: View


@dataclass(frozen=True, slots=True)
class Record:
    """What the XML says of one design."""

    patent: Patent
    views: tuple[NamedView, ...]
    problems: tuple[Problem, ...]


def read_record(source: str, scope: Scope) -> Record | None:
    """A design; None: it has no number, and so nothing to be called by."""
    identifier = _identifier(scope)
    if not is_patent_id(identifier):
        return None
    problems: list[Problem] = []

    def day(*names: str) -> date | None:
        text = scope.first(*names)
        try:
            return date.fromisoformat(text[:_PERIOD]) if text else None
        except ValueError:
            message = f"{text[:100]!r} is no date"
            problems.append(Problem(source, names[0], ProblemReason.FIELD_MALFORMED, message))
            return None

    hague = _hague_number(scope)
    registered = day("RegistrationDate", "InternationalRegistrationDate")
    published = day("PublicationDate", "InternationalRegistrationPublicationDate") or registered
    patent = Patent(
        patent_id=identifier,
        office=_office(scope, bool(hague)),
        kind="S",
        title=scope.first("DesignTitle", "ProductDescription", "ProductDescriptionText", "ProductIndication"),
        locarno=tuple(_locarno(source, scope, problems)),
        locarno_edition=scope.first(
            "ClassVersion", "LocarnoEdition", "ClassificationVersion", "LocarnoVersion"
        ),
        application_number=scope.first(
            "DesignApplicationNumber", "ApplicationNumberText", "ApplicationNumber"
        ),
        filing_date=day("DesignApplicationDate", "ApplicationDate", "FilingDate"),
        publication_date=published,
        applicants=tuple(_parties(scope, "Applicant")),
        assignees=tuple(_parties(scope, "Holder")),
        inventors=tuple(_parties(scope, "Designer")),
        priorities=tuple(_priorities(scope)),
        hague=HagueRegistration(f"DM/{hague[2:]}", None, registered, published) if hague else None,
    )
    return Record(patent, tuple(_views(scope)), tuple(problems))


def _identifier(scope: Scope) -> str:
    """ "000123456-0001" of EUIPO is EM000123456-0001; the second design of DM/098765 is DM098765-2.

    A design that has no whole number of its own is counted within its application or registration.
    """
    own = first_text(scope.design, *_ID_NAMES)
    hague = _hague_number(scope)
    if hague:
        return f"{hague}-{_place(scope)}"
    if len(own) < _SHORT and (of_all := first_text(scope.around, *_ID_NAMES)):
        own = f"{of_all}-{_place(scope):04d}"
    plain = _FORBIDDEN.sub("-", own).strip("-.")
    return plain if plain[:2].isalpha() or not plain else _office(scope, hague=False) + plain


def _hague_number(scope: Scope) -> str:
    """ "DM098765"; empty: the design is of no international registration."""
    names = ("InternationalRegistrationNumber", "RegistrationNumber", "DesignIdentifier")
    texts = (text_of(one) for element in (scope.design, scope.around) for one in descendants(element, *names))
    found = next(filter(None, map(_HAGUE.fullmatch, texts)), None)
    return f"DM{int(found[1]):06d}" if found else ""


def _place(scope: Scope) -> int:
    """The number of a design within its application: as it says, or by counting."""
    names = ("DesignNumber", "DesignReference", "DesignSequenceNumber", "DesignIdentifier")
    digits = (_LAST_NUMBER.fullmatch(first_text(scope.design, name)) for name in names)
    return next((int(match[1]) for match in digits if match), scope.position)


def _office(scope: Scope, hague: bool) -> str:
    if hague:
        return "WO"
    code = scope.first("RegistrationOfficeCode", "IPOfficeCode", "ReceivingOfficeCode").upper()
    return code if re.fullmatch(r"[A-Z]{2}", code) else "EM"


def _locarno(source: str, scope: Scope, problems: list[Problem]) -> Iterator[LocarnoClass]:
    texts = map(text_of, scope.all("LocarnoClass", "LocarnoClassNumber", "ClassNumber"))
    for text in dict.fromkeys(filter(None, texts)):
        try:
            yield LocarnoClass.parse(text)
        except ValueError as error:
            problems.append(Problem(source, "LocarnoClass", ProblemReason.FIELD_MALFORMED, str(error)[:200]))


def _parties(scope: Scope, role: str) -> Iterator[Party]:
    for element in scope.all(role):
        person = " ".join(filter(None, (first_text(element, "FirstName"), first_text(element, "LastName"))))
        name = (
            first_text(element, "OrganizationName", "OrganizationStandardName")
            or person
            or first_text(element, "PersonFullName", "EntityName", "FreeFormatNameLine", "Name")
        )
        country = first_text(element, "AddressCountryCode", "CountryCode", "ApplicantNationalityCode")
        if name:
            yield Party(name, first_text(element, "AddressCity", "CityName"), country)


def _priorities(scope: Scope) -> Iterator[Priority]:
    for element in scope.all("Priority"):
        number = first_text(element, "PriorityNumber", "ApplicationNumberText", "ApplicationNumber")
        if number:
            office = first_text(element, "PriorityCountryCode", "PriorityOfficeCode", "IPOfficeCode")
            day = first_text(element, "PriorityDate", "PriorityApplicationFilingDate")
            yield Priority(office, number, _date_or_none(day))


def _date_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:_PERIOD])
    except ValueError:
        return None


def _views(scope: Scope) -> Iterator[NamedView]:
    elements = list(descendants(scope.design, "View"))
    if not elements:
        # Some list the files of a representation, and call no element a view.
        for element in descendants(scope.design, *_FILE_NAMES):
            path = PurePosixPath(text_of(element).replace("\\", "/"))
            if path.suffix.lower() in IMAGE_SUFFIXES:
                yield NamedView(path.name, "", view_of_stem(path.stem))
    for element in elements:
        kinds = (view_of_stem(first_text(element, name)) for name in _VIEW_KINDS)
        view = next((kind for kind in kinds if kind is not View.UNKNOWN), View.UNKNOWN)
        number = first_text(element, "ViewNumber", "ViewSequenceNumber", "SequenceNumber")
        yield NamedView(_base_name(element), number, view)


def _base_name(element: Element) -> str:
    return first_text(element, *_FILE_NAMES).replace("\\", "/").rpartition("/")[2]
