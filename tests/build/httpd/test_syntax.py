"""httpd's own syntax check: what is run, what is read of its answer, and what becomes of programs that misbehave."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.build.httpd import syntax
from hpatch.build.httpd.syntax import check, parse
from hpatch.conf.checked import SyntaxCheck
from hpatch.errors import ToolError
from tests.support.gateways.httpd import frame, modules_folder


def program(folder: Path, text: str) -> str:
    file = folder / "httpd"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


def run(program: str, main: Path | str = "httpd.conf", **given: object) -> SyntaxCheck:
    options: dict[str, object] = {"root": None, "defines": (), "environment": {}} | given
    return check(program, str(main), **options)  # type: ignore[arg-type]


NO_NAME = "AH00558: apache2: Could not reliably determine the server's fully qualified domain name"
PRE = "[Sat Nov 28 22:24:06.288057 2026]"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("AH00526: Syntax error on line 3 of /a.conf:\nInvalid command 'x'\n", ("Invalid command 'x'", "/a.conf", 3)),
        ("AH00526: Syntax error on line 3 of /a: b.conf:\nno: sense\n", ("no: sense", "/a: b.conf", 3)),
        ("AH00526: Syntax error on line 3 of /a.conf:\none\ntwo\n\n", ("one two", "/a.conf", 3)),
        ("AH00526: Syntax error on line 3 of /\\xff\\n\\\\.conf:\nx\n", ("x", "/\udcff\n\\.conf", 3)),
        ("apache2: Syntax error on line 8 of /a.conf: no macro\n", ("no macro", "/a.conf", 8)),
        (
            "httpd: Syntax error on line 8 of /a.conf: Syntax error on line 2 of /b.conf: <If> was not closed.\n",
            ("<If> was not closed.", "/b.conf", 2),
        ),
        (
            "AH00526: Syntax error on line 1 of macro 'm' (defined on line 8 of \"/m.conf\") used on line 11 of "
            '"/a.conf":\nInvalid command\n',
            ("Invalid command", "/a.conf", 11),
        ),
        (
            "(2)No such file or directory: AH02291: Cannot access directory '/l/' for error log of vhost defined at "
            "/a.conf:14\nAH00014: Configuration check failed\n",
            ("(2)No such file or directory: AH02291: Cannot access directory '/l/' for error log of vhost defined at "
             "/a.conf:14", "/a.conf", 14),
        ),
        ("AH00534: apache2: Configuration error: No MPM loaded.\n",
         ("AH00534: apache2: Configuration error: No MPM loaded.", None, 1)),
        ("bell \a and \x1b[31m\n", ("bell ? and ?[31m", None, 1)),
    ],
)  # fmt: skip
def test_a_refusal(output: str, expected: tuple[str, str | None, int]) -> None:
    (complaint,) = parse(output, accepted=False)
    assert complaint[:3] == expected
    assert complaint.weight == "error"


@pytest.mark.parametrize(
    ("line", "accepted", "weight"),
    [
        ("AH00112: Warning: DocumentRoot [/x] does not exist", True, "warning"),
        ("AH00112: Warning: DocumentRoot [/x] does not exist", False, "warning"),
        ("AH00507: WARNING: ThreadsPerChild of 999", False, "warning"),
        ("something else", True, "warning"),
        ("something else", False, "error"),
        (NO_NAME, True, "info"),
        (NO_NAME, False, "info"),
        (f"{PRE} [ssl:notice] [pid 1:tid 1] AH10510: no longer", False, "info"),
        (f"{PRE} [core:warn] [pid 1] AH00117: Ignoring", True, "warning"),
        (f"{PRE} [core:error] [pid 1:tid 1] (EAI 2)Name: AH00547: Could not", False, "warning"),
    ],
)
def test_the_weight(line: str, accepted: bool, weight: str) -> None:
    (complaint,) = parse(f"{line}\nSyntax OK\n", accepted=accepted)
    assert complaint.weight == weight
    assert line.endswith(complaint.text)


def test_several_messages() -> None:
    found = list(parse(f"{NO_NAME}\nAH00526: Syntax error on line 3 of /a:\nx\ny\n", accepted=False))
    assert [(one.text, one.weight) for one in found] == [(NO_NAME, "info"), ("x y", "error")]


def test_what_httpd_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absolute names, and of this process's environment nothing that the configuration could name."""
    monkeypatch.setenv("APACHE_LOG_DIR", "/not/given")
    monkeypatch.chdir(tmp_path)
    words = '"$@" "$APACHE_LOG_DIR" "$GIVEN" "$LC_ALL" "$(pwd)"'
    told = program(tmp_path, f'for word in {words}; do echo "AH1: $word"; done; echo Syntax OK')
    found = run(told, "a.conf", defines=("X", "-t"), environment={"GIVEN": "ö"})
    given = [one.text.removeprefix("AH1: ") for one in found.complaints]
    here = str(tmp_path)
    assert given[:6] == ["-t", "-d", here, "-f", f"{here}/a.conf", "-D"]
    assert given[6:] == ["X", "-D", "-t", "AH1:", "ö", "C", "/"]
    assert found.accepted
    assert run(told, "a.conf", root="sub").complaints[2].text == f"AH1: {here}/sub"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo hello", "does not answer -t as httpd does"),
        ("exit 1", "fails with exit code 1 and says nothing"),
        ("kill -SEGV $$", "was ended by signal 11"),
        ("exit 127", "cannot be run"),
        ("while :; do echo 0123456789012345678901234567890123456789; done", "more than 1 MiB"),
    ],
)
def test_programs_that_misbehave(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        run(program(tmp_path, text))


def test_no_program(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="is not a program"):
        run(str(tmp_path / "none"))
    with pytest.raises(ToolError, match="zero byte"):
        run(program(tmp_path, "exit"), "a\0b")


def test_a_program_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "_PATIENCE", 0.2)
    with pytest.raises(ToolError, match="does not end"):
        run(program(tmp_path, "echo Syntax OK; exec sleep 300"))
    with pytest.raises(ToolError, match="does not end"):
        run(program(tmp_path, "exec >/dev/null 2>&1; sleep 300"))


