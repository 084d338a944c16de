"""How soon `hpatch server` shows findings after a change, against a lint of the whole folder in the same process.

The configuration has 2,000 lines in 21 files. A change adds or removes a faulty line in one of 20 included files. The
time is from the sending of the change to the diagnostics of that version, and so the server's pause for a burst of keys
is in it. The full lint looks through the folder and runs all rules, in a process that has done so before. The processor
time tells what a change costs on a machine that has something else to do.

Run it with the Python that hpatch is installed for: `python -m bench.server`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from hpatch.conf.load import Options
from hpatch.language.documents import uri_of
from hpatch.language.worker import DELAY
from hpatch.lint import registry, roots
from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.task import LintTask

MODULES = (
    "proxy proxy_http proxy_balancer lbmethod_byrequests slotmem_shm headers authz_core authz_host mpm_event".split()
)
SITE = """\
<Proxy balancer://app{n}>
    BalancerMember http://10.0.{n}.1:8080 route=a timeout=20
    BalancerMember http://10.0.{n}.2:8080 route=b
    ProxySet stickysession=JSESSIONID
</Proxy>
<VirtualHost *:80>
    ServerName site{n}.example
    ProxyPreserveHost On
    ProxyPass /static/ !
    ProxyPass /api/ http://api{n}.internal:8080/api/ timeout=30
    ProxyPassReverse /api/ http://api{n}.internal:8080/api/
    ProxyPass /app/ http://web{n}.internal:8080/app/
    ProxyPassReverse /app/ http://web{n}.internal:8080/app/
    ProxyPass /files/ http://files{n}.internal:8080/files/
    ProxyPassReverse /files/ http://files{n}.internal:8080/files/
    ProxyPass / balancer://app{n}/
    ProxyPassReverse / balancer://app{n}/
    <Location "/admin/">
        Require ip 10.0.0.0/8
    </Location>
    Header always set X-Site "site{n}"
</VirtualHost>
"""
FILES = 20
LINES = 2000
_PUBLISHED = "textDocument/publishDiagnostics"
CHANGE = "ProxyPass /change{n}/ http://change{n}:8080/x\n"


def write(folder: Path) -> list[Path]:
    """Write the configuration; the included files."""
    (folder / "sites").mkdir()
    main = [f"LoadModule {name}_module modules/mod_{name}.so" for name in MODULES]
    main += ["Listen 80", "ServerName gateway.example", "Include sites/*.conf"]
    (folder / "httpd.conf").write_text("\n".join(main) + "\n")
    each = round((LINES - len(main)) / FILES / SITE.count("\n"))
    files = []
    for number in range(FILES):
        files.append(folder / f"sites/{number:02}.conf")
        files[-1].write_text("".join(SITE.format(n=number * each + one) for one in range(each)))
    return files


class Client:
    """The least that a client must be."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hpatch", "server", "--no-config"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.into, self.out = self.process.stdin, self.process.stdout
        parameters = {"processId": os.getpid(), "rootUri": uri_of(str(folder)), "capabilities": {}}
        self.send("initialize", parameters, id=1)
        next(message for message in self.messages() if message.get("id") == 1)
        self.send("initialized", {})

    def send(self, method: str, params: object = None, **more: object) -> None:
        """Send a message."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.into.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.into.flush()

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the server sends."""
        length = 0
        while line := self.out.readline():
            name, _, value = line.strip().partition(b": ")
            if name == b"Content-Length":
                length = int(value)
            elif not name:
                yield json.loads(self.out.read(length))

    def wait(self, uri: str, version: int) -> int:
        """Wait for the diagnostics of a version; how many there are."""
        for message in self.messages():
            params = message.get("params") or {}
            if (message.get("method"), params.get("uri"), params.get("version")) == (_PUBLISHED, uri, version):
                return len(params["diagnostics"])
        raise SystemExit("the server has ended")

    def spent(self) -> float:
        """The seconds of processor time that the server has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Shut the server down."""
        self.send("shutdown", id=2)
        next(message for message in self.messages() if message.get("id") == 2)
        self.send("exit")
        self.process.wait()


def changes(folder: Path, file: Path, runs: int) -> tuple[list[float], float]:
    """The seconds that each change takes, and those of processor time, on average."""
    client, uri, text = Client(folder), uri_of(str(file)), file.read_text()
    item = {"uri": uri, "languageId": "apacheconf", "version": 0, "text": text}
    client.send("textDocument/didOpen", {"textDocument": item})
    before = client.wait(uri, 0)
    taken = []
    spent = client.spent()
    for version in range(1, runs + 1):
        added = version % 2
        start = time.perf_counter()
        change = {"text": text + CHANGE.format(n=version) * added}
        identifier = {"uri": uri, "version": version}
        client.send("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
        found = client.wait(uri, version)
        taken.append(time.perf_counter() - start)
        if (found > before) != bool(added):
            raise SystemExit(f"{found} findings after a change, {before} before: the change was not seen")
    spent = client.spent() - spent
    client.end()
    return taken, spent / runs


def full(folder: Path, runs: int) -> tuple[list[float], float]:
    """The seconds that a lint of the whole folder takes, and those of processor time, on average."""
    task = LintTask(rules=tuple(rule for rule in registry.rules() if not rule.advice))
    lint(roots.roots(str(folder), Options()), task)
    taken = []
    spent = time.process_time()
    for _ in range(runs):
        start = time.perf_counter()
        lint(roots.roots(str(folder), Options()), task)
        taken.append(time.perf_counter() - start)
    return taken, (time.process_time() - spent) / runs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="how many changes")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write(folder)
        lines = sum(path.read_text().count("\n") for path in folder.rglob("*.conf"))
        whole, whole_spent = full(folder, runs)
        change, change_spent = changes(folder, files[FILES // 2], runs)
    print(f"{lines:,} lines in {FILES + 1} files, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print("                    median     worst   processor")
    for name, taken, spent in (("full lint", whole, whole_spent), ("after a change", change, change_spent)):
        print(f"{name:18}{median(taken) * 1000:5.0f} ms  {max(taken) * 1000:5.0f} ms    {spent * 1000:5.0f} ms")
    print(f"ratio             {median(change) / median(whole):5.2f}                  {change_spent / whole_spent:5.2f}")
    print(f"Of the time after a change, {DELAY * 1000:.0f} ms are the pause.")


if __name__ == "__main__":
    main()
