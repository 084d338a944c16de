"""The files in a Kubernetes ConfigMap."""

from __future__ import annotations

import pytest

from hpatch.conf.base import Surroundings
from hpatch.conf.configmap import Mounted, files
from hpatch.conf.load import Options, load
from hpatch.conf.tree import Configuration
from hpatch.text import Source

MAP = """\
# a web server
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  httpd.conf: |
    Listen 80
    IncludeOptional extra/*.conf
    # data: not here

      Timeout \\
        60
  "a b.conf": |-
      ServerName a
  'q.conf': >2
    ServerName q
  nginx.conf: |
    server { listen 80; }
  short: text
  # a remark
  last.conf: |+
    ServerName last
binaryData:
  x.conf: |
    ServerName no
"""


def read(text: str, main: str = "httpd.conf") -> Configuration:
    mounted = files(Source("k/web.yaml", text))
    return load(f"k/web.yaml/{main}", Options(given=Surroundings(mounted=mounted)))


def told(configuration: Configuration) -> list[tuple[str, int, int]]:
    return [(f"{node.name} {node.args}", *node.place[1:3]) for node in configuration.walk()]


def test_the_files_of_a_configmap() -> None:
    found = tuple(files(Source("web.yaml", MAP)).values())
    assert [(one.name, one.is_httpds) for one in found] == [
        ("httpd.conf", True), ("a b.conf", True), ("q.conf", True), ("nginx.conf", False), ("last.conf", True),
    ]  # fmt: skip
    assert found[1].text.text.lstrip() == "ServerName a\n"
    assert all(one.text.whole.text == MAP for one in found)


LIST = """\
kind: List
items:
- kind: {}
  stringData:
    note: |
      - kind: ConfigMap
        data:
          n.conf: |
            Listen 1
  data:
    a.conf: |
      Listen 2
- apiVersion: v1
  data:
    b.conf: |
      Listen 3
  kind: {}
-   kind: Secret
    data:
      c.conf: |
        Listen 4
"""


@pytest.mark.parametrize("wide", ["", "  "])
@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        (("Secret", "ConfigMap"), ["b.conf"]),
        (("ConfigMap", "Secret"), ["a.conf"]),
        (("ConfigMap", "ConfigMap"), ["a.conf", "b.conf"]),
        (("Secret", "Secret"), []),
        (("ConfigMapList", "ConfigMap"), ["b.conf"]),
    ],
)
def test_a_secret_in_a_list_is_not_read(kinds: tuple[str, str], names: list[str], wide: str) -> None:
    text = LIST.format(*kinds)
    head, items = text.split("items:\n")
    indented = "".join(f"{wide}{line}" for line in items.splitlines(keepends=True))
    found = tuple(files(Source("web.yaml", f"{head}items:\n{indented}")).values())
    assert [one.name for one in found] == names
    for one in found:
        assert one.text.text.split() == ["Listen", {"a.conf": "2", "b.conf": "3"}[one.name]]


def test_a_secret_is_not_read() -> None:
    secret = MAP.replace("kind: ConfigMap", "kind: Secret")
    assert files(Source("web.yaml", secret)) == {}
    assert (
        files(Source("web.yaml", f"{secret}note: |\n  kind: ConfigMap\n  data:\n    a.conf: |\n      Listen 1\n")) == {}
    )
    assert len(files(Source("web.yaml", f"{secret}---\n{MAP}"))) == 5


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_are_lines_of_the_yaml_file(end: str) -> None:
    found = read(MAP.replace("\n", end))
    assert told(found) == [
        ("Listen 80", 8, 5), ("ServerName a", 15, 7), ("ServerName last", 23, 5), ("ServerName q", 17, 5),
        ("Timeout 60", 12, 7),
    ]  # fmt: skip
    assert list(found.sources) == ["k/web.yaml"]
    assert found.sources["k/web.yaml"].line(8) == "    Listen 80"
    assert found.problems == []
    assert {node.frame.name for node in found.walk()} == {
        f"k/web.yaml/{name}" for name in ("httpd.conf", "a b.conf", "q.conf", "last.conf")
    }


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("Include /usr/local/apache2/conf/extra/last.conf", []),
        ("Include extra/none.conf", ["unreadable"]),
        ("IncludeOptional extra/none.conf", []),
        ("Include ../../../../../etc/passwd", ["unreadable"]),
        ("Include /etc", ["unreadable"]),
        ('ServerRoot "/usr/local/apache2"', []),
    ],
)
def test_an_include_finds_a_file_by_its_name(line: str, kinds: list[str]) -> None:
    assert [problem.kind for problem in read(MAP.replace("Listen 80", line)).problems] == kinds


