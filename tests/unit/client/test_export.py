"""`sevenviews search --out`: CSV without formulas, JSON, and a PDF that is looked at."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest

from sevenviews.certificates import SealedCertificate
from sevenviews.client.export.tables import cell
from sevenviews.designs import LocarnoClass, Party, Priority
from tests.commands import command
from tests.fakes.house import House, running_house
from tests.unit.refresh.catalogue import image, patent

SEED = 2
TITLE = '=HYPERLINK("http://x","Lampe à poser")'
FIELDS: dict[str, Any] = {
    "office": "US",
    "kind": "S1",
    "title": TITLE,
    "application_number": "29/730,114",
    "filing_date": date(2020, 3, 1),
    "publication_date": date(2021, 2, 9),
    "priorities": (Priority("JP", "2019-021234", date(2019, 9, 26)),),
    "assignees": (Party("株式会社ニコン"), Party("Łódź Świetlna & <Söhne>")),
    "inventors": (Party("王小明"), Party("김민수"), Party("Θεόδωρος 🙂")),
    "uspc": ("D26/93",),
    "locarno": (LocarnoClass(26, 5),),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("export")) as house:
        items = [patent(number) for number in range(6)]
        items[1] = replace(items[1], patent=replace(items[1].patent, **FIELDS))
        endless: dict[str, Any] = {
            name: tuple(Party(f"{name} {n}") for n in range(30)) for name in ("applicants", "inventors")
        }
        items[2] = replace(items[2], patent=replace(items[2].patent, title="Lamp " * 1000, **endless))
        with house.client() as client:
            assert [one.error for one in client.import_patents(items) if one.error] == []
        yield house


def searched(house: House, out: Path, *options: str | Path) -> Path:
    query = out.with_name("query.png")
    query.write_bytes(image(SEED))
    command("search", query, "--whole", "--server", house.gateway, "--out", out, *options)
    return out


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        (" =1", "' =1"),
        ('"=1', "'\"=1"),
        ("＝1", "'＝1"),
        ("Chair", "Chair"),
        ("A=1", "A=1"),
        ("", ""),
        (-0.5, -0.5),
    ],
)
def test_no_cell_is_a_formula(value: object, written: object) -> None:
    assert cell(value) == written


def test_a_table_for_spreadsheets(house: House, tmp_path: Path) -> None:
    out = searched(
        *(house, tmp_path / "hits.csv", "--filing-date", "2021-05-01", "--filing-office", "US"),
        *("--certify", tmp_path / "certificate.json"),
    )
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    first = rows[0]
    assert (first["rank"], first["patent_id"], first["matched_figure"]) == ("1", "USD900001", "")
    assert float(first["score"]) > 0.99
    assert first["title"] == f"'{TITLE}"
    assert first["assignees"] == "株式会社ニコン; Łódź Świetlna & <Söhne>"
    assert first["priorities"] == "JP 2019-021234 2019-09-26"
    assert (first["filing_date"], first["publication_date"]) == ("2020-03-01", "2021-02-09")
    assert (first["dates_of_law"], first["rule"]) == ("grace period", "35 U.S.C. 102(b)(1)")
    sealed = SealedCertificate.from_file(tmp_path / "certificate.json")
    assert {row["certificate_sha256"] for row in rows} == {sealed.sha256}


def test_an_object_for_programs(house: House, tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    told = json.loads(searched(house, tmp_path / "hits.json", "--certify", path).read_text())
    first = told["hits"][0]
    assert (first["patent_id"], first["title"], first["kind"]) == ("USD900001", TITLE, "S1")
    assert first["locarno"] == ["26-05"]
    assert first["inventors"].startswith("王小明; ")
    assert told["certificate"] == json.loads(path.read_text())


def test_a_report_with_pictures(house: House, tmp_path: Path) -> None:
    out = searched(
        house,
        tmp_path / "hits.pdf",
        "--filing-date",
        "2021-05-01",
        "--filing-office",
        "US",
        "--patent",
        "D900003",
    )
    sealed = SealedCertificate.from_file(tmp_path / "hits.certificate.json")
    document = pypdfium2.PdfDocument(out)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    for expected in (
        sealed.sha256,
        "USD900001 S1 ·",
        "Lampe à poser",
        "Łódź Świetlna & <Söhne>",
        "株式会社ニコン",
        "王小明",
        "김민수",
        "Θεόδωρος ?",
        "JP 2019-021234 2019-09-26",
        "grace period",
        "35 U.S.C. 102(b)(1)",
        "not legal advice",
        "D900003",
    ):
        assert expected in text
    assert text.count("not legal advice") == 1
    pictures = [one for page in document for one in page.get_objects() if isinstance(one, pypdfium2.PdfImage)]
    # Each query, and one or two drawings of each of six patents.
    assert len(pictures) >= 2 + 6
    first = np.asarray(document[0].render(scale=1).to_pil().convert("L"))
    assert 0.01 < (first < 128).mean() < 0.3, "there is ink, and there is paper"


def test_what_a_name_does_not_say(house: House, tmp_path: Path) -> None:
    query = tmp_path / "query.png"
    query.write_bytes(image(SEED))
    start = ("search", query, "--whole", "--server", house.gateway, "--out")
    for out, why in (
        (tmp_path / "hits.xlsx", ".csv, .json, .pdf"),
        (tmp_path / "no" / "hits.csv", "No such file"),
    ):
        done = command(*start, out, check=False)
        assert (done.returncode, why in done.stderr) == (2, True)
