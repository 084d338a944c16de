"""What configure has decided: where the program and the modules are installed to."""

from __future__ import annotations

import re
from pathlib import Path

_VARIABLE = re.compile(r"^(\w+) = (.*?)\s*$", re.M)
_REFERENCE = re.compile(r"\$[{(](\w+)[})]")
_DEPTH = 9


def installed(copy: Path, prefix: Path) -> tuple[Path, Path]:
    """The program and the folder of its modules, as `build/config_vars.mk` has them; without it, as they mostly are."""
    variables = {"prefix": str(prefix), "sbindir": f"{prefix}/bin", "libexecdir": f"{prefix}/modules"}
    variables["progname"] = "httpd"
    variables.update(read(copy / "build" / "config_vars.mk"))
    folder, modules = (_expanded(variables, name) for name in ("sbindir", "libexecdir"))
    return Path(folder) / variables["progname"], Path(modules)


def read(file: Path) -> dict[str, str]:
    """The variables of a `config_vars.mk`, as they are written; none where there is no such file."""
    try:
        text = file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return {}
    return dict(_VARIABLE.findall(text))


def _expanded(variables: dict[str, str], name: str) -> str:
    value = variables[name]
    for _ in range(_DEPTH):
        value = _REFERENCE.sub(lambda match: variables.get(match[1], ""), value)
    return value
