"""The HTML report: complete, self-contained, safe, and usable in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanlint import api
from nanlint.findings import Level
from nanlint.formats import View, render
from nanlint.formats._html_code import Mark, code_block
from nanlint.reports import FileReport, Report
from tests.formats.tools import BROKEN, MIXED, NOTEBOOK, PROVEN, SOURCE, finding, place, report

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

BUGGY = sorted(map(str, (Path(__file__).parent.parent / "examples" / "buggy").glob("*.py")))
VOID = {"meta", "input", "br", "hr", "img", "link"}
WHOLE = Report((*report(*MIXED).files, FileReport("clean.py"), NOTEBOOK, BROKEN))


class Page(HTMLParser):
    """Tags with their attributes, text, and whether every tag is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data

    def all(self, tag: str, name: str = "") -> list[dict[str, str | None]]:
        return [given for found, given in self.tags if found == tag and name in str(given.get("class", "")).split(" ")]


def test_everything_is_on_the_page() -> None:
    page = Page(render("html", View(WHOLE)))
    articles = page.all("article", "finding")
    assert [(it["data-level"], it["data-rule"], it["data-file"]) for it in articles] == [
        ("error", "NAN101", "train.py"),
        ("note", "NAN101", "train.py"),
        ("strict", "NAN101", "train.py"),
        ("warning", "NAN101", "train.py"),
        ("error", "NAN101", "deep/nb.ipynb"),
    ]
    told = (PROVEN.message, PROVEN.remedy, "keep the divisor above 0", "broken.py:1:2: invalid syntax", "cell 4:2:5")
    for text in told:
        assert text in page.text
    assert "+     p" not in page.text
    assert "+ \tp = F.log_softmax(model(x), dim=-1)" in page.text
    assert len(page.all("svg", "plot")) == 1
    assert page.all("section", "rule-page")[0]["id"] == "NAN101"


def test_nothing_is_requested_from_anywhere() -> None:
    page = Page(render("html", View(WHOLE)))
    assert not [tag for tag, _ in page.tags if tag in {"link", "img", "iframe", "object", "embed", "source", "audio"}]
    loading = [given for tag, given in page.tags if "src" in given or (tag != "a" and "href" in given)]
    assert loading == []
    (policy,) = [given["content"] for given in page.all("meta") if given.get("http-equiv")]
    assert str(policy).startswith("default-src 'none';")
    assert "url(" not in render("html", View(WHOLE)) and "@import" not in render("html", View(WHOLE))


def test_ids_are_unique_and_what_refers_to_one_finds_it() -> None:
    page = Page(render("html", View(WHOLE)))
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(set(ids)) == len(ids)
    inner = [str(given["href"])[1:] for given in page.all("a") if str(given.get("href")).startswith("#")]
    labels = [given["aria-labelledby"] for _, given in page.tags if "aria-labelledby" in given]
    assert set(inner) | set(labels) <= set(ids)


def test_code_cannot_become_markup() -> None:
    source = "p = '</code><script>alert(1)</script>' # \x1b\n"
    hostile = finding("p", source=source, message="<img src=x onerror=alert(1)> `<b>`")
    page = Page(render("html", View(report(hostile, source=source))))
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert "<script>alert(1)</script>" in page.text


def test_marks_show_steps_and_the_finding_in_the_lines_around() -> None:
    block = code_block(SOURCE, [Mark(place("torch.log(p)"), 0), Mark(place("model(x)"), 1)])
    assert re.findall(r'class="number">([^<]*)<', block) == ["4", "5", "6", "7", "8", "9"]
    assert '<span class="step">model(x)</span><sup class="badge">1</sup>' in block
    assert '<span class="here">torch.log(p)</span>' in block
    assert '<span class="k">def</span> loss' in block


def test_places_far_apart_leave_a_gap() -> None:
    source = "a = 1\n" + "\n" * 20 + "b = a\n"
    block = code_block(source, [Mark(place("b = a", source), 0), Mark(place("a = 1", source), 1)])
    assert re.findall(r'class="number">([^<]*)<', block) == ["1", "2", "3", "⋯", "20", "21", "22", "23"]


def test_a_clean_run_is_a_page_too() -> None:
    page = Page(render("html", View(Report((FileReport("a.py"),)))))
    assert "No findings in 1 file" in page.text
    assert page.all("form") == []


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Debian's Chromium, without a window."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    profile = tmp_path_factory.mktemp("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,1000",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on scripts with many kinds of findings."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render("html", View(api.lint_paths(BUGGY), root=str(Path.cwd()))), encoding="utf-8")
    return path


def log(browser: Chrome, name: str) -> list[dict[str, Any]]:
    """What the browser has written into that log since it was last asked."""
    return list(browser.get_log(name))  # type: ignore[no-untyped-call]


