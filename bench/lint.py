"""How fast `hpatch lint` reads 10,000 virtual hosts, against httpd itself and apacheconfig, and how quickly it starts.

Run it with the Python that hpatch is installed for (`make bench`), or name an hpatch with `--hpatch`. Each program runs
in a process of its own; wall time, CPU time and peak memory (resident set) are what the kernel says of that process
when it ends. The median of several runs is shown; the programs take turns, so that a busy moment does not fall on one
of them alone. A first run of each small command is not counted: it leaves Python's compiled modules for the others, as
an installed hpatch has them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

HEADER = """\
ServerName gateway.example
PidFile {folder}/httpd.pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:8099
"""
MODULES = (
    *("mpm_event", "reqtimeout", "authz_core", "authz_host", "alias", "headers"),
    *("proxy", "proxy_http", "proxy_fcgi"),
)
OTHER_NAMES = """\
<VirtualHost *:8099>
    ServerName other-names.example
    Redirect 404 "/"
</VirtualHost>
"""
SITE = """\
<VirtualHost *:8099>
    ServerName site{n:05}.example
    ServerAlias www.site{n:05}.example shop.site{n:05}.example
    ErrorLog "{folder}/site{n:05}-error.log"
    CustomLog "{folder}/site{n:05}-access.log" common
    ProxyPreserveHost On
    ProxyPass "/static/" !
    ProxyPass "/app/" "{app}" timeout=30
    ProxyPass "/" "http://10.{a}.{b}.10:8080/" timeout=60 keepalive=On
    ProxyPassReverse "/" "http://10.{a}.{b}.10:8080/"
    <Location "{restricted}">
        Require ip 10.0.0.0/8
    </Location>
    Header always set X-Site "site{n:05}"
</VirtualHost>
"""
SMALL = """\
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
Listen 80
ServerName www.example
<VirtualHost *:80>
    ServerName www.example
    ProxyPass "/static/" !
    ProxyPass "/" "http://10.0.0.1:8080/"
    ProxyPassReverse "/" "http://10.0.0.1:8080/"
</VirtualHost>
"""
APACHECONFIG = """\
import sys
from apacheconfig import make_loader
with make_loader() as loader:
    loader.load(sys.argv[1])
"""


FAULTY = "hpatch lint, findings"
"""The name of `hpatch lint` on a configuration with a finding in each host, as JSON."""
FEWER = "hpatch lint, fewer rules"
"""The name of `hpatch lint` with the rules of `--select` alone."""

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


class Cost(NamedTuple):
    """What a run of a program took: seconds, seconds of CPU, MB (10^6 bytes) of memory. `status` is its exit code."""

    wall: float
    cpu: float
    memory: float
    status: int


def run(command: Sequence[str], limit: float = 600) -> Cost:
    """Run a program to its end, or kill it after `limit` seconds (its status is then -9)."""
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=ENVIRONMENT) as child:
        timer = threading.Timer(limit, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, child.returncode)


class Reading(NamedTuple):
    """A large configuration, and by program what reading it took. `findings` are those of the faulty one."""

    lines: int
    megabytes: float
    costs: dict[str, Cost]
    findings: int


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    wall, cpu, memory, status = zip(*costs, strict=True)
    return Cost(median(wall), median(cpu), median(memory), status[-1])


def configuration(folder: Path, hosts: int, modules: str, *, faulty: bool = False) -> Iterator[str]:
    """The text of a configuration of `hosts` virtual hosts of 15 lines each, every other with a Unix socket.

    It is sound, or each host has one fault.
    """
    restricted = "/admin/" if faulty else "/admin"
    for name in MODULES:
        yield f"LoadModule {name}_module {modules}/mod_{name}.so\n"
    yield HEADER.format(folder=folder)
    yield OTHER_NAMES
    for n in range(hosts):
        app = (
            f"unix:/run/app/site{n:05}.sock|fcgi://site{n:05}/"
            if n % 2
            else f"http://10.{n >> 8}.{n & 255}.20:8000/app/"
        )
        yield SITE.format(folder=folder, n=n, a=n >> 8, b=n & 255, app=app, restricted=restricted)


def read_large(
    folder: Path, hpatch: str, hosts: int, modules: str, repeat: int, limit: float, select: str | None
) -> Reading:
    """What reading the large configuration takes each program, and `hpatch lint` one with a fault in each host.

    With `select`, also what it takes `hpatch lint` with these rules alone.
    """
    path, faulty = folder / "large.conf", folder / "faulty.conf"
    with path.open("w") as file:
        file.writelines(configuration(folder, hosts, modules))
    with faulty.open("w") as file:
        file.writelines(configuration(folder, hosts, modules, faulty=True))
    with path.open() as file:
        lines = sum(1 for _ in file)
    commands = {
        "hpatch lint": [hpatch, "lint", str(path)],
        FAULTY: [hpatch, "lint", str(faulty), "--format", "json"],
        **({} if select is None else {FEWER: [hpatch, "lint", str(path), "--select", select]}),
        "apache2 -t": [find("apache2", "httpd"), "-t", "-f", str(path)],
        "apacheconfig": [sys.executable, "-c", APACHECONFIG, str(path)],
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, command in commands.items():
            if not costs[name] or costs[name][-1].status in (0, 1):
                costs[name].append(run(command, limit))
    sound, report = (
        json.loads(subprocess.run(command, capture_output=True, check=False).stdout)["findings"]
        for command in ([*commands["hpatch lint"], "--format", "json"], commands[FAULTY])
    )
    if sound:
        sys.exit(f"the sound configuration has a finding: {sound[0]['rule']} {sound[0]['message']}")
    return Reading(
        lines=lines,
        megabytes=path.stat().st_size / 1e6,
        costs={name: middle(several) for name, several in costs.items()},
        findings=len(report),
    )


def start_small(folder: Path, hpatch: str, repeat: int) -> dict[str, float]:
    """CPU seconds of small commands."""
    path = folder / "small.conf"
    path.write_text(SMALL)
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "hpatch --version": [hpatch, "--version"],
        "hpatch lint, ten lines": [hpatch, "lint", str(path)],
    }
    cpu: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(repeat + 1):
        for name, command in commands.items():
            cost = run(command)
            if cost.status not in (0, 1):
                sys.exit(f"{' '.join(command)} ended with {cost.status}")
            if turn:
                cpu[name].append(cost.cpu)
    return {name: median(several) for name, several in cpu.items()}


def version_of(hpatch: str) -> str:
    """What an hpatch says of itself: its version, and whether its modules are compiled."""
    done = subprocess.run([hpatch, "--version"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or sys.exit(f"{hpatch} --version ended with {done.returncode}")


def find(*names: str) -> str:
    """The path of a program by one of its names."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
    found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
    return found or sys.exit(f"{names[0]} is not installed")


