"""YAML, JSON and XML: what is an option in them, where it stands, and what cannot be read."""

from __future__ import annotations

import pytest

from hpatch.backends.uwsgi import formats
from hpatch.backends.uwsgi.model import Instance
from hpatch.backends.uwsgi.read import read_text


def pairs(instance: Instance) -> list[tuple[str, str]]:
    return [(option.key, option.value) for option in instance.options]


THREE = [("socket", "/run/app.sock"), ("threads", "2"), ("threads", "4")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.ini", "[uwsgi]\nsocket = /run/%n.sock\nthreads = 2\nthreads = 4\n"),
        ("app.yaml", "# c\nuwsgi:\n  socket: /run/%n.sock # c\n  threads: 2\n  threads: '4'\nother:\n  a: 1\n"),
        ("app.yml", "---\nx:\n  y: 1\nuwsgi:\n    socket: \"/run/%n.sock\"\n    threads:\n    - 2\n    - 4\n"),
        ("app.yaml", "uwsgi:\n  socket: /run/app.sock\n  threads: [2, '4']\n"),
        ("app.json", '{"uwsgi": {"socket": "/run/%n.sock", "threads": [2, "4"]}, "x": [1, {"y": null}]}'),
        ("app.js", '// c\n{"uwsgi": {"socket": "\\/run\\/app.sock", "o": {"a": 1}, "threads": 2, "threads": 4}}'),
        ("app.xml", "<uwsgi><socket>/run/%n.sock</socket><threads>2</threads><threads>4<x/></threads></uwsgi>"),
        ("app.xml", "<a><uwsgi><socket>/run/%n.sock</socket><threads>2</threads><threads>4</threads></uwsgi></a>"),
    ],
)  # fmt: skip
def test_the_same_in_every_format(name: str, text: str) -> None:
    instance = read_text(text, name)
    assert pairs(instance) == THREE
    assert not instance.problems
    assert instance.sockets[0].address == "/run/app.sock"
    assert instance.threads is not None
    assert instance.threads.number == 4
    assert formats.of_name(name) is not None


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("a.yaml", "uwsgi:\n  a: /%n/é\n  b: [x,\n    y]\n", [(2, 3, 2, 11), (3, 7, 3, 8), (4, 5, 4, 6)]),
        ("a.json", '{"uwsgi": {"a": "/%n/é",\n "b": ["x"]}}', [(1, 12, 1, 24), (2, 8, 2, 11)]),
        ("a.xml", "<uwsgi>é%n<a>/%n/é</a>\n  <b/>\n</uwsgi>", [(1, 11, 1, 23), (2, 3, 2, 7)]),
    ],
)
def test_places(name: str, text: str, places: list[tuple[int, int, int, int]]) -> None:
    assert [option.place[1:] for option in read_text(text, name).options] == places


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "uwsgi:\n  a: 1\n  b: /run/%h.sock\n"),
        ("a.yaml", "uwsgi:\n  a: 1\n  b: |\n    x\n    y\n\n"),
        ("a.yaml", "uwsgi:\n  a: 1\n  b: >-\n    x\n"),
        ("a.json", '{"uwsgi": {"a": 1, "b": "%h"}}'),
        ("a.xml", "<uwsgi><a>1</a><b>%h</b></uwsgi>"),
        ("a.xml", '<uwsgi><a>1</a><b mode="x">1</b></uwsgi>'),
    ],
)
def test_what_is_not_known(name: str, text: str) -> None:
    assert [(option.key, option.known) for option in read_text(text, name).options] == [("a", True), ("b", False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uwsgi:\n  a: x\n    y\n  b: 'it''s'\n", [("a", "x y"), ("b", "it's")]),
        ('uwsgi:\n  a: "q\\t\\x41\\u00e9"\n', [("a", "q\tAé")]),
        ("uwsgi:\n  a: http://h:80/x#y\n  'b c' : 1\n", [("a", "http://h:80/x#y"), ("b c", "1")]),
        ("uwsgi:\n  a: *x\n  b:\n  c: 1\n", [("c", "1")]),
        ("uwsgi:\n  a: {x: 1, y: [2, 3]}\n  c: 4\n", [("x", "1"), ("y", "2"), ("y", "3"), ("c", "4")]),
        ("uwsgi:\n  l:\n    - m: 1\n      n: 2\n    - o\n  b: 2\n", [("m", "1"), ("n", "2"), ("b", "2")]),
        ("deep:\n  uwsgi:\n    b: 2\n  x: 3\n", [("b", "2")]),
        ("uwsgi:\n  a: 1\nuwsgi:\n  b: 1\n", [("a", "1")]),
        ("uwsgi:\r\n  a: 1\r\n  b: 2\r\n", [("a", "1"), ("b", "2")]),
    ],
)  # fmt: skip
def test_yaml(text: str, expected: list[tuple[str, str]]) -> None:
    instance = read_text(text, "app.yaml")
    assert pairs(instance) == expected
    assert not instance.problems


