"""The page of a kept proof in a real browser: what it makes of it, at every width, and that nothing in it runs."""

from __future__ import annotations

import re
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.lab.proofs import kept
from tests.support.needs import program

pytestmark = [pytest.mark.proof, pytest.mark.chromium]
HOSTILE = "</td></table><script>document.title = 'ran'</script><img src=x onerror=\"document.title='ran'\"> \x1b[31m"
_MEASURE = """\
<!doctype html><title>none</title><body><script>
const widths = [320, 400, 800, 1400];
let told = [];
for (const width of widths) {
  const frame = document.createElement("iframe");
  frame.width = width; frame.height = 600; frame.style.border = "0"; frame.src = "proof.html";
  frame.onload = () => {
    const page = frame.contentDocument;
    told.push([width, page.documentElement.scrollWidth, page.querySelectorAll("table").length].join(" "));
    if (told.length === widths.length) document.title = told.join(", ");
  };
  document.body.append(frame);
}
</script>
"""
Browse = Callable[..., str]


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Open a file of the folder headless; what it says on standard output."""

    def run(name: str, *arguments: str) -> str:
        command = [program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=10000", *arguments]
        command += [f"file://{tmp_path / 'page' / name}"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout

    return run


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    folder.mkdir()
    for name, content in kept(tmp_path / "tree", worse=True, why=HOSTILE).items():
        (folder / name).write_bytes(content)
    return folder


def test_what_a_browser_makes_of_it(page: Path, browse: Browse) -> None:
    dom = browse("proof.html", "--dump-dom")
    assert "<title>Proof of one on httpd 2.4.9</title>" in dom
    headings = re.findall(r"<h2>(.*?)</h2>", dom)
    assert headings[:3] == ["Scenarios", "Checks", "Exchanges compared"]
    assert headings[-1] == "To repeat it"
    assert dom.count("<table>") == dom.count("</table>") == 4
    assert "<script" not in dom and "<img" not in dom
    assert "&lt;script&gt;document.title = 'ran'" in dom


def test_it_is_as_wide_as_its_window(page: Path, browse: Browse) -> None:
    (page / "measure.html").write_text(_MEASURE)
    dom = browse("measure.html", "--allow-file-access-from-files", "--dump-dom")
    found = re.search(r"<title>(.*?)</title>", dom)
    assert found is not None
    assert sorted(found[1].split(", ")) == ["1400 1400 4", "320 320 4", "400 400 4", "800 800 4"]


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_seen_in_the_colors_that_the_reader_likes(page: Path, browse: Browse, tmp_path: Path, dark: bool) -> None:
    shot = tmp_path / "shot.png"
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    browse("proof.html", scheme, "--window-size=400,700", f"--screenshot={shot}")
    width, height, first = picture(shot.read_bytes())
    assert (width, height) == (400, 700)
    assert (sum(first) < 3 * 64) == dark
    assert shot.stat().st_size > 20_000, "there is text on it"


def picture(content: bytes) -> tuple[int, int, bytes]:
    """The size of a PNG, and its first pixel (PNG specification, 4.1 and 9: no filter changes the first pixel)."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    data, place = b"", 8
    while place < len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        if content[place + 4 : place + 8] == b"IDAT":
            data += content[place + 8 : place + 8 + size]
        place += size + 12
    return width, height, zlib.decompress(data)[1:4]
