"""Building with the compiler's sanitizers: programs that report faults of memory and undefined behaviour."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from hpatch import log
from hpatch.build.compiler import compiler
from hpatch.errors import ToolError
from hpatch.processes.run import environment, run

Sanitizer = Literal["address", "undefined"]
SANITIZERS: tuple[Sanitizer, ...] = ("address", "undefined")
_LIBRARIES: Mapping[Sanitizer, str] = {"address": "libasan.so", "undefined": "libubsan.so"}
_SYMBOLS: Mapping[Sanitizer, bytes] = {"address": b"\0__asan_init\0", "undefined": b"\0__ubsan_handle_"}
"""Names of functions that such a program calls."""
_OPTIONS = {
    # A child ends by a signal, which httpd logs. httpd leaves memory to the system at its end: no leak is told apart.
    # What is kept of freed memory would look like a leak in turn.
    "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=0:quarantine_size_mb=16",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


def flags(sanitizers: Sequence[Sanitizer]) -> tuple[str, ...]:
    """What the compiler and the linker are told; nothing without sanitizers."""
    return (f"-fsanitize={','.join(sanitizers)}", "-fno-omit-frame-pointer") if sanitizers else ()


def settings(sanitizers: Sequence[Sanitizer]) -> Mapping[str, str]:
    """The environment of such a program; the user's own options come last and win."""
    if not sanitizers:
        return {}
    return {name: ":".join(filter(None, (ours, os.environ.get(name)))) for name, ours in _OPTIONS.items()}


def preloaded(sanitizers: Sequence[Sanitizer]) -> Mapping[str, str]:
    """The environment of a program that was built without sanitizers and loads modules with them. Raises ToolError."""
    if not sanitizers:
        return {}
    found = [Path(_library(_LIBRARIES[one])) for one in SANITIZERS if one in sanitizers]
    return {**settings(sanitizers), "LD_PRELOAD": " ".join(map(str, found))}


def used(files: Iterable[Path]) -> tuple[Sanitizer, ...]:
    """The sanitizers that some of these programs and modules were built with. Raises ToolError."""
    found: set[Sanitizer] = set()
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ToolError(f"{path}: {error.strerror or error}") from error
        found |= {one for one, name in _SYMBOLS.items() if name in content}
    return tuple(one for one in SANITIZERS if one in found)


def _library(name: str) -> str:
    told = run([*compiler(), f"-print-file-name={name}"], env=environment()).decode("utf-8", "surrogateescape").strip()
    if not told.startswith("/"):
        raise ToolError(f"{compiler()[0]} has no {name}; install the libraries of its sanitizers, or use gcc")
    return os.path.realpath(told)


def check(sanitizers: Sequence[Sanitizer]) -> None:
    """Raises ToolError where the compiler cannot build and run a program with them."""
    if not sanitizers:
        return
    with tempfile.TemporaryDirectory(prefix="hpatch-") as folder:
        program = str(Path(folder) / "program")
        command = [*compiler(), *flags(sanitizers), "-x", "c", "-o", program, "-"]
        log.running(command)
        text = b"int main(void) { return 0; }\n"
        env = {**environment(), **settings(sanitizers)}
        try:
            built = subprocess.run(command, input=text, capture_output=True, env=env, check=False)
            if built.returncode == 0:
                built = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, env=env, check=False)
        except OSError as error:
            raise ToolError(f"{command[0]} cannot be run: {error.strerror or error}") from error
    if built.returncode != 0:
        said = built.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ToolError(
            f"{command[0]} cannot build programs with {command[1]}: {said[-1] if said else built.returncode}; "
            "install the libraries of its sanitizers, or leave out --sanitize"
        )
