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
from pathlib import Path
from typing import Any, Self

MPM = "mpm_event"

Tree = list[list[Any]]
"""What httpd holds: one `[depth, directive, arguments, file, line]` a node."""


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Httpd:
    """A running httpd that only reads configurations; nothing in them is executed that it does not execute on read.

    `environment` is all that it sees of it, `work` an empty folder for what must be built and written. A file's
    ServerRoot is its own folder, as `hpatch.conf.load` has it.
    """

    def __init__(self, work: Path, environment: Mapping[str, str]) -> None:
        shutil.copy(Path(__file__).with_name("mod_tree.c"), work)
        subprocess.run(
            ["apxs", "-c", "-Wc,-Wall", "-Wc,-Werror", "mod_tree.c"], cwd=work, check=True, capture_output=True
        )
        folder = Path(_output("apxs", "-q", "LIBEXECDIR"))
        names = [path.stem.removeprefix("mod_") for path in sorted(folder.glob("mod_*.so"))]
        lines = [
            f"LoadModule {name}_module {folder}/mod_{name}.so"
            for name in names
            if name == MPM or not name.startswith("mpm_")
        ]
        main = work / "httpd.conf"
        main.write_text("\n".join([*lines, f"LoadModule tree_module {work}/.libs/mod_tree.so", ""]))
        program = Path(_output("apxs", "-q", "SBINDIR"), _output("apxs", "-q", "PROGNAME"))
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
        self.modules = frozenset(self._answer()) - {"mod_tree.c"}
        """The source files of all its modules, those that are compiled in included."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def _answer(self) -> list[Any]:
        assert self._process.stdout is not None
        answer = []
        while (line := self._process.stdout.readline()) != b"\n":
            assert line, "httpd ended"
            answer.append(json.loads(line.decode("utf-8", "surrogateescape")))
        return answer

    def tree(self, path: Path) -> Tree | str:
        """The tree that httpd builds from a file, or why it builds none."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{path}\n".encode())
        self._process.stdin.flush()
        answer = self._answer()
        return answer[0] if answer and isinstance(answer[0], str) else answer
