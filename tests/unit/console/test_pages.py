"""The pages as a browser without JavaScript gets them, from a real gateway."""

from __future__ import annotations

import gzip
import io
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from starlette.testclient import TestClient

from sevenviews.designs import View
from tests.unit.console.catalogue import TITLES, blank, drawing, encoded, patent_id_of


def upload(browser: TestClient, *contents: bytes, **fields: str) -> str:
    """Where the hits are."""
    files = [("images", (f"{n}.png", one, "image/png")) for n, one in enumerate(contents, 1)]
    answer = browser.post("/", files=files, data=fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def hits(page: str) -> list[str]:
    """Ids of the designs, as they are shown."""
    return re.findall(r'<li class="hit" id="hit-([^"]+)"', page)


class Links(HTMLParser):
    """The addresses that a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


def scores(page: str) -> dict[str, str]:
    """By design."""
    return dict(zip(hits(page), re.findall(r'<span class="number">([^<]+)</span>', page), strict=True))


def checked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)" data-mark="." checked', page)


def links(page: str, start: str = "/") -> list[str]:
    return [one for one in Links(page).found if one.startswith(start)]


def test_an_upload_leads_to_its_hits_best_first(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    page = browser.get(address).text
    assert hits(page)[0] == patent_id_of(3)
    assert len(hits(page)) == len(TITLES)
    assert "Nearly the same" in page
    assert f'alt="{patent_id_of(3)}, left view, FIG. 2"' in page
    assert "Hits 1 to 6" in page


def test_every_link_of_every_page_leads_somewhere(browser: TestClient) -> None:
    seen = {upload(browser, drawing(3, 1), drawing(3, 0))}
    waiting = list(seen)
    while waiting:
        answer = browser.get(waiting.pop())
        assert answer.status_code in {200, 303, 404}, answer.url
        if answer.status_code == 404:  # the citation of a design that is not in the catalogue
            assert "PATENT_NOT_FOUND" in answer.text
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        kinds = {one.partition("?")[0]: one.partition("#")[0] for one in links(answer.text)}
        new = [one for kind, one in kinds.items() if kind not in {urlsplit(old).path for old in seen}]
        seen.update(new)
        waiting += new
    assert {urlsplit(one).path.split("/")[1] for one in seen} >= {
        "s",
        "designs",
        "drawings",
        "releases",
        "static",
    }


def test_the_same_upload_has_the_same_address(browser: TestClient) -> None:
    assert upload(browser, drawing(1, 0)) == upload(browser, drawing(1, 0))


def test_of_two_files_the_bad_one_is_told_and_the_good_one_is_searched_with(browser: TestClient) -> None:
    page = browser.get(upload(browser, blank(), drawing(2, 0))).text
    assert "<strong>1.png</strong>" in page
    assert "IMAGE_BLANK" in page
    assert hits(page)[0] == patent_id_of(2)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(blank(), "IMAGE_BLANK"), (b"", "IMAGE_EMPTY"), (b"GIF", "IMAGE_FORMAT_UNSUPPORTED")],
)
def test_a_file_that_cannot_be_read_is_told_beside_the_form(
    browser: TestClient, content: bytes, reason: str
) -> None:
    answer = browser.post("/", files={"images": ("<b>.png", content, "image/png")})
    assert answer.status_code == 422
    assert reason in answer.text
    assert "&lt;b&gt;.png" in answer.text
    assert 'name="images"' in answer.text


def test_nothing_chosen_is_told(browser: TestClient) -> None:
    answer = browser.post("/", files={"images": ("", b"", "application/octet-stream")})
    assert answer.status_code == 422
    assert "FIELD_REQUIRED" in answer.text


def test_a_tiff_is_shown_as_png(browser: TestClient) -> None:
    address = upload(browser, encoded(Image.open(io.BytesIO(drawing(1, 0))), "TIFF"))
    answer = browser.get(f"{address}/figures/1")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    again = browser.get(f"{address}/figures/1", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_filters_narrow_the_hits_and_chips_drop_them(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    page = browser.get(f"{address}?locarno=06-01&after=2020-01-03").text
    assert set(hits(page)) == {patent_id_of(3), patent_id_of(5)}
    dropped = [
        one for one in links(page, address) if parse_qs(urlsplit(one).query) == {"after": ["2020-01-03"]}
    ]
    assert len(hits(browser.get(dropped[0]).text)) == 4


def test_nothing_found_names_the_filters_to_drop(browser: TestClient) -> None:
    page = browser.get(upload(browser, drawing(3, 1)) + "?locarno=01&office=US").text
    assert "Nothing found" in page
    empty = page[page.index('<div class="empty">') :]
    assert "Locarno 01" in empty
    assert "Office US" in empty


def test_a_filter_that_cannot_be_read_is_told_at_its_field(browser: TestClient) -> None:
    page = browser.get(upload(browser, drawing(3, 1)) + "?locarno=77").text
    assert 'aria-invalid="true" aria-describedby="p-locarno"' in page
    assert hits(page) == []


def test_a_holder_that_nobody_is_has_a_hint(browser: TestClient) -> None:
    page = browser.get(upload(browser, drawing(3, 1)) + "?holder=Vitro").text
    assert "No design has “Vitro”" in page
    assert ">Vitra AG</a>" in page


def test_facets_count_and_lead_to_what_they_count(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    whole = browser.get(f"{address}?facets=1").text
    part = browser.get(f"{address}/facets").text
    assert "<html" not in part
    assert part.strip() in whole
    acme = next(one for one in links(part, address) if "Acme" in one)
    assert len(hits(browser.get(acme).text)) == 3


def test_a_page_can_be_put_in_another_order(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    newest = hits(browser.get(f"{address}?sort=newest").text)
    assert newest == sorted(newest, reverse=True)
    assert hits(browser.get(f"{address}?sort=oldest").text) == newest[::-1]
    assert (
        f'<span class="rank">1</span> <a class="open" href="/designs/{patent_id_of(3)}'
        in browser.get(f"{address}?sort=newest").text
    )


def test_the_figures_are_told_and_ask_another_question(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1), drawing(5, 2))
    page = browser.get(f"{address}/figures?locarno=06").text
    assert page.count("<fieldset>") == 2
    fields = {
        "use-1": "on",
        "view-1": View.LEFT,
        "left-1": "5",
        "top-1": "0",
        "right-1": "95",
        "bottom-1": "100",
    }
    answer = browser.post(
        f"{address}/figures?locarno=06", data={**fields, "weight-1": "2.5", "weight-2": "1"}
    )
    changed = answer.headers["location"]
    assert answer.status_code == 303
    assert urlsplit(changed).query == "locarno=06"
    path = urlsplit(changed).path
    assert path != address
    shown = browser.get(changed).text
    assert "left view" in shown
    assert hits(shown)[0] == patent_id_of(3)
    again = browser.get(f"{path}/figures").text
    assert 'name="left-1" type="number" min="0" max="100" step="any" inputmode="decimal" value="5"' in again
    assert '<rect x="5" y="0" width="90" height="100"/>' in again
    assert browser.get(f"{path}/figures/1").content != browser.get(f"{path}/figures/1?whole=1").content


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"use-1": "on", "left-1": "60", "right-1": "50"}, "The crop is empty"),
        ({"use-1": "on", "right-1": "101"}, "reaches beyond"),
        ({"use-1": "on", "top-1": "high"}, "four numbers"),
        ({"use-1": "on", "left-1": "nan"}, "The crop is empty"),
        ({"use-1": "on", "weight-1": "0"}, "not 0"),
        ({"use-1": "on", "weight-1": "1e9"}, "at most 10"),
        ({"use-1": "on", "weight-1": "-1"}, "weight above 0"),
        ({}, "has to be used"),
    ],
)
def test_what_the_figures_cannot_be_is_told_and_nothing_is_lost(
    browser: TestClient, fields: dict[str, str], words: str
) -> None:
    answer = browser.post(f"{upload(browser, drawing(3, 1))}/figures", data=fields)
    assert answer.status_code == 422
    assert words in answer.text
    for name, value in fields.items():
        assert name.startswith("use") or f'name="{name}"' in answer.text
        assert name.startswith("use") or f'value="{value}"' in answer.text


def test_marks_move_the_search_and_stay_marked(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    before = browser.get(address).text
    page = browser.get(f"{address}?office=US&like={patent_id_of(1)}&unlike={patent_id_of(4)}").text
    assert scores(page) != scores(before)
    assert (checked(page, "like"), checked(page, "unlike")) == ([patent_id_of(1)], [patent_id_of(4)])
    chips = page[page.index('class="chips"') : page.index("</ul>", page.index('class="chips"'))]
    assert re.findall(r">([^<>]+) <span", chips) == [
        "Office US",
        f"Like {patent_id_of(1)}",
        f"Not like {patent_id_of(4)}",
    ]


def test_a_mark_of_a_design_that_is_not_on_the_page_is_kept_with_those_that_are(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    page = browser.get(f"{address}?locarno=06-01&like={patent_id_of(1)}&like={patent_id_of(2)}").text
    form = page[page.index('<form id="refine"') : page.index("</form>", page.index('<form id="refine"'))]
    assert re.findall(r'name="like" value="([^"]+)"', form) == [patent_id_of(2)]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        # Published on 1 to 6 January 2020, and filed a year before; without an office no rule is known.
        ("filed=2021-01-04&at=US", {"Prior art": 3, "Grace period": 3}),
        (
            "filed=2020-01-03&at=US&applicant=Vitra+AG",
            {
                "Grace period": 1,
                "Grace period, same holder": 1,
                "Filed earlier": 2,
                "Filed earlier, same holder": 2,
            },
        ),
        ("filed=2018-01-01&at=US", {"Later": 6}),
        ("filed=2020-06-01", {"Not known": 6}),
    ],
)
def test_each_hit_has_its_dates_of_law(browser: TestClient, query: str, told: dict[str, int]) -> None:
    page = browser.get(f"{upload(browser, drawing(3, 1))}?{query}").text
    standings = re.findall(r'<details class="standing [^>]*><summary><span[^>]*>.</span> ([^<]+)<', page)
    assert Counter(standings) == told
    assert page.count("not legal advice") == 1


def test_hits_stand_in_the_order_of_law(browser: TestClient) -> None:
    page = browser.get(f"{upload(browser, drawing(3, 1))}?filed=2021-01-04&at=US&sort=law").text
    standings = re.findall(r'class="standing ([a-z_]+)"', page)
    assert standings == ["prior_art"] * 3 + ["grace_period"] * 3


def test_a_design_of_the_catalogue_is_searched_with_and_not_for(browser: TestClient) -> None:
    for answer in (
        browser.post(f"/designs/{patent_id_of(2)}/search"),
        browser.post("/", data={"number": "US D900,002 S"}),
    ):
        page = browser.get(answer.headers["location"]).text
        assert len(hits(page)) == len(TITLES) - 1
        assert patent_id_of(2) not in hits(page)
        assert "3 of 3 views matched" in page


def test_a_design_shows_its_drawings_and_its_bibliography(browser: TestClient) -> None:
    page = browser.get(f"/designs/{patent_id_of(1)}?back=/s/abc%3Foffice=US").text
    assert page.count("<figure") == 3
    for words in (
        "Lamp",
        "Vitra AG, Basel, CH",
        "06-01",
        "2 January 2020",
        "USD0476016S",
        "June 2003",
        "Not shown: back view",
    ):
        assert words in page
    assert 'href="/s/abc?office=US"' in page


@pytest.mark.parametrize("back", ["//evil.example/s/", "https://evil.example", "javascript:alert(1)", "/"])
def test_back_leads_to_our_hits_and_nowhere_else(browser: TestClient, back: str) -> None:
    for page in (f"/designs/{patent_id_of(1)}", "/compare"):
        assert "data-back" not in browser.get(page, params={"back": back}).text


def test_a_number_as_people_type_it_finds_its_design(browser: TestClient) -> None:
    answer = browser.get("/designs", params={"number": "US D900,004 S"})
    assert answer.headers["location"] == f"/designs/{patent_id_of(4)}"
    assert browser.get("/designs").headers["location"] == "/"


def test_designs_stand_side_by_side_a_row_a_view(browser: TestClient) -> None:
    address = upload(browser, drawing(3, 1))
    page = browser.get(
        "/compare", params={"id": [patent_id_of(1), patent_id_of(2)], "s": address.removeprefix("/s/")}
    ).text
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>', page)
    assert rows == ["view not known", "front view", "left view", "top view"]
    assert page.count("<figure") == 7


@pytest.mark.parametrize("count", [1, 5])
def test_fewer_than_two_and_more_than_four_are_not_compared(browser: TestClient, count: int) -> None:
    answer = browser.get("/compare", params={"id": [patent_id_of(number) for number in range(count)]})
    assert answer.status_code == 422
    assert "2 to 4 can be compared" in answer.text


def test_what_is_not_there_is_told_with_its_reason(browser: TestClient) -> None:
    for path, reason in {
        "/designs/USD0900099": "PATENT_NOT_FOUND",
        "/compare?id=USD0900001&id=USD0900099": "PATENT_NOT_FOUND",
        "/drawings/USD0900001-D00009-01": "DRAWING_NOT_FOUND",
        "/nowhere": "NOT_FOUND",
        f"{upload(browser, drawing(1, 0))}/figures/2": "NOT_FOUND",
    }.items():
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert f"<code>{reason}</code>" in answer.text


def test_a_number_that_is_nearly_right_leads_to_the_right_one(browser: TestClient) -> None:
    page = browser.get("/designs?number=USD0900010").text
    assert f'<a href="/designs/{patent_id_of(1)}">' in page


def test_what_was_purged_is_gone_and_said_to_be(browser: TestClient) -> None:
    address = upload(browser, drawing(1, 0))
    answer = browser.post(f"{address}/purge")
    assert "Purged" in browser.get(answer.headers["location"]).text
    for path in (address, f"{address}/figures", f"{address}/figures/1"):
        gone = browser.get(path)
        assert gone.status_code == 410
        assert "not kept any more" in gone.text
    assert browser.post(f"{address}/certificate").status_code == 410


def test_operators_see_what_serves(browser: TestClient) -> None:
    page = browser.get("/releases").text
    assert re.search(r"<code>initial-[^<]+</code></td><td>serving</td>", page)
    assert "image/tiff" in page


def test_pages_are_light(browser: TestClient) -> None:
    page = browser.get(upload(browser, drawing(3, 1)))
    assert len(gzip.compress(page.content)) < 15_000
    scripts = [browser.get(one).content for one in links(page.text, "/static/") if ".js" in one]
    assert sum(len(gzip.compress(one)) for one in scripts) < 30_000
