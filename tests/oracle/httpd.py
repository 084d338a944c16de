"""Ask a real httpd which tree it builds from a configuration.

`Httpd` starts one httpd, with every module that is installed beside it and one MPM, and a module of our own
(`mod_tree.c`) that answers for one file after the other.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Self

from tests.support.shared import shared

MPM = "mpm_event"

Tree = list[list[Any]]
"""What httpd holds: one `[depth, directive, arguments, file, line]` a node."""


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@cache
def _apxs(name: str) -> str:
    return _output("apxs", "-q", name)


def _build(source: str, folder: Path) -> None:
    shutil.copy(Path(__file__).with_name(source), folder)
    subprocess.run(["apxs", "-c", "-Wc,-Wall", "-Wc,-Werror", source], cwd=folder, check=True, capture_output=True)


class Asked:
    """A running httpd with every module that is installed beside it, one MPM, and a module of our own that answers.

    `environment` is all that it sees of it, `work` an empty folder for what must be written, `source` the
    file of our module beside this one: `mod_NAME.c`. It reads its standard input while httpd starts.
    """

    def __init__(self, work: Path, environment: Mapping[str, str], source: str) -> None:
        own = Path(source).stem
        built = shared(own, partial(_build, source)) / ".libs" / f"{own}.so"
        folder = Path(_apxs("LIBEXECDIR"))
        names = [path.stem.removeprefix("mod_") for path in sorted(folder.glob("mod_*.so"))]
        lines = [
            f'LoadModule {name}_module "{folder}/mod_{name}.so"'
            for name in names
            if name == MPM or not name.startswith(("mpm_", "perl"))  # Apache::Test comes with mod_perl
        ]
        main = work / "httpd.conf"
        lines.append(f'LoadModule {own.removeprefix("mod_")}_module "{built}"')
        main.write_text("\n".join([*lines, ""]))
        program = Path(_apxs("SBINDIR"), _apxs("PROGNAME"))
        self.version = re.findall(r"Apache/(\S+)", _output(program, "-v"))[0]
        """httpd's version, as `2.4.71`."""
        self.static = frozenset(re.findall(r"\S+\.c", _output(program, "-l")))
        """The source files of the modules that are compiled in."""
        self._process = subprocess.Popen(
            [program, "-t", "-d", work, "-f", main],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, question: bytes) -> None:
        """Send something to our module."""
        assert self._process.stdin is not None
        self._process.stdin.write(question)
        self._process.stdin.flush()

    def line(self) -> bytes:
        """The next line that our module says."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "httpd ended"
        return line

    def lines(self) -> list[Any]:
        """The JSON lines that our module says until an empty one."""
        answer = []
        while (line := self.line()) != b"\n":
            answer.append(json.loads(line.decode("utf-8", "surrogateescape")))
        return answer


class Httpd(Asked):
    """A running httpd that only reads configurations; nothing in them is executed that it does not execute on read.

    A file's ServerRoot is its own folder, as `hpatch.conf.load` has it.
    """

    def __init__(self, work: Path, environment: Mapping[str, str]) -> None:
        super().__init__(work, environment, "mod_tree.c")
        self.modules = frozenset(self.lines()) - {"mod_tree.c"}
        """The source files of all its modules, those that are compiled in included."""

    def tree(self, path: Path) -> Tree | str:
        """The tree that httpd builds from a file, or why it builds none."""
        self.ask(f"{path}\n".encode())
        answer = self.lines()
        return answer[0] if answer and isinstance(answer[0], str) else answer