def visible(browser: Chrome) -> list[tuple[str, str]]:
    """Level and rule of the findings that are shown."""
    script = (
        "return [...document.querySelectorAll('article.finding')].filter(it => it.checkVisibility())"
        ".map(it => [it.dataset.level, it.dataset.rule])"
    )
    return [(level, rule) for level, rule in browser.execute_script(script)]


GROUNDS = ("paper", "card", "code")
SHADES = ("step", "gone", "new")
TEXTS = ("ink", "soft", "link", "error", "warning", "note", "strict", "naive", "stable", "keyword", "string", "number")
COLOURS = [*GROUNDS, *SHADES, *TEXTS]
READ_COLOURS = """
const style = getComputedStyle(document.documentElement);
return arguments[0].map(name => style.getPropertyValue(`--${name}`).trim());
"""


@pytest.mark.program("chromium")
class TestInABrowser:
    def test_it_loads_alone_and_without_complaint(self, browser: Chrome, page: Path) -> None:
        browser.get("about:blank")
        for name in ("browser", "performance"):
            log(browser, name)
        browser.get(page.as_uri())
        assert log(browser, "browser") == []
        events: list[Any] = [json.loads(entry["message"])["message"] for entry in log(browser, "performance")]
        sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        asked = [request["request"]["url"] for request in sent]
        assert set(asked) <= {page.as_uri()}
        assert len(visible(browser)) > 20

    def test_levels_rules_files_and_text_filter(self, browser: Chrome, page: Path) -> None:
        browser.get(page.as_uri())
        everything = visible(browser)
        errors = [pair for pair in everything if pair[0] == "error"]
        self.box(browser, "level", "error").send_keys(" ")
        assert visible(browser) == errors
        self.box(browser, "rule", "NAN202").send_keys(" ")
        found = [pair for pair in errors if pair[1] == "NAN202"]
        assert visible(browser) == found != []
        state = browser.find_element("name", "state")
        assert state.text == f"{len(found)} of {len(everything)} shown"
        browser.find_element("css selector", "button[name=all]").send_keys(" ")
        assert visible(browser) == everything
        search = browser.find_element("name", "text")
        search.send_keys("vae.py EXP-overflow")
        assert set(visible(browser)) == {("note", "NAN105")}
        files = browser.execute_script(
            "return [...document.querySelectorAll('section.file')].filter(it => it.checkVisibility()).length"
        )
        assert files == 1
        search.send_keys(" nowhere")
        assert visible(browser) == []
        assert browser.find_element("css selector", ".nothing").is_displayed()

    @staticmethod
    def box(browser: Chrome, name: str, value: str) -> Any:
        return browser.find_element("css selector", f"input[name={name}][value='{value}']")

    def test_a_key_leads_to_the_search_and_a_code_to_its_rule(self, browser: Chrome, page: Path) -> None:
        browser.get(page.as_uri())
        browser.find_element("tag name", "body").send_keys("/")
        assert browser.switch_to.active_element.get_attribute("name") == "text"
        browser.find_element("css selector", "a.rule[href='#NAN202']").send_keys("\n")
        assert browser.current_url.endswith("#NAN202")
        assert browser.find_element("css selector", "#NAN202 svg.plot").is_displayed()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_text_has_contrast_in_light_and_dark(self, browser: Chrome, page: Path, scheme: str) -> None:
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        browser.get(page.as_uri())
        colours = dict(zip(COLOURS, browser.execute_script(READ_COLOURS, COLOURS), strict=True))
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        for ground in GROUNDS:
            for text in TEXTS:
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        for ground in SHADES:
            assert contrast(colours["ink"], colours[ground]) >= 7, ground
        assert (luminance(colours["paper"]) < 0.2) == (scheme == "dark")

    def test_a_narrow_window_needs_no_sideways_scrolling(self, browser: Chrome, page: Path) -> None:
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
        )
        browser.get(page.as_uri())
        width = browser.execute_script("return document.documentElement.scrollWidth")
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        assert width <= 390

    def test_print_shows_all_findings_and_no_controls(self, browser: Chrome, page: Path) -> None:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        browser.get(page.as_uri())
        shown = len(visible(browser))
        form = browser.find_element("css selector", "form.filters").is_displayed()
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        assert (shown > 20, form) == (True, False)

    def test_without_scripts_everything_is_shown(self, browser: Chrome, page: Path) -> None:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        browser.get(page.as_uri())
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        assert not browser.find_element("css selector", "form.filters").is_displayed()
        assert len(visible(browser)) > 20


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, as WCAG defines it."""
    shares = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours; 4.5 is legible."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_levels_of_the_page_are_all_levels() -> None:
    style = render("html", View(Report(())))
    assert all(f".{level.label} {{ --tone" in style for level in Level)
