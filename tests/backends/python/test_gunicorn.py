"""gunicorn's options, held to what gunicorn itself makes of them."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from pathlib import Path

import pytest
from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.config import Config

from hpatch.backends.model import Backend, Listener
from hpatch.backends.python.assignments import SyntaxFault
from hpatch.backends.python.assignments import read as assigned
from hpatch.backends.python.gunicorn import OPTIONS, Gunicorn, backend, configuration, read_file
from hpatch.backends.python.process import Process, ProgramWord
from hpatch.text import Place, Source

HERE = Place("app.service", 1, 1, 1, 1)
NAMES = ("bind", "workers", "threads", "timeout", "keepalive", "umask", "forwarded_allow_ips", "worker_class")


def process(line: str = "", **variables: str) -> Process:
    words = tuple(ProgramWord(word, HERE) for word in shlex.split(line))
    return Process(words=words, variable=lambda name: variables.get(name, ""), name="app", place=HERE, folder="/srv")


def one(line: str = "", text: str = "", **variables: str) -> Backend:
    file = read_file(Source("gunicorn.conf.py", text)) if text else None
    return backend(process(line, **variables), file, whole=True)


CASES = [
    ("", "", {}),
    ("-b 127.0.0.1:9 -w3 --threads=4 -t 100", "", {}),
    ("--bind [::1]:81 --bind unix:/run/a.sock -k gthread --keep 7", "", {}),
    ("-m 007", "timeout = 90\nbind = ['0.0.0.0:80', ':81']\n", {}),
    ("--umask 0x12 --forwarded-allow-ips='*'", "bind = 'unix:a.sock,127.0.0.1:3'\nworkers = 2 * 3\n", {}),
    ("", "umask = 0o027\nkeepalive = 5\nforwarded_allow_ips = '10.0.0.1,10.0.0.2'\n", {}),
    ("-w 2", "workers = 3\nthreads = 8\n", {"GUNICORN_CMD_ARGS": "-w 4 --timeout '60'"}),
    ("", "", {"PORT": "8080", "WEB_CONCURRENCY": "5", "FORWARDED_ALLOW_IPS": "192.0.2.1"}),
    ("-b :70", "", {"PORT": "8080"}),
]


@pytest.mark.parametrize(("line", "text", "variables"), CASES)
def test_settings_are_those_of_gunicorn(
    line: str, text: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    if text:
        (tmp_path / "gunicorn.conf.py").write_text(text)
    theirs = _theirs(line, variables, monkeypatch)
    ours = Gunicorn(process(line, **variables), read_file(Source("c.py", text)) if text else None, whole=True)
    for name in NAMES:
        found = ours.given(name)
        if found.values is not None:
            assert _comparable(name, found.values) == theirs[name], name
        else:
            assert "2 * 3" in text, name


def _theirs(line: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What `gunicorn --print-config` would show, without loading an application."""
    for setting, variable in (("forwarded_allow_ips", "FORWARDED_ALLOW_IPS"), ("workers", "WEB_CONCURRENCY")):
        # gunicorn looks at these once, when it is imported.
        if variable in variables:
            monkeypatch.setattr(f"gunicorn.config.{_CLASSES[setting]}.default", variables[variable])
    if "PORT" in variables:
        monkeypatch.setattr("gunicorn.config.Bind.default", [f"0.0.0.0:{variables['PORT']}"])
    monkeypatch.setattr("sys.argv", ["gunicorn", *shlex.split(f"{line} app:app")])
    monkeypatch.setattr("os.chdir", lambda path: None)
    monkeypatch.setattr("sys.path", [*sys.path])
    with contextlib.redirect_stderr(io.StringIO()):
        config: Config = WSGIApplication("%(prog)s").cfg
    return {
        "bind": sorted(map(str, config.address)),
        "forwarded_allow_ips": sorted(map(str, config.settings["forwarded_allow_ips"].get())),
        **{
            name: config.settings[name].get()
            for name in ("worker_class", "workers", "threads", "timeout", "keepalive", "umask")
        },
    }


_CLASSES = {"forwarded_allow_ips": "ForwardedAllowIPS", "workers": "Workers"}


def _comparable(name: str, values: tuple[str, ...]) -> object:
    if name == "bind":
        listeners = one(" ".join(f"-b {shlex.quote(value)}" for value in values)).listeners
        found = [
            re.sub("^/srv/", "", it.path) if it.path else str(((it.host or "").strip("[]"), it.port))
            for it in listeners
        ]
        return sorted(found)
    if name == "forwarded_allow_ips":
        return sorted(values[-1].split(","))
    if name == "worker_class":
        return values[-1]
    text = values[-1]
    return int(text, 8) if re.fullmatch("0[0-7]+", text) else int(text, 0)


def _as_gunicorn_has_it(listener: Listener) -> str:
    if listener.path is not None:
        return listener.path.removeprefix("/srv/")
    return str(((listener.host or "").strip("[]"), listener.port))


