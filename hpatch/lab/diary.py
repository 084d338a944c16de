"""What a proof has done by now and what it saw: also of one that is interrupted, or that cannot go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hpatch.build.httpd.installed import ask
from hpatch.build.trees.hashing import digest
from hpatch.errors import ToolError
from hpatch.lab import logs
from hpatch.lab.gateways import modules
from hpatch.lab.model import BackendSpec, GatewaySpec, Product, Result
from hpatch.lab.smoke import SmokeCheck
from hpatch.records import NamedTuple

_MESSAGES = 200
_LONG = 300
_TAIL = 40


class DoneStep(NamedTuple):
    """A step: its name, how long it took in seconds, and what it was at last."""

    name: str
    seconds: float
    detail: str


class LogMessage(NamedTuple):
    """A message of an error log: the first of its kind, and how often it came."""

    text: str
    times: int


class LogExcerpt(NamedTuple):
    """What the httpd of a moment (`before`, `after`) logged in a step; `left_out` are messages of further kinds."""

    step: str
    moment: str
    messages: tuple[LogMessage, ...]
    left_out: int


class MadeFiles(NamedTuple):
    """The files that the server of a moment runs: their SHA-256 by name; and the modules that it loads."""

    moment: str
    files: Mapping[str, str]
    loaded: tuple[str, ...] = ()


class Diary:
    """Kept while a proof runs. A step lasts until the next one begins."""

    def __init__(self) -> None:
        self.results: dict[str, list[Result]] = {}
        """By moment."""
        self.checks: dict[str, Sequence[SmokeCheck]] = {}
        self.made: list[MadeFiles] = []
        self.build_log: tuple[str, ...] = ()
        """The last lines of the log of a build that failed."""
        self._steps: list[DoneStep] = []
        self._since = time.monotonic()
        self._moments: list[tuple[Product, str]] = []
        self._logs: dict[tuple[str, str], dict[str, LogMessage]] = {}

    def begin(self, step: str, detail: str = "") -> None:
        """A step begins, or goes on with something else."""
        if self._steps and self._steps[-1].name == step:
            self._steps[-1] = self._steps[-1]._replace(detail=detail)
            return
        self._close()
        self._steps.append(DoneStep(step, 0.0, detail))

    def _close(self) -> None:
        now = time.monotonic()
        if self._steps:
            self._steps[-1] = self._steps[-1]._replace(seconds=now - self._since)
        self._since = now

    def listening(self, tell: Callable[[str, str], None]) -> Callable[[str, str], None]:
        """The same, and this hears it, too."""

        def both(what: str, detail: str) -> None:
            self.begin(what, detail)
            tell(what, detail)

        return both

    def steps(self) -> tuple[DoneStep, ...]:
        """The steps by now; the last may still go on."""
        if not self._steps:
            return ()
        last = self._steps[-1]
        return (*self._steps[:-1], last._replace(seconds=last.seconds or time.monotonic() - self._since))

    def end(self) -> None:
        """All is done."""
        self._close()

    def built(self, moment: str, made: Product) -> None:
        """The server of a moment is there."""
        self.made.append(MadeFiles(moment, _hashes(made), () if isinstance(made, BackendSpec) else _loaded(made)))
        self.kept(moment, made)

    def kept(self, moment: str, made: Product) -> None:
        """This one is of a moment from now on."""
        self._moments.insert(0, (made, moment))

    def failed(self, log: Path | None) -> None:
        """A build has failed; its log, if it has one, is there still."""
        if log is None:
            return
        try:
            lines = log.read_bytes().decode("utf-8", "surrogateescape").splitlines()
        except OSError:
            return
        self.build_log = tuple(map(_short, lines[-_TAIL:]))

    def log(self, gateway: GatewaySpec, text: str) -> None:
        """An error log has come to its end."""
        moment = next((moment for spec, moment in self._moments if spec == gateway), "")
        step = self._steps[-1].name if self._steps else ""
        found = self._logs.setdefault((step, moment), {})
        for kind, message in logs.messages(text):
            first = found.get(kind, LogMessage(_short(message), 0))
            found[kind] = first._replace(times=first.times + 1)

    def excerpts(self) -> tuple[LogExcerpt, ...]:
        """What the httpds logged, in the order of the steps."""
        return tuple(
            LogExcerpt(step, moment, tuple(found.values())[:_MESSAGES], max(0, len(found) - _MESSAGES))
            for (step, moment), found in self._logs.items()
            if found
        )


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _hashes(gateway: Product) -> dict[str, str]:
    """The program's, and those of its own modules or of the ones that stand in for them."""
    assert gateway.program is not None, "it was built"
    files = {gateway.program.name: gateway.program}
    if isinstance(gateway, BackendSpec):
        pass  # its plugin is the lab's means, and no part of what is proved
    elif gateway.modules:
        files.update({f"mod_{name}.so": file for name, file in gateway.modules.items()})
    else:
        own = modules.folder(gateway.program)
        files.update({path.name: path for path in sorted(own.glob("mod_*.so"))} if own is not None else {})
    return {name: digest(file.read_bytes()) for name, file in files.items()}


def _loaded(gateway: GatewaySpec) -> tuple[str, ...]:
    """The modules that are no part of the program, as httpd names them, none where it would not start."""
    assert gateway.program is not None, "it was built"
    with suppress(ToolError):
        lines = list(modules.lines(gateway.program, ask(str(gateway.program)), gateway.modules))
        return tuple(line.split()[1].removesuffix("_module") for line in lines)
    return ()
