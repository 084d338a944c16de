"""The page of findings in a real browser: filters, keys, colours, widths, and that nothing hostile runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli.call import call
from tests.support.needs import program

pytestmark = [pytest.mark.proof, pytest.mark.chromium, pytest.mark.chromedriver]

_HOSTILE = "<script>document.title='ran'<!--.conf"
_FAULT = 'ProxyPass "/{0}/" "http://127.0.0.1:8080"\n'
_COUNT = "return [...document.querySelectorAll('.finding')].filter((one) => one.checkVisibility()).length"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(program("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """The address of a page with six findings in two files."""
    (tmp_path / "a.conf").write_text("".join(_FAULT.format(name) for name in ("one", "two", "three")))
    (tmp_path / _HOSTILE).write_text(_FAULT.format("<img src=x onerror=document.title=1>"))
    monkeypatch.chdir(tmp_path)
    call(capsys, "lint", ".", "--select", "MP001,MP019", "--format", "html", "--output", "page.html")
    return f"file://{tmp_path}/page.html"


def test_filters_and_keys(browser: Any, page: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select

    browser.get_log("browser")  # what another test's page said
    browser.get(page)
    assert browser.title == "hpatch lint: 4 errors, 2 infos"
    assert browser.get_log("browser") == []
    shown = browser.find_element(By.ID, "shown")
    assert (browser.execute_script(_COUNT), shown.text) == (6, "6 shown")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    browser.switch_to.active_element.send_keys("TWO ends")
    assert (browser.execute_script(_COUNT), shown.text) == (1, "1 of 6 shown")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert shown.text == "6 shown"
    browser.switch_to.active_element.send_keys(Keys.TAB, Keys.SPACE)
    assert browser.switch_to.active_element.get_attribute("value") == "error"
    assert shown.text == "2 of 6 shown"
    Select(browser.find_element(By.NAME, "file")).select_by_visible_text(f"{_HOSTILE} (2)")
    assert shown.text == "1 of 6 shown"
    Select(browser.find_element(By.NAME, "rule")).select_by_value("MP001")
    assert shown.text == "0 of 6 shown"
    browser.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    assert browser.execute_script(_COUNT) == 6
    assert browser.title == "hpatch lint: 4 errors, 2 infos"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1300])
def test_it_fits_and_is_dark_if_the_reader_likes_it(browser: Any, page: str, width: int, dark: bool) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get(page)
    assert browser.execute_script("return document.documentElement.scrollWidth") == width
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(21, 24, 28)" if dark else "rgb(255, 255, 255)")


def test_nothing_else_may_run_or_load(browser: Any, page: str) -> None:
    browser.get(page)
    script = """const [done] = arguments; const told = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        if (told.push(event.violatedDirective) === 3) done([told.sort().join(), document.title]);
      });
      document.body.insertAdjacentHTML("beforeend", "<img src='https://192.0.2.1/x.png' onerror='document.title=1'>");
      const one = document.createElement("script"); one.textContent = "document.title = 2"; document.body.append(one);
      """
    refused = "img-src,script-src-attr,script-src-elem"
    assert browser.execute_async_script(script) == [refused, "hpatch lint: 4 errors, 2 infos"]
