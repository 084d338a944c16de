"""`config tree` and `config workers`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.conf.load import load_text
from hpatch.proxy.build import build
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import cells
from hpatch.report.lint import tree
from hpatch.report.lint.workers import WorkersReport
from tests.support.report.expected import COLOUR, assert_as_expected
from tests.support.report.schema import valid
from tests.support.report.shown import shown

HERE = Path(__file__).parent
TEXT = (HERE / "proxy.conf").read_text()


def test_tree_for_programs() -> None:
    text = 'Listen 80\n<VirtualHost *:80>\n<If "é">\nRequire \\\nfrom "\udcff"\n</If>\n</VirtualHost>\nListen 81'
    lines = list(tree.FORMS["jsonl"](load_text(text, name="a\n.conf"), Page()))
    assert [json.loads(line)[:3] + json.loads(line)[4:] for line in lines] == [
        [0, "Listen", "80", 1],
        [0, "<VirtualHost", "*:80>", 2],
        [1, "<If", '"é">', 3],
        [2, "Require", 'from "\udcff"', 5],
        [0, "Listen", "81", 8],
    ]
    assert all(line.endswith("\n") and line.isascii() and line.count("\n") == 1 for line in lines)
    assert all(json.loads(line)[3].endswith("a\n.conf") for line in lines)


def test_a_line_of_the_tree_is_valid_by_its_schema() -> None:
    lines = [valid("tree-line", line) for line in tree.FORMS["jsonl"](load_text(TEXT), Page())]
    assert [name for _, name, *_ in lines].count("ProxyPass") == TEXT.count("ProxyPass ")


def test_tree_for_people() -> None:
    text = "".join(tree.FORMS["text"](load_text(TEXT, name="proxy.conf"), Page()))
    assert_as_expected(HERE / "proxy.tree.txt", text)


def test_tree_shows_control_characters() -> None:
    (_, line) = tree.FORMS["text"](load_text("ServerName \x1b[31m\udcff"), Page())
    assert line == "     1  ServerName \\x1b[31m\\xff\n"


@pytest.mark.parametrize("width", [60, 200])
def test_workers_for_people(width: int) -> None:
    text = shown(WorkersReport(build(load_text(TEXT, name="proxy.conf"))), width=width)
    assert all(len(line) <= width for line in text.splitlines())
    assert_as_expected(HERE / f"proxy.workers.{width}.txt", text)


def test_workers_in_colour_are_the_same_text() -> None:
    proxy = build(load_text(TEXT, name="proxy.conf"))
    coloured = shown(WorkersReport(proxy), width=60, color=True)
    assert COLOUR.sub("", coloured) == shown(WorkersReport(proxy), width=60)


def test_workers_for_programs() -> None:
    data = valid("workers-1", shown(WorkersReport(build(load_text(TEXT, name="proxy.conf"))), "json"))
    main, host = data["servers"][:2]
    assert (main["main"], main["file"], host["main"], host["name"]) == (True, None, False, "www.example.org")
    (balancer,) = main["balancers"]
    assert [member["name"] for member in balancer["members"]] == ["http://one:8080", "http://two:8080"]
    assert balancer["members"][0]["params"] == [
        {"key": "retry", "value": "5", "file": "proxy.conf", "line": 4, "column": 5}
    ]
    mapping = next(mapping for mapping in host["mappings"] if mapping["path"] == "/app")
    assert mapping["worker"]["name"] == "balancer://shop"
    assert (mapping["line"], mapping["target"]) == (14, "balancer://shop/app")


def test_workers_show_a_template_as_it_is_written() -> None:
    configuration = load_text("ProxyPass /{{ a }} http://{{ host }}:80/ timeout={{ time }}\n", name="a.conf.j2")
    report = WorkersReport(build(configuration), configuration.as_written)
    for form in ("text", "json"):
        text = shown(report, form)
        assert all(piece in text for piece in ("/{{ a }}", "http://{{ host }}", "{{ time }}"))
        assert text.isascii()
    assert "${" not in shown(report)


CELL = st.text(st.sampled_from("ab /日\n\x1b"), max_size=60)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=5), st.integers(30, 130))
def test_any_table_keeps_all_characters_and_fits(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = list(table(("one", "two", "three"), rows, width, False))
    body = "".join(lines[1:])
    for char in "ab日":
        assert body.count(char) == sum(cell.replace("\x1b", "").count(char) for row in rows for cell in row) + (
            sum(cell.count("\x1b") for row in rows for cell in row) if char == "b" else 0
        )
    assert all(cells(line) <= max(width, 16 * 3 + 4) for line in lines)
