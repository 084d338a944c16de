"""gunicorn and uvicorn behind httpd: a rule reports a line just where the request shows the fault."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path

import pytest

from hpatch.backends import files
from hpatch.backends.model import BackendFile
from hpatch.conf.load import load_text
from hpatch.lab.ports import Ports
from hpatch.lint.context import Context
from hpatch.lint.registry import by_name
from hpatch.proxy.build import build
from tests.support.gateways.httpd import load, running
from tests.support.gateways.python import OVER, started

PORTS = ("TWO", "SHORT", "LONG", "FEW", "UNTRUSTED", "TRUSTED", "NOBODY")

# By the address that httpd is to reach: the command line.
SERVERS = {
    "TWO": "gunicorn -b 127.0.0.1:TWO --threads 8",
    "SHORT": "gunicorn -b 127.0.0.1:SHORT --timeout 1",
    "LONG": "gunicorn -b 127.0.0.1:LONG --timeout 60 --workers 2",
    "FEW": "uvicorn --port FEW --limit-concurrency 3",
    "UNTRUSTED": "gunicorn -b 127.0.0.1:UNTRUSTED --forwarded-allow-ips 192.0.2.1",
    "TRUSTED": "gunicorn -b 127.0.0.1:TRUSTED",
    "ROOT/open.sock": "gunicorn -b unix:ROOT/open.sock",
    "ROOT/closed.sock": "gunicorn -b unix:ROOT/closed.sock --umask 077",
    "ROOT/uvicorn.sock": "uvicorn --uds ROOT/uvicorn.sock",
    "ROOT/worker.sock": "gunicorn -b unix:ROOT/worker.sock -k uvicorn.workers.UvicornWorker",
    "ROOT/believes.sock": "uvicorn --uds ROOT/believes.sock --forwarded-allow-ips *",
}
# By path: the rule, the target, and what a request shows that is sound.
CASES = {
    "sound": ("backend-protocol", "http://127.0.0.1:TWO/sound", "200"),
    "https": ("backend-protocol", "https://127.0.0.1:TWO/https timeout=2", "200"),
    "fcgi": ("backend-protocol", "fcgi://127.0.0.1:TWO/fcgi timeout=2", "200"),
    "ajp": ("backend-protocol", "ajp://127.0.0.1:TWO/ajp timeout=2", "200"),
    "open": ("backend-socket-refused", "unix:ROOT/open.sock|http://open/open", "200"),
    "closed": ("backend-socket-refused", "unix:ROOT/closed.sock|http://closed/closed", "200"),
    "short": ("backend-timeout-short", "http://127.0.0.1:SHORT/short timeout=20", "200"),
    "late": ("backend-timeout-order", "http://127.0.0.1:LONG/late timeout=1", "200"),
    "gunicorn": ("backend-ignores-proto", "unix:ROOT/open.sock|http://heeded/gunicorn", "by https"),
    "uvicorn": ("backend-ignores-proto", "unix:ROOT/uvicorn.sock|http://uvicorn/uvicorn", "by https"),
    "worker": ("backend-ignores-proto", "unix:ROOT/worker.sock|http://worker/worker", "by https"),
    "believes": ("backend-ignores-proto", "unix:ROOT/believes.sock|http://believes/believes", "by https"),
    "untrusted": ("backend-ignores-proto", "http://127.0.0.1:UNTRUSTED/untrusted", "by https"),
    "trusted": ("backend-ignores-proto", "http://127.0.0.1:TRUSTED/trusted", "by https"),
    "few": ("backend-connections", "http://127.0.0.1:FEW/few", "200 200 200 200 200 200"),
}
SLOW = ("short", "late", "few")
HEAD = """\
User www-data
Group www-data
MaxRequestWorkers 50
RequestHeader set X-Forwarded-Proto https
SSLProxyEngine on
"""


def units(folder: Path, servers: dict[str, str]) -> tuple[BackendFile, ...]:
    found = []
    for number, line in enumerate(servers.values()):
        unit = folder / f"server{number}.service"
        unit.write_text(f"[Service]\nExecStart=/usr/bin/{line} hpatch_application:app\n")
        found.append(files.read(str(unit)))
    return tuple(found)


@pytest.mark.httpd
@pytest.mark.skipif(os.geteuid() != 0, reason="httpd takes another user as root only")
def test_requests(httpd: str) -> None:
    with tempfile.TemporaryDirectory(prefix="hpatch") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        ports = stack.enter_context(closing(Ports()))
        numbers = {port: str(ports.reserve()) for port in PORTS}

        def filled(text: str) -> str:
            for port, number in numbers.items():
                text = text.replace(port, number)
            return text.replace("ROOT", name)

        servers = {filled(address): filled(line) for address, line in SERVERS.items()}
        lines = {path: filled(f'ProxyPass "/{path}" {target}\n') for path, (_, target, _) in CASES.items()}
        text = HEAD + "".join(lines.values())
        stack.enter_context(started(folder, {address: line.split() for address, line in servers.items()}))
        web = stack.enter_context(running(httpd, folder, load("ssl") + text))

        def ask(path: str) -> str:
            answer, body = web.ask(f"/{path}/slow" if path in SLOW else f"/{path}/quick", {})
            return f"{answer.status} {body.strip()}" if answer.status == 200 else str(answer.status)

        with ThreadPoolExecutor(len(CASES) + 5) as pool:
            asked = {path: [pool.submit(ask, path) for _ in range(6 if path == "few" else 1)] for path in CASES}
            for path in ("short", "late"):
                asked[path][0].result()  # somebody gives up
            list(islice(as_completed(asked["few"]), 3))  # the others wait
            (folder / OVER).touch()
            answers = {path: [one.result() for one in several] for path, several in asked.items()}
        configuration = load_text(text)
        context = Context(configuration, build(configuration), backends=units(folder, servers))
        reported = {
            path: {finding.place.line for finding in by_name()[rule].check(context)}
            for path, (rule, _, _) in CASES.items()
        }
    numbered = {path: HEAD.count("\n") + number for number, path in enumerate(lines, start=1)}
    wrong = {
        path: answers[path]
        for path, (_, _, sound) in CASES.items()
        if is_sound(answers[path], sound) is (numbered[path] in reported[path])
    }
    assert wrong == {}
    assert (answers["uvicorn"], answers["worker"]) == (
        ["200 /uvicorn/quick by http"],
        ["200 /worker/quick by http"],
    )
    assert answers["short"][0] in ("500", "502")
    assert (answers["late"], answers["closed"]) == (["502"], ["503"])
    assert "503" in answers["few"]


def is_sound(answers: list[str], sound: str) -> bool:
    if sound.startswith("200"):
        return all(answer.startswith("200") for answer in answers)
    return all(sound in answer for answer in answers)
