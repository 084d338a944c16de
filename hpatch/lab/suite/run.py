"""Running a tree's `test/` (pytest) on an httpd: in a private folder, with servers that end when the run ends."""

from __future__ import annotations

import importlib.util
import json
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from hpatch.build.httpd.installed import ask
from hpatch.errors import InputError, ToolError
from hpatch.lab import private, sanitizers
from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.ports import Ports
from hpatch.lab.programs import last_words, text_of
from hpatch.lab.suite import plugin
from hpatch.lab.suite.model import SuiteChoice, SuiteResult
from hpatch.processes.keeper import Keeper
from hpatch.processes.run import environment
from hpatch.records import NamedTuple

_NEEDED = ("pytest", "cryptography")
_PATIENCE = 3600.0
"""Seconds that all tests of a side may take."""
_COMPLETE = (0, 1)
"""How pytest ends that has run all tests: they passed, or some did not."""
_PORTS = ("http_port", "https_port", "proxy_port", "http_port2", "ws_port")
_CONTROL = """\
#!/bin/sh
# In the place of apachectl: httpd stays in the process group of the tests, which is ended as a whole.
{exports}
pidfile={pidfile}
set -- {settings} "$@"
case " $* " in
*" -k start "*)
    rm -f "$pidfile"
    {program} "$@" -DFOREGROUND >{words} 2>&1 </dev/null &
    pid=$!
    while kill -0 $pid 2>/dev/null; do [ -s "$pidfile" ] && exit 0; sleep 0.05; done
    wait $pid; code=$?; cat {words} >&2; exit $code ;;
*) exec {program} "$@" ;;
esac
"""
_APXS = """\
#!/bin/sh
[ "$1 $2" = "-q LIBEXECDIR" ] && {{ echo {modules}; exit; }}
exec {apxs} "$@"
"""


class Suite(NamedTuple):
    """What to run: a tree's tests of the choice, for httpds with this apxs and this MPM."""

    tree: Path
    apxs: Path
    choice: SuiteChoice
    mpm: str | None = None


def check(tree: Path, paths: Sequence[str]) -> None:
    """Raises InputError for a tree without such tests, and ToolError where something that they need is missing."""
    folder = tree / "test"
    if not (folder / "pyhttpd" / "env.py").is_file():
        raise InputError(f"{tree}: has no tests for pytest (test/pyhttpd/env.py)")
    for path in paths:
        outside = path.startswith("/") or ".." in Path(path).parts
        if outside or not (folder / path.partition("::")[0]).exists():
            raise InputError(f"{folder}: there are no tests '{path}'")
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ToolError(f"--suite needs {' and '.join(missing)} beside hpatch; pip install 'hpatch[suite]'")
    if shutil.which("curl") is None:
        raise ToolError("--suite needs curl, which is not installed; on Debian: apt-get install curl")


def run(suite: Suite, gateway: GatewaySpec, tests: Sequence[str] = ()) -> dict[str, SuiteResult]:
    """How each test ended on an httpd; `tests`: these alone, by name. Raises ToolError where pytest does not run."""
    folder = private.choose()
    ports = Ports()
    try:
        with Keeper(folder) as keeper:
            private.share(folder)
            work = _Work(suite, gateway, folder)
            work.make({name: ports.reserve() for name in _PORTS})
            command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "hpatch_results"]
            command += ["--continue-on-collection-errors", f"--rootdir={work.tests}", "-o", "addopts="]
            with (folder / "said").open("wb") as said:
                program = keeper.start(
                    "pytest",
                    [*command, *(tests or suite.choice.paths)],
                    folder=work.tests,
                    environment=work.environment(),
                    output=said,
                    errors=said,
                )
            ended = program.wait(_PATIENCE)
            code = program.code
            program.stop()
            found = work.results()
            if gateway.sanitized is not None:
                sanitizers.keep(text_of(work.log) + text_of(work.words), gateway.sanitized.reports)
            if not ended or code not in _COMPLETE or not found:
                # What ran before that is not all that there is.
                why = f"ended with {code}" if ended else f"did not end within {_PATIENCE:.0f} seconds"
                ran = f"after {len(found)} tests" if found else "and ran no test"
                raise ToolError(f"pytest {why} {ran}: {last_words(text_of(folder / 'said'))}")
            return found
    finally:
        ports.close()


