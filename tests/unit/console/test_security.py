"""What the browser is told to refuse, and what is refused of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sevenviews.console.app import Console
from sevenviews.console.settings import ConsoleSettings
from tests.unit.console.catalogue import drawing

NOBODY = "0" * 64
FORM = "multipart/form-data; boundary=a"
FORMS = [
    "/",
    f"/s/{NOBODY}/purge",
    f"/s/{NOBODY}/refine",
    f"/s/{NOBODY}/figures",
    "/designs/USD0900001/search",
]


@pytest.mark.parametrize("path", ["/", "/nowhere", f"/s/{NOBODY}", "/static/console.css", "/healthz"])
def test_every_answer_lets_nothing_in_from_elsewhere(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers
    policy = dict(one.strip().split(" ", 1) for one in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {value for name, value in policy.items()} <= {"'none'", "'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8080"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
    ],
)
def test_no_other_site_sends_our_forms(browser: TestClient, path: str, headers: dict[str, str]) -> None:
    assert browser.post(path, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1:8080"}, {}]
)
def test_our_own_pages_and_programs_do(browser: TestClient, headers: dict[str, str]) -> None:
    files = {"images": ("a.png", drawing(1, 1), "image/png")}
    assert browser.post("/", headers=headers, files=files).status_code == 303


def test_links_from_elsewhere_are_followed(browser: TestClient) -> None:
    assert browser.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_borrowed_name_is_refused(tmp_path: Path) -> None:
    settings = ConsoleSettings(uploads=tmp_path, allowed_hosts=("localhost",))
    with TestClient(Console(settings).app, "http://localhost:8080") as browser:
        assert browser.get("/").status_code == 200
        assert browser.get("/", headers={"Host": "rebound.example"}).status_code == 400


def test_an_upload_has_bounds(tmp_path: Path) -> None:
    settings = ConsoleSettings(uploads=tmp_path, max_upload_bytes=2**20)
    with TestClient(Console(settings).app, "http://localhost:8080") as browser:
        answer = browser.post("/", files={"images": ("a.png", b"0" * 2**22, "image/png")})
        assert answer.status_code == 413
        assert "REQUEST_ENTITY_TOO_LARGE" in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        undeclared = browser.post("/", content=iter([b"0" * 2**20] * 4), headers={"Content-Type": FORM})
        assert undeclared.status_code == 413
        many = [("images", (f"{n}.png", b"0", "image/png")) for n in range(17)]
        assert browser.post("/", files=many).status_code == 400


def test_nothing_is_asked_of_another_origin(browser: TestClient) -> None:
    for path in ("/", "/releases", "/help", "/compare", "/designs/USD0900001"):
        text = browser.get(path).text
        assert "http://" not in text
        assert "https://" not in text
        assert " style=" not in text
        assert " onclick=" not in text
