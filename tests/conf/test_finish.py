"""What the reader says at the end: files outside what was given, undefined variables, whether all was read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch import log
from hpatch.conf import limits, reader
from hpatch.conf.base import Surroundings
from hpatch.conf.load import Options, load, load_source, load_text
from hpatch.conf.modules import Modules
from hpatch.text import Place, Source
from tests.support.conf.brief import messages, names

COPY = "If this is a copy of a server's files, give the folder that stands for / with --root."
NARROW = "Give the folder that stands for / with --root, or a folder that contains it as PATH."


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "other").mkdir()
    (tmp_path / "copy").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / f"other/{name}.conf").write_text(f"{name.upper()}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "read", "more", "line", "conditions"),
    [
        ("Include {t}/a.conf\n", "A", "", 1, 0),
        ("Own\nInclude {t}/a.conf\nInclude {t}/a.conf\n", "Own A A", "", 2, 0),
        ("Include {t}/*.conf\n", "A B C", " (and 2 more)", 1, 0),
        ("<IfDefine X>\nInclude {t}/b.conf\n</IfDefine>\nInclude {t}/a.conf\n", "B A", " (and 1 more)", 4, 0),
        ("<IfDefine X>\nInclude {t}/a.conf\n</IfDefine>\n", "A", "", 2, 1),
    ],
)
@pytest.mark.parametrize("allowed", [True, False])
def test_files_outside_what_was_given(
    outside: Path, text: str, read: str, more: str, line: int, conditions: int, allowed: bool
) -> None:
    (outside / "copy/httpd.conf").write_text(text.format(t=f"{outside}/other"))
    found = load(str(outside / "copy/httpd.conf"), Options(given=Surroundings(outside=allowed)))
    assert names(found) == [name for name in read.split() if allowed or name == "Own"]
    (problem,) = [one for one in found.problems if one.kind == "outside"]
    did = "read it from this machine" if allowed else "did not read it"
    assert problem.message == f'"{outside}/other/a.conf"{more} is outside "{outside}/copy": hpatch {did}'
    assert (problem.place.line, len(problem.conditions)) == (line, conditions)
    assert (problem.fatal, problem.help) == (not allowed, COPY if allowed else NARROW)
    assert found.whole == allowed


def test_the_current_folder_is_called_by_its_sign(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (outside / "copy/httpd.conf").write_text("Include ../other/a.conf\nInclude /dev/null\n")
    monkeypatch.chdir(outside / "copy")
    (problem,) = load("httpd.conf").problems
    assert problem.message == '"../other/a.conf" is outside ".": hpatch read it from this machine'


def test_a_missing_file_outside_is_missing(outside: Path) -> None:
    (outside / "copy/httpd.conf").write_text(f"Include {outside}/other/none.conf\n")
    found = load(str(outside / "copy/httpd.conf"), Options(given=Surroundings(outside=False)))
    assert [one.kind for one in found.problems] == ["unreadable"]


def test_a_variable_that_is_not_defined_is_said_once() -> None:
    text = "A ${x}\n<IfDefine D>\nB ${y} ${x}\n</IfDefine>\nC ${x} ${x}\nD ${x}\nE ${z:a}\n"
    found = load_text(text)
    about = "is not defined"
    assert messages(found) == [
        (1, f'the variable "${{x}}" {about} (in 4 places): httpd leaves it in the text'),
        (3, f'the variable "${{y}}" {about}: httpd leaves it in the text'),
    ]
    first, second = found.problems
    assert [(place.line, said) for place, said in first.related] == [(line, "used here too") for line in (3, 5, 6)]
    assert (first.fatal, first.conditions, second.related) == (False, (), ())
    assert [condition.text for condition in second.conditions] == ["<IfDefine D>"]


def test_a_variable_that_mod_rewrite_or_another_replaces_later_is_none() -> None:
    found = load_text("ProxyPassInterpolateEnv On\nProxyPass /a http://${host}/ interpolate\nB ${host}\n")
    assert [line for line, _ in messages(found)] == [3]


def test_defines_are_told_with_their_values() -> None:
    found = load_text("Define C c\nDefine D\nUnDefine A\n", Options(defines=("A", "b=1=2", "E=")))
    assert found.defines == {"C": "c", "D": None, "E": "", "b": "1=2"}
    assert list(found.defines) == ["C", "D", "E", "b"]
    assert names(load_text("${B}x\n", Options(defines=("b=1",)))) == ["1x"]
    assert names(load_text("${B}x\n", Options(defines=("b=",)))) == ["x"]
    assert names(load_text("${B}x\n", Options(defines=("B",)))) == ["${B}x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("server {\n    listen 80;\n    location / {\n        return 200;\n    }\n}\n", "nginx"),
        ("<?xml version='1.0'?>\n<a>\n" + "<b/>\n" * 20 + "</a>\n", "XML"),
    ],
)
def test_a_file_of_another_program_is_not_read(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "other.conf").write_text(text)
    (tmp_path / "httpd.conf").write_text("A\nInclude other.conf\nB\n")
    found = load(str(tmp_path / "httpd.conf"))
    assert names(found) == ["A", "B"]
    (problem,) = found.problems
    assert (problem.kind, problem.fatal, problem.place.file) == ("foreign", True, f"{tmp_path}/other.conf")
    assert message in problem.message
    assert not found.whole


def test_the_evidence_for_another_program_is_cut() -> None:
    for fill, shown in ((38, f"{'y' * 38}?>"), (39, f"{'y' * 37}...")):
        text = f"<?xml version='1.0' {'y' * fill}?>\n<a>\n" + "<b/>\n" * 20 + "</a>\n"
        ((line, message),) = messages(load_text(text))
        evidence = f"<?xml version='1.0' {shown}"
        assert line == 1
        assert message == f'this looks like an XML document (line 1: "{evidence}"), not a configuration of httpd'


@pytest.fixture
def told() -> Iterator[list[str]]:
    lines: list[str] = []
    log.to(lines.append)
    yield lines
    log.to(None)


def test_every_file_that_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.conf").write_text("A\n")
    Path("httpd.conf").write_text("Include a.conf\n\nInclude \\\n  a.conf\nInclude none.conf\n")
    load("httpd.conf")
    assert told == [
        "read httpd.conf",
        "read a.conf, by Include a.conf at httpd.conf:1",
        "read a.conf again, by Include \\ a.conf at httpd.conf:3",
    ]


@pytest.mark.parametrize(
    ("name", "main", "whole"),
    [("httpd.conf", None, True), ("a.conf", None, False), ("a.conf", True, True), ("httpd.conf", False, False)],
)
def test_a_part_does_not_tell_the_modules(name: str, main: bool | None, whole: bool) -> None:
    modules = Modules(complete=True, static=["mod_so.c"])
    found = load_source(Source(name, "A\n"), Options(main=main, modules=modules))
    assert (found.main, found.whole, found.modules.complete) == (whole, whole, whole)
    listed = Modules(["proxy_module"], complete=True, static=["mod_so.c"])
    assert load_source(Source(name, "A\n"), Options(main=main, modules=listed)).modules.complete


def test_whose_files_are_checked(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text("A\n")
    main = str(tmp_path / "httpd.conf")
    assert load(main, Options(check_files=True)).check_files
    assert not load(main).check_files
    assert not load(main, Options(check_files=True, given=Surroundings(root=str(tmp_path)))).check_files


def test_the_place_of_a_main_file_that_cannot_be_read(tmp_path: Path) -> None:
    for name, why in (("none.conf", "No such file or directory"), ("a\0b.conf", "embedded null byte")):
        path = f"{tmp_path}/{name}"
        (problem,) = load(path).problems
        assert problem.message == f'cannot read "{path}": {why}'
        assert problem.place == Place(path, 1, 1, 1, 1)


@pytest.mark.parametrize("again", [False, True])
def test_the_place_of_a_file_that_is_one_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool) -> None:
    main, part = tmp_path / "httpd.conf", tmp_path / "a.conf"
    part.write_text("A\n")
    main.write_text("\n  Include a.conf\n  Include a.conf\n")
    monkeypatch.setattr(limits, "FILES", 2 if again else 1)
    found = load(str(main))
    (problem,) = found.problems
    line = 3 if again else 2
    assert problem.place == Place(str(main), line, 3, line, 17)
    assert names(found) == ["A"] * again
    monkeypatch.setattr(limits, "FILES", 0)
    assert load(str(main)).problems[0].place == Place(str(main), 1, 1, 1, 1)


def test_a_variable_that_is_replaced_later_hides_no_other() -> None:
    text = "ProxyPassInterpolateEnv On\nProxyPass /a http://${host}/ interpolate\nA ${x}\n"
    assert messages(load_text(text)) == [(3, 'the variable "${x}" is not defined: httpd leaves it in the text')]


def test_a_template_of_one_line() -> None:
    (problem,) = load_text("{{ all }}\n", name="a.conf.j2").problems
    what = "nothing in this template could be judged"
    assert problem.message == f"{what}: its line depends on what fills it in"


def test_a_wrong_end_in_a_file_beside_a_template_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.conf.j2").write_text("Listen {{ port }}\n")
    (tmp_path / "httpd.conf").write_text("Include a.conf.j2\n</Location>\n<Proxy *>\n")
    found = load(str(tmp_path / "httpd.conf"))
    assert [(problem.kind, problem.fatal, problem.place.line) for problem in found.problems] == [
        ("section", True, 2),
        ("section", True, 3),
    ]
    assert (found.main, found.whole) == (False, False)


def test_a_main_file_outside_the_given_root(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "httpd.conf").write_text("A\n")
    found = load(str(tmp_path / "httpd.conf"), Options(given=Surroundings(root=str(tmp_path / "root"))))
    assert names(found) == []
    assert [one.kind for one in found.problems] == ["unreadable"]


def test_a_given_server_root_below_a_given_root_checks_no_files(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text("A\n")
    options = Options(check_files=True, server_root="/", given=Surroundings(root=str(tmp_path)))
    assert not load(str(tmp_path / "httpd.conf"), options).check_files


def test_httpds_longest_lines() -> None:
    """The comparison with httpd (`test_oracle.py`) has lines of these lengths."""
    assert (reader.MAX_LINE, reader.MAX_HTACCESS_LINE) == (16_777_216, 8_192)
