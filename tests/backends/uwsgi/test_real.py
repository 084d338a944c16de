"""The reader held against uWSGI itself: `--show-config` prints the options as uWSGI holds them."""

import json
import os
import random
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from hpatch.backends.uwsgi import emperor, formats
from hpatch.backends.uwsgi.commandline import Word
from hpatch.backends.uwsgi.model import Instance, Option
from hpatch.backends.uwsgi.read import read, read_command
from hpatch.text import Place
from tests.support.ending import end
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.uwsgi

ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin"), "HOME": "/home/joe", "PORT": "9000"}
CASES = {
    "lines": """junk = 1
[uwsgi]
  a  =  b ; c  \n\
flag
e =
f = 100%% %q %n %s %e %c %0 %x %d
[b]
c = 1
[uwsgi
d = 1
 [uwsgi]\x20
g=h=i""",
    "joined": """[uwsgi]
a = 100%
b = 2
; 50%
c = 3
d = 4""",
    "references": """[uwsgi]
a = x%(b)
b = x%(c)
c = end
d = %(e)
e = %(c)
f = %(none)%(c)
g = %(h h + 2)
h = 1
i = %(h h ++ - 5)
j = %(c h)
k = %(7 / 2) %(1 - 8) %(7 / 0)""",
    "environment": """[uwsgi]
a = $(HOME) $(NONE)
b = a$(X$(HOME)) b
c = $(HOME
d = :$(PORT)
ienv = PORT=1
e = $(PORT)""",
    "set": """[uwsgi]
set = a=x $(HOME)
set-ph = b=$(HOME)
c = %(b) %(a)
set-placeholder = d=%(b)""",
    "include": """[uwsgi]
m = M
include = inc.ini
inherit = inc.ini
inherit = inc.ini
ini = inc.ini:more
ini = :more
z = 1""",
    "blocks": """[uwsgi]
if-env = HOME=/home/joe
a = %(_)
endif =
b = 1
for = 1 2 3
c = v%(_)
end-for =
if-env = NONE
include = inc.ini
d = 2
endif =
if-env = HOME
include = inc.ini
e = 2
endif =
f = 1""",
}
INCLUDED = "[uwsgi]\nincluded = %n %N %(m) $(HOME)\nthreads = 8\n[more]\nmore = %x %X\n"


def corpus() -> Iterator[Path]:
    folder = os.environ.get("HPATCH_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus"
    yield from sorted(Path(folder, "uwsgi").glob("*.ini"))


def shown(path: Path) -> list[tuple[str, str]] | None:
    """What uWSGI holds of a file; None where it did not get so far."""
    found = asked([f"--{formats.of_name(path.name) or 'ini'}", path.name], path.parent, ENVIRONMENT)
    return None if found is None else found[1:]


def asked(words: list[str], folder: Path, environment: dict[str, str]) -> list[tuple[str, str]] | None:
    """What uWSGI holds of a command line; None where it did not get so far.

    A clock that does not exist ends it before it starts anything.
    """
    command = ["uwsgi", "--show-config", "--clock", "none", *words]
    quiet, pipe, both = subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=quiet, stdout=pipe, stderr=both
    ) as process:  # fmt: skip
        try:
            output = process.communicate(timeout=PATIENCE)[0].decode("utf-8", "surrogateescape")
        finally:
            process.kill()
    _, begin, rest = output.partition(";uWSGI instance configuration\n[uwsgi]\n")
    if not begin:
        return None
    pairs = [tuple(line.split(" = ", 1)) for line in rest.partition("\n;end of configuration")[0].split("\n")]
    found = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    ours = found.index(("show-config", "true"))
    assert found[ours + 1] == ("clock", "none")
    return found[:ours] + found[ours + 2 :]


def same(options: list[Option], real: list[tuple[str, str]]) -> bool:
    """Whether both agree: in order, each certain option is there; what else is there comes from a block."""
    maybe = {option.key for option in options if not option.certain}
    rest = iter(real)
    for option in options:
        if not option.certain:
            continue
        for key, value in rest:
            if key == option.key and (value == option.value or not option.known):
                break
            if key not in maybe:
                return False
        else:
            return False
    return all(key in maybe for key, _ in rest)


