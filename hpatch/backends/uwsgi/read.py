"""Read a uWSGI instance: from a file in any of uWSGI's formats, a command line, or the environment.

uWSGI reads a relative name from the folder where it was started; hpatch takes the main file's folder, where an Emperor
would start it, unless it is told another.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from hpatch import log
from hpatch.backends.uwsgi import commandline, environment, formats
from hpatch.backends.uwsgi.commandline import Word
from hpatch.backends.uwsgi.model import Instance
from hpatch.backends.uwsgi.reader import SECTION, Locate, OptionReader
from hpatch.errors import InputError
from hpatch.text import Place

_SIZE = 1 << 20


def read(path: str, variables: Mapping[str, str] | None = None) -> Instance:
    """Read an instance from its main file: `FILE`, or `FILE:SECTION` if there is no file of that name.

    A file whose name does not tell its format is read as ini. `variables` has the values of `$(NAME)`; a name that is
    not in it is not known. Raises InputError if the file itself cannot be read. The faults of the files that it
    includes are in the result's `problems`.
    """
    file, section = _parted(path)
    reader = OptionReader(Instance(file, os.path.dirname(file)), _load, variables or {})  # noqa: PTH120 - the path stays text, as written
    try:
        reader.file(file, formats.of_name(file) or "ini", "" if section == SECTION else section)
    except OSError as error:
        raise InputError(f"{file}: the uWSGI configuration cannot be read: {error.strerror or error}") from error
    return reader.finish()


def _parted(path: str) -> tuple[str, str]:
    file, colon, section = path.rpartition(":")
    if colon and file and not os.path.exists(path) and os.path.exists(file):  # noqa: PTH110 - the path stays text, as written
        return file, section
    return path, ""


def read_text(
    text: str,
    name: str = "app.ini",
    section: str = "",
    variables: Mapping[str, str] | None = None,
    others: Mapping[str, str] | None = None,
) -> Instance:
    """Read an instance from a text (for tests, examples and editors); `others` are the files that it may include."""
    texts = {name: text, **(others or {})}

    def load(path: str) -> str:
        if path not in texts:
            raise FileNotFoundError(2, "No such file or directory")
        return texts[path]

    reader = OptionReader(Instance(name, os.path.dirname(name)), load, variables or {})  # noqa: PTH120 - the path stays text, as written
    reader.file(name, formats.of_name(name) or "ini", section)
    return reader.finish()


def read_command(
    words: Sequence[Word],
    instance: Instance,
    variables: Mapping[str, str] | None = None,
    places: Mapping[str, Place] | None = None,
    locate: Locate | None = None,
) -> Instance:
    """Read an instance, empty so far, from its command line: the words after the program's name, as it gets them.

    `variables` is its environment, of which those called `UWSGI_…` are options, too; `places` has the places of these,
    by name. `locate` gives the path of a file that an option names, if that is not the one from the folder on.
    """
    variables, places = variables or {}, places or {}
    reader = OptionReader(instance, _load, variables, locate)
    for variable, key in environment.options(places):
        reader.add(key, variables[variable], places[variable], certain=True, known=True, inside=False)
    try:
        for given in commandline.options(words):
            if given.key:
                reader.add(given.key, given.value, given.place, certain=True, known=given.known, inside=False)
            else:
                reader.lazily(given.value, given.place, given.known)
    except commandline.CommandError as error:
        reader.problem(error.place, str(error))
    return reader.finish()


def _load(path: str) -> str:
    file = Path(path)
    if file.exists() and not file.is_file():
        raise OSError("not a regular file")
    with file.open("rb") as stream:
        data = stream.read(_SIZE + 1)
    if len(data) > _SIZE:
        raise OSError("larger than 1 MiB")
    log.tell("read %s, for uWSGI", path)
    return data.decode("utf-8", "surrogateescape")
