"""A real Tomcat of Debian's packages, with a folder of its own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ending import end
from tests.support.patience import PATIENCE

HOME = "/usr/share/tomcat10"
_PAGE = """\
<%@ page buffer="64kb" %><% String size = request.getParameter("size");
if (size != null) { out.print("x".repeat(Integer.parseInt(size))); } %>done <%= session.getId() %>
"""


@contextmanager
def started(folder: Path, server: str) -> Iterator[None]:
    """Start Tomcat with this server.xml, and wait until it serves `/page.jsp`. Raises AssertionError if it does not."""
    for name in ("conf", "logs", "temp", "work", "webapps/ROOT"):
        (folder / name).mkdir(parents=True)
    (folder / "conf/server.xml").write_text(server)
    (folder / "conf/web.xml").write_text(Path("/etc/tomcat10/web.xml").read_text())
    (folder / "webapps/ROOT/page.jsp").write_text(_PAGE)
    said = folder / "said"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [f"{HOME}/bin/catalina.sh", "run"],
            stdout=log,
            stderr=log,
            env={**os.environ, "CATALINA_HOME": HOME, "CATALINA_BASE": str(folder)},
            start_new_session=True,
        )
    try:
        limit = time.monotonic() + PATIENCE
        while "Server startup in" not in said.read_text(errors="replace"):
            assert process.poll() is None and time.monotonic() < limit, said.read_text(errors="replace")[-2000:]
            time.sleep(0.2)
        yield
    finally:
        end(process)