@pytest.mark.httpd
def test_httpd_accepts(httpd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes no file and starts no program."""
    lines = f'ErrorLog "|touch {tmp_path}/piped"\nRewriteMap m "prg:/bin/touch {tmp_path}/map"\nRewriteEngine on\n'
    (tmp_path / "httpd.conf").write_text(
        frame(tmp_path) + lines + "<IfDefine !X>\nNoSense\n</IfDefine>\nServerName ${E}\n"
    )
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    found = run(httpd, defines=("X",), environment={"E": "localhost"})
    assert found.accepted
    assert not [one for one in found.complaints if one.weight == "warning"]
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.httpd
def test_a_module_may_try_the_temporary_folder(httpd: str, tmp_path: Path) -> None:
    """mod_cache does: it must not be kept from it, nor is anything left there."""
    load = f'LoadModule cache_module "{modules_folder()}/mod_cache.so"\n'
    (tmp_path / "httpd.conf").write_text(frame(tmp_path) + load)
    found = run(httpd, tmp_path / "httpd.conf", environment={"TMPDIR": str(tmp_path)})
    assert found.accepted, found.complaints
    assert [path.name for path in tmp_path.iterdir()] == ["httpd.conf"]


@pytest.mark.httpd
def test_httpd_refuses(httpd: str, tmp_path: Path) -> None:
    name = tmp_path / os.fsdecode(b"\xff: a*b\n.conf")
    name.write_text("NoSense x\n")
    (tmp_path / "httpd.conf").write_text(frame(tmp_path) + f'IncludeOptional "{tmp_path}/?: a[*]b?.conf"\n')
    found = run(httpd, tmp_path / "httpd.conf")
    assert not found.accepted
    (complaint,) = [one for one in found.complaints if one.weight == "error"]
    assert complaint.text.startswith("Invalid command 'NoSense'")
    assert (complaint.file, complaint.line) == (str(name), 1)
