"""The instances of uWSGI that a systemd service starts, by its command line and its environment."""

from __future__ import annotations

import os
import re

from hpatch.backends.python.process import ProgramWord
from hpatch.backends.python.started import started
from hpatch.backends.systemd.service import Service
from hpatch.backends.uwsgi import environment
from hpatch.backends.uwsgi.commandline import Word
from hpatch.backends.uwsgi.model import Instance
from hpatch.backends.uwsgi.read import read_command

_PROGRAM = re.compile(r"uwsgi(?:[-_.]\w+)*")


def instances(path: str) -> list[Instance]:
    """The instances of a service; () for a service of another program. Raises InputError if it cannot be read.

    Files that they name and that are not here are unknown: the unit may be a copy without them.
    """
    service = Service(path)
    found = []
    for start in service.starts():
        written = start.written
        words = [start.line.program, *start.line.words]
        one = started([ProgramWord(word.text, written.part(word), word.known) for word in words])
        if one is None or _PROGRAM.fullmatch(one.program) is None:
            continue
        variables = {name: value for name, value in service.variables.items() if value is not None}
        variables |= {name: word.text for name, word in one.variables.items() if word.known}
        places = {name: written.place for name, _ in environment.options(variables)}
        root = "" if service.root in (None, "/") else os.path.normpath(service.root or "")
        instance = Instance(path, service.folder or "/", root, unit=True)
        if service.user is not None and not service.unit.every("Service", "UMask"):
            instance.starter = service.user, service.group or "", service.place
        instance.private = service.hidden()
        read_command(
            [Word(word.text, word.place, word.known) for word in one.words],
            instance,
            variables,
            places,
            lambda name: service.file(name) or name,
        )
        instance.sources = service.sources | instance.sources
        found.append(instance)
    return found
