"""The tree that the reader builds: what each node tells of itself."""

from __future__ import annotations

import pytest

from hpatch.conf.load import load_text
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Configuration, FileRead, Node, Problem
from hpatch.text import Place, Source


def last(text: str) -> Node:
    """The last directive of a configuration."""
    *_, node = load_text(text).walk()
    return node


def spans(node: Node) -> list[tuple[int, int, int, int]]:
    return [place[1:] for place in node.word_places()]


@pytest.mark.parametrize(
    ("text", "argument", "places"),
    [
        ('Header set X "a > b"', 'set X "a > b"', [(1, 8, 1, 11), (1, 12, 1, 13), (1, 14, 1, 21)]),
        ("<Location /a>", "/a", [(1, 11, 1, 13)]),
        ('<Location "/a>b" >', '"/a>b"', [(1, 11, 1, 17)]),
        ("<Location /a", "/a", [(1, 11, 1, 13)]),
        ("A b\\\nc d", "bc d", [(1, 3, 2, 2), (2, 3, 2, 4)]),
        ("A b\\\r\nc d", "bc d", [(1, 3, 2, 2), (2, 3, 2, 4)]),
        ("A b \\\n c", "b  c", [(1, 3, 1, 4), (2, 2, 2, 3)]),
        # a variable gives other words than are written: each one has the directive's place
        ('Define V "x y"\nA ${V}', "x y", [(2, 1, 2, 7)] * 2),
        ("Define V x\nA ${V} y", "x y", [(2, 3, 2, 7), (2, 8, 2, 9)]),
    ],
)
def test_arguments_and_their_places(text: str, argument: str, places: list[tuple[int, int, int, int]]) -> None:
    node = last(text + "\n")
    assert node.argument == argument
    assert spans(node) == places
    assert [node.word_place(at)[1:] for at in range(len(places))] == places
    assert [node.word_place(len(places) + more) for more in (0, 1)] == [node.place] * 2


def test_sections_around_a_directive() -> None:
    node = last("<VirtualHost *>\n <Location /a>\n  <Location /b>\n   ProxyPass http://h/\n")
    assert [outer.argument for outer in node.ancestors()] == ["/b", "/a", "*"]
    inner, host = node.inside("<location"), node.inside("<virtualhost", "<directory")
    assert inner is not None
    assert host is not None
    assert (inner.argument, host.argument, node.inside("<directory")) == ("/b", "*", None)
    assert (node.place[1:], node.name_place[1:], node.used_at) == ((4, 4, 4, 23), (4, 4, 4, 13), None)


def test_where_a_file_is_named() -> None:
    source = Source("a.conf", "A\nInclude b.conf\n")
    assert FileRead(name="a.conf", link=None).named_at is None
    named = FileRead(name="b.conf", link=None, source=source, start=2, end=16).named_at
    assert named == Place("a.conf", 2, 1, 2, 15)
    top = FileRead(name="b.conf", link=None, source=source)
    assert (top.start, top.end) == (0, 0)


def test_what_httpd_may_never_read_does_not_count() -> None:
    assert not load_text("Use nothing\n").built
    assert load_text("<IfModule mod_x.c>\nUse nothing\n</IfModule>\n").built
    assert Problem("syntax", "x", Place("a", 1, 1, 1, 1)).fatal


def test_before_anything_is_read() -> None:
    configuration = Configuration("/a", Modules.everything(), None, "event")
    assert (configuration.root, configuration.version, configuration.mpm) == ("/a", None, "event")
    assert (configuration.server_root, configuration.directives, configuration.as_written) == ("", 0, None)
    assert (configuration.main, configuration.whole, configuration.built) == (True, True, True)
    assert (configuration.check_files, configuration.dumped) == (False, False)
    assert [*configuration.walk(), *configuration.find("listen"), *configuration.registered] == []
    assert (configuration.sources, configuration.defines, configuration.templates) == ({}, {}, {})


def test_directives_by_their_names() -> None:
    configuration = load_text("Listen 1\n<Location /a>\nRequire x\n</Location>\nListen 2\n")
    found = configuration.find("require", "listen", "nothing")
    assert [(node.name, node.args) for node in found] == [("Require", "x"), ("Listen", "1"), ("Listen", "2")]