@pytest.mark.parametrize("name", CASES)
def test_own_cases(name: str, tmp_path: Path) -> None:
    path = tmp_path / "app.ini"
    path.write_text(CASES[name])
    (tmp_path / "inc.ini").write_text(INCLUDED)
    real = shown(path)
    assert real
    options = read(str(path), variables=ENVIRONMENT).options
    assert same(options, real), [o[:2] for o in options]


def test_the_comparison_can_fail(tmp_path: Path) -> None:
    path = tmp_path / "app.ini"
    path.write_text("[uwsgi]\na = 1\nb = 2\n")
    options = read(str(path)).options
    assert same(options, [("a", "1"), ("b", "2")])
    for wrong in (
        [("a", "1")],
        [("a", "1"), ("b", "3")],
        [("b", "2"), ("a", "1")],
        [("a", "1"), ("b", "2"), ("c", "3")],
    ):
        assert not same(options, wrong)


def test_corpus(tmp_path: Path) -> None:
    compared = 0
    paths = list(corpus())
    for path in paths:
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        real = shown(copy)
        instance = read(str(copy), variables=ENVIRONMENT)
        if real is None:
            continue
        compared += 1
        assert same(instance.options, real), path
    assert compared >= len(paths) // 3


# uWSGI never ends where a value refers to itself: `d` refers to nothing.
VALUES = (
    "/run/%n.sock 127.0.0.1:80 :0 1 true x%(d)y $(HOME)/z %(d)%(e) 100%% a=b a,b http://h:80/?x#y é it's %d%s [x] {y} "
    'x%X%x "q" -1 a:b'
).split()
KEYS = "a b socket http-socket module pidfile2".split()
OPTIONS = "socket master=no http-socket vacuum=no mule=optional uid so-keepalive=no".split()


def some(chance: random.Random) -> list[tuple[str, list[str]]]:
    """Options, each with its values."""
    count = chance.randint(1, 8)
    more = [(chance.choice(KEYS), chance.choices(VALUES, k=chance.choice((1, 1, 2)))) for _ in range(count)]
    return [("d", ["dee"]), *more]


