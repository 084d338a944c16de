"""Real gunicorn and uvicorn, each with the application that is here.

What is asked for by a path that ends with `/slow` is answered when a file `OVER` is there, in the servers' folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_INET, AF_UNIX, socket

from tests.support.ending import end
from tests.support.patience import PATIENCE

OVER = "over"
APPLICATION = f"""
import asyncio
import os
import time

end = time.monotonic() + {PATIENCE}


def waits(path):
    return path.endswith("/slow") and not os.path.exists("{OVER}") and time.monotonic() < end


def answer(path, scheme):
    return (path + " by " + scheme).encode()


def wsgi(environ, start_response):
    path = environ["PATH_INFO"]
    while waits(path):
        time.sleep(0.02)
    body = answer(path, environ["wsgi.url_scheme"])
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    while waits(scope["path"]):
        await asyncio.sleep(0.02)
    body = answer(scope["path"], scope["scheme"])
    length = (b"content-length", b"%d" % len(body))
    await send(dict(type="http.response.start", status=200, headers=[length]))
    await send(dict(type="http.response.body", body=body))
"""


@contextmanager
def started(folder: Path, lines: dict[str, list[str]]) -> Iterator[None]:
    """Start `gunicorn …` and `uvicorn …`, by an address that each listens on, and wait until all listen."""
    (folder / "hpatch_application.py").write_text(APPLICATION)
    processes: list[subprocess.Popen[bytes]] = []
    said = folder / "servers.log"
    try:
        with said.open("wb") as log:
            for program, *words in lines.values():
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", program, *words, f"hpatch_application:{_interface(program, words)}"],
                        cwd=folder,
                        stdout=log,
                        stderr=log,
                        env={**os.environ, "PYTHONPATH": str(folder)},
                    )
                )
        for address in lines:
            _wait(address, said)
        yield
    finally:
        for process in processes:
            end(process)


def _interface(program: str, words: list[str]) -> str:
    return "asgi" if any("uvicorn" in word for word in (program, *words) if "/" not in word) else "wsgi"


def _wait(address: str, said: Path) -> None:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        with socket(AF_UNIX if address.startswith("/") else AF_INET) as client:
            where = address if address.startswith("/") else ("127.0.0.1", int(address))
            if client.connect_ex(where) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(said.read_text(errors="replace"))
