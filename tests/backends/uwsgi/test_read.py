"""A whole instance: order, includes, blocks, what is known of it."""

from pathlib import Path

import pytest

from hpatch.backends.uwsgi.model import Instance
from hpatch.backends.uwsgi.read import read, read_text
from hpatch.errors import InputError


def pairs(instance: Instance) -> list[tuple[str, str]]:
    return [(option.key, option.value) for option in instance.options]


def test_repeats_add_up_and_the_last_number_counts() -> None:
    instance = read_text("[uwsgi]\nsocket = /a\nthreads = 2\nsocket = /b\nthreads = 4\nprocesses = 3\nworkers = 5\n")
    assert [socket.address for socket in instance.sockets] == ["/a", "/b"]
    assert instance.threads is not None
    assert instance.processes is not None
    assert (instance.threads.number, instance.processes.number) == (4, 5)
    assert instance.threads.place == ("app.ini", 5, 1, 5, 12)


def test_references_and_environment() -> None:
    text = "[uwsgi]\nname = web\na = /run/%(name)/$(USER).sock\nb = :$(PORT)\nc = @(/etc/hostname)\nd = /srv/%n\n"
    options = read_text(text, variables={"USER": "joe"}).options
    assert [(option.value, option.known) for option in options[1:]] == [
        ("/run/web/joe.sock", True),
        (":$(PORT)", False),
        ("@(/etc/hostname)", False),
        ("/srv/app", True),
    ]


def test_set() -> None:
    text = "[uwsgi]\nset = socket=$(D)/a\nset-ph = n=$(D)\nx = %(n)\n"
    instance = read_text(text, variables={"D": "/run"})
    assert pairs(instance)[1] == ("socket", "/run/a")
    assert pairs(instance)[-1] == ("x", "$(D)")
    assert [socket.address for socket in instance.sockets] == ["/run/a"]


def test_what_changes_the_environment_makes_it_unknown() -> None:
    text = "[uwsgi]\nienv = A=1\na = $(A)\nb = $(B)\n"
    options = read_text(text, variables={"A": "2", "B": "3"}).options
    assert [option.known for option in options] == [True, False, True]


def test_include_is_in_place_and_inherit_is_last_without_references() -> None:
    others = {"conf/inc.ini": "[uwsgi]\nb = %(a) %n\n", "conf/base.ini": "[uwsgi]\nd = %(a) %n\n"}
    text = "[uwsgi]\na = 1\ninclude = inc.ini\ninherit = ba%(tail).ini\ntail = se\nc = 3\n"
    instance = read_text(text, "conf/app.ini", others=others)
    assert [key for key, _ in pairs(instance)] == ["a", "include", "b", "inherit", "tail", "c", "d"]
    assert ("b", "1 inc") in pairs(instance)
    assert ("d", "%(a) base") in pairs(instance)
    assert not instance.problems
    assert instance.options[2].place.file == "conf/inc.ini"
    assert set(instance.sources) == {"conf/app.ini", "conf/inc.ini", "conf/base.ini"}


def test_ini_takes_a_section_of_a_file_and_of_the_last_file() -> None:
    others = {"inc.ini": "[web]\nb = %x\n[more]\nc = 1\n"}
    instance = read_text("[uwsgi]\nini = inc.ini:web\nini = :more\n", others=others)
    assert pairs(instance)[1::2] == [("b", "web"), ("c", "1")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("include = app.ini", "includes itself"),
        ("include = none.ini", "No such file"),
        ("include = base", "does not end in .ini"),
        ("include = other.ini:web", "does not end in .ini"),
        ("yaml = app.yaml:web", 'cannot read "app.yaml"'),
        ("include = http://example.com/app.ini", "cannot tell which file"),
        ("inherit = %(none).ini", "cannot tell which file"),
        ("ini = app.ini:none", "no options in a section [none]"),
        ("set = x", "needs name=value"),
    ],
)
def test_problems(line: str, says: str) -> None:
    ((place, message),) = read_text(f"[uwsgi]\n{line}\n").problems
    assert says in message
    assert place.line == (1 if "[none]" in says else 2)


def test_loops_end() -> None:
    others = {"a.ini": "[uwsgi]\ninclude = b.ini\ninherit = c.ini\n", "b.ini": "[uwsgi]\ninclude = a.ini\n"}
    others["c.ini"] = "[uwsgi]\ninherit = c.ini\n"
    messages = [message for _, message in read_text("[uwsgi]\ninclude = a.ini\n", others=others).problems]
    assert messages == ['"a.ini" includes itself', '"c.ini" inherits itself']


def test_many_includes_end() -> None:
    text = "[uwsgi]\n" + "include = a.ini\n" * 100
    instance = read_text(text, others={"a.ini": "[uwsgi]\nx = 1\n"})
    assert len(instance.problems) == 37


def test_blocks_are_not_certain() -> None:
    text = "[uwsgi]\nif-env = X\nthreads = 8\nsocket = /a\nelse =\nsocket = /b\nendif =\nsocket = /c\n"
    instance = read_text(text)
    assert [(socket.address, socket.option.certain) for socket in instance.sockets] == [
        ("/a", False),
        ("/b", False),
        ("/c", True),
    ]
    assert instance.threads is None


def test_what_follows_a_block_is_certain_again() -> None:
    instance = read_text("[uwsgi]\nfor = a b\nsocket = /%(_)\nendfor =\nthreads = 2\n")
    assert instance.sockets[0].option[3:] == (False, False)
    assert instance.threads is not None


def test_an_include_in_a_block() -> None:
    instance = read_text(
        "[uwsgi]\nif-env = X\ninclude = a.ini\nb = 1\nend =\nc = 1\n", others={"a.ini": "[uwsgi]\nend =\na = 1\n"}
    )
    assert [(option.key, option.certain) for option in instance.options][2:] == [
        ("end", False), ("a", False), ("b", False), ("end", True), ("c", True),
    ]  # fmt: skip


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.ini").write_text("[uwsgi]\nsocket = %d%n.sock\ninclude = more/c.ini\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "c.ini").write_bytes(b"[uwsgi]\nx = \xff\n")
    instance = read(str(tmp_path / "b.ini"))
    assert instance.name == str(tmp_path / "b.ini")
    assert instance.sockets[0].address == f"{tmp_path.resolve()}/b.sock"
    assert instance.options[-1].value == "\udcff"
    assert not instance.problems


def test_a_section_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.ini").write_text("[uwsgi]\na = 1\n[web]\nb = %x\n")
    assert pairs(read(f"{tmp_path}/b.ini:web")) == [("b", "web")]
    (tmp_path / "b.ini:web").write_text("[uwsgi]\nc = 1\n")
    assert pairs(read(f"{tmp_path}/b.ini:web")) == [("c", "1")]


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.ini: .*No such file"):
        read(str(tmp_path / "none.ini"))
    with pytest.raises(InputError, match="not a regular file"):
        read("/dev/zero")
