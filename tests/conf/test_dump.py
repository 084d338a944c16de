"""What httpd prints of a configuration: the same tree, with places in the original files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.conf.dump import is_dump
from hpatch.conf.load import Options, load, load_source
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Configuration
from hpatch.text import Source
from tests.support.gateways.httpd import frame, modules_folder

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


@pytest.mark.parametrize("number", ["99999999999999999999", "2000001", "0"])
def test_a_line_that_no_file_has(number: str) -> None:
    found = read(f"# In file: a\n#   {number}:\nListen 80\n#   2:\nTimeout 5\n")
    assert ("Timeout 5", "a", 2, 1) in outline(found)


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
        [httpd, "-t", "-D", "DUMP_CONFIG", "-f", main], capture_output=True, text=True, check=True, timeout=60
    )

    def told(configuration: Configuration) -> list[tuple[str, str, str, int]]:
        return [(node.name, " ".join(node.args.split()), node.frame.name, node.line) for node in configuration.walk()]

    assert told(read(done.stdout)) == told(load(str(main)))
    assert len(told(read(done.stdout))) > 6
