"""Ending the servers that tests start, also those that do not end when they are told to."""

from __future__ import annotations

import subprocess


def end(server: subprocess.Popen[bytes], patience: float = 20) -> None:
    """Tell a server to end, and kill it if it has not ended within `patience` seconds.

    httpd 2.4.71 with mod_proxy_hcheck can wait for its own thread pool for ever when it ends at once after its start
    (seen with APR-util 1.6.3: apr_thread_pool_destroy).
    """
    server.terminate()
    try:
        server.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        server.kill()
        server.communicate()
