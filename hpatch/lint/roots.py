"""The configurations that a path on the command line stands for: one, or all in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hpatch.conf.load import Options, load
from hpatch.conf.parts import MAIN
from hpatch.errors import InputError
from hpatch.lint.engine import Root


class _Folder(NamedTuple):
    """The files in a folder: main files, other configurations, uWSGI instances; and the folders that cannot be read."""

    main: list[str]
    other: list[str]
    uwsgi: list[str]
    unread: list[OSError]


def roots(path: str, options: Options, *, environment: bool = True) -> list[Root]:
    """The configurations that a path stands for.

    A file is one, whatever it is called. In a folder, they are the files called `apache2.conf` or `httpd.conf`, at any
    depth; where there is none, all `*.conf` and `.htaccess` files; in both cases without those that another of them
    includes. Files `*.ini` with a section `[uwsgi]` go with the configurations nearest above or beside them.
    With `environment`, an `envvars` beside a main file is what it gets for its environment.
    Raises InputError for a folder without any, and for one that cannot be looked into, unless it belongs to a
    configuration: then its includes tell. A path that does not exist is a root that cannot be read.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - text as given, also in what follows
        return [Root(path, _with_environment(path, options, environment))]
    folder = _look(path)
    homes = {os.path.dirname(file) for file in folder.main}  # noqa: PTH120 - the path stays text, as written
    for error in folder.unread:
        if homes.isdisjoint(_up(os.path.join(error.filename, ""), path)):  # noqa: PTH118 - the path stays text, as written
            raise _unreadable(error)
    chosen = _outermost(folder.main or folder.other, options, environment)
    if not chosen:
        raise InputError(f"{path}: no configuration in this folder (apache2.conf, httpd.conf or *.conf)")
    instances = _nearest(folder.uwsgi, chosen, path)
    return [
        Root(file, _with_environment(file, options, environment), tuple(instances.get(file, ()))) for file in chosen
    ]


def instances(path: str) -> list[str]:
    """The uWSGI files that a path stands for: the file itself, or the folder's `*.ini` files with `[uwsgi]`.

    Raises InputError for a folder without such files, and for a folder that cannot be read.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - the path stays text, as written
        return [path]
    folder = _look(path)
    if folder.unread:
        raise _unreadable(folder.unread[0])
    found = folder.uwsgi
    if not found:
        raise InputError(f"{path}: no *.ini file with a section [uwsgi] in this folder")
    return found


def _unreadable(error: OSError) -> InputError:
    return InputError(f"{error.filename}: cannot be read: {error.strerror}")


def _with_environment(path: str, options: Options, wanted: bool) -> Options:
    if not wanted or os.path.basename(path) not in MAIN:  # noqa: PTH119 - the path stays text, as written
        return options
    beside = os.path.join(os.path.dirname(path), "envvars")  # noqa: PTH118, PTH120 - the path stays text, as written
    if not os.path.isfile(beside):  # noqa: PTH113 - the path stays text, as written
        return options
    from hpatch.conf import envvars  # most have none

    return options._replace(environment=envvars.read(beside))


def _look(path: str) -> _Folder:
    """The configurations below a folder, in byte order. Hidden folders are skipped, and links are not followed."""
    found = _Folder([], [], [], [])
    for folder, folders, files in os.walk(path, onerror=found.unread.append):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=os.fsencode)
        for name in sorted(files, key=os.fsencode):
            full = os.path.join(folder, name)  # noqa: PTH118 - the path stays text, as written
            if name in MAIN:
                found.main.append(full)
            elif name.endswith(".conf") or name == ".htaccess":
                found.other.append(full)
            elif name.endswith(".ini") and _has_line(full, "[uwsgi]"):
                found.uwsgi.append(full)
    return found


def _has_line(path: str, start: str) -> bool:
    """Whether a line of a file starts with `start`, in any case. False for an unreadable file, which `load` reports."""
    try:
        if not os.path.isfile(path):  # noqa: PTH113 - the path stays text, as written
            return False
        with Path(path).open(encoding="utf-8", errors="surrogateescape") as file:
            return any(line.lstrip()[: len(start)].lower() == start for line in file)
    except OSError:
        return False


def _outermost(files: list[str], options: Options, environment: bool) -> list[str]:
    """The files that no other file includes. Of files that include each other, the first; no file twice by links."""
    by_real: dict[str, str] = {}
    for file in files:
        by_real.setdefault(os.path.realpath(file), file)
    includes = {}
    if len(by_real) > 1:
        for real, file in by_real.items():
            if _has_line(file, "include"):
                here = load(file, _with_environment(file, options, environment)).sources
                includes[real] = {os.path.realpath(name) for name in here} - {real}
    included = set().union(*includes.values())
    chosen = [real for real in by_real if real not in included]
    covered = set(chosen).union(*(includes.get(real, ()) for real in chosen))
    for real in by_real:
        if real not in covered:
            chosen.append(real)
            covered |= {real, *includes.get(real, ())}
    wanted = set(chosen)
    return [file for real, file in by_real.items() if real in wanted]


def _nearest(instances: Iterable[str], chosen: Iterable[str], top: str) -> dict[str, list[str]]:
    """For each root, the uWSGI files whose nearest folder with a root contains that root."""
    holders: dict[str, list[str]] = {}
    for root in chosen:
        for folder in _up(root, top):
            holders.setdefault(folder, []).append(root)
    found: dict[str, list[str]] = {}
    for instance in instances:
        for folder in _up(instance, top):
            if folder in holders:
                for root in holders[folder]:
                    found.setdefault(root, []).append(instance)
                break
    return found


def _up(path: str, top: str) -> Iterator[str]:
    """The folders that a file is in, the innermost first, up to `top`."""
    folder = os.path.dirname(path)  # noqa: PTH120 - the path stays text, as written
    while True:
        yield folder
        above = os.path.dirname(folder)  # noqa: PTH120 - the path stays text, as written
        if len(folder) <= len(top.rstrip("/")) or above == folder:
            return
        folder = above
