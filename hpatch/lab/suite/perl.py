"""Running httpd's test framework (Perl, Apache::Test) on an httpd: in a private copy, on loopback, with an end.

Its folder is a checkout of https://github.com/apache/httpd-tests, or of a suite in its form: Makefile.PL makes t/TEST,
which writes the configuration, starts httpd and runs the tests `t/*.t`. Tried with the one of February 2024 and
Apache::Test 1.43.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hpatch.build.httpd.installed import ask
from hpatch.errors import InputError, ToolError
from hpatch.lab import private, sanitizers
from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.programs import last_words, text_of
from hpatch.lab.suite.model import Ended, SuiteResult
from hpatch.processes.keeper import Keeper
from hpatch.processes.run import environment

_PATIENCE = 3600.0
"""Seconds that all tests of a side may take."""
_NEEDED = (("Apache::Test", "libapache2-mod-perl2-dev"), ("LWP::UserAgent", "libwww-perl"))
_IDLE = ("cgid", "perl")
"""Modules that the framework does without: it uses mod_cgi, and mod_perl is for other tests."""
_SCRIPT = """\
cd {tests} || exit 2
perl Makefile.PL -apxs {apxs} || exit 2
exec perl t/TEST -verbose -port select -apxs {apxs} -httpd {server} -httpd_conf {loaded} {paths}
"""
_SERVER = """\
#!/bin/sh
# httpd stays in the process group of the tests, which is ended as a whole, and listens on loopback alone.
{exports}
case " $* " in
*" -t "*|*" -k "*) exec {program} "$@" ;;
*" -D APACHE2 "*)
    sed -i 's/^\\( *Listen  *\\)\\(0\\.0\\.0\\.0:\\)*\\([0-9]*\\) *$/\\1127.0.0.1:\\3/' {tests}/t/conf/*.conf
    exec {program} "$@" -DFOREGROUND ;;
*) exec {program} "$@" ;;
esac
"""


def check(folder: Path, paths: Sequence[str]) -> None:
    """Raises InputError for a folder without such tests, and ToolError where something that they need is missing."""
    if not (folder / "Makefile.PL").is_file() or not (folder / "t").is_dir():
        raise InputError(f"{folder}: is no copy of httpd's test framework (it has no Makefile.PL and t)")
    for path in paths:
        outside = path.startswith(("/", "-")) or ".." in Path(path).parts
        if outside or not (folder / path).exists():
            raise InputError(f"{folder}: there are no tests '{path}'")
    perl = shutil.which("perl")
    if perl is None:
        raise ToolError("--suite perl needs perl, which is not installed; on Debian: apt-get install perl")
    for module, package in _NEEDED:
        done = subprocess.run([perl, f"-M{module}", "-e1"], capture_output=True, env=environment(), check=False)
        if done.returncode != 0:
            raise ToolError(f"--suite perl needs Perl's {module}; on Debian: apt-get install {package}")


def run(
    folder: Path, apxs: Path, paths: Sequence[str], mpm: str | None, gateway: GatewaySpec
) -> dict[str, SuiteResult]:
    """How each test ended on an httpd, by `FILE NUMBER`. Raises ToolError where the framework breaks off."""
    place = private.choose()
    with Keeper(place) as keeper:
        private.share(place)
        work = _PerlWork(place, folder, apxs, gateway, mpm)
        command = work.make(paths)
        with (place / "said").open("wb") as said:
            program = keeper.start(
                "perl", command, folder=place, environment=work.environment(), output=said, errors=said
            )
        ended = program.wait(_PATIENCE)
        code = program.code
        program.stop()
        text = text_of(place / "said")
        if gateway.sanitized is not None:
            sanitizers.keep(text + text_of(work.tests / "t/logs/error_log"), gateway.sanitized.reports)
        found = dict(read(text))
        if not ended or not _WHOLE.search(text) or not found:
            why = f"ended with {code}" if ended else f"did not end within {_PATIENCE:.0f} seconds"
            ran = f"after {len(found)} tests" if found else "and ran no test"
            raise ToolError(f"httpd's test framework {why} {ran}: {_cause(text)}")
        return found


_WHOLE = re.compile(r"^Result: (?:PASS|FAIL|NOTESTS)$", re.M)
_FILE = re.compile(r"(t/\S+\.t) \.\.+ ?(.*)")
_TEST = re.compile(r"(not )?ok (\d+)\b(.*)")
_ASIDE = re.compile(r"#\s*(?:skip|todo)\b\S*\s*(.*)", re.I)
_ERROR = re.compile(r"^\[ *error\] *(\S.*)$", re.M)


def read(text: str) -> Iterator[tuple[str, SuiteResult]]:
    """The tests of what `t/TEST -verbose` says, and the files that ended before their time, or are skipped."""
    file = told = ""
    for line in text.splitlines():
        if line == "Test Summary Report":
            return
        if (begun := _FILE.match(line)) is not None:
            file, said = begun.groups()
            told = ""
            if said.startswith("skipped"):
                yield file, SuiteResult("skipped", said.partition(": ")[2])
        elif file and (one := _TEST.match(line)) is not None:
            fault, number, rest = one.groups()
            aside = _ASIDE.search(rest)
            ended: Ended = "skipped" if aside is not None else "failed" if fault else "passed"
            why = aside[1] if aside is not None else told if fault else ""
            yield f"{file} {number}", SuiteResult(ended, why)
        elif file and line.startswith("Dubious"):
            yield file, SuiteResult("failed", line)
        elif line.startswith("# testing : "):
            told = line.removeprefix("# testing : ")


def _cause(text: str) -> str:
    """The framework's own error, or its last words."""
    error = _ERROR.search(text)
    return error[1] if error is not None else last_words(text)


class _PerlWork:
    """The folder of a run: a copy of the tests, and of the httpd, which its workers' user must reach."""

    def __init__(self, place: Path, folder: Path, apxs: Path, gateway: GatewaySpec, mpm: str | None) -> None:
        self._place = place
        self._folder = folder
        self._apxs = apxs
        self._gateway = gateway
        self._mpm = mpm
        self._user = private.workers()
        self._program = httpd.program_of(gateway)
        self.tests = place / "tests"

    def make(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Fill it; the command. Raises ToolError."""
        shutil.copytree(self._folder, self.tests, symlinks=True, ignore=shutil.ignore_patterns(".git", ".svn"))
        own = self._place / "modules"
        own.mkdir()
        loaded, server = self._place / "loaded.conf", self._place / "httpd"
        program = self._copied(self._program, self._place / "program")
        loaded.write_text("".join(f"{line}\n" for line in self._loaded(own)))
        server.write_text(
            _SERVER.format(
                exports=self._exports(), program=shlex.quote(str(program)), tests=shlex.quote(str(self.tests))
            )
        )
        server.chmod(0o755)
        words = {"tests": self.tests, "apxs": self._apxs, "server": server, "loaded": loaded}
        script = self._place / "run"
        quoted = {name: shlex.quote(str(word)) for name, word in words.items()}
        script.write_text(_SCRIPT.format(**quoted, paths=shlex.join(paths)))
        return (*self._as_user(), "/bin/sh", str(script))

    def _as_user(self) -> tuple[str, ...]:
        """The framework does not start httpd as root. Raises ToolError."""
        if self._user is None:
            return ()
        for path in (self._apxs, *self._apxs.parents):
            if not path.stat().st_mode & 1:
                raise ToolError(
                    f"httpd's test framework runs as {self._user.name} when you are root, and {self._user.name} cannot "
                    f"reach {path}; give a --build-dir elsewhere, or do not run hpatch as root"
                )
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise ToolError("--suite perl needs setpriv when you are root; on Debian: apt-get install util-linux")
        for parent, folders, names in os.walk(self._place):
            for name in (*folders, *names):
                os.chown(os.path.join(parent, name), self._user.uid, self._user.gid, follow_symlinks=False)  # noqa: PTH118
        os.chown(self._place, self._user.uid, self._user.gid)
        return setpriv, f"--reuid={self._user.uid}", f"--regid={self._user.gid}", "--clear-groups"

    @staticmethod
    def _copied(source: Path, target: Path) -> Path:
        shutil.copyfile(source, target)
        target.chmod(0o755)
        return target

    def _loaded(self, own: Path) -> Iterator[str]:
        """Lines that load all modules that this httpd has, as far as the framework can do with them."""
        installed = ask(str(self._program))
        have = modules.available(self._program, installed, self._gateway.modules)
        mpm = self._mpm or modules.mpm(have)
        for name, path in sorted(have.items()):
            other = name.startswith("mpm_") and name != f"mpm_{mpm}"
            if path is not None and not other and name not in _IDLE and _defines(path, name):
                yield f'LoadModule {name}_module "{self._copied(path, own / path.name)}"'

    def _exports(self) -> str:
        settings: Mapping[str, str] = {} if self._gateway.sanitized is None else self._gateway.sanitized.environment
        return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in settings.items())

    def environment(self) -> dict[str, str]:
        """For the framework: nothing that the user's own one is told, and a home that it may write to."""
        env = {name: value for name, value in environment().items() if not name.startswith(("APACHE_TEST_", "HPATCH_"))}
        return {**env, "HOME": str(self.tests), "PERL_HASH_SEED": "0", "no_proxy": "*", "LC_ALL": "C"}


def _defines(path: Path, name: str) -> bool:
    """Whether a module's structure is called after its file."""
    return f"{name}_module".encode() in path.read_bytes()
