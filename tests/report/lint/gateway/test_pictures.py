"""The pictures of a gateway: what their readers make of them."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from hpatch.lint.gateway import build
from hpatch.lint.gateway.model import GatewayMap, Marks, fold
from hpatch.report.lint.gateway.report import FORMS, GatewayReport
from hpatch.report.lint.gateway.svg import draw
from tests.support.cli.call import call
from tests.support.lint.gateways import made
from tests.support.needs import program
from tests.support.patience import PATIENCE
from tests.support.report.schema import valid
from tests.support.report.shown import shown

EVIL = "</title><script>x</script>&#1;[]{}|`--> end"
TEXT = f"""
    <VirtualHost *:80>
    ServerName a.example
    ProxyPass /none !
    ProxyPass "/{EVIL}/" http://127.0.0.1:1
    ProxyPass /b/ balancer://app/
    ProxyPass /u/ unix:/run/u.sock|uwsgi://u/
    <Proxy balancer://app>
    BalancerMember http://127.0.0.1:2
    </Proxy>
    </VirtualHost>
    <VirtualHost *:80>
    ServerName "{EVIL}"
    ProxyPass /c/ http://127.0.0.1:3/
    </VirtualHost>
    """
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def gateway(tmp_path: Path) -> GatewayMap:
    return made(tmp_path, TEXT, u="[uwsgi]\nsocket = /run/u.sock\n")


def picture(gateway: GatewayMap, format: str, width: int | None = None) -> str:
    return shown(GatewayReport(gateway, fold(gateway)), format, width=width, forms=FORMS)


def test_data(gateway: GatewayMap) -> None:
    data = valid("map-1", picture(gateway, "json"))
    assert [host["title"] for host in data["hosts"]] == ["a.example", EVIL]
    first = data["hosts"][0]["paths"]
    assert [(one["number"], one["target"], one["severity"]) for one in first] == [
        (1, None, None),
        (2, "http://127.0.0.1:1", "error"),
        (3, "balancer://app/", None),
        (4, "unix:/run/u.sock|uwsgi://u/", None),
    ]
    known = {one["id"] for one in data["targets"]}
    assert {one["leads"] for host in data["hosts"] for one in host["paths"]} - {None} == known
    assert {one["backend"] for each in data["targets"] for one in each["workers"]} == {None, data["backends"][0]["id"]}


@pytest.mark.parametrize("width", [None, 60])
def test_text(gateway: GatewayMap, width: int | None) -> None:
    text = picture(gateway, "text", width)
    assert text.startswith("Listens on 80, 192.0.2.1:443 (https).\n")
    assert "no access rule" in text
    assert "1 finding, error" in text
    assert text.endswith("5 paths in 2 hosts to 3 workers and 1 balancer.\n")


def svg_of(text: str) -> Any:
    return ElementTree.fromstring(text)


def test_svg_has_everything_and_nothing_that_runs(gateway: GatewayMap) -> None:
    root = svg_of(picture(gateway, "svg"))
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {"svg", "title", "style", "rect", "path", "g", "text"}
    texts = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert {"a.example", "3 /b/", "balancer://app", "http://127.0.0.1:2", "/run/u.sock", "1 finding, error"} <= set(
        texts
    )
    assert any(one.startswith("2 /</title><script>") for one in texts)
    titles = [one.text or "" for one in root.iter(f"{SVG}title")]
    assert any(f"/{EVIL}/" in one for one in titles)


def test_boxes_do_not_cover_each_other(gateway: GatewayMap) -> None:
    hosts = [host._replace(id=f"{host.id}x{copy}") for copy in range(5) for host in gateway.hosts]
    many = gateway._replace(hosts=tuple(hosts))
    root = svg_of("".join(draw(many)))
    boxes: dict[str, list[tuple[float, float]]] = {}
    for one in list(root.iter(f"{SVG}rect"))[1:]:
        top = float(one.get("y", ""))
        boxes.setdefault(one.get("x", ""), []).append((top, top + float(one.get("height", ""))))
    assert len(boxes) == 4
    for column in boxes.values():
        column.sort()
        assert all(one[1] <= other[0] + 0.2 for one, other in pairwise(column))
        assert all(bottom <= float(root.get("height", "")) for _, bottom in column)


def test_what_was_found_at_a_port_has_its_own_line(gateway: GatewayMap) -> None:
    (first, *others) = gateway.listeners
    marked = gateway._replace(listeners=(first._replace(marks=Marks(2, "info")), *others))
    places = {
        one.text: (one.get("x"), one.get("y"), one.get("text-anchor"))
        for one in svg_of("".join(draw(marked))).iter(f"{SVG}text")
    }
    port, told = places["80"], places["2 findings, info"]
    assert (port[0], port[2]) == (told[0], told[2])
    assert float(told[1] or 0) == float(port[1] or 0) + 17


def test_findings_are_linked(gateway: GatewayMap) -> None:
    root = svg_of("".join(draw(gateway, lambda place: f"#{place.line}")))
    assert [one.get("href") for one in root.iter(f"{SVG}a")] == ["#8"]


def test_mermaid_texts_end_nothing(gateway: GatewayMap) -> None:
    """Every label is in quotes, and has no character that Mermaid would take for more than text."""
    lines = picture(gateway, "mermaid").splitlines()
    assert lines[0] == "flowchart LR"
    labels = [label for line in lines for label in re.findall(r'"([^"]*)"', line)]
    assert len(labels) > 12
    assert all(re.fullmatch(r"(?:[\w ,.='+!?%-]|#\d+;|<br>)*", label) for label in labels)
    ends = [line for line in lines if line.strip() == "end"]
    assert len(ends) == sum(line.strip().startswith("subgraph") for line in lines) == 3
    assert all(line.count('"') in (0, 2) for line in lines)


@pytest.mark.graphviz
def test_graphviz_draws_it(gateway: GatewayMap) -> None:
    text = picture(gateway, "dot").encode()
    done = subprocess.run([program("graphviz"), "-Tsvg"], input=text, capture_output=True, check=True, timeout=PATIENCE)
    assert done.stderr == b""
    texts = {one.text for one in svg_of(done.stdout.decode()).iter(f"{SVG}text")}
    assert {"a.example", f"2 /{EVIL}/", "balancer://app"} <= texts


def test_a_large_gateway_says_what_is_folded(tmp_path: Path) -> None:
    hosts = "".join(
        f"<VirtualHost *:80>\nServerName h{host}.example\n"
        + "".join(f"ProxyPass /{path}/ http://127.0.0.1:{path + 1}/\n" for path in range(5))
        + "</VirtualHost>\n"
        for host in range(40)
    )
    given = made(tmp_path, hosts)
    assert picture(given, "text").count("ProxyPass /") == 200
    for format, times in (("svg", 2), ("dot", 1), ("mermaid", 1)):
        text = picture(given, format)
        assert text.count("3 more paths") == 30 * times
        assert "10 more hosts" in text
        assert "no access rule looked up" not in text
    for format in ("text", "svg", "dot", "mermaid"):
        assert "looked up" in picture(given._replace(unasked=3), format)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path, TEXT)
    monkeypatch.chdir(tmp_path)
    code, out, err = call(capsys, "config", "map", ".", "--format", "svg", "--output", "map.svg")
    assert (code, out, err) == (0, "", "")
    assert svg_of((tmp_path / "map.svg").read_text()).tag == f"{SVG}svg"
    assert call(capsys, "config", "map", ".", "--host", "A.example").out.count("*:80") == 1
    code, _, err = call(capsys, "config", "map", ".", "--host", "none")
    assert (code, err) == (2, 'hpatch: --host: no server named "none" has a path to a backend\n')
    monkeypatch.setattr(build, "_ASKED", 0)
    unasked = [
        json.loads(call(capsys, "config", "map", ".", *words, "--format", "json").out)["paths_without_access"]
        for words in ((), ("--host", "A.example"))
    ]
    assert unasked[0] > unasked[1] > 0
    (tmp_path / "apache2.conf").write_text("<Location />\n")
    assert call(capsys, "config", "map", ".").code == 3