def test_the_options_are_those_of_gunicorn() -> None:
    """Of the installed version; hpatch may know options of others."""
    parser = Config().parser()
    for action in parser._actions:
        names = {name.removeprefix("--") for name in action.option_strings if name.startswith("--")}
        assert names <= (OPTIONS.flags if action.nargs in (0, "?") else OPTIONS.valued), names
        for letter in action.option_strings:
            if not letter.startswith("--"):
                assert OPTIONS.letters[letter[1]] in names


def test_a_backend() -> None:
    found = one("-b 127.0.0.1:9 -b unix:/run/a.sock --umask 007 -u shop -g www-data app:app")
    port, path = found.listeners
    assert (port.host, port.port, port.protocol, path.path) == ("127.0.0.1", 9, "http", "/run/a.sock")
    assert path.access is not None
    assert (path.access.owner, path.access.group, path.access.mode) == ("shop", "www-data", 0o770)
    assert found.complete
    assert (found.timeout, found.keep_alive) == (("30", None), ("0", None))


def test_kinds_of_workers() -> None:
    assert one("--threads 4 --keep-alive 9").keep_alive == ("9", HERE)
    assert one("--threads 4").timeout is None
    assert one("-k uvicorn.workers.UvicornWorker").sockets_trusted is False
    assert one("").sockets_trusted is True


@pytest.mark.parametrize(
    ("line", "protocol"),
    [("--certfile a --keyfile b", "https"), ("--protocol uwsgi", "uwsgi"), ("--proxy-protocol", "unknown")],
)
def test_protocols(line: str, protocol: str) -> None:
    assert one(line).listeners[0].protocol == protocol


def test_what_is_not_known() -> None:
    assert one("-b fd://3").complete is False
    assert one("-b unix:a.sock").listeners[0].path == "/srv/a.sock"
    computed = one("", "import os\nbind = os.environ['B']\ntimeout: int = 5\n")
    assert (computed.listeners, computed.complete, computed.timeout and computed.timeout.value) == ((), False, "5")
    unknown = process("-b 127.0.0.1:9")._replace(variable=lambda _: None)
    found = backend(unknown, None, whole=True)
    assert ([it.port for it in found.listeners], found.timeout) == ([9], None)
    more = Process((ProgramWord("$OPTIONS", HERE, False),), lambda _: "", "app", HERE)
    assert backend(more, None, whole=True).complete is False
    assert backend(process(), read_file(Source("c.py", "workers = 2\n")), whole=False).listeners == ()


def test_the_file_that_is_named() -> None:
    assert configuration(process("-c a.py app:app")) == "a.py"
    assert configuration(process("--config=file:/etc/a.py")) == "/etc/a.py"
    assert configuration(process("--config python:a.b")) is None
    assert configuration(process("app:app")) == ""
    assert configuration(process("", GUNICORN_CMD_ARGS="-c b.py")) == "b.py"
    assert configuration(process("", GUNICORN_CMD_ARGS="'")) is None


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("bind = 'a'", "a"),
        ("bind = 'a'\nbind += 'b'", None),
        ("if x:\n    bind = 'a'", None),
        ("bind = 'a'\nfrom other import *", None),
        ("bind = 'a'\nimport os", "a"),
        ("bind, x = 'a', 'b'", None),
        ("def bind(): pass", None),
        ("bind = x = 'a'", "a"),
        ("bind = 'a'\ndel bind", None),
        ("for bind in 'ab': pass", None),
        ("bind = f'{a}'", None),
    ],
)
def test_assignments(text: str, known: str | None) -> None:
    found = assigned(Source("c.py", text))
    assert not isinstance(found, SyntaxFault)
    assert (found["bind"].value if found["bind"].known else None) == known


@pytest.mark.parametrize("text", ["bind =", "\0", "(" * 300 + ")" * 300, "x = '", "\udcff = 1", "if x:\nbind = 1"])
def test_files_that_python_cannot_read(text: str) -> None:
    file = read_file(Source("c.py", text))
    assert file.fault is not None
    assert file.fault.place.file == "c.py"


def test_nothing_is_executed(tmp_path: Path) -> None:
    file = tmp_path / "made"
    read_file(Source("c.py", f"open({str(file)!r}, 'w')\nbind = __import__('os').system('touch {file}')\n"))
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\nbind = '\udcff'\n", "not UTF-8"),
        ("bind = " + "-" * 100_000 + "1\n", "nested too deeply"),
        ("bind = " + "(" * 5000, "nested too deeply"),
        ("bind = '127\n", "Python cannot read this line: unterminated"),
    ],
)
def test_what_python_cannot_read(text: str, told: str) -> None:
    fault = read_file(Source("gunicorn.conf.py", text)).fault
    assert fault is not None
    assert told in fault.message
