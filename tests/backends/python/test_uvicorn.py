"""uvicorn's options, and the programs that command lines run in the end."""

from __future__ import annotations

import shlex

import click
import pytest
from uvicorn.main import main

from hpatch.backends.model import Backend
from hpatch.backends.python.process import Process, ProgramWord
from hpatch.backends.python.started import started
from hpatch.backends.python.uvicorn import OPTIONS, backend
from hpatch.text import Place

HERE = Place("app.service", 1, 1, 1, 1)


def one(line: str = "", **variables: str) -> Backend:
    words = tuple(ProgramWord(word, HERE, "$" not in word) for word in shlex.split(line))
    return backend(Process(words, lambda name: variables.get(name, ""), "app", HERE, folder="/srv"))


def test_the_options_are_those_of_uvicorn() -> None:
    """Of the installed version; hpatch may know options of others."""
    for option in main.params:
        if isinstance(option, click.Option):
            names = {name.removeprefix("--") for name in (*option.opts, *option.secondary_opts)}
            assert names <= (OPTIONS.flags if option.is_flag else OPTIONS.valued), names


@pytest.mark.parametrize(
    ("line", "variables", "where"),
    [
        ("app:app", {}, "127.0.0.1:8000"),
        ("app:app --host 0.0.0.0 --port=9", {}, "0.0.0.0:9"),
        ("--host ::1 app:app", {}, "[::1]:8000"),
        ("--uds /run/a.sock", {}, "/run/a.sock"),
        ("--uds a.sock --port 9", {}, "/srv/a.sock"),
        ("app:app", {"UVICORN_PORT": "7"}, "127.0.0.1:7"),
        ("--port 9", {"UVICORN_PORT": "7"}, "127.0.0.1:9"),
        ("--fd 3", {}, None),
        ("--port $PORT", {}, None),
        ("$OPTIONS", {}, None),
    ],
)
def test_where_it_listens(line: str, variables: dict[str, str], where: str | None) -> None:
    found = one(line, **variables)
    assert [listener.text for listener in found.listeners] == ([] if where is None else [where])
    assert found.complete is (where is not None)


def test_limits() -> None:
    found = one("--timeout-keep-alive 7 --limit-concurrency 20")
    assert (found.keep_alive, found.connections) == (("7", HERE), ("20", HERE))
    assert (one().keep_alive, one().connections, one().trusted) == (("5", None), None, ("127.0.0.1", None))
    assert one("--no-proxy-headers").trusted == ("", HERE)
    assert one("", FORWARDED_ALLOW_IPS="*").trusted == ("*", HERE)
    assert one("--ssl-certfile a").listeners[0].protocol == "https"


@pytest.mark.parametrize(
    ("line", "program", "words"),
    [
        ("/srv/venv/bin/gunicorn -w 2", "gunicorn", ["-w", "2"]),
        ("/usr/bin/gunicorn3 app", "gunicorn", ["app"]),
        ("/usr/bin/python3.11 -u -m uvicorn app", "uvicorn", ["app"]),
        ("python /srv/venv/bin/gunicorn app", "gunicorn", ["app"]),
        ("/usr/bin/env -i A=1 gunicorn app", "gunicorn", ["app"]),
        ("/bin/sh -c 'exec gunicorn -b :80 app'", "gunicorn", ["-b", ":80", "app"]),
        ("/bin/bash -lc 'gunicorn app'", "gunicorn", ["app"]),
        ("/usr/bin/poetry run gunicorn app", "gunicorn", ["app"]),
        ("/usr/sbin/php-fpm8.2 -F", "php-fpm", ["-F"]),
        ("/bin/sh -c 'cd /srv && gunicorn app'", None, []),
        ("/bin/sh script", None, []),
        ("$PROGRAM app", None, []),
        ("python", None, []),
    ],
)
def test_which_program_runs(line: str, program: str | None, words: list[str]) -> None:
    found = started([ProgramWord(word, HERE, "$" not in word) for word in shlex.split(line)])
    if program is None:
        assert found is None
    else:
        assert found is not None
        assert (found.program, [word.text for word in found.words]) == (program, words)


def test_variables_of_env() -> None:
    found = started([ProgramWord(word, HERE) for word in ("env", "PORT=9", "gunicorn")])
    assert found is not None
    assert found.variables["PORT"].text == "9"
