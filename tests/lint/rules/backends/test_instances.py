"""Instances of uWSGI behind httpd: what a request shows, and what only the files do."""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from hpatch.backends.uwsgi.read import read
from hpatch.conf.load import load_text
from hpatch.lab.ports import Ports
from hpatch.lint.context import Context
from hpatch.lint.registry import by_name
from hpatch.proxy.build import build
from tests.support.gateways.httpd import running
from tests.support.gateways.uwsgi import instances, script
from tests.support.lint.find import find, grades
from tests.support.patience import PATIENCE

SPEAKS = {"uwsgi": "uwsgi", "http": "http", "fcgi": "fastcgi", "scgi": "scgi"}


def rules_on(text: str, files: list[Path]) -> dict[str, list[str]]:
    """What the rules about instances find in these very files: by rule, the last path of each line found."""
    configuration = load_text(text)
    context = Context(configuration, build(configuration), tuple(read(str(file)) for file in files))
    found: dict[str, list[str]] = {}
    for name in (
        "uwsgi-protocol",
        "uwsgi-socket-refused",
        "uwsgi-buffer-size",
        "uwsgi-timeout-order",
        "uwsgi-no-socket",
    ):
        for finding in by_name()[name].check(context):
            line = text.split("\n")[finding.place.line - 1].split()
            found.setdefault(name, []).append(line[1])
    return found


def site(folder: Path, port: int) -> tuple[str, list[Path]]:
    """Lines for httpd, with every scheme to every socket, and three files of uWSGI."""
    application = script(folder)
    sockets = "".join(f"{kind}-socket = {folder}/{kind}.sock\n" for kind in SPEAKS.values())
    plain = f"[uwsgi]\n{application}{sockets}chmod-socket = 666\nprocesses = 16\nharakiri = 30\n"
    large = plain.replace(".sock", ".large").replace("harakiri = 30", "harakiri = 4\nbuffer-size = 32768")
    options = [option.split(" = ") for option in application.splitlines()]
    options += [["http", f"127.0.0.1:{port}"], ["socket", f"{folder}/closed.sock"], ["chmod-socket", "600"]]
    options += [["plugins", "http"], ["uid", "root"], ["gid", "root"]]
    closed = "uwsgi:\n" + "".join(f"  {key}: '{value}'\n" for key, value in options)
    texts = {"plain.ini": plain, "large.ini": large, "closed.yaml": closed}
    for name, text in texts.items():
        (folder / name).write_text(text)
    lines = ["LimitRequestFieldSize 16000", "ProxyTimeout 3", "User www-data", "Group www-data"]
    for scheme, own in SPEAKS.items():
        for kind in SPEAKS.values():
            lines.append(f'ProxyPass /{scheme}-{kind}/ "unix:{folder}/{kind}.sock|{scheme}://{scheme}-{kind}/"')
        lines.append(f'ProxyPass /{scheme}-large/ "unix:{folder}/{own}.large|{scheme}://{scheme}-large/"')
    lines.append(f'ProxyPass /router/ "uwsgi://127.0.0.1:{port}/"')
    lines.append(f'ProxyPass /http-router/ "http://127.0.0.1:{port}/"')
    lines.append(f'ProxyPass /closed/ "unix:{folder}/closed.sock|uwsgi://closed/"')
    lines.append(f'ProxyPass /none/ "unix:{folder}/none.sock|uwsgi://none/" timeout=5')
    return "\n".join(lines) + "\n", [folder / name for name in texts]


