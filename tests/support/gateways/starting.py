"""Whether a real httpd starts: it is started, and ended as soon as it says that it runs."""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from hpatch.lab.ports import Ports
from tests.support.ending import end
from tests.support.gateways.httpd import modules_folder
from tests.support.patience import PATIENCE

PORT = "PORT"
"""Stands for a free port in the text."""
_RUNS = "resuming normal operations"


class Start(NamedTuple):
    """What `httpd -t` and a start say: `said` has standard error and the error log of the start."""

    syntax_ok: bool
    started: bool
    said: str


def start(httpd: str, folder: Path, text: str, *, modules: str = "mpm_event", listen: bool = True) -> Start:
    """Try a configuration: these modules, what every httpd needs, and the text; with `listen` also a Listen line."""
    with closing(Ports()) as ports:
        return _start(httpd, folder, text, modules, ports.reserve(), listen)


def _start(httpd: str, folder: Path, text: str, modules: str, port: int, listen: bool) -> Start:
    paths = [(name, modules_folder() / f"mod_{name}.so") for name in (*modules.split(), "authz_core", "unixd")]
    lines = [f'LoadModule {name}_module "{path}"' for name, path in paths if path.exists()]
    lines += [f'ServerRoot "{folder}"', f'DefaultRuntimeDir "{folder}"', f'DocumentRoot "{folder}"']
    lines += ["ServerName localhost", f'PidFile "{folder}/pid"', f'ErrorLog "{folder}/log"']
    lines += [f"Listen 127.0.0.1:{port}"] if listen else []
    file = folder / "httpd.conf"
    file.write_text("\n".join([*lines, text.replace(PORT, str(port)), ""]))
    checked = subprocess.run([httpd, "-t", "-f", file], capture_output=True, check=False, timeout=PATIENCE)
    said = folder / "said"
    with said.open("wb") as errors:
        # prefork ends its whole process group, so it needs one of its own.
        server = subprocess.Popen(
            [httpd, "-DFOREGROUND", "-f", file], stdout=errors, stderr=errors, start_new_session=True
        )
        try:
            started = _runs(server, folder / "log")
        finally:
            end(server)
    texts = [path.read_text(errors="replace") for path in (said, folder / "log") if path.exists()]
    return Start(checked.returncode == 0, started, re.sub(r"\s+", " ", " ".join(texts)))


def _runs(server: subprocess.Popen[bytes], log: Path) -> bool:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if log.exists() and _RUNS in log.read_text(errors="replace"):
            return True
        if server.poll() is not None:
            return False
        time.sleep(0.02)
    raise AssertionError("httpd neither runs nor ends")