@pytest.mark.parametrize(
    ("name", "text", "says", "line"),
    [
        ("a.yaml", "a: 1\n", 'no options below "uwsgi:"', 1),
        ("a.yaml", "uwsgi:\n  a: 1\n  b: &x 5\n", "knows no tags", 3),
        ("a.yaml", "uwsgi:\n  a: !!str 5\n", "knows no tags", 2),
        ("a.yaml", "uwsgi:\n\ta: 1\n", "a tab", 2),
        ("a.yaml", "uwsgi:\n  a: x\n    y: 1\n", "a key stands where", 3),
        ("a.yaml", "uwsgi:\n  a: [x\n", "not closed", 3),
        ("a.yaml", "uwsgi:\n  a: [x}\n", "not closed", 2),
        ("a.yaml", 'uwsgi:\n  a: "\\q"\n', "no escape", 2),
        ("a.yaml", "uwsgi:\n  ? a\n  : b\n", "cannot read the YAML", 2),
        ("a.yaml", "uwsgi:\n  a: 'x' y\n", "cannot read the YAML", 2),
        ("a.yaml", "uwsgi:\n  a: " + "[" * 100 + "\n", "64 brackets", 2),
        ("a.yaml", "".join(" " * n + "a:\n" for n in range(100)), "64 blocks", 65),
        ("a.json", "[]", "not a JSON object", 1),
        ("a.json", '{"uwsgi": 1}', 'no options in an object "uwsgi"', 1),
        ("a.json", '{\n"uwsgi": {"a": "x\ty"}}', "not valid", 2),
        ("a.json", '{"uwsgi": {"a": "\\q"}}', "not valid", 1),
        ("a.json", '{"uwsgi": {"a": 01}}', 'needs a "," or "}"', 1),
        ("a.json", '{"uwsgi": {"a": [1 2]}}', 'needs a "," or "]"', 1),
        ("a.json", '{"uwsgi": {"a": NaN}}', "needs a value", 1),
        ("a.json", '{"uwsgi": {"a": 1,}}', "needs a name", 1),
        ("a.json", '{"uwsgi": {"a" 1}}', 'needs a ":"', 1),
        ("a.json", '{"uwsgi": {"a": 1}} x', "text after its end", 1),
        ("a.json", '{"a": ' + "[" * 100_000, "in each other", 1),
        ("a.xml", "<uwsgi><a>\n</uwsgi>", "not XML (mismatched tag)", 2),
        ("a.xml", '<?xml version="1.0" encoding="no"?><uwsgi/>', "an encoding", 1),
        ("a.xml", "<a><b/></a>", "in an element <uwsgi>", 1),
        ("a.xml", "<a>" * 100, "in each other", 1),
        ("a.xml", '<!DOCTYPE uwsgi [<!ENTITY a "x">]><uwsgi><a>&a;</a></uwsgi>', "a document type", 1),
        ("a.xml", '<!DOCTYPE uwsgi SYSTEM "file:///etc/passwd"><uwsgi><a/></uwsgi>', "a document type", 1),
    ],
)
def test_what_cannot_be_read(name: str, text: str, says: str, line: int) -> None:
    ((place, message),) = read_text(text, name).problems
    assert says in message
    assert place.line == line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.xml", "<uwsgi>é" + "<a>%h</a>" * 5000 + "</uwsgi>"),
        ("a.yaml", "uwsgi:\n" + "  a: %h\n" * 5000),
        ("a.json", '{"uwsgi": {' + '"a": "%h",' * 5000 + '"b": 1}}'),
    ],
)
def test_a_long_file_costs_what_its_length_costs(name: str, text: str) -> None:
    # Steps grow with the length; where they grow with its square, this takes minutes.
    assert len(read_text(text, name).options) >= 5000


def test_xml_by_its_id() -> None:
    text = "<all><uwsgi id='one'><a>1</a></uwsgi><uwsgi id='two'><b/><c id='one'/><d id='two'>4</d></uwsgi></all>"
    assert pairs(read_text(text, "app.xml")) == [("a", "1")]
    assert pairs(read_text(text, "app.xml", "two")) == [("b", "1"), ("d", "4")]
    (problem,) = read_text(text, "app.xml", "three").problems
    assert "in an element <uwsgi>" in problem[1]


def test_files_of_other_formats_are_included() -> None:
    others = {
        "a.json": '{"uwsgi": {"b": "%n"}, "more": {"c": "%x"}}',
        "d.yaml": "uwsgi:\n  include: e.xml\n",
        "e.xml": "<uwsgi><e>%N</e></uwsgi>",
    }
    text = "[uwsgi]\ninclude = a.json\njson = a.json:more\ninherit = d.yaml\n"
    found = pairs(read_text(text, others=others))
    assert [pair for pair in found if pair[0] in "bcde"] == [("b", "a"), ("c", "more"), ("e", "app")]


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("a.ini", "; x\n [uwsgi] \na=1", True),
        ("a.ini", "; [uwsgi]\n", False),
        ("a.yaml", "# c\nuwsgi:\n  master: true\n  http-socket: :80\n", True),
        ("a.yml", "services:\n  uwsgi:\n    image: x\n    socket: y\n", False),
        ("a.yml", "uwsgi:\n  image: x\nother:\n  socket: y\n", False),
        ("a.json", '{"x": 1, "uwsgi": {"a": 1}}', True),
        ("a.js", 'var x = {"uwsgi": {"a": 1}}', False),
        ("a.xml", "<a><uwsgi id='x'></uwsgi></a>", True),
        ("a.xml", "<a><uwsgix/></a>", False),
    ],
)
def test_signs(name: str, text: str, answer: bool) -> None:
    sign = formats.sign(name)
    assert sign is not None
    assert (sign.search(text) is not None) is answer


def test_other_names_have_no_sign() -> None:
    assert formats.sign("httpd.conf") is None
