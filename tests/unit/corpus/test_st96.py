"""Designs in the XML of WIPO's standards, on files made by them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sevenviews.corpus import CorpusPatent, ProblemReason, UnreadableEntryError, iter_entries
from sevenviews.designs import HagueRegistration, LocarnoClass, Party, Priority, View
from tests.unit.corpus.archives import small_drawing, write_folder, write_tar, write_zip

_ST86 = """<?xml version="1.0" encoding="UTF-8"?>
<Transaction xmlns="http://www.wipo.int/standards/XMLSchema/designs">
<DesignTransactionBody><TransactionContentDetails><TransactionData><DesignApplication operationCode="Insert">
<DesignApplicationNumber>001234567</DesignApplicationNumber>
<DesignApplicationDate>2020-03-02</DesignApplicationDate><RegistrationOfficeCode>EM</RegistrationOfficeCode>
<PriorityDetails><Priority><PriorityCountryCode>US</PriorityCountryCode><PriorityNumber>29/700001</PriorityNumber>
<PriorityDate>2019-09-05</PriorityDate></Priority></PriorityDetails>
<ApplicantDetails><Applicant><ApplicantAddressBook><FormattedNameAddress><Name><FormattedName>
<OrganizationName>Möbel GmbH</OrganizationName></FormattedName></Name>
<Address><AddressCountryCode>DE</AddressCountryCode>
<FormattedAddress><AddressCity>Köln</AddressCity></FormattedAddress></Address></FormattedNameAddress>
</ApplicantAddressBook></Applicant></ApplicantDetails>
<DesignDetails>
<Design><DesignIdentifier>001234567-0001</DesignIdentifier><RegistrationDate>2020-03-20</RegistrationDate>
<PublicationDetails><Publication><PublicationDate>2020-03-25</PublicationDate></Publication></PublicationDetails>
<DesignTitle>Chairs</DesignTitle>
<IndicationProductDetails><IndicationProduct><ClassDescriptionDetails><ClassDescription><ClassNumber>06.01</ClassNumber>
<ClassVersion>12</ClassVersion></ClassDescription></ClassDescriptionDetails></IndicationProduct></IndicationProductDetails>
<DesignerDetails><Designer><FirstName>Ada</FirstName><LastName>Lang</LastName></Designer></DesignerDetails>
<DesignRepresentationSheetDetails><DesignRepresentationSheet><ViewDetails>
<View><ViewSequenceNumber>1</ViewSequenceNumber><ViewTitle>Perspective</ViewTitle>
<ViewFilename>001234567-0001_1.jpg</ViewFilename></View>
<View><ViewSequenceNumber>2</ViewSequenceNumber></View>
</ViewDetails></DesignRepresentationSheet></DesignRepresentationSheetDetails></Design>
<Design><DesignIdentifier>001234567-0002</DesignIdentifier><DesignTitle>Tables</DesignTitle>
<DesignRepresentationSheetDetails><DesignRepresentationSheet><ViewDetails>
<View><ViewSequenceNumber>1</ViewSequenceNumber></View><View><ViewSequenceNumber>2</ViewSequenceNumber></View>
</ViewDetails></DesignRepresentationSheet></DesignRepresentationSheetDetails></Design>
</DesignDetails></DesignApplication></TransactionData></TransactionContentDetails></DesignTransactionBody></Transaction>
"""
_ST86_FILES = {
    "export/001234567.xml": _ST86.encode(),
    "export/001234567-0001_1.JPG": small_drawing(1, "JPEG"),
    "export/001234567-0001_2.jpg": small_drawing(2, "JPEG"),
    "export/001234567-0002/1.jpg": small_drawing(3, "JPEG"),
}

_ST96 = """<?xml version="1.0" encoding="UTF-8"?>
<dgn:HagueRegistration xmlns:com="http://www.wipo.int/standards/XMLSchema/ST96/Common"
 xmlns:dgn="http://www.wipo.int/standards/XMLSchema/ST96/Design">