def ratios(reading: Reading, small: dict[str, float]) -> dict[str, float]:
    """What is compared."""
    hpatch, faulty, httpd = (reading.costs[name] for name in ("hpatch lint", FAULTY, "apache2 -t"))
    nothing = small["python -c pass"]
    return {
        "wall time, hpatch lint to apache2 -t": hpatch.wall / httpd.wall,
        "CPU, hpatch lint to apache2 -t": hpatch.cpu / httpd.cpu,
        "CPU, hpatch lint with findings to apache2 -t": faulty.cpu / httpd.cpu,
        "peak memory, hpatch lint to apache2 -t": hpatch.memory / httpd.memory,
        **({f"CPU, hpatch lint to {FEWER}": hpatch.cpu / reading.costs[FEWER].cpu} if FEWER in reading.costs else {}),
        "CPU, hpatch lint on ten lines to python -c pass": small["hpatch lint, ten lines"] / nothing,
        "CPU, hpatch --version to python -c pass": small["hpatch --version"] / nothing,
    }


def show(reading: Reading, small: dict[str, float], limit: float, version: str) -> None:
    """The result as text for people."""
    print(f"{version}, {len(os.sched_getaffinity(0))} cores")
    print(f"{reading.lines:,} lines, {reading.megabytes:.1f} MB; {reading.findings:,} findings in the faulty one\n")
    print(f"{'':25}{'lines/s':>12}{'wall s':>10}{'CPU s':>10}{'peak MB':>10}")
    for name, cost in reading.costs.items():
        speed = f"{reading.lines / cost.wall:,.0f}"
        print(f"{name:25}{speed:>12}{cost.wall:>10.2f}{cost.cpu:>10.2f}{cost.memory:>10.0f}{failure(cost, limit)}")
    print()
    for name, seconds in small.items():
        print(f"{name:52}{seconds * 1000:>8.0f} ms CPU")
    print()
    for name, ratio in ratios(reading, small).items():
        print(f"{name:52}{ratio:>8.2f}")


def failure(cost: Cost, limit: float) -> str:
    """What to say of a program that did not read the configuration to its end."""
    if cost.status == -9 and cost.wall >= limit:
        return f"  stopped after {limit:.0f} s"
    return "" if cost.status in (0, 1) else f"  failed, exit code {cost.status}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=10_000, help="virtual hosts of 15 lines (%(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each program (%(default)s)")
    parser.add_argument("--starts", type=int, default=15, help="runs of each small command (%(default)s)")
    parser.add_argument("--limit", type=float, default=120, help="seconds for one run (%(default)s)")
    parser.add_argument("--modules", default="/usr/lib/apache2/modules", help="httpd's modules (%(default)s)")
    parser.add_argument("--select", metavar="RULES", help="measure hpatch lint with these rules alone, too")
    parser.add_argument("--hpatch", type=Path, help="the hpatch to measure (the one beside this Python)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    hpatch = given.hpatch or Path(sys.executable).with_name("hpatch")
    if not hpatch.exists():
        sys.exit(f"{hpatch} is missing: install hpatch for this Python (make bench)")
    version = version_of(str(hpatch))
    with tempfile.TemporaryDirectory(prefix="hpatch-bench-") as name:
        folder = Path(name)
        reading = read_large(folder, str(hpatch), given.hosts, given.modules, given.repeat, given.limit, given.select)
        small = start_small(folder, str(hpatch), given.starts)
    if not given.json:
        show(reading, small, given.limit, version)
        return
    costs = {name: {**cost._asdict(), "note": failure(cost, given.limit)} for name, cost in reading.costs.items()}
    large = {**reading._asdict(), "costs": costs}
    answer = {"hpatch": version, "large": large, "small_cpu": small, "ratios": ratios(reading, small)}
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
