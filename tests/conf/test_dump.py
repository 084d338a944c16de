"""What httpd prints of a configuration: the same tree, with places in the original files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.conf import dump
from hpatch.conf.dump import entries, is_dump
from hpatch.conf.load import Options, load, load_source
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Configuration
from hpatch.text import Source
from tests.support.gateways.httpd import frame, modules_folder
from tests.support.patience import PATIENCE

DUMP = """\
# In file: /etc/httpd/httpd.conf
#   3:
Listen 80
# In file: macro 'site' (defined on line 10 of "/etc/httpd/m.conf") used on line 18 of "/etc/httpd/httpd.conf"
#   1:
<VirtualHost *:80>
  #   2:
  ServerName ${HOST}
</VirtualHost>
# In file: macro 'b' (defined on line 1 of "/m") used on line 2 of "macro 'a' (defined on line 4 of "/m") used on \
line 7 of "/etc/httpd/a b.conf""
#   1:
ServerAlias one
# In file: /etc/httpd/httpd.conf
#  23:
ProxyPass "/x"   http://a:1/
#  23:
ProxyPass "/x"   http://a:1/
Syntax OK
"""


def outline(configuration: Configuration) -> list[tuple[str, str, int, int]]:
    """Each directive: its text, file, line and column."""
    return [
        (f"{node.name} {node.args}", node.place.file, node.place.line, node.place.column)
        for node in configuration.walk()
    ]


def read(text: str) -> Configuration:
    return load_source(Source("dump.txt", text))


def test_places_are_in_the_original_files() -> None:
    found = read(DUMP)
    assert outline(found) == [
        ("Listen 80", "/etc/httpd/httpd.conf", 3, 1),
        ("<VirtualHost *:80>", "/etc/httpd/httpd.conf", 18, 1),
        ("ServerName ${HOST}", "/etc/httpd/httpd.conf", 18, 20),
        ("ServerAlias one", "/etc/httpd/a b.conf", 7, 1),
        ('ProxyPass "/x"   http://a:1/', "/etc/httpd/httpd.conf", 23, 1),
        ('ProxyPass "/x"   http://a:1/', "/etc/httpd/httpd.conf", 23, 1),
    ]
    assert found.sources["/etc/httpd/httpd.conf"].line(23) == 'ProxyPass "/x"   http://a:1/'
    assert (found.whole, found.dumped) == (True, True)
    assert [problem.kind for problem in found.problems] == ["variable"]
    assert [file.name for file in found.files] == ["dump.txt", "/etc/httpd/httpd.conf", "/etc/httpd/a b.conf"]


def test_a_dump_does_not_tell_the_modules() -> None:
    found = load_source(Source("d", DUMP), Options(modules=Modules(complete=True, static=["mod_so.c"])))
    assert (found.modules.has("proxy_module"), found.modules.has("mod_so.c")) == (None, True)
    listed = load_source(Source("d", DUMP), Options(modules=Modules(["proxy_module"], complete=True)))
    assert listed.modules.has("ssl_module") is False


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("# In file: a\n#   3:\nListen 80\n", True),
        ("AH00558: no name\n[Sat] [core:warn] x\n# In file: a\n#   3:\n", True),
        ("Syntax OK\n# In file: a\n#   3:\n", True),
        ("# In file: a\nListen 80\n", False),
        ("Listen 80\n# In file: a\n#   3:\n", False),
        ("#   3:\nListen 80\n", False),
        ("", False),
    ],
)
def test_what_is_a_dump(text: str, verdict: bool) -> None:
    assert is_dump(text) is verdict


@pytest.mark.parametrize("number", ["2000001", "0"])
def test_a_line_that_no_file_has(number: str) -> None:
    found = read(f"# In file: a\n#   {number}:\nListen 80\n#   2:\nTimeout 5\n")
    assert outline(found) == [("Timeout 5", "a", 2, 1)]


def test_a_number_that_is_none_is_a_remark() -> None:
    assert outline(read(f"# In file: a\n#   2:\nListen 80\n#   {'9' * 20}:\nTimeout 5\n")) == [
        ("Listen 80", "a", 2, 1),
        ("Timeout 5", "a", 2, 11),
    ]


def test_a_dump_that_is_cut() -> None:
    found = read("# In file: a\n#   3:\n<VirtualHost *>\n#   4:\nServerName x\n")
    assert [(problem.kind, problem.place.line) for problem in found.problems] == [("section", 3)]
    assert [node.name for node in read("# In file: a\n#   3:\n</VirtualHost>\n").walk()] == []


@pytest.mark.httpd
def test_httpds_own_dump_gives_the_same_tree(httpd: str, tmp_path: Path) -> None:
    if not (modules_folder() / "mod_info.so").exists():
        pytest.skip("needs mod_info")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/a.conf").write_text(
        '<VirtualHost *:80>\n  # c\n  ServerName "a b"\n  <Location "/x>y">\n    ProxyPass \\\n   http://h/\n'
        "  </Location>\n</VirtualHost>\n"
    )
    main = tmp_path / "httpd.conf"
    main.write_text(
        f"{frame(tmp_path)}\nLoadModule info_module {modules_folder()}/mod_info.so\nDefine P 80\n"
        f"<IfModule mod_proxy.c>\nProxyPass /b http://b:${{P}}/\n</IfModule>\nInclude {tmp_path}/sites/*.conf\n"
    )
    done = subprocess.run(
        [httpd, "-t", "-D", "DUMP_CONFIG", "-f", main], capture_output=True, text=True, check=True, timeout=PATIENCE
    )

    def told(configuration: Configuration) -> list[tuple[str, str, str, int]]:
        return [(node.name, " ".join(node.args.split()), node.frame.name, node.line) for node in configuration.walk()]

    assert told(read(done.stdout)) == told(load(str(main)))
    assert len(told(read(done.stdout))) > 6


def test_each_line_has_its_own_place_in_its_own_file() -> None:
    text = (
        "AH00112: a warning\n# In file: /a.conf\n#   1:\nListen 80\n #\t 3: \n  Timeout 5\t\nSyntax OK\nAH00558: late\n"
        "# In file: /b.conf\n#   2:\nA one\n#   2:\nA two\n#   2:\nA one\n#   2:\nA three\n# a remark\n\n"
        "# In file: /a.conf\n#   2:\nKeepAlive On\n"
        'x used on line 7 of "/c.conf"\n# In file: macro \'m\' used on line 2 of "/a.conf"\n#  5:\nB\n'
        "# In file: /c.conf\n#   1:\nC\n"
    )
    found = entries(Source("dump", text))
    assert [(line.source.name, *line.source.position(line.start), line.text) for line in found] == [
        ("/a.conf", 1, 1, "Listen 80"),
        ("/a.conf", 3, 1, "Timeout 5"),
        ("/b.conf", 2, 1, "A one"),
        ("/b.conf", 2, 7, "A two"),
        ("/b.conf", 2, 1, "A one"),
        ("/b.conf", 2, 13, "A three"),
        ("/a.conf", 2, 1, "KeepAlive On"),
        ("/a.conf", 2, 14, 'x used on line 7 of "/c.conf"'),
        ("/a.conf", 2, 44, "B"),
        ("/c.conf", 1, 1, "C"),
    ]
    assert all(line.source.text[line.start : line.end] == line.text for line in found)
    assert {line.source.name: line.source.text for line in found} == {
        "/a.conf": 'Listen 80\nKeepAlive On x used on line 7 of "/c.conf" B\nTimeout 5\n',
        "/b.conf": "\nA one A two A three\n",
        "/c.conf": "C\n",
    }


def test_lines_before_any_file_are_of_the_dump() -> None:
    found = entries(Source("dump", "Listen 80\n#   5:\nTimeout 5"))
    assert [(line.source.name, line.source.position(line.start)) for line in found] == [
        ("dump", (1, 1)),
        ("dump", (5, 1)),
    ]


def test_a_number_that_is_too_large_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dump._MOST_LINES == 2_000_000
    monkeypatch.setattr(dump, "_MOST_LINES", 5)
    text = "# In file: a\n" + "".join(f"#   {number}:\nA {number}\n" for number in (0, 1, 5, 6))
    assert [line.text for line in entries(Source("dump", text))] == ["A 1", "A 5"]


def test_lines_of_a_dump_are_those_of_their_files() -> None:
    found = read("# In file: a\n#   3:\n<VirtualHost *>\n#   4:\nServerName x\n")
    assert [(node.line, node.frame.name) for node in found.walk()] == [(3, "a"), (4, "a")]
    assert [(problem.message, problem.fatal) for problem in found.problems] == [("<VirtualHost> is never closed", True)]


@pytest.mark.parametrize(("main", "expected"), [(None, True), (True, True), (False, False)])
def test_a_dump_is_of_a_whole_server_unless_it_is_said(main: bool | None, expected: bool) -> None:
    assert load_source(Source("d", DUMP), Options(main=main)).main is expected