<com:InternationalRegistrationNumber>DM/204457</com:InternationalRegistrationNumber>
<com:InternationalRegistrationDate>2019-07-30+02:00</com:InternationalRegistrationDate>
<com:PublicationDate>2020-01-31</com:PublicationDate>
<dgn:HolderBag><dgn:Holder><com:Contact><com:Name><com:OrganizationName>
<com:OrganizationStandardName>Boucle SA</com:OrganizationStandardName></com:OrganizationName></com:Name>
<com:PostalAddressBag><com:CityName>Genève</com:CityName><com:CountryCode>CH</com:CountryCode></com:PostalAddressBag>
</com:Contact></dgn:Holder></dgn:HolderBag>
<dgn:DesignBag>
<dgn:Design><dgn:DesignNumber>1</dgn:DesignNumber><dgn:ProductDescription>Belt buckle</dgn:ProductDescription>
<dgn:LocarnoClassification><dgn:LocarnoClass>02-07</dgn:LocarnoClass></dgn:LocarnoClassification>
<dgn:DesignRepresentationBag><dgn:DesignRepresentation><dgn:ViewBag>
<dgn:View><dgn:ViewNumber>1.1</dgn:ViewNumber><dgn:ViewTypeCategory>Front</dgn:ViewTypeCategory>
<dgn:ViewImage><com:FileName>images\\DM204457-1.1.jpg</com:FileName></dgn:ViewImage></dgn:View>
</dgn:ViewBag></dgn:DesignRepresentation></dgn:DesignRepresentationBag></dgn:Design>
<dgn:Design><dgn:DesignNumber>2</dgn:DesignNumber><dgn:ProductDescription>Buckle</dgn:ProductDescription>
<dgn:LocarnoClassification><dgn:LocarnoClass>99-99</dgn:LocarnoClass></dgn:LocarnoClassification></dgn:Design>
</dgn:DesignBag></dgn:HagueRegistration>
"""
_ST96_FILES = {
    "hague/DM204457.xml": _ST96.encode(),
    "hague/images/DM204457-1.1.jpg": small_drawing(4, "JPEG"),
}


def _read(path: Path) -> list[CorpusPatent]:
    return [entry.read() for entry in iter_entries(path)]


@pytest.mark.parametrize("packing", ["folder", "euipo.zip", "euipo.tar.gz", "beside", "alone"])
def test_st86_of_euipo(tmp_path: Path, packing: str) -> None:
    path = tmp_path / packing
    if packing == "folder":
        write_folder(path, _ST86_FILES)
    elif packing == "beside":
        path.mkdir()
        write_zip(path / "x.zip", _ST86_FILES)
    elif packing == "alone":
        path = write_folder(path, _ST86_FILES) / "export" / "001234567.xml"
    else:
        (write_zip if packing.endswith("zip") else write_tar)(path, _ST86_FILES)
    chair, table = _read(path)
    patent = chair.patent
    assert (patent.patent_id, patent.office, patent.title) == ("EM001234567-0001", "EM", "Chairs")
    assert (patent.locarno, patent.locarno_edition) == ((LocarnoClass(6, 1),), "12")
    assert (patent.filing_date, patent.publication_date) == (date(2020, 3, 2), date(2020, 3, 25))
    assert patent.applicants == (Party("Möbel GmbH", "Köln", "DE"),)
    assert patent.inventors == (Party("Ada Lang"),)
    assert patent.priorities == (Priority("US", "29/700001", date(2019, 9, 5)),)
    assert [drawing.view for drawing in patent.drawings] == [View.PERSPECTIVE, View.UNKNOWN]
    assert chair.problems == ()
    assert (table.patent.patent_id, table.patent.title, len(table.contents)) == (
        "EM001234567-0002",
        "Tables",
        1,
    )
    assert table.patent.applicants == patent.applicants
    assert [problem.reason for problem in table.problems] == [ProblemReason.SHEET_MISSING]


def test_st96_of_the_hague_registry(tmp_path: Path) -> None:
    first, second = _read(write_folder(tmp_path, _ST96_FILES))
    patent = first.patent
    assert (patent.patent_id, patent.office, patent.title) == ("DM204457-1", "WO", "Belt buckle")
    assert patent.locarno == (LocarnoClass(2, 7),)
    assert patent.hague == HagueRegistration("DM/204457", None, date(2019, 7, 30), date(2020, 1, 31))
    assert patent.holders == ("Boucle SA",)
    assert [(drawing.view, drawing.figure_number) for drawing in patent.drawings] == [(View.FRONT, "1.1")]
    assert second.patent.patent_id == "DM204457-2"
    assert {problem.reason for problem in second.problems} == {
        ProblemReason.FIELD_MALFORMED,
        ProblemReason.NO_DRAWINGS,
    }


@pytest.mark.parametrize(
    "xml",
    [
        _ST86[:900].encode(),
        b'<?xml version="1.0"?><!DOCTYPE Transaction [<!ENTITY a "b">]><Transaction><Design/></Transaction>',
        b"<Transaction><Design><DesignTitle>No number</DesignTitle></Design></Transaction>",
    ],
)
def test_a_record_that_cannot_be_read_says_why(tmp_path: Path, xml: bytes) -> None:
    (entry,) = iter_entries(write_folder(tmp_path, {"a.xml": xml}))
    with pytest.raises(UnreadableEntryError) as caught:
        entry.read()
    assert caught.value.problem.reason is ProblemReason.XML_MALFORMED


@pytest.mark.parametrize(
    ("files", "designs"),
    [
        (
            ["201830123456.7_主视图.jpg", "201830123456.7_立体图1.jpg"],
            {"CN201830123456.7": ["front", "perspective"]},
        ),
        (["CN301234567S/主视图.jpg", "CN301234567S/设计2后视图.jpg"], {"CN301234567S": ["front", "back"]}),
        (
            ["ZL 2018 3 0123456.X 俯视图.png", "ZL201830123456X-仰视图.png"],
            {"CN201830123456.X": ["top", "bottom"]},
        ),
        (
            ["CN301234567S 左视图.jpg", "CN301234568S 右视图.jpg"],
            {"CN301234567S": ["left"], "CN301234568S": ["right"]},
        ),
    ],
)
def test_names_of_the_chinese_office(tmp_path: Path, files: list[str], designs: dict[str, list[str]]) -> None:
    images = {name: small_drawing(shade, "PNG") for shade, name in enumerate(files)}
    patents = [one.patent for one in _read(write_folder(tmp_path, images))]
    assert {one.patent_id: [drawing.view for drawing in one.drawings] for one in patents} == designs
    assert {one.office for one in patents} == {"CN"}
    assert all(one.application_number == one.patent_id[2:] for one in patents if "." in one.patent_id)
