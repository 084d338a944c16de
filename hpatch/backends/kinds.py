"""Which files are a backend's, by their names and a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

Kind = Literal["unit", "gunicorn", "tomcat"]

UNITS = (".service", ".socket")
_GUNICORN = r"(?:[\w.-]*[._-])?gunicorn(?:[._-][\w.-]*)?\.py|gunicorn\.conf"
_PROGRAMS = (
    r"(?m)^[ \t]*ExecStart[ \t]*=(?:[^\n]*\\\n)*[^\n]*"
    r"(?:gunicorn|uvicorn|uwsgi|php[0-9.]*-?fpm|apache2|apachectl|httpd)"
    r"|^[ \t]*ListenStream[ \t]*="
)
# Patterns are texts here and compiled at the first use, because every start of the program loads this.


def kind_of(name: str, text: Callable[[], str]) -> Kind | None:
    """Of which kind a file is; `name` is its last part, `text` gives its text where the name does not tell."""
    if name.endswith(UNITS):
        return "unit" if re.search(_PROGRAMS, text()) is not None else None
    if "gunicorn" in name and re.fullmatch(_GUNICORN, name) is not None:
        return "gunicorn"
    if name == "server.xml":
        return "tomcat" if "<Connector" in text() else None
    return None