def test_several_documents_and_a_list() -> None:
    text = (
        "kind: Service\ndata:\n  no.conf: |\n    ServerName no\n---\n"
        "kind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  data:\n    a.conf: |\n      ServerName a\n"
        "--- # next\ndata:\n  a.conf: |\n    ServerName second\n  b.conf: |\n    ServerName b\nkind: 'ConfigMap'\n"
    )
    assert [(one.name, one.text.text.strip()) for one in files(Source("x.yaml", text)).values()] == [
        ("a.conf", "ServerName a"), ("b.conf", "ServerName b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "kind: ConfigMap\n", "kind: ConfigMap\ndata: {}\n", "data:\n  a: |\n    Listen 80\n"]
)
def test_no_files(text: str) -> None:
    assert files(Source("x.yaml", text)) == {}


def test_a_chart_is_a_template() -> None:
    """Its files are read as templates, and counted together."""
    found = read(
        "kind: ConfigMap\ndata:\n  httpd.conf: |\n    Include b.conf\n    Include c.conf\n"
        "  b.conf: |\n    ServerName {{ .name }}\n"
        "  c.conf: |\n    {{- if .Values.tls }}\n    Listen 443\n    {{- end }}\n"
    )
    assert [(node.name, node.certain) for node in found.walk()] == [("ServerName", True), ("Listen", False)]
    assert not found.problems
    (file,) = found.templates.values()
    assert (file.named, file.lines, file.unjudged) == (True, 4, 2)
    assert found.as_written is not None
    assert [found.as_written(node.args) for node in found.find("servername")] == ["{{ .name }}"]


EVEN = "    ServerName {{ .name }}\n    </Location>\n"
ODD = "    {{ if .x }}\n    <Location /a>\n    {{ end }}\n"


@pytest.mark.parametrize(("first", "second", "said"), [(EVEN, ODD, 0), (ODD, EVEN, 0), (EVEN, EVEN, 2)])
def test_a_chart_of_which_one_file_opens_a_section_by_a_condition(first: str, second: str, said: int) -> None:
    """Then nothing is known of the ends of sections in all of them."""
    main = "kind: ConfigMap\ndata:\n  httpd.conf: |\n    Include a.conf\n    Include b.conf\n"
    problems = read(f"{main}  a.conf: |\n{first}  b.conf: |\n{second}").problems
    assert [(one.kind, one.fatal) for one in problems] == [("section", False)] * said


def test_the_files_of_a_chart_have_no_links() -> None:
    found = read("kind: ConfigMap\ndata:\n  httpd.conf: |\n    Include a.conf\n  a.conf: |\n    A\n")
    assert [(file.name, file.link) for file in found.files] == [("k/web.yaml", None)] * 2


def found(text: str) -> list[tuple[str, int, int, str]]:
    """Each file: its name, the line and the column of its first character that is no blank, and its text."""
    told = []
    for one in files(Source("x.yaml", text)).values():
        whole = one.text.text
        start = len(whole) - len(whole.lstrip())
        told.append((one.name, *one.text.place(start, start)[1:3], whole[start:]))
    return told


HEAD = "kind: ConfigMap\ndata:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEAD}  a: |\n    A\n", [("a", 4, 5, "A\n")]),
        (f"{HEAD}  a: |\n    A", [("a", 4, 5, "A")]),
        (f"{HEAD}a: |\n  A\n", []),
        (f"{HEAD}  a: |\n\n    A\n\n    B\n\n", [("a", 5, 5, "A\n\n    B\n\n")]),
        (f"{HEAD}  a: |\n  b: |\n    B\n", [("a", 4, 1, ""), ("b", 5, 5, "B\n")]),
        (f"{HEAD}  a: |\n    A\n  b: text\n  c: |\n    C\n", [("a", 4, 5, "A\n"), ("c", 7, 5, "C\n")]),
        (f"{HEAD}  a: |\n    A\n    b: |\n      B\n", [("a", 4, 5, "A\n    b: |\n      B\n")]),
        (f"{HEAD}  a:\n    b: |\n      B\n  c: |\n    C\n", [("b", 5, 7, "B\n")]),
        (f"{HEAD}  a: |\n    A\n  b:\n    c: |\n      C\n", [("a", 4, 5, "A\n")]),
        (f"{HEAD}# one\n  # two\n\n  a: |\n    A\n# three\n  b: |\n    B\n", [("a", 7, 5, "A\n"), ("b", 10, 5, "B\n")]),
        (f"{HEAD}  a: |\n    A\nother:\n  b: |\n    B\n", [("a", 4, 5, "A\n")]),
        (
            f"{HEAD}  a: |\n    A\nother: x\ndata: # again\n    b: |\n      B\n",
            [("a", 4, 5, "A\n"), ("b", 8, 7, "B\n")],
        ),
        ("a: |\n  A\nkind: ConfigMap\n", []),
        ("kind: ConfigMap\n a: |\n  A\n", []),
        ("  a: |\n    A\nkind: ConfigMap\n", []),
        ("kind: ConfigMap\nx:\n  data:\n    a: |\n      A\n", []),
        (" kind: ConfigMap\ndata:\n  a: |\n    A\n", []),
        ("x:\n- kind: ConfigMap\n  data:\n    a: |\n      A\n", [("a", 5, 7, "A\n")]),
        ("data:\n  a: |\n    A\nkind: Secret\n---\nkind: ConfigMap # yes\n", []),
        ("---\nkind: ConfigMap\ndata:\n  a: |\n    A\n---\n", [("a", 5, 5, "A\n")]),
        ("kind: ConfigMap\ndata:\n \n  a: |\n  \tA\n", [("a", 5, 1, "")]),
    ],
)
def test_which_texts_are_files(text: str, expected: list[tuple[str, int, int, str]]) -> None:
    assert found(text) == expected


