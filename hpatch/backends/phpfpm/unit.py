"""The pools of PHP-FPM that a systemd service starts, by its command line."""

from __future__ import annotations

import re

from hpatch.backends.phpfpm.model import PoolFile
from hpatch.backends.phpfpm.read import read
from hpatch.backends.python.process import ProgramWord
from hpatch.backends.python.started import Started, started
from hpatch.backends.systemd.service import Service
from hpatch.errors import InputError

_PROGRAM = re.compile(r"php[\d.]*-?fpm[\d.]*")


def pools(path: str) -> list[PoolFile]:
    """The pools of a service; none for a service of another program. Raises InputError if it cannot be read.

    A service whose file is not here, or not named (the one compiled in counts then), gives none: it may be a copy
    without that file.
    """
    service = Service(path)
    found = []
    for start in service.starts():
        words = [start.line.program, *start.line.words]
        one = started([ProgramWord(word.text, start.written.part(word), word.known) for word in words])
        if one is None or _PROGRAM.fullmatch(one.program) is None:
            continue
        named = _configuration(one)
        here = None if named is None else service.file(named)
        if here is None:
            continue
        try:
            file = read(here, service.root or "")
        except InputError:
            continue
        if not file.pools:
            continue
        sources = service.sources | file.sources
        found.append(file._replace(sources=sources, private=service.hidden()))
    return found


def _configuration(one: Started) -> str | None:
    """The file that `-y` or `--fpm-config` names; the last one counts. None if it is not known."""
    found: str | None = None
    words = iter(one.words)
    for word in words:
        text = word.text
        if text in ("-y", "--fpm-config"):
            word = next(words, word._replace(known=False))  # noqa: PLW2901 - the value follows
            found = word.text if word.known else None
        elif text.startswith("--fpm-config="):
            found = text.partition("=")[2] if word.known else None
        elif text.startswith("-y"):
            found = text.removeprefix("-y").removeprefix("=") if word.known else None
    return found