def yaml_of(options: list[tuple[str, list[str]]], chance: random.Random) -> str:
    """A section among others, in one of YAML's forms for each option."""
    text = chance.choice(["", "---\n", "# c\nother:\n  a: 0\n"]) + "uwsgi: # c\n"
    for key, values in options:
        quoted = [
            chance.choice([json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'"])
            for value in values
        ]
        plain = all(value[0] not in '[{%"' and ": " not in value for value in values)
        shown = chance.choice([quoted, values]) if plain else quoted
        if len(values) > 1:
            form = chance.choice(["  {}:\n    - {}\n    -   {}\n", "  {}:\n  - {}\n  - {} # c\n", "  {}: [{},\n {}]\n"])
            text += form.format(key, *(quoted if "[" in form else shown))
        else:
            text += chance.choice(["  {}: {}\n", '  "{}" :   {}\n\n', "  {}:\n      {}\n"]).format(key, *shown)
    return text + chance.choice(["", "other:\n  b: 1\n", "..."])


def json_of(options: list[tuple[str, list[str]]], chance: random.Random) -> str:
    members = [
        f"{json.dumps(key)}:{json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=chance.random() < 0.5)}"
        for key, values in options
    ]
    return '{"other": {"uwsgi": {"c": [1, {}]}}, // c\n "uwsgi": {' + ",\n ".join(members) + '}, "d": 1}'


def xml_of(options: list[tuple[str, list[str]]], chance: random.Random) -> str:
    text = ""
    for key, values in options:
        for value in values:
            inner = chance.choice([escape(value), f"<![CDATA[{value}]]>", f"{escape(value)}<!-- c --><x/>"])
            text += chance.choice(["", "\n  ", "<!-- c -->"]) + f"<{key} p='1'>{inner}</{key}>"
    text = f"<uwsgi>{text}<{options[0][0]}/></uwsgi>"
    return chance.choice(["", '<?xml version="1.0" encoding="UTF-8"?>\n']) + chance.choice(
        [text, f"<all><x>1</x>{text}<uwsgi><no/></uwsgi></all>"]
    )


FORMS = {"app.yaml": yaml_of, "app.json": json_of, "app.xml": xml_of}


@pytest.mark.parametrize("name", FORMS)
def test_generated_files(name: str, tmp_path: Path) -> None:
    for seed in range(12):
        chance = random.Random(f"{name} {seed}")
        text = FORMS[name](some(chance), chance)
        path = tmp_path / name
        path.write_text(text)
        real = shown(path)
        instance = read(str(path), variables=ENVIRONMENT)
        assert real, text
        assert not instance.problems, text
        assert same(instance.options, real), (text, [option[:2] for option in instance.options], real)


ODD = {
    "anchor.yaml": "uwsgi:\n  a: 1\n  b: &x 5\n  c: 1\n",
    "alias.yaml": "uwsgi:\n  a: *x\n  b: {c: 1, d: [2, 3]}\n  e:\n  f: x\n    y\n",
    "below.yaml": "uwsgi:\n  l:\n    - m: 1\n      n: 2\n    - o\n  b:\n    c: 3\n",
    "deep.yaml": "a: {uwsgi: {b: 1}}\nc:\n  uwsgi:\n    d: 2\n  e: 3\n",
    "kinds.json": '/* c */{"uwsgi": {"a": 1.50, "b": true, "c": null, "d": [1, false, [2], {"e": 3}], "f": {"g": 1}}}',
    "first.json": '{"uwsgi": {"a": "\\u00e9\\/", "a": 2}, "uwsgi": {"b": 1}}',
    "kinds.xml": "<uwsgi><a>x&amp;&#65;</a><b> s </b><c/><d>1<x/>2</d><e><?p q?>r</e><app>m</app><app/></uwsgi>",
    "latin.xml": '<?xml version="1.0" encoding="US-ASCII"?><uwsgi id="z"><a id="y">1</a></uwsgi>',
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(ODD[name])
    real = shown(path)
    assert real is not None
    assert same(read(str(path)).options, real), real


def test_sections(tmp_path: Path) -> None:
    files = {
        "a.ini": "[uwsgi]\na = 1\n[two]\nb = %x\n",
        "a.yaml": "uwsgi:\n  a: 1\ntwo:\n  b: %x\n",
        "a.json": '{"uwsgi": {"a": 1}, "two": {"b": "%x"}}',
        "a.xml": "<a><uwsgi id='one'><a>1</a></uwsgi><uwsgi id='two'><b>%x</b><c id='one'/></uwsgi></a>",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.write_text(text)
        real = asked([f"--{path.suffix[1:]}", f"{name}:two"], tmp_path, ENVIRONMENT)
        assert real
        assert real[-1] == ("b", "two")
        assert [option[:2] for option in read(f"{path}:two").options] == [("b", "two")]


LINES = (
    "--socket=/a -M --thread 5 -p4",
    "--socket /a --threads 5 -p4",
    "-MC660 -C --chmod-socket=666 -s /a -s/b",
    "app.ini -M -- more.yaml --socket",
    "--ini app.ini --ini :two --set a=1 -S b=%(a) --include more.yaml --inherit more.yaml",
    "[x] -M app.ini [uwsgi",
    "--if-env HOME --threads 2 --endif --processes 3",
    "--master=1",
    "--nothing 1 -M",
    "-M -s",
    "--xml a.xml:two --pidfile2 $(HOME) --gid %(pidfile2)x --listen 5",
    "-M file.txt",
)


@pytest.mark.parametrize("line", LINES)
def test_command_lines(line: str, tmp_path: Path) -> None:
    (tmp_path / "app.ini").write_text("[uwsgi]\na = %n %N %x\n[two]\nb = %x\n")
    (tmp_path / "more.yaml").write_text("uwsgi:\n  more: %n %N %(a)\n")
    (tmp_path / "a.xml").write_text("<uwsgi><c id='two'>%X</c></uwsgi>")
    place = Place("app.service", 1, 1, 1, 2)
    words = [Word(word, place) for word in shlex.split(line)]
    environment = ENVIRONMENT | {"UWSGI_HTTP_SOCKET": ":0", "UWSGI_RELOADS": "1", "UWSGI_THREADS": "$(PORT)"}
    places = dict.fromkeys((name for name in environment if name.startswith("UWSGI_")), place)
    real = asked(words_of(words), tmp_path, environment)
    instance = read_command(words, Instance("", str(tmp_path)), environment, places)
    assert bool(instance.problems) == (real is None)
    if real is not None:
        assert sorted(real[:2]) == [("http-socket", ":0"), ("threads", "9000")]
        assert [option[:2] for option in instance.options[:2]] == [("http-socket", ":0"), ("threads", "9000")]
        # Some readers cut the section off the option that names it.
        held = [option for option in instance.options[2:] if option.key != "xml"]
        assert same(held, [pair for pair in real[2:] if pair[0] != "xml"]), real


def words_of(words: list[Word]) -> list[str]:
    return [word.text for word in words]


def test_random_command_lines(tmp_path: Path) -> None:
    place = Place("app.service", 1, 1, 1, 2)
    for seed in range(12):
        chance = random.Random(seed)
        words: list[str] = []
        for _ in range(chance.randint(1, 6)):
            name, _, argument = chance.choice(OPTIONS).partition("=")
            value = chance.choice([value for value in VALUES if not value.startswith("-")])
            forms = {"no": [[f"--{name}"]], "optional": [[f"--{name}"], [f"--{name}={value}"]]}
            words += chance.choice(forms.get(argument, [[f"--{name}", value], [f"--{name}={value}"]]))
        real = asked(words, tmp_path, ENVIRONMENT)
        instance = read_command([Word(word, place) for word in words], Instance("", str(tmp_path)), ENVIRONMENT)
        assert real, words
        assert same(instance.options, real), (words, real)


def test_an_emperor_and_its_vassals(tmp_path: Path) -> None:
    vassals = tmp_path / "vassals"
    vassals.mkdir()
    log = tmp_path / "log"
    lines = ["[uwsgi]", f"emperor = {vassals}", "vassal-set = one=%(two)1", f"vassals-inherit = {tmp_path}/base.ini"]
    lines += [f"vassals-include = {tmp_path}/late.yaml", f"vassals-include-before = {tmp_path}/early.json"]
    (tmp_path / "emperor.ini").write_text("\n".join([*lines, f"logto = {log}", "die-on-term ="]))
    (tmp_path / "base.ini").write_text("[uwsgi]\nbase = %n %N\n")
    (tmp_path / "late.yaml").write_text("uwsgi:\n  late: %n %N\n")
    (tmp_path / "early.json").write_text('{"uwsgi": {"early": "%n %N"}}')
    ending = {"a.ini": "show-config =\nclock = none\n", "b.xml": "<show-config>1</show-config><clock>none</clock>"}
    (vassals / "a.ini").write_text(f"[uwsgi]\ntwo = 2 %N\n{ending['a.ini']}")
    (vassals / "b.xml").write_text(f"<uwsgi><two>%d%s</two>{ending['b.xml']}</uwsgi>")
    (vassals / "c.txt").write_text("[uwsgi]\n")
    process = subprocess.Popen(["uwsgi", "--ini", "emperor.ini"], cwd=tmp_path, env=ENVIRONMENT)
    try:
        limit = time.monotonic() + PATIENCE
        while not log.exists() or log.read_text().count(";end of configuration") < 2:
            assert time.monotonic() < limit
            time.sleep(0.05)
        said = log.read_text()
    finally:
        end(process)
    parts = said.split(";uWSGI instance configuration\n[uwsgi]\n")[1:]
    real = [[tuple(line.split(" = ", 1)) for line in part.partition("\n;end")[0].split("\n")] for part in parts]
    found = emperor.vassals(read(str(tmp_path / "emperor.ini"), ENVIRONMENT))
    assert [Path(instance.name).name for instance in found] == ["a.ini", "b.xml"]
    for instance in found:
        options = [option[:2] for option in instance.options]
        assert options in [[(key, {"": "true"}.get(value, value)) for key, value in one] for one in real] or any(
            same(instance.options, one) for one in real
        ), (options, real)
