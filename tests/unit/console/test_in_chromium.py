"""The whole journey in a real browser: by mouse, by keyboard alone, and without JavaScript."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.fakes.house import House
from tests.processes import start_child
from tests.unit.console.catalogue import TITLES, drawing, patent_id_of

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 60_000
"""Milliseconds: the machine may be busy."""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not here")


@pytest.fixture(scope="module")
def address(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the page, as the command serves it; it drains at the end."""
    folder = tmp_path_factory.mktemp("console")
    process = start_child(
        [sys.executable, "-m", "sevenviews.cli.web"],
        env={
            **os.environ,
            "SEVENVIEWS_CONSOLE_GATEWAY_ADDRESS": house.gateway,
            "SEVENVIEWS_CONSOLE_PORT": "0",
            "SEVENVIEWS_CONSOLE_UPLOADS": str(folder),
            "SEVENVIEWS_CONSOLE_LOG_LEVEL": "error",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().removeprefix("console: ").strip()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Root may not use the sandbox.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(chromium: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """A page, and what it complains of: errors on its console, and requests of other origins."""
    context = chromium.new_context(base_url=address, **options)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(address) else complaints.append(request.url),
    )
    return page, complaints


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    page, complaints = open_page(chromium, address, viewport={"width": 1280, "height": 800})
    yield page
    page.context.close()
    assert complaints == []


@pytest.fixture
def plain(chromium: Browser, address: str) -> Iterator[Page]:
    """Without JavaScript."""
    page, complaints = open_page(chromium, address, java_script_enabled=False)
    yield page
    page.context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two drawings of the fourth design."""
    paths = [tmp_path_factory.mktemp("queries") / f"{name}.png" for name in ("front", "left")]
    for view, path in enumerate(paths):
        path.write_bytes(drawing(3, view))
    return paths


def search(page: Page, queries: list[Path]) -> str:
    """Upload, whole, and come to the hits: their path."""
    page.goto("/")
    page.set_input_files("#images", queries)
    page.get_by_label("Take each image as one drawing").check()
    page.locator(".ask").get_by_role("button", name="Search").click()
    expect(page.locator(".hit")).to_have_count(len(TITLES))
    return urlsplit(page.url).path


def test_by_mouse(page: Page, queries: list[Path]) -> None:
    path = search(page, queries)
    expect(page.get_by_role("status").filter(has_text="Hits 1 to 6")).to_be_visible()
    page.locator("#facets").get_by_role("link", name="Acme, Inc.").click()
    expect(page.locator(".hit")).to_have_count(3)
    page.get_by_role("link", name="Held by Acme, Inc.").click()
    expect(page.locator(".hit")).to_have_count(len(TITLES))

    page.locator(".hit").nth(1).get_by_label("Like this").check()
    for number in (0, 4):
        page.locator(".hit").nth(number).get_by_label("Compare").check()
    last = page.locator(".hit").nth(5)
    # Pictures and facets come after the hits, and move what stands below them.
    page.wait_for_load_state("networkidle")
    last.locator(".open").focus()
    scrolled = page.evaluate("scrollY")
    assert scrolled > 0
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bibliography")).to_be_visible()
    page.go_back()
    expect(page.locator(".hit").nth(1).get_by_label("Like this")).to_be_checked()
    page.wait_for_function("before => Math.abs(scrollY - before) < 5", arg=scrolled)
    expect(last.locator(".open")).to_be_focused()

    page.get_by_role("button", name="Compare 2 to 4").click()
    expect(page.get_by_role("heading", name="2 designs compared")).to_be_visible()
    page.get_by_role("button", name="Larger").click()
    page.keyboard.press("+")
    expect(page.locator(".zoom output")).to_have_text("225 %")
    page.keyboard.press("ArrowLeft")
    # Each is larger by as much as the others, and moved by as much of itself.
    seen = page.locator(".lens img").evaluate_all(
        """all => all.map(one => {
            const [large, small] = [one.getBoundingClientRect(), one.offsetWidth];
            return [large.width / small, (large.x - one.parentElement.getBoundingClientRect().x) / large.width];
        })"""
    )
    assert len(seen) > 2
    assert all(one == pytest.approx([2.25, seen[0][1]], abs=0.01) for one in seen)
    assert urlsplit(page.url).fragment == "zoom=2.25,6.67,0.00"
    page.reload()
    expect(page.locator(".zoom output")).to_have_text("225 %")
    page.get_by_role("button", name="Whole").click()
    assert urlsplit(page.url).fragment == ""
    page.get_by_role("link", name="To the hits").click()
    expect(page.locator(".hit").nth(1).get_by_label("Like this")).to_be_checked()

    page.get_by_role("button", name="Search again with marks").click()
    expect(page.get_by_role("link", name=re.compile("^Like USD"))).to_be_visible()
    expect(page.locator(".hit [name=like]:checked")).to_have_count(1)
    assert urlsplit(page.url).path == path

    with page.expect_download() as saving:
        page.get_by_role("link", name="CSV").click()
    assert saving.value.suggested_filename.endswith("-1.csv")
    page.get_by_role("button", name="Certify this search").click()
    expect(page.get_by_role("heading", name="Certificate of a search")).to_be_visible()
    page.get_by_role("link", name="To the hits").click()
    expect(page.locator(".hit [name=like]:checked")).to_have_count(1)


def test_a_crop_is_drawn_and_counts(page: Page, queries: list[Path]) -> None:
    path = search(page, queries)
    page.get_by_role("link", name="Figures, views, crop").click()
    box = page.locator('[data-crop="1"]').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.9 * box["height"], steps=3)
    page.mouse.up()
    edges = [float(page.locator(f"#{edge}-1").input_value()) for edge in ("left", "top", "right", "bottom")]
    assert edges == pytest.approx([10, 20, 80, 90], abs=1)
    page.locator("#left-1").fill("4")
    page.get_by_role("button", name="left of figure 1, 1 % more").click()
    assert page.locator('[data-crop="1"] rect').get_attribute("x") == "5"
    page.locator("#view-1").select_option("front")
    page.locator("#use-2, [name=use-2]").uncheck()
    page.get_by_role("button", name="Search with these").click()
    expect(page.locator(".figures-small li")).to_have_count(1)
    assert urlsplit(page.url).path != path
    page.go_back()
    expect(page.locator("#left-1")).to_have_value("5")


def test_by_keyboard_alone(page: Page, queries: list[Path]) -> None:
    # Before the key: Chromium's own dialog opens where nobody has said yet that he answers in its place.
    page.on("filechooser", lambda chooser: chooser.set_files(queries))
    page.goto("/")
    press = page.keyboard.press
    press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    press("Enter")
    press("Tab")
    expect(page.locator("#images")).to_be_focused()
    press("Space")
    expect(page.locator("#images")).to_have_value(re.compile("front.png"))
    press("Tab")
    press("Tab")
    press("Space")
    press("Tab")
    press("Enter")
    expect(page.locator(".hit")).to_have_count(len(TITLES))

    links = page.locator(".hit .open")
    press("j")
    expect(links.nth(0)).to_be_focused()
    press("j")
    press("x")
    press("c")
    expect(page.locator(".hit").nth(1)).to_have_attribute("data-marked", "like id")
    press("n")
    expect(page.locator(".hit").nth(1)).to_have_attribute("data-marked", "unlike id")
    press("k")
    press("c")
    press("j")
    press("Enter")
    expect(page.get_by_role("heading", name="Bibliography")).to_be_visible()
    second = page.url
    press("j")
    page.wait_for_url(lambda url: url != second)
    press("k")
    page.wait_for_url(second)
    press("Escape")
    expect(links.nth(1)).to_be_focused()

    press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_can_be_switched_off(page: Page, queries: list[Path]) -> None:
    search(page, queries)
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.locator(".hit .open").first.focus()
    page.keyboard.press("x")
    expect(page.locator(".hit").first.get_by_label("Like this")).not_to_be_checked()


def test_without_javascript(plain: Page, queries: list[Path]) -> None:
    path = search(plain, queries)
    plain.get_by_role("link", name="Show counts").click()
    plain.get_by_role("link", name="Vitra AG").click()
    expect(plain.locator(".hit")).to_have_count(3)
    plain.locator("#f-after").fill("2020-01-05")
    plain.get_by_role("button", name="Apply").click()
    expect(plain.locator(".hit")).to_have_count(1)
    plain.get_by_role("link", name="Drop all").click()
    plain.locator("#f-filed").fill("2021-01-04")
    plain.locator("#f-at").fill("US")
    plain.get_by_role("button", name="Apply").click()
    expect(plain.locator(".hit .prior_art")).to_have_count(3)
    plain.locator(".hit").first.get_by_label("Like this").check()
    plain.get_by_role("button", name="Search again with marks").click()
    expect(plain.locator(".hit .prior_art")).to_have_count(3)
    plain.get_by_role("button", name="Certify this search").click()
    plain.get_by_role("link", name="To the hits").click()
    plain.get_by_role("link", name="Drop all").click()

    plain.locator(".hit .open").first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(TITLES[3])
    plain.get_by_role("link", name="To the hits").click()
    assert urlsplit(plain.url).fragment == f"hit-{patent_id_of(3)}"
    for number in (0, 1):
        plain.locator(".hit").nth(number).get_by_label("Compare").check()
    plain.get_by_role("button", name="Compare 2 to 4").click()
    expect(plain.get_by_role("heading", name="2 designs compared")).to_be_visible()

    plain.goto(f"{path}/figures")
    plain.locator("#right-1").fill("60")
    plain.get_by_role("button", name="Search with these").click()
    expect(plain.locator(".hit")).to_have_count(len(TITLES))
    plain.get_by_role("button", name="Purge upload").click()
    expect(plain.get_by_role("status").filter(has_text="Purged")).to_be_visible()


def screens(page: Page, queries: list[Path]) -> list[str]:
    """Every screen, and its states."""
    page.goto("/releases")
    release = page.locator("dd code").first.inner_text()
    path = search(page, queries)
    page.get_by_role("button", name="Certify this search").click()
    designs = f"id={patent_id_of(3)}&id={patent_id_of(5)}&s={path.removeprefix('/s/')}&back={path}"
    return [
        "/",
        path,
        f"{path}?facets=1&holder=Vitro&locarno=06",
        f"{path}?locarno=01&office=US",
        f"{path}?after=nonsense&priority=2020-01-01",
        f"{path}?filed=2020-01-03&at=US&applicant=Vitra+AG&families=1&like={patent_id_of(1)}",
        page.url,
        f"{path}/figures",
        f"/designs/{patent_id_of(3)}?back={path}",
        f"/compare?{designs}",
        "/compare",
        "/releases",
        f"/releases/{release}/promote",
        "/help",
        "/designs/USD0900010",
        f"/s/{'0' * 64}",
    ]


_EVERY_RULE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_CONTRAST = {"runOnly": ["color-contrast"]}


def test_nothing_stands_in_the_way_of_anybody(chromium: Browser, address: str, queries: list[Path]) -> None:
    """axe-core on every screen: contrast, names, order, targets. In the dark the contrast, on those that have all
    colours together; the rest is the same. And every screen fits 320 pixels, or 1,280 at 400 %; a table to be
    compared may be scrolled by itself."""
    page, _ = open_page(chromium, address)
    found = []
    for screen in screens(page, queries):
        page.goto(screen)
        dark = [("dark", _CONTRAST)] if "filed=" in screen or "nonsense" in screen or screen == "/" else []
        for scheme, rules in (("light", _EVERY_RULE), *dark):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            report = Axe().run(page, options=rules)
            if report.violations_count:
                found.append(f"{screen} {scheme}\n{report.generate_report()}")
        page.set_viewport_size({"width": 320, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth") != 320:
            found.append(f"{screen} is too wide")
        page.set_viewport_size({"width": 1280, "height": 800})
    page.context.close()
    assert not found, "\n".join(found)


def test_what_takes_long_is_dropped_pasted_and_counted(page: Page) -> None:
    """Files come from anywhere on the page."""
    page.goto("/")
    for kind, holder in (("drop", "dataTransfer"), ("paste", "clipboardData")):
        page.evaluate(
            """([kind, holder]) => {
                const files = new DataTransfer();
                files.items.add(new File(["x"], kind + ".png", {type: "image/png"}));
                const event = new Event(kind, {bubbles: true, cancelable: true});
                Object.defineProperty(event, holder, {value: files});
                document.body.dispatchEvent(event);
            }""",
            [kind, holder],
        )
    expect(page.locator(".chosen li")).to_have_text([re.compile("drop.png"), re.compile("paste.png")])


SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({type: "layout-shift", buffered: true});
"""


def test_the_first_view_is_light_and_stands_still(
    chromium: Browser, address: str, queries: list[Path]
) -> None:
    page, _ = open_page(chromium, address)
    path = search(page, queries)
    page.context.close()
    page, _ = open_page(chromium, address)
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.add_init_script(SHIFTS)
    page.goto(path, wait_until="networkidle")
    assert len(sizes) > len(TITLES)
    assert sum(sizes) < 250_000
    assert page.evaluate("shifted") <= 0.02
    page.context.close()


@pytest.mark.slow
def test_fifty_pages_leave_nothing_behind(chromium: Browser, address: str, queries: list[Path]) -> None:
    page, _ = open_page(chromium, address)
    screen = screens(page, queries)
    for number in range(50):
        page.goto(screen[number % len(screen)])
    memory = page.context.new_cdp_session(page)
    memory.send("HeapProfiler.collectGarbage")
    assert memory.send("Runtime.getHeapUsage")["usedSize"] < 100e6
    page.context.close()
