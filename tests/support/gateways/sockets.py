"""Two backends on Unix sockets, for httpd to lead to."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from threading import Thread

from tests.support.gateways.httpd import Backend


class _Server(ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        TCPServer.server_bind(self)


@contextmanager
def sockets() -> Iterator[Path]:
    """A folder with `a.sock` and `b.sock`: httpd's processes, which may be another user's, can reach them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hpatch")))
        folder.chmod(0o755)
        for name in ("a", "b"):
            path = folder / f"{name}.sock"
            server = _Server(str(path), Backend)  # type: ignore[arg-type]
            stack.callback(server.server_close)
            server.server_name = name
            path.chmod(0o777)
            Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(server.shutdown)
        yield folder
