"""A uWSGI that really runs, with the lab's application: any 2.0, packaged or built, that has its symcall plugin."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from hpatch import log, resources
from hpatch.errors import ToolError
from hpatch.lab.client import connect
from hpatch.lab.model import Address, BackendSpec, Scheme
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.programs import failure, find, last_words, said, text_of, until_ready
from hpatch.processes.keeper import Keeper

Application = Literal["hpatch_lab", "hpatch_echo"]
"""The lab's applications: `application.c` says what they do."""
_APPLICATION = Path(resources.real(str(Path(__file__).with_name("application.c"))))
_PLUGIN = "symcall_plugin.so"
_EMBEDDED = 18
"""The number by which a symcall plugin that is compiled in is asked for (its own: uWSGI's list of modifiers)."""
_OPTION: dict[Scheme, str] = {
    "fcgi": "fastcgi-socket",
    "scgi": "scgi-socket",
    "uwsgi": "socket",
    "http": "http-socket",
}
_MODIFIER: dict[Scheme, str] = {
    "fcgi": "fastcgi-modifier1",
    "scgi": "scgi-modifier1",
    "http": "http-socket-modifier1",
}
_READY = re.compile(r"^spawned uWSGI worker \d+ \(pid: (\d+)", re.M)
_PATIENCE = 60
"""Seconds that a compiler may take."""


def program_of(spec: BackendSpec, tell: Callable[[str], None] = lambda text: None) -> Path:
    """Its program, fetched and built if it is to be a release; `tell` hears of that. Raises ToolError."""
    if spec.release is None:
        return find(spec.program, ("uwsgi",), "uwsgi-core")
    from hpatch.lab.backends import uwsgi_release

    return uwsgi_release.program(spec.release, tell)


def version(program: Path) -> str | None:
    """Which uWSGI it is, as it says itself; None when it does not say. Raises ToolError."""
    words = said(program, "--version").split()
    return words[0] if words else None


def answer(size: int = 11) -> bytes:
    """What the application answers to a query string of so many bytes, or to none."""
    text = b"hpatch lab\n"
    return (text * (size // len(text) + 1))[:size]


def start(
    keeper: Keeper,
    folder: Path,
    program: Path,
    scheme: Scheme,
    address: Address,
    threads: int,
    arguments: Sequence[str],
    application: Application = "hpatch_lab",
) -> None:
    """Start it in a folder of its own; it serves on return. Raises ToolError with its last words."""
    plugin, modifier = _plugin(program)
    if modifier and scheme not in _MODIFIER:
        raise ToolError(
            f"{program} has its symcall plugin compiled in, and no gateway reaches that by the uwsgi protocol; "
            "use a uWSGI that has the plugin as a file (uwsgi@VERSION builds one)"
        )
    command: list[str | Path] = [program, "--plugin", plugin, "--dlopen", _application(folder)]
    command += ["--symcall", application, f"--{_OPTION[scheme]}", _where(address), "--chmod-socket=666"]
    if modifier:
        command += [f"--{_MODIFIER[scheme]}", str(modifier)]
    command += [
        "--master",
        "--no-orphans",
        "--die-on-term",
        "--processes",
        "1",
        "--threads",
        str(threads),
        "--disable-logging",
    ]
    command += arguments
    words = folder / "words"
    with words.open("wb") as stream:
        # In order it takes a second to end, and it has nothing to lose.
        started = keeper.start("uwsgi", command, folder=folder, output=stream, errors=stream, ending=signal.SIGKILL)
    problem = until_ready(started, partial(_ready, words, address))
    if problem is not None:
        started.stop()
        raise failure(program, problem, text_of(words), address.port)


def workers(folder: Path) -> tuple[int, ...]:
    """The processes that serve, of all uWSGIs that were started in folders of this one."""
    return tuple(int(pid) for words in sorted(folder.glob("uwsgi*/words")) for pid in _READY.findall(text_of(words)))


def _plugin(program: Path) -> tuple[str, int]:
    """How to load the symcall plugin, and the modifier that it is then asked by. Raises ToolError when it has none.

    As a file it takes the place of the modifier 0, which every gateway sends.
    """
    beside = program.resolve().with_name(_PLUGIN)
    name = f"0:{beside}" if beside.is_file() else "0:symcall"
    # It tells, and then ends for want of a socket.
    found = re.search(r"^(\d+): symcall$", said(program, "--plugin", name, "--plugin-list"), re.M)
    if found is None:
        raise ToolError(f"{program} has no symcall plugin, which the lab's application needs")
    return name, int(found[1])


_COMPILED: dict[str, bytes] = {}
"""The application as each compiler has made it, once in a process: sessions start it again and again."""


def _application(folder: Path) -> Path:
    """The application, compiled. Raises ToolError."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise ToolError("cc is not installed; the lab needs it to compile its application for uWSGI (Debian: gcc)")
    target = folder / "application.so"
    if compiler in _COMPILED:
        target.write_bytes(_COMPILED[compiler])
    else:
        _compile(compiler, target)
        _COMPILED[compiler] = target.read_bytes()
    return target


def _compile(compiler: str, target: Path) -> None:
    command: list[str | Path] = [compiler, "-shared", "-fPIC", "-O2", "-o", target, _APPLICATION]
    log.running([str(word) for word in command])
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{compiler} cannot be run: {error}") from error
    if done.returncode != 0:
        words = last_words(done.stderr.decode("utf-8", "surrogateescape"))
        raise ToolError(f"{compiler} fails to compile the lab's application for uWSGI: {words}")


def _where(address: Address) -> str:
    return str(address.path) if address.path is not None else f"{LOOPBACK}:{address.port}"


def _ready(words: Path, address: Address) -> bool:
    """Whether it has workers, and takes connections."""
    if not _READY.search(text_of(words)):
        return False
    try:
        connect(address).close()
    except ToolError:
        return False
    return True