class _Work:
    """The folder of a run."""

    def __init__(self, suite: Suite, gateway: GatewaySpec, folder: Path) -> None:
        self._suite = suite
        self._gateway = gateway
        self._folder = folder
        self._program = httpd.program_of(gateway)
        self._results = folder / "results"
        self._modules = folder / "modules"
        self._server = folder / "gen" / "apache"
        self.tests = folder / "test"
        self.words = folder / "words"
        self.log = self._server / "logs" / "error_log"

    def make(self, ports: dict[str, int]) -> None:
        shutil.copytree(self._suite.tree / "test", self.tests, symlinks=True)
        # Its clients need libraries that few have; tests that want them fail on both sides.
        (self.tests / "clients" / "Makefile").write_text("all:\n")
        self._modules.mkdir()
        own = modules.folder(self._program)
        files = {path.name: path for path in own.glob("mod_*.so")} if own is not None else {}
        files |= {f"mod_{name}.so": path for name, path in self._gateway.modules.items()}
        for name, path in files.items():
            (self._modules / name).symlink_to(path.absolute())
        self._script("apachectl", _CONTROL.format(**self._control()))
        self._script("apxs", _APXS.format(modules=self._quoted(self._modules), apxs=self._quoted(self._suite.apxs)))
        (self._folder / "hpatch_results.py").write_text(Path(plugin.__file__).read_text(encoding="utf-8"))
        (self.tests / "pyhttpd" / "config.ini").write_text("".join(f"{line}\n" for line in self._settings(ports)))

    def _script(self, name: str, text: str) -> None:
        path = self._folder / name
        path.write_text(text)
        path.chmod(0o755)

    @staticmethod
    def _quoted(path: Path) -> str:
        return shlex.quote(str(path))

    def _control(self) -> dict[str, str]:
        settings = ["PidFile logs/httpd.pid"]
        user = private.workers()
        if user is not None:
            settings += [f"User {user.name}", f"Group #{user.gid}"]
        exported = {} if self._gateway.sanitized is None else self._gateway.sanitized.environment
        return {
            "exports": "\n".join(f"export {name}={shlex.quote(value)}" for name, value in exported.items()),
            "pidfile": self._quoted(self._server / "logs" / "httpd.pid"),
            # After the configuration, which loads the modules of these directives.
            "settings": " ".join(f"-c {shlex.quote(one)}" for one in settings),
            "program": self._quoted(self._program),
            "words": self._quoted(self.words),
        }

    def _settings(self, ports: dict[str, int]) -> Iterator[str]:
        """What configure writes into config.ini, for this httpd."""
        names = sorted(path.stem.removeprefix("mod_") for path in self._modules.iterdir())
        absent = self._folder / "absent"
        yield "[global]"
        for name in ("curl", "nghttp", "h2load"):
            key = "curl_bin" if name == "curl" else name
            yield f"{key} = {shutil.which(name) or '/bin/false'}"
        for name in ("prefix", "exec_prefix", "libdir"):
            yield f"{name} = {self._program.parent.parent}"
        yield f"bindir = {self._suite.apxs.parent}"
        yield f"sbindir = {self._program.parent}"
        yield f"libexecdir = {self._modules}"
        yield f"apr_bindir = {absent}"
        yield f"apxs = {self._folder / 'apxs'}"
        yield f"apachectl = {self._folder / 'apachectl'}"
        yield "[httpd]"
        yield f"version = {ask(str(self._program)).version}"
        yield f"name = {self._program.name}"
        yield f"dso_modules = {' '.join(names)}"
        yield f"mpm_modules = {' '.join(name for name in names if name.startswith('mpm_'))}"
        yield "[test]"
        yield f"gen_dir = {self._folder / 'gen'}"
        yield from (f"{name} = {port}" for name, port in ports.items())
        yield "http_tld = tests.httpd.apache.org"
        yield f"test_dir = {self.tests}"
        yield f"test_src_dir = {self.tests}"

    def environment(self) -> dict[str, str]:
        """For pytest: nothing of the user's own pytest, and the MPM that is tried."""
        env = {name: value for name, value in environment().items() if not name.startswith(("PYTEST_", "HPATCH_"))}
        env |= {"PYTHONPATH": str(self._folder), "HPATCH_SUITE_RESULTS": str(self._results)}
        env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        if self._suite.mpm is not None:
            env["MPM"] = self._suite.mpm
        if not (self._modules / "mod_ssl.so").exists():
            env["SSL"] = ""
        return env

    def results(self) -> dict[str, SuiteResult]:
        """What the plugin told: a test has failed if one of its phases has."""
        found: dict[str, SuiteResult] = {}
        for line in text_of(self._results).splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # the last one, cut off
            if told["test"] not in found or told["outcome"] == "failed":
                found[told["test"]] = SuiteResult(told["outcome"], told["reason"])
        return found
