"""Real uWSGI instances, whose application is a shell script."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import socket

from tests.support.ending import end
from tests.support.patience import PATIENCE

_SCRIPT = """#!/bin/sh
cd "$(dirname "$0")"
case "$QUERY_STRING" in slow*) until [ -e given-up ]; do sleep 0.1; done; touch done;; esac
printf 'Content-Type: text/plain\\r\\n\\r\\nran %s %s' "$REQUEST_URI" "${#HTTP_X_LONG}"
"""


def script(folder: Path) -> str:
    """The lines of a uWSGI ini file that run the application, which it answers with its path and X-Long's length."""
    path = folder / "app.sh"
    path.write_text(_SCRIPT)
    path.chmod(0o755)
    return f"plugins = 0:cgi\ncgi = {path}\nmaster = true\ndie-on-term = true\n"


@contextmanager
def instances(files: Iterable[Path], sockets: Iterable[Path], ports: Iterable[int] = ()) -> Iterator[None]:
    """Start an instance for each file, and wait for their sockets. Raises AssertionError if one does not start."""
    with ExitStack() as stack:
        started = []
        for file in files:
            kind = file.suffix.removeprefix(".")
            with file.with_suffix(".log").open("wb") as log:
                process = subprocess.Popen(["uwsgi", f"--{kind}", file.name], cwd=file.parent, stdout=log, stderr=log)
            stack.callback(end, process)
            started.append((process, file))
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            if all(path.exists() for path in sockets) and all(map(_listens, ports)):
                break
            for process, file in started:
                assert process.poll() is None, file.with_suffix(".log").read_text()
            time.sleep(0.05)
        else:
            raise AssertionError([file.with_suffix(".log").read_text() for _, file in started])
        yield


def _listens(port: int) -> bool:
    with socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