@pytest.mark.httpd
@pytest.mark.uwsgi
def test_what_a_request_shows(httpd: str) -> None:
    # A Unix socket's path is short, and another user has to get to it.
    with tempfile.TemporaryDirectory(prefix="hpatch-") as name, closing(Ports()) as ports:
        folder = Path(name)
        folder.chmod(0o755)
        port = ports.reserve()
        text, files = site(folder, port)
        sockets = [folder / f"{kind}.{end}" for kind in SPEAKS.values() for end in ("sock", "large")]
        own = [f"/{scheme}-{kind}/" for scheme, kind in SPEAKS.items()]
        mixed = [f"/{one}-{kind}/" for one, its in SPEAKS.items() for kind in SPEAKS.values() if kind != its]
        with instances(files, [*sockets, folder / "closed.sock"], [port]), running(httpd, folder, text) as web:

            def ask(path: str, long: int = 0) -> tuple[int, str]:
                answer, body = web.ask(path, {"X-Long": "x" * long or None})
                return answer.status, body

            with ThreadPoolExecutor(16) as pool:
                slow = pool.submit(ask, "/uwsgi-uwsgi/?slow")
                long = pool.submit(ask, "/fcgi-fastcgi/", 5000)
                router = pool.submit(ask, "/router/")
                assert [status for status, _ in pool.map(ask, own)] == [200] * 4
                failed = dict(zip(mixed, pool.map(ask, mixed), strict=True))
                assert {status for status, _ in failed.values()} <= {500, 502, 503, 504}, failed
                assert slow.result()[0] in (500, 502, 504)
                assert not long.result()[1].startswith("ran")
                assert router.result()[0] in (500, 502)
            (folder / "given-up").touch()
            assert [ask(path, 5000)[0] for path in own if path != "/fcgi-fastcgi/"] == [500, 502, 500]
            assert all(ask(f"/{scheme}-large/", 9000)[1].endswith(" 9000") for scheme in SPEAKS)
            assert [ask(path)[0] for path in ("/http-router/", "/none/")] == [200, 503]
            assert os.geteuid() != 0 or ask("/closed/")[0] == 503
            limit = time.monotonic() + PATIENCE
            while not (folder / "done").exists():
                assert time.monotonic() < limit, "the application ended with httpd's time-out"
                time.sleep(0.05)
        found = rules_on(text, files)
        assert sorted(found["uwsgi-protocol"]) == sorted([*mixed, "/router/"])
        assert found["uwsgi-socket-refused"] == ["/closed/"]
        assert found["uwsgi-no-socket"] == ["/none/"]
        assert found["uwsgi-buffer-size"] == ["16000", "16000"]
        assert found["uwsgi-timeout-order"] == ["/uwsgi-uwsgi/", "/uwsgi-large/"]


UNIX = 'User www-data\nGroup www-data\nProxyPass /a/ "unix:/run/a.sock|uwsgi://a/"\n'
ON_UNIX = "[uwsgi]\nsocket = /run/a.sock\n"
MEMBER = "BalancerMember http://127.0.0.1:3031\n"
PORT = "ProxyPass /a/ uwsgi://127.0.0.1:3031/\n"


@pytest.mark.parametrize(
    ("uwsgi", "fires"),
    [
        ("uid = shop", True),
        ("uid = www-data", False),
        ("uid = 33", False),
        ("uid = $(USER)", False),
        ("chmod-socket = 660", False),
        ("chmod-socket = 600\nuid = shop\ngid = www-data", True),
        ("chmod-socket = 660\nuid = shop\ngid = www-data", False),
        ("chmod-socket = 660\nuid = shop", False),
        ("chmod-socket = 660\nuid = shop\ngid = shop", True),
        ("chmod-socket = 660\nuid = www-data\nchown-socket = shop:shop", True),
        ("chmod-socket = 660\nuid = shop\nchown-socket = shop.www-data", False),
        ("chmod-socket = 444\nuid = www-data", True),
        ("chmod-socket = $(MODE)\nuid = shop", False),
        ("chmod-socket = 1\nuid = shop", False),
        ("umask = 007\nuid = shop\ngid = shop", True),
        ("umask = 000\nuid = shop", False),
        ("daemonize = /var/log/a.log\nuid = shop", False),
        ("if-env = X\nchmod-socket = 666\nendif =\nuid = shop", False),
        ("abstract-socket = true\nuid = shop", False),
    ],
)
def test_who_may_open_a_socket(uwsgi: str, fires: bool) -> None:
    assert bool(find("uwsgi-socket-refused", UNIX, uwsgi=f"{ON_UNIX}{uwsgi}\n")) is fires


