"""What a wheel has beside the package: manual pages and completion scripts, written by hpatch itself.

With HPATCH_COMPILE=1 mypyc compiles the modules that pyproject.toml names, too. The wheel is then for one version of
Python and one platform, and lints large configurations sooner.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPLETIONS = {
    "bash": "share/bash-completion/completions/hpatch",
    "zsh": "share/zsh/site-functions/_hpatch",
    "fish": "share/fish/vendor_completions.d/hpatch.fish",
}
"""Where each shell looks for completion below /usr, by the shell."""

COMPILER = ("mypy>=2.2", "setuptools>=66.1")
"""What compiles, beside a C compiler and Python's headers."""

COMPILE = """\
import sys
from mypyc.build import mypycify
from setuptools import setup

options = ["--config-file=", "--ignore-missing-imports"]  # what hpatch is checked with, is not all there
modules = mypycify([*options, *sys.argv[1:]], opt_level="2", debug_level="0", group_name="hpatch")
setup(name="hpatch", packages=[], py_modules=[], ext_modules=modules, script_args=["--quiet", "build_ext", "--inplace"])
"""


def compiling() -> bool:
    """Whether HPATCH_COMPILE asks for compiled modules."""
    asked = os.environ.get("HPATCH_COMPILE", "")
    if asked not in ("", "0", "1"):
        raise SystemExit(f"HPATCH_COMPILE is {asked!r}: give 1 for compiled modules, or 0")
    return asked == "1"


def lacking() -> str | None:
    """What is not there of what compiling takes."""
    for name in ("mypyc", "setuptools"):
        if find_spec(name) is None:
            return f"{name} for {sys.executable} ({' and '.join(COMPILER)})"
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return f"the C compiler {compiler}"
    header = Path(sysconfig.get_path("include"), "Python.h")
    return None if header.exists() else f"Python's header {header}"


class SharedFiles(BuildHookInterface):  # type: ignore[type-arg] # older ones take no type
    """Adds them to a wheel; an editable installation does without."""

    def dependencies(self) -> list[str]:
        """What has to be there for this build."""
        return list(COMPILER) if compiling() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files."""
        if version == "editable":
            return
        compiled = compiling()
        if compiled and (what := lacking()):
            raise SystemExit(f"HPATCH_COMPILE=1 needs {what}: install it, or leave HPATCH_COMPILE out")
        self.folder = Path(tempfile.mkdtemp(prefix="hpatch-build-"))
        try:
            self._fill(build_data, compiled=compiled)
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def _fill(self, build_data: dict[str, Any], *, compiled: bool) -> None:
        self._run("man", "--output", str(self.folder / "man1"))
        shared = {str(page): f"share/man/man1/{page.name}" for page in sorted((self.folder / "man1").iterdir())}
        for shell, target in COMPLETIONS.items():
            script = self.folder / shell
            script.write_bytes(self._run("completion", shell))
            shared[str(script)] = target
        build_data["shared_data"].update(shared)
        if compiled:
            build_data["force_include"].update(self._compile(self.folder / "compiled"))
            build_data.update(pure_python=False, infer_tag=True)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was written beside the wheel."""
        if version != "editable":
            shutil.rmtree(self.folder)

    def _compile(self, folder: Path) -> dict[str, str]:
        """Compile a copy of the package's modules; what comes of them, and where it goes in the wheel.

        Python takes a compiled module before the one with its name, which stays: tracebacks quote it.
        """
        shutil.copytree(Path(self.root, "hpatch"), folder / "hpatch", ignore=shutil.ignore_patterns("__pycache__"))
        done = subprocess.run(
            [sys.executable, "-c", COMPILE, *self.config["compiled"]],
            cwd=folder,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{done.stdout}\nhpatch's modules cannot be compiled: leave HPATCH_COMPILE out")
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        made = (*folder.glob(f"*{suffix}"), *folder.glob(f"hpatch/**/*{suffix}"))
        return {str(path): str(path.relative_to(folder)) for path in made}

    def _run(self, *words: str) -> bytes:
        command = [sys.executable, "-B", "-m", "hpatch", *words]
        return subprocess.run(command, cwd=self.root, check=True, stdout=subprocess.PIPE).stdout
