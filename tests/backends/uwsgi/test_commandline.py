"""A command line, the environment, and what an Emperor makes of them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from hpatch.backends.uwsgi import emperor
from hpatch.backends.uwsgi.commandline import Word
from hpatch.backends.uwsgi.model import Instance
from hpatch.backends.uwsgi.read import read, read_command
from hpatch.text import Place


def words(line: str) -> list[Word]:
    """A command line's words; a word that starts with `?` is not known. Each is a line of its own."""
    return [
        Word(text.removeprefix("?"), Place("a.service", at, 1, at, 2), known=not text.startswith("?"))
        for at, text in enumerate(shlex.split(line), start=1)
    ]


def pairs(instance: Instance) -> list[tuple[str, str]]:
    return [(option.key, option.value) for option in instance.options]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--socket=/a -s /b -s/c", [("socket", "/a"), ("socket", "/b"), ("socket", "/c")]),
        ("-Mp4 --workers 2 --master", [("master", "true"), ("processes", "4"), ("workers", "2"), ("master", "true")]),
        ("-C -C660 --chmod-socket --chmod-socket=6", [("chmod-socket", v) for v in ("true", "660", "true", "6")]),
        ("--uwsgi-sock -M", [("uwsgi-socket", "-M")]),
        ("--set a=b -M", [("set", "a=b"), ("a", "b"), ("master", "true")]),
        ("[x] -M", [("master", "true")]),
    ],
)
def test_options(line: str, expected: list[tuple[str, str]]) -> None:
    instance = read_command(words(line), Instance("", "/srv"))
    assert pairs(instance) == expected
    assert not instance.problems


@pytest.mark.parametrize(
    ("line", "says", "at", "options"),
    [
        ("-M --nothing 1 -M", '"--nothing" is no option', 2, 1),
        ("--thread 1", "beginning of several", 1, 0),
        ("-M --master=1", "takes no value", 2, 1),
        ("-M --socket", "needs a value", 2, 1),
        ("-Ms", "needs a value", 1, 0),
        ("-M -\u00e9", '"-\u00e9" is no option', 2, 1),
        ("-M x.txt", "does not end in", 2, 1),
        ("-M ?x.ini", "cannot tell which file", 2, 1),
        ("-M none.ini", 'cannot read "none.ini"', 2, 1),
    ],
)
def test_where_it_ends(line: str, says: str, at: int, options: int, tmp_path: Path) -> None:
    instance = read_command(words(line), Instance("", str(tmp_path)))
    ((place, message),) = instance.problems
    assert says in message
    assert place.line == at
    assert len(instance.options) == options


def test_what_is_not_known_of_a_word() -> None:
    instance = read_command(words("?--socket=$X --threads ?4 -M"), Instance("", "/srv"))
    assert [option.known for option in instance.options] == [False, False, True]
    assert instance.threads is None


def test_the_environment_comes_first_and_files_last(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text("uwsgi:\n  b: $(HOME) %(threads) %n%N\n")
    variables = {"HOME": "/home/joe", "UWSGI_THREADS": "2", "UWSGI_HTTP_SOCKET": ":80", "UWSGI_RELOADS": "1"}
    places = {name: Place("a.service", 9, 1, 9, 2) for name in variables}
    instance = read_command(words("app.yaml --threads 4"), Instance("a.service", str(tmp_path)), variables, places)
    assert pairs(instance) == [
        ("threads", "2"), ("http-socket", ":80"), ("threads", "4"), ("b", "/home/joe 2 app"),
    ]  # fmt: skip
    assert [option.place.line for option in instance.options] == [9, 9, 3, 2]
    assert instance.sockets[0].protocol == "http"
    assert instance.threads is not None
    assert instance.threads.number == 4
    assert instance.name == "a.service"


def vassals_of(folder: Path, text: str) -> tuple[Instance, list[Instance]]:
    path = folder / "emperor.ini"
    path.write_text(text)
    instance = read(str(path))
    return instance, emperor.vassals(instance)


def test_vassals(tmp_path: Path) -> None:
    folder = tmp_path / "vassals"
    folder.mkdir()
    (folder / "b.ini").write_text("[uwsgi]\nsocket = /run/%n.sock\n")
    (folder / "a.json").write_text('{"uwsgi": {"socket": "/run/%(name).sock"}}')
    (folder / "c.txt").write_text("[uwsgi]\n")
    (tmp_path / "base.yaml").write_text("uwsgi:\n  threads: 4\n")
    text = f"[uwsgi]\nemperor = /etc/uwsgi/vassals\nvassal-set = name=x\nvassals-inherit = {tmp_path}/base.yaml\n"
    one, (first, second) = vassals_of(tmp_path, text)
    assert not one.problems
    assert [Path(instance.name).name for instance in (first, second)] == ["a.json", "b.ini"]
    assert [instance.sockets[0].address for instance in (first, second)] == ["/run/x.sock", "/run/b.sock"]
    assert all(instance.threads is not None and instance.threads.number == 4 for instance in (first, second))
    assert first.options[0].place.line == 3
    assert not first.problems + second.problems


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("*.json", "no folder"),
        ("$(DIR)", "cannot tell"),
        ("pg://host", "cannot tell"),
        ("none", "no folder"),
        ("/none/none/*.ini", "no folder"),
    ],
)
def test_vassals_that_are_not_known(value: str, says: str, tmp_path: Path) -> None:
    one, found = vassals_of(tmp_path, f"[uwsgi]\nemperor = {value}\n")
    assert not found
    assert says in one.problems[0][1]


@pytest.mark.parametrize("value", ["*.xml", "glob://*.xml", "../x/*.xml"])
def test_vassals_by_a_pattern(value: str, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.xml").write_text("<uwsgi><socket>:1</socket></uwsgi>")
    _, found = vassals_of(tmp_path / "x", f"[uwsgi]\nemperor = {value}\n")
    assert [instance.sockets[0].port for instance in found] == [1]


def test_a_part_of_an_instance_is_none_by_itself(tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text("[uwsgi]\ninclude = base.ini\n")
    (tmp_path / "base.ini").write_text("[uwsgi]\nsocket = %N.sock\n")
    (tmp_path / "c.ini").write_text("[uwsgi]\ninclude = d.ini\n")
    (tmp_path / "d.ini").write_text("[uwsgi]\ninclude = c.ini\n")
    a, base, c, d = (read(str(tmp_path / name)) for name in ("a.ini", "base.ini", "c.ini", "d.ini"))
    assert emperor.distinct([a, base]) == [a]
    assert emperor.distinct([base]) == [base]
    assert emperor.distinct([c, d]) == [d]
    started = read_command(words("a.ini"), Instance("a.service", str(tmp_path)))
    assert emperor.distinct([a, base], [started]) == [started]
