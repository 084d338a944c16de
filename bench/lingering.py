"""What uwsgi-lingering-close costs fast clients, and what it spares uWSGI's threads when clients are slow.

    python bench/lingering.py [--release 2.0.31] [--rounds 200] [--seconds 5]

The release's source package comes by pip; hpatch builds it as it is and with the set. Both run with 4 threads and
`lingering-close = 5`, which the unpatched one ignores; clients talk to them directly over TCP, in turns.

- fast clients: 2 at once, each request over a connection of its own. The throughput is that of the quarter of the
  rounds that other work on the machine disturbed least, the fastest of each. `cpu` is the worker's processor time for a
  request in the quarter of the rounds that took least of it.
- slow clients: 16 at once send a body of 100,000 bytes in a second; beside them 2 fast ones ask. The busy threads are
  those that uWSGI's own statistics call so, asked for 20 times a second.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from hpatch.lab.backends import uwsgi_source
from hpatch.lab.client import connect
from hpatch.lab.model import Address, BackendSpec, Cell, GatewaySpec, Scheme
from hpatch.lab.programs import text_of
from hpatch.lab.session import Session
from hpatch.lab.wire import fastcgi
from hpatch.processes.keeper import Keeper

SET = "uwsgi-lingering-close"
THREADS = 4
FAST = 2
SLOW = 16
PIECE = 5000
PIECES = 20
"""A slow body is so many pieces, sent in a second."""
_SPAWNED = re.compile(r"^spawned uWSGI worker 1 \(pid: (\d+)", re.M)


def http(body: int) -> bytes:
    """A GET, or a POST with a body of so many bytes."""
    if not body:
        return b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"
    return f"POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: {body}\r\n\r\n".encode() + bytes(body)


def fcgi(body: int, *, whole: bool = True) -> bytes:
    """The same over FastCGI; without the body and its end where it is not to be `whole`."""
    pairs = (
        (b"REQUEST_METHOD", b"POST" if body else b"GET"),
        (b"REQUEST_URI", b"/"),
        (b"QUERY_STRING", b""),
        (b"SERVER_PROTOCOL", b"HTTP/1.1"),
        (b"CONTENT_LENGTH", str(body or "").encode()),
    )
    end = b"".join(map(fastcgi.write, (*fastcgi.split(fastcgi.STDIN, bytes(body)), fastcgi.Record(fastcgi.STDIN, b""))))
    return fastcgi.request(pairs) + (end if whole else b"")


KINDS: dict[str, tuple[Scheme, bytes]] = {
    "HTTP, GET": ("http", http(0)),
    "HTTP, POST of 1,000 bytes": ("http", http(1000)),
    "HTTP, POST of 200,000 bytes": ("http", http(200_000)),
    "FastCGI, GET": ("fcgi", fcgi(0)),
    "FastCGI, POST of 1,000 bytes": ("fcgi", fcgi(1000)),
}
"""What fast clients ask; the application does not read the body."""
SLOWLY: dict[Scheme, tuple[bytes, bytes]] = {
    "http": (http(PIECE * PIECES)[: -PIECE * PIECES], bytes(PIECE)),
    "fcgi": (fcgi(PIECE * PIECES, whole=False), fastcgi.write(fastcgi.Record(fastcgi.STDIN, bytes(PIECE)))),
}
"""What slow clients begin with, and each piece of the body."""


class Uwsgi(NamedTuple):
    """A uWSGI that runs: where it takes requests and tells its statistics, and the number of its worker's process."""

    address: Address
    statistics: Address
    worker: int


class Round(NamedTuple):
    """Requests per second, the worker's processor time for each in microseconds, and how many got no whole answer."""

    rate: float
    cpu: float
    lost: int


class Crowd(NamedTuple):
    """Fast clients beside slow ones: answers per second, their latencies in milliseconds, and busy threads."""

    rate: float
    latencies: Sequence[float]
    busy: Sequence[int]


def built(folder: Path, release: str) -> tuple[Path, Path]:
    """The programs without the set and with it."""
    with Keeper(folder / "fetch") as keeper:
        source = uwsgi_source.unpack(uwsgi_source.fetch(keeper, folder / "fetch", release), folder / "plain")
    patched = folder / "patched" / source.name
    shutil.copytree(source, patched, symlinks=True)
    hpatch(folder, "apply", SET, "--tree", patched)
    for tree, name in ((source, "without"), (patched, "with")):
        place = ("--prefix", folder / name, "--build-dir", folder / f"build-{name}")
        hpatch(folder, "build", tree, *place)
    return folder / "without" / "bin" / "uwsgi", folder / "with" / "bin" / "uwsgi"


def hpatch(folder: Path, *arguments: object) -> None:
    """Run hpatch; what it says is in a log."""
    with (folder / "log").open("ab") as log:
        command = [sys.executable, "-m", "hpatch", *map(str, arguments)]
        subprocess.run(command, stdout=log, stderr=log, check=True)


def started(session: Session, program: Path, scheme: Scheme) -> Uwsgi:
    """Start a uWSGI of either kind."""
    known = set(session.folder.iterdir())
    statistics = session.address("tcp", "statistics")
    arguments = ("--set", "lingering-close=5", "--listen", "100", "--stats", f"127.0.0.1:{statistics.port}")
    cell = Cell(GatewaySpec("httpd"), BackendSpec("uwsgi", program), "tcp", THREADS)
    address = session.uwsgi(cell, scheme, arguments=arguments)
    said = "".join(text_of(one / "words") for one in set(session.folder.iterdir()) - known if one.is_dir())
    found = _SPAWNED.search(said)
    assert found is not None, said
    return Uwsgi(address, statistics, int(found[1]))


