"""Read a unit with what belongs to it: drop-ins, the socket unit of a service, files of environment variables.

A unit in a folder `systemd/system` has its drop-ins in all folders of that kind below the same root, as on a machine;
another has them beside it.
"""

from __future__ import annotations

import os
import re

from hpatch import log
from hpatch.backends.systemd.unit import Unit
from hpatch.errors import InputError
from hpatch.text import Source

_PLACES = ("lib/systemd/system", "usr/lib/systemd/system", "usr/local/lib/systemd/system", "run/systemd/system",
           "etc/systemd/system")  # fmt: skip
"""Where systemd looks for units of the system, the last first."""

_ROOTED = re.compile(rf"(?P<root>.*?/?)(?:{'|'.join(reversed(_PLACES))})/[^/]+")
_SIZE = 1 << 20
_DROP_INS = 256
SUFFIXES = (".service", ".socket")


def root_of(path: str) -> str | None:
    """The folder that is `/` for a unit, which its own place tells; None if it does not."""
    match = _ROOTED.fullmatch(path)
    return None if match is None else match["root"] or "/"


def text_of(path: str, what: str) -> Source:
    """A file's text. Raises OSError, also for what is no regular file, and for a large one."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - the path stays text, as written
        raise OSError("not a regular file")
    with open(path, "rb") as stream:  # noqa: PTH123 - the path stays text, as written
        data = stream.read(_SIZE + 1)
    if len(data) > _SIZE:
        raise OSError(f"larger than {_SIZE >> 20} MiB")
    log.tell("read %s, %s", path, what)
    return Source(path, data.decode("utf-8", "surrogateescape"))


def unit(path: str) -> Unit:
    """A unit, its drop-ins included. Raises InputError if the file itself cannot be read."""
    name = os.path.basename(path)  # noqa: PTH119 - text only
    found = Unit(name)
    try:
        found.add(text_of(path, "a unit of systemd"))
    except OSError as error:
        raise InputError(f"{path}: the unit cannot be read: {error.strerror or error}") from error
    for file in _drop_ins(path):
        try:
            found.add(text_of(file, "a drop-in of a unit"))
        except OSError as error:
            source = found.sources[path]
            found.problems.append((source.place(0, 0), f'cannot read "{file}": {error.strerror or error}'))
    return found


def beside(path: str, name: str) -> str | None:
    """The file of another unit of the same folder or, on a machine, of any folder for units."""
    for folder in reversed(_folders(path)):
        file = os.path.join(folder, name)  # noqa: PTH118 - the path stays text, as written
        if os.path.isfile(file):  # noqa: PTH113 - the path stays text, as written
            return file
    return None


def _folders(path: str) -> list[str]:
    """The folders that units of one kind may be in; systemd prefers the last."""
    own = os.path.dirname(path)  # noqa: PTH120 - the path stays text, as written
    root = root_of(path)
    if root is None:
        return [own]
    return list(dict.fromkeys([*(os.path.join(root, place) for place in _PLACES), own]))  # noqa: PTH118 - text only


def _drop_ins(path: str) -> list[str]:
    """The files of `NAME.d` and, for `app@shop.service`, of `app@.service.d`: by name, the preferred of each name."""
    name = os.path.basename(path)  # noqa: PTH119 - text only
    names = [name]
    if "@" in name:
        names.insert(0, f"{name.partition('@')[0]}@.{name.rpartition('.')[2]}")
    files: dict[str, str] = {}
    for folder in _folders(path):
        for unit_name in dict.fromkeys(names):
            inside = os.path.join(folder, f"{unit_name}.d")  # noqa: PTH118 - the path stays text, as written
            try:
                found = os.listdir(inside)  # noqa: PTH208 - the path stays text, as written
            except OSError:
                continue
            files |= {one: os.path.join(inside, one) for one in found if one.endswith(".conf")}  # noqa: PTH118 - text
    return [files[one] for one in sorted(files, key=os.fsencode)][:_DROP_INS]
