"""TLS for a backend of ours: a key and a certificate that only this process has."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hpatch.lab.programs import find
from hpatch.processes.run import environment, run


@lru_cache(maxsize=1)
def context() -> ssl.SSLContext:
    """What a backend takes TLS connections with. Raises ToolError without the program that makes one."""
    program = find(None, ("openssl",), "openssl")
    with TemporaryDirectory(prefix="hpatch-") as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        command = [str(program), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
        run(command, env=environment())
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(certificate, key)
    return made
