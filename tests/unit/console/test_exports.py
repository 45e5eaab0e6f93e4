"""Files of hits, and certificates, as a browser gets them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pypdfium2
import pytest
from starlette.testclient import TestClient

from sevenviews.certificates import SealedCertificate
from tests.unit.console.catalogue import TITLES, drawing, patent_id_of
from tests.unit.console.test_pages import upload


def test_hits_are_saved_as_they_are_shown(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    parameters = "?locarno=06-01&filed=2021-01-04&at=US"
    saved = browser.get(f"{address}/hits.csv{parameters}")
    assert saved.headers["content-type"] == "text/csv; charset=utf-8"
    assert saved.headers["content-disposition"].endswith('-1.csv"')
    rows = list(csv.DictReader(io.StringIO(saved.content.decode("utf-8-sig"))))
    assert {row["patent_id"] for row in rows} == {patent_id_of(number) for number in (1, 3, 5)}
    assert (rows[0]["rank"], rows[0]["title"], rows[0]["assignees"]) == ("1", TITLES[3], "Vitra AG")
    assert rows[0]["dates_of_law"] == "grace period"
    told = browser.get(f"{address}/hits.json{parameters}").json()
    assert [hit["patent_id"] for hit in told["hits"]] == [row["patent_id"] for row in rows]
    # Each search has a certificate of its own, and both are kept.
    for sha256 in (rows[0]["certificate_sha256"], told["certificate"]["sha256"]):
        assert browser.get(f"/certificates/{sha256}.json").json()["sha256"] == sha256


def test_a_report_shows_what_asked_and_what_was_found(browser: TestClient) -> None:
    saved = browser.get(upload(browser, drawing(3, 1)) + "/hits.pdf")
    document = pypdfium2.PdfDocument(saved.content)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert all(title in text for title in TITLES)
    pictures = [one for page in document for one in page.get_objects() if isinstance(one, pypdfium2.PdfImage)]
    assert len(pictures) == 1 + len(TITLES)


@pytest.mark.parametrize(
    ("path", "status"), [("hits.xlsx", 404), ("hits.csv?locarno=77", 422), ("hits.csv?page=nonsense", 410)]
)
def test_what_cannot_be_saved_is_told(browser: TestClient, path: str, status: int) -> None:
    assert browser.get(f"{upload(browser, drawing(3, 1))}/{path}").status_code == status


def test_a_certificate_is_shown_saved_and_forgotten_with_what_asked(
    browser: TestClient, tmp_path: Path
) -> None:
    address = upload(browser, drawing(3, 1))
    shown = browser.post(f"{address}/certificate?office=US&like={patent_id_of(1)}").headers["location"]
    page = browser.get(shown).text
    assert f'href="{address}?office=US&amp;like={patent_id_of(1)}"' in page
    assert "It is not signed" in page
    for words in (f'like <span class="id">{patent_id_of(1)}', "Filter: offices", f">{patent_id_of(3)}</a>"):
        assert words in page
    path = shown.partition("?")[0]
    file = tmp_path / "saved.json"
    file.write_bytes(browser.get(f"{path}.json").content)
    certificate = SealedCertificate.from_file(file).verified()
    assert certificate.hits[0].patent_id == patent_id_of(3)
    browser.post(f"{address}/purge")
    assert browser.get(path).status_code == 410
    assert browser.get("/certificates/nonsense").status_code == 410


def test_a_later_page_has_no_certificate(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    assert browser.post(f"{address}/certificate?page=token").status_code == 422