def test_who_may_open_a_socket_that_is_not_reached_or_by_nobody_known() -> None:
    closed = f"{ON_UNIX}uid = shop\n"
    for text in (UNIX.replace("a.sock", "b.sock"), UNIX.replace("User www-data", "User #33"), UNIX.partition("\n")[2]):
        assert not find("uwsgi-socket-refused", text, uwsgi=closed)
    (finding,) = find("uwsgi-socket-refused", UNIX * 2, uwsgi=closed)
    assert '"www-data", httpd\'s user, may not open "/run/a.sock" (mode 755, shop)' in finding.message
    assert [related.place.line for related in finding.related] == [3, 4]


@pytest.mark.parametrize(
    ("text", "uwsgi", "count"),
    [
        (PORT, "http-socket = :3031", 1),
        (PORT, "protocol = fastcgi\nsocket = 127.0.0.1:3031", 1),
        (PORT, "protocol = $(P)\nsocket = 127.0.0.1:3031", 0),
        (PORT, "puwsgi-socket = :3031", 0),
        (PORT, "raw-socket = :3031", 0),
        (PORT, "suwsgi-socket = :3031,a.crt,a.key", 1),
        (PORT, "fastrouter = 127.0.0.1:3031", 0),
        (PORT, "http-socket = 10.0.0.1:3031", 0),
        ("ProxyPass /a/ fcgi://127.0.0.1/\n", "socket = :8000", 1),
        ("ProxyPass /a/ http://127.0.0.1:3031/ upgrade=websocket\n", "http11-socket = :3031", 0),
        ("ProxyPass /a/ ws://127.0.0.1:3031/\n", "http = :3031", 0),
        ("ProxyPass /a/ https://127.0.0.1:3031/\n", "http-socket = :3031", 1),
        ("ProxyPass /a/ ajp://127.0.0.1:3031/\n", "http-socket = :3031", 1),
        ("ProxyPassMatch ^/(.*)$ http://127.0.0.1:3031/$1\n", "socket = :3031", 1),
        (f"<Proxy balancer://b>\n{MEMBER}</Proxy>\nProxyPass /a/ balancer://b/\n", "socket = :3031", 1),
        ('<Location /a/>\nSetHandler "proxy:fcgi://127.0.0.1:3031"\n</Location>\n', "socket = :3031", 1),
        ("RewriteEngine On\nRewriteRule ^/a/(.*) http://127.0.0.1:3031/$1 [P]\n", "socket = :3031", 1),
        ("ProxyPass /a/ http://127.0.0.1:%{X}/\n", "socket = :3031", 0),
        (PORT * 2, "http-socket = :3031", 2),
    ],
)  # fmt: skip
def test_protocols(text: str, uwsgi: str, count: int) -> None:
    assert len(find("uwsgi-protocol", text, uwsgi=f"[uwsgi]\n{uwsgi}\n")) == count


def test_a_socket_in_a_block_is_less_certain() -> None:
    uwsgi = "[uwsgi]\nif-env = X\nhttp-socket = :3031\nendif =\n"
    assert grades(find("uwsgi-protocol", PORT, uwsgi=uwsgi)) == [("error", "medium")]
    (finding,) = find("uwsgi-protocol", PORT, uwsgi="[uwsgi]\nhttp-socket = :3031\n")
    assert "speaks uwsgi to a socket of uWSGI that speaks HTTP" in finding.message
    assert finding.help == "Use http://."
    assert (finding.severity, finding.confidence) == ("error", "high")


@pytest.mark.parametrize(
    ("text", "uwsgi", "count"),
    [
        (f"LimitRequestLine 16000\n{PORT}", "", 1),
        (f"LimitRequestLine 16000\nLimitRequestFieldSize 16000\n{PORT}", "", 2),
        (f"LimitRequestFieldSize 4096\n{PORT}", "", 0),
        (f"LimitRequestFieldSize 5000\n{PORT}", "buffer-size = 4999", 1),
        (f"LimitRequestFieldSize 5000\n{PORT}", "buffer-size = 5000", 0),
        (f"LimitRequestFieldSize 5000\n{PORT}", "buffer-size = $(SIZE)", 0),
        (f"LimitRequestFieldSize 5000\n<VirtualHost *:80>\nLimitRequestFieldSize 300\n{PORT}</VirtualHost>\n", "", 0),
        (f"<VirtualHost *:80>\nLimitRequestFieldSize 9000\n{PORT}{PORT}</VirtualHost>\n", "", 1),
        (f"LimitRequestFieldSize x\n{PORT}", "", 0),
        (PORT, "", 0),
    ],
)
def test_buffers(text: str, uwsgi: str, count: int) -> None:
    assert len(find("uwsgi-buffer-size", text, uwsgi=f"[uwsgi]\nsocket = :3031\n{uwsgi}\n")) == count


