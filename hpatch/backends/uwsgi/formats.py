"""The formats of uWSGI's configuration files: by which names they go, and how a file of uWSGI is told from others."""

from __future__ import annotations

import re
from typing import Literal

Format = Literal["ini", "yaml", "json", "xml"]

BY_KEY: dict[str, Format] = {
    "ini": "ini", "yaml": "yaml", "yml": "yaml", "json": "json", "js": "json", "xml": "xml", "xmlconfig": "xml",
}  # fmt: skip
"""The options that read a file, and the format that it is in."""

_ENDINGS: dict[str, Format] = {
    ".ini": "ini", ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".js": "json", ".xml": "xml",
}  # fmt: skip
_SIGNS: dict[Format, str] = {
    "ini": r"(?m)^[ \t\r]*\[uwsgi\]",
    # Files for Docker and Ansible, too, have a key of this name.
    "yaml": (
        r"(?m)^[\"']?uwsgi[\"']?[ \t]*:[ \t]*(?:#.*)?\r?\n(?:(?:[ \t#-].*)?\r?\n)*?[ \t]+[\"']?(?:[a-z0-9]+-)*"
        r"(?:socket|protocol|wsgi-file|vacuum)[\"']?[ \t]*:"
    ),
    "json": r'\A\s*\{[\s\S]*?"uwsgi"\s*:\s*\{',
    "xml": r"<uwsgi[\s>]",
}
# Texts, compiled at the first use, because every start of the program loads this.
MISSING: dict[Format, str] = {
    "ini": "in a section [{}]", "yaml": 'below "{}:"', "json": 'in an object "{}"', "xml": "in an element <uwsgi>",
}  # fmt: skip
"""Where uWSGI looks for the options of a section."""


def of_name(name: str) -> Format | None:
    """The format of a file, as uWSGI tells it by the end of its name; None if it cannot."""
    return next((found for ending, found in _ENDINGS.items() if name.endswith(ending)), None)


def sign(name: str) -> re.Pattern[str] | None:
    """What a file of this name holds if it is uWSGI's; None for a name that uWSGI does not read."""
    found = of_name(name)
    return None if found is None else re.compile(_SIGNS[found])