def processor_time(process: int) -> float:
    """What a process has used, in seconds, to the nanosecond: the clock of its number (clock_getcpuclockid(3))."""
    return time.clock_gettime(~process << 3 | 2)


def ask(address: Address, request: bytes) -> bool:
    """Whether an answer came."""
    with suppress(OSError), closing(connect(address)) as stream:
        with suppress(ConnectionError):  # uWSGI may have closed by now; the answer is there all the same
            stream.sendall(request)
        answer = b""
        while part := stream.recv(65536):
            answer += part
        return b"hpatch lab" in answer
    return False


def at_once(count: int, work: Callable[[], None]) -> float:
    """Have so many threads work; the seconds until all have ended."""
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun


def fast(server: Uwsgi, request: bytes, requests: int) -> Round:
    """One round of fast clients."""
    before = processor_time(server.worker)
    lost: list[int] = []

    def work() -> None:
        lost.append(sum(not ask(server.address, request) for _ in range(requests // FAST)))

    seconds = at_once(FAST, work)
    return Round(requests / seconds, (processor_time(server.worker) - before) / requests * 1e6, sum(lost))


def slow(server: Uwsgi, scheme: Scheme, request: bytes, seconds: float) -> Crowd:
    """Fast clients beside slow ones, for so long."""
    end = time.monotonic() + seconds
    latencies: list[float] = []
    busy: list[int] = []
    head, piece = SLOWLY[scheme]

    def slowly() -> None:
        while time.monotonic() < end:
            with suppress(OSError), closing(connect(server.address)) as stream:
                stream.sendall(head)
                for _ in range(PIECES):
                    time.sleep(1 / PIECES)
                    stream.sendall(piece)

    def quickly() -> None:
        while time.monotonic() < end:
            begun = time.monotonic()
            if ask(server.address, request):
                latencies.append(time.monotonic() - begun)

    def watching() -> None:
        while time.monotonic() < end:
            busy.append(busy_threads(server.statistics))
            time.sleep(0.05)

    others = [threading.Thread(target=slowly, daemon=True) for _ in range(SLOW)]
    others.append(threading.Thread(target=watching, daemon=True))
    for thread in others:
        thread.start()
    taken = at_once(FAST, quickly)
    for thread in others:
        thread.join()
    return Crowd(len(latencies) / taken, [1000 * one for one in latencies], busy)


def busy_threads(address: Address) -> int:
    """How many threads of the worker have a request."""
    told = b""
    with socket.create_connection(("127.0.0.1", address.port or 0), 20) as stream:
        while part := stream.recv(65536):
            told += part
    return sum(core["in_request"] for worker in json.loads(told)["workers"] for core in worker["cores"])


def rounds(programs: tuple[Path, Path], kind: str, count: int, requests: int) -> Iterator[tuple[Round, Round]]:
    """Both in turns, each first in every other round."""
    scheme, request = KINDS[kind]
    with Session() as session:
        servers = [started(session, program, scheme) for program in programs]
        for server in servers:
            fast(server, request, requests)  # not counted
        for number in range(count):
            one, other = servers if number % 2 == 0 else servers[::-1]
            pair = fast(one, request, requests), fast(other, request, requests)
            yield pair if number % 2 == 0 else (pair[1], pair[0])


def quarter(values: Iterable[float]) -> float:
    """The mean of the smallest quarter."""
    ordered = sorted(values)
    return mean(ordered[: max(1, len(ordered) // 4)])


def main() -> None:
    """Run all and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--release", default="2.0.31")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--requests", type=int, default=200, help="of a round")
    parser.add_argument("--seconds", type=float, default=5.0, help="that the slow clients are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hpatch-bench-") as name:
        programs = built(Path(name), options.release)
        names = ("without", "with", "ratio", "cpu", "with", "ratio", "lost", "with")
        print(f"{'fast clients':30}", *(f"{one:>7}" for one in names), sep="  ")
        for kind in KINDS:
            pairs = list(rounds(programs, kind, options.rounds, options.requests))
            rates = [1 / quarter(1 / pair[at].rate for pair in pairs) for at in (0, 1)]
            cpu = [quarter(pair[at].cpu for pair in pairs) for at in (0, 1)]
            lost = [sum(pair[at].lost for pair in pairs) for at in (0, 1)]
            print(f"{kind:30}  {rates[0]:7.0f}  {rates[1]:7.0f}  {rates[1] / rates[0]:7.3f}", end="")
            print(f"  {cpu[0]:7.1f}  {cpu[1]:7.1f}  {cpu[1] / cpu[0]:7.3f}  {lost[0]:7}  {lost[1]:7}", flush=True)
        print("Requests per second; microseconds of processor time for a request; requests without a whole answer.\n")
        print(f"{'slow clients':30}{'answers/s':>10}{'median ms':>11}{'99% ms':>9}{'busy':>7}{'most':>6}")
        requests: dict[Scheme, bytes] = {"http": http(0), "fcgi": fcgi(0)}
        for scheme, request in requests.items():
            for program, which in zip(programs, ("without", "with"), strict=True):
                with Session() as session:
                    crowd = slow(started(session, program, scheme), scheme, request, options.seconds)
                times = sorted(crowd.latencies) or [float("nan")]
                tail = times[int(0.99 * (len(times) - 1))]
                print(f"{scheme + ', ' + which:30}{crowd.rate:10.0f}{median(times):11.1f}{tail:9.1f}", end="")
                print(f"{mean(crowd.busy):7.2f}{max(crowd.busy):6}", flush=True)
        print(f"Of {THREADS} threads.")


if __name__ == "__main__":
    main()