@pytest.mark.parametrize(
    ("text", "uwsgi", "count"),
    [(PORT, "", 1), (PORT * 2, "", 1), (PORT, "buffer-size = 1", 0), (f"LimitRequestFieldSize 9\n{PORT}", "", 0)],
)
def test_the_default_buffer(text: str, uwsgi: str, count: int) -> None:
    assert len(find("uwsgi-buffer-default", text, uwsgi=f"[uwsgi]\nsocket = :3031\n{uwsgi}\n")) == count


@pytest.mark.parametrize(
    ("text", "uwsgi", "count"),
    [
        (f"ProxyTimeout 30\n{PORT}", "harakiri = 31", 1),
        (f"ProxyTimeout 30\n{PORT}", "harakiri = 30", 0),
        (f"ProxyTimeout 30\n{PORT}", "harakiri = 0", 0),
        (f"ProxyTimeout 30\n{PORT}", "harakiri = $(H)", 0),
        (f"ProxyTimeout 30\n{PORT}", "", 0),
        (PORT, "harakiri = 600", 0),
        (f"ProxyTimeout 30\n{PORT.strip()} timeout=600\n", "harakiri = 60", 0),
        (f"ProxyTimeout 600\n{PORT.strip()} timeout=30\n", "harakiri = 60", 1),
    ],
)
def test_times(text: str, uwsgi: str, count: int) -> None:
    # httpd does not find the worker of uwsgi's own port, 3031, so that its parameters do not count.
    text = text.replace("3031", "3033")
    assert len(find("uwsgi-timeout-order", text, uwsgi=f"[uwsgi]\nsocket = :3033\n{uwsgi}\n")) == count


@pytest.mark.parametrize(
    ("text", "uwsgi", "count"),
    [
        (PORT, "socket = :3032", 1),
        (PORT * 2, "socket = :3032", 1),
        (PORT, "socket = :3031", 0),
        (PORT, "socket = 10.0.0.1:3031", 1),
        (PORT, "", 0),
        (PORT, "emperor = /none", 0),
        (PORT, "socket = app.sock", 0),
        (PORT, "socket = :3032\nsocket = =0", 0),
        (PORT, "socket = :3032\nsocket = :$(PORT)", 0),
        (PORT, "socket = :3032\nif-env = X\nsocket = :3031\nendif =", 0),
        (PORT, "socket = :3032\ninclude = none.ini", 0),
        ("ProxyPass /a/ uwsgi://10.0.0.9:3031/\n", "socket = :3032", 0),
        ("ProxyPass /a/ http://127.0.0.1:3031/\n", "socket = :3032", 0),
        ("ProxyPass /a/ uwsgi://localhost/\n", "socket = :3032", 0),
        (UNIX, "socket = /var/run//a.sock", 0),
        (UNIX, "socket = /run/b.sock", 1),
    ],
)
def test_where_nothing_listens(text: str, uwsgi: str, count: int) -> None:
    assert len(find("uwsgi-no-socket", text, uwsgi=f"[uwsgi]\n{uwsgi}\n")) == count


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "uwsgi:\n  fastcgi-socket: /run/a.sock\n  threads: 4\n"),
        ("a.json", '{"uwsgi": {"fastcgi-socket": "/run/a.sock", "threads": 4}}'),
        ("a.xml", "<uwsgi><fastcgi-socket>/run/a.sock</fastcgi-socket><threads>4</threads></uwsgi>"),
    ],
)
def test_threads_in_every_format(name: str, text: str) -> None:
    line = "ProxyPass /a/ unix:/run/a.sock|fcgi://a/\n"
    (finding,) = find("uwsgi-fcgi-eof", line, uwsgi=text, uwsgi_file=name, uwsgi_version="2.0.4")
    assert finding.severity == "error"
    assert "with 4 threads" in finding.message
    assert finding.related[0].place.file == name