def test_what_a_container_sees() -> None:
    view = Mounted("k/web.yaml", "httpd.conf", files(Source("k/web.yaml", MAP)))
    assert tuple(view.stat("/any/q.conf")) == (0o100444, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    assert view.names("/any") == ["a b.conf", "last.conf", "q.conf"]
    assert not view.is_entry_folder("/any", "q.conf")
    assert (view.is_folder("/any"), view.is_folder("/any/q.conf")) == (True, False)
    assert (view.root, view.host("/x"), view.inner("/x/y"), view.written("/x/y")) == (
        "k/web.yaml", "k/web.yaml", "/x/y", "k/web.yaml/y",
    )  # fmt: skip
    assert view.read("/any/nginx.conf", "n").text.strip() == "server { listen 80; }"
    for path in ("/any/none.conf", "/any"):
        with pytest.raises(FileNotFoundError):
            view.stat(path)
        with pytest.raises(FileNotFoundError):
            view.read(path, "n")


@pytest.mark.parametrize("line", ["servername a", "  LISTEN 80", "<files a>", "IncludeOptional x", "Listen *:80"])
def test_what_looks_like_httpds(line: str) -> None:
    (one,) = files(Source("x.yaml", f"{HEAD}  a: |\n    # x\n    {line}\n")).values()
    assert one.is_httpds


@pytest.mark.parametrize("line", ["listen http;", "x ServerName a", "ServerNames a", ""])
def test_what_looks_like_another_programs(line: str) -> None:
    (one,) = files(Source("x.yaml", f"{HEAD}  a: |\n    # x\n    {line}\n")).values()
    assert not one.is_httpds
