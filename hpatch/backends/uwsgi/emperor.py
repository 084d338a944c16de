"""The vassals of an Emperor: each file of a folder is an instance (`core/emperor.c`; compared with uWSGI 2.0.21)."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from functools import cache, partial

from hpatch.backends.uwsgi import formats
from hpatch.backends.uwsgi.commandline import Word
from hpatch.backends.uwsgi.model import Instance, Option
from hpatch.backends.uwsgi.read import read_command

_BEFORE = {"vassals-inherit-before": "inherit", "vassals-include-before": "include", "vassal-set": "set"}
_AFTER = {"vassals-inherit": "inherit", "vassals-include": "include"}
_FILES = 1024


def vassals(emperor: Instance) -> list[Instance]:
    """The instances that an instance starts as an Emperor, in the order of their names; () if it is none.

    Their folder is looked for where the emperor is started first, as that may be a copy from another machine. A problem
    of the emperor's tells of a folder that hpatch does not know.
    """
    found: list[Instance] = []
    for option in emperor.options:
        if option.key != "emperor":
            continue
        for path in _files(emperor, option)[:_FILES]:
            words = _words(emperor, _BEFORE, option)
            kind = formats.of_name(path)
            name = os.path.basename(path)  # noqa: PTH119 - the path stays text, as written
            words += [Word(f"--{kind}", option.place), Word(name, option.place)]
            words += _words(emperor, _AFTER, option)
            folder = os.path.dirname(path)  # noqa: PTH120 - as above
            vassal = Instance(path, folder, emperor.root, unit=emperor.unit)
            vassal.starter = emperor.starter
            found.append(read_command(words, vassal, locate=partial(_located, vassal)))
    return found


def _files(emperor: Instance, option: Option) -> list[str]:
    """The files of a folder, or of a pattern with wildcards, whose names uWSGI takes for a vassal's."""
    value = option.value.removeprefix("dir://").removeprefix("glob://")
    if not option.known or not option.certain or "://" in value:
        emperor.not_read(option.place, f'hpatch cannot tell which vassals "emperor = {option.value}" has')
        return []
    folder = emperor.folder
    paths = [_located(emperor, value)]
    if not glob.has_magic(value):
        paths.insert(0, os.path.join(folder, os.path.basename(value.rstrip("/"))))  # noqa: PTH118, PTH119 - as above
    for path in paths:
        is_folder = os.path.isdir(path)  # noqa: PTH112 - as above
        pattern = os.path.join(glob.escape(path), "*") if is_folder else path  # noqa: PTH118 - as above
        files = [file for file in sorted(glob.glob(pattern)) if formats.of_name(file) and os.path.isfile(file)]  # noqa: PTH113, PTH207 - as above
        if files or is_folder:
            return [file for file in files if os.path.realpath(file) != os.path.realpath(emperor.name)]
    emperor.not_read(option.place, f'there is no folder "{value}": hpatch knows no vassals')
    return []


def _located(instance: Instance, name: str) -> str:
    """Where a file or folder is that an option of an instance names."""
    if name.startswith("/"):
        return f"{instance.root}{name}"
    return os.path.join(instance.folder, name)  # noqa: PTH118 - as above


def _words(emperor: Instance, options: dict[str, str], at: Option) -> list[Word]:
    """What the Emperor gives each vassal on its command line: all of one kind, then all of the next."""
    words = []
    for key, given in options.items():
        for option in emperor.options:
            if option.key == key:
                known = option.known and option.certain
                words += [Word(f"--{given}", at.place), Word(option.value, option.place, known)]
    return words


def distinct(instances: Sequence[Instance], started: Sequence[Instance] = ()) -> list[Instance]:
    """Instances that were read from files, without those that are no instances by themselves, and then the others.

    A file that another instance reads is a part of that one, and one that an Emperor or a command line starts is that
    instance.
    """
    real = cache(os.path.realpath)
    dropped: set[str] = set()
    reads = [(real(one.name), {real(name) for name in one.sources}) for one in instances]
    taken = {real(name) for one in started for name in one.sources}
    for name, _ in reads:
        others = (read for other, read in reads if other != name and other not in dropped)
        if name in taken or any(name in read for read in others):
            dropped.add(name)
    return [one for one in instances if real(one.name) not in dropped] + list(started)
