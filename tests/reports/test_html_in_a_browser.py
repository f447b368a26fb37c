"""The HTML page in headless Chromium: quiet, inert, readable without scripts, on a phone and in the dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.reports.runs import hostile, small, written

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """A page in a context of its own, with everything it said and asked for."""

    def __init__(self, browser: Any, path: Path, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.title = self.page.title()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    visits: list[Visit] = []

    def opened(text: str, **context: Any) -> Visit:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        visits.append(Visit(browser, path, **context))
        return visits[-1]

    yield opened
    for one in visits:
        one.context.close()


@pytest.mark.parametrize("run", [small, hostile])
def test_the_page_says_nothing_on_the_console_and_asks_for_nothing(visit: Any, run: Any) -> None:
    seen = visit(written("html", run()))
    assert seen.said == []
    assert [url for url in seen.asked if not url.startswith("data:")] == [seen.page.url]


def test_a_hostile_session_stays_text(visit: Any) -> None:
    seen = visit(written("html", hostile()))
    assert seen.title == "agentport-conformance: recording"
    for alien in ("script", "img", "iframe", "form", "input", "a[href]:not([href^='#'])", "[style]"):
        assert seen.page.locator(alien).count() == 0
    assert seen.page.get_by_text("<script>document.title='owned'</script>").count() > 10
    assert "\u202e" not in seen.page.locator("body").inner_text()


def test_everything_can_be_read_without_scripts(visit: Any) -> None:
    page = visit(written("html", small()), java_script_enabled=False).page
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.get_by_role("heading", name="runs/refund.jsonl", level=3).is_visible()
    assert page.get_by_text("the approval URL was altered").is_visible()
    assert page.get_by_text("48 s until the human acts").is_visible()
    page.get_by_text("Every rule, by what it said").click()
    assert page.get_by_role("region", name="Every rule, by status").is_visible()


def test_a_finding_stands_below_its_event_and_each_event_in_its_lane(visit: Any) -> None:
    page = visit(written("html", small()), viewport={"width": 1200, "height": 900}).page
    event = page.locator("#s1e4 > .card").bounding_box()
    pinned = page.locator("#s1e4 .finding").bounding_box()
    following = page.locator("#s1e5 > .card").bounding_box()
    assert event["y"] + event["height"] <= pinned["y"] < pinned["y"] + pinned["height"] <= following["y"]
    human, upstream = (page.locator(f"#s1e{number} > .card").bounding_box() for number in (0, 7))
    assert human["x"] < following["x"] < upstream["x"]


def test_waits_are_drawn_to_scale(visit: Any) -> None:
    page = visit(written("html", small()), viewport={"width": 1200, "height": 900}).page
    heights = [bar.bounding_box()["height"] for bar in page.locator(".wait svg").all()]
    assert heights[2] / heights[0] == pytest.approx(47.9 / 2.5, rel=0.1)


@pytest.mark.parametrize("run", [small, hostile])
@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_narrow_screen_needs_no_sideways_scrolling(visit: Any, run: Any, width: int) -> None:
    page = visit(written("html", run()), viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_follows_the_reader_into_the_dark(visit: Any) -> None:
    text = written("html", small())
    colors = [
        visit(text, color_scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert colors == ["rgb(247, 247, 245)", "rgb(21, 23, 26)"]


def test_the_keyboard_reaches_the_findings_first_and_then_the_sessions(visit: Any) -> None:
    page = visit(written("html", small())).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    assert page.get_by_text("Skip to the findings").is_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#s1"


def test_a_screen_reader_hears_landmarks_headings_in_order_and_a_list_of_events(visit: Any) -> None:
    page = visit(written("html", small())).page
    assert [page.get_by_role(role).count() for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    events = page.get_by_role("list", name="What happened")
    assert events.get_by_role("listitem").count() == 14
