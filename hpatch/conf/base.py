"""Where the paths of a configuration start: ServerRoot on this machine, or in the copy that the main file is from."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve, unix
from hpatch.conf.view import Rooted, View, like
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hpatch.conf.configmap import ConfigMapFile

_CHECKOUT = (".git", ".hg", ".svn", ".bzr")
_SERVER_ROOT = re.compile(r"^[ \t]*ServerRoot[ \t]+(?:\"([^\"\n$]+)\"|([^\s\"$]+))[ \t\r]*$", re.I | re.M)
_BUILT_IN = {"apache2.conf": "/etc/apache2"}
"""ServerRoot where a main file of this name sets none, because it is compiled in (Debian)."""

_AT = {
    "httpd.conf": ("/etc/apache2", "/usr/local/etc/apache24", "/usr/local/etc/httpd", "/opt/homebrew/etc/httpd"),
}
"""Where a main file of this name stands in the root of a system whose ServerRoot is another folder: of Alpine and SUSE,
FreeBSD, and Homebrew."""


class Surroundings(NamedTuple):
    """Where the files of a configuration are.

    `root` is the folder that it has for `/` (None: this machine's, unless the main file's path ends like ServerRoot).
    `tree` is the folder that was given (None: the main file's). `home` is the main file that a part belongs to. Without
    `outside`, no file outside the tree is read. `mounted` are all the files that there are, by name, if the main file
    is one in a ConfigMap (`deploy/web.yaml/httpd.conf`).
    """

    root: str | None = None
    tree: str | None = None
    home: str | None = None
    outside: bool = True
    mounted: Mapping[str, ConfigMapFile] = {}


class Base(NamedTuple):
    """Where paths start.

    `machine` is ServerRoot on this machine, for what the copy does not have; empty where there is none, or where it is
    the same. `live`: the files of this machine are meant. `missing` says which folder stands in for a ServerRoot that
    is not here; empty where none has to. `copied` is the ServerRoot of which this is a copy: what is below it is looked
    for here.
    """

    view: View
    server_root: str
    machine: str = ""
    live: bool = False
    missing: str = ""
    copied: str = ""


def settle(main: str, server_root: str, view: View, *, check_files: bool) -> Base:
    """What a ServerRoot means for the paths of a main file.

    `main` is its path in the view. A main file below that folder is this machine's own. One whose folder's path ends
    like it is from a copy of a whole root. Of any other, with `check_files`, httpd on this machine would read
    ServerRoot's files; otherwise the main file's folder is a copy of ServerRoot.
    """
    folder, stand_in = _copy(main)
    copy = Base(view=view, server_root=folder, missing=stand_in, copied=os.path.normpath(server_root))
    if view.root:
        return Base(view=view, server_root=server_root) if view.is_folder(server_root) else copy
    path = resolve(os.getcwd(), server_root) if check_files else server_root  # noqa: PTH109 - the path stays text, as written
    if not path.startswith("/"):
        return Base(view=view, server_root=path) if view.is_folder(path) else copy
    wanted = os.path.normpath(path)
    here = os.path.dirname(os.path.abspath(main))  # noqa: PTH100, PTH120 - text only
    if wanted != "/":
        if _below(here, wanted) or _below(os.path.realpath(here), os.path.realpath(wanted)):
            return Base(view=view, server_root=path, live=True)
        top = here
        while top != "/":
            if top.endswith(wanted):
                return Base(view=Rooted(like(top.removesuffix(wanted), main), view.texts), server_root=wanted)
            top = os.path.dirname(top)  # noqa: PTH120 - text only
    if check_files and view.is_folder(path):
        return Base(view=view, server_root=path)
    return copy._replace(machine=path, missing="", copied=wanted) if view.is_folder(path) else copy


def first(main: str, view: View) -> Base:
    """Where the paths of a main file start before it has set ServerRoot."""
    name = os.path.basename(main)  # noqa: PTH119 - the path stays text, as written
    built_in = _BUILT_IN.get(name)
    folder = _home(main)
    here = os.path.abspath(folder)  # noqa: PTH100 - text only
    if built_in is not None and f"{here}/".endswith(f"{built_in}/"):
        return settle(main, built_in, view, check_files=False)
    for at in () if view.root else _AT.get(name, ()):
        if here.endswith(at) and here != at:
            return Base(view=Rooted(like(here.removesuffix(at), main), view.texts), server_root=at)
    return Base(view=view, server_root=folder)


def of_part(main: str, view: View, *, check_files: bool) -> Base:
    """Where the paths of a part start whose main file this is, by the first ServerRoot in it."""
    path = view.inner(main) or main
    try:
        found = _SERVER_ROOT.search(view.read(path, main).text)
    except (OSError, ValueError):
        found = None
    if found is None:
        return first(path, view)
    return settle(path, unix(found[1] or found[2]), view, check_files=check_files)


def tree_of(main: str, given: str | None) -> str:
    """The folder that a main file was given in: the checkout of version control, or else the given folder.

    Without one, it is the main file's folder, or ServerRoot in the usual layout ServerRoot/conf/httpd.conf.
    """
    if given is not None and not _below(os.path.abspath(main), os.path.abspath(given)):  # noqa: PTH100 - text only
        given = None
    folder = _home(main) if given is None else given
    top = _checkout(os.path.abspath(folder))  # noqa: PTH100 - text only
    if top is not None:
        return like(top, main)
    return _copy(os.path.join(folder, "x"))[0] if given is None else given  # noqa: PTH118 - the path stays text, as written


def _home(main: str) -> str:
    """The folder of a main file. A pipe or the standard input has none: there, it is the current folder."""
    folder = os.path.dirname(main)  # noqa: PTH120 - the path stays text, as written
    return "" if folder in ("/dev", "/dev/fd") or f"{folder}/".startswith("/proc/") else folder


@lru_cache(maxsize=1024)
def _checkout(top: str) -> str | None:
    """The nearest folder, from this one upwards, that version control keeps."""
    while not any(os.path.exists(f"{top}/{mark}") for mark in _CHECKOUT):  # noqa: PTH110 - the path stays text, as written
        if top == "/":
            return None
        top = os.path.dirname(top)  # noqa: PTH120 - text only
    return top


def _copy(main: str) -> tuple[str, str]:
    """The folder that stands in for ServerRoot in a copy, and how it is called.

    It is the main file's, or, in the usual layout ServerRoot/conf/httpd.conf, the one above.
    """
    folder = _home(main)
    if os.path.basename(os.path.abspath(folder)) != "conf":  # noqa: PTH100, PTH119 - the path stays text, as written
        return folder, "the folder of the main file"
    above = os.path.normpath(os.path.join(folder, os.pardir))  # noqa: PTH118 - the path stays text, as written
    return "" if above == os.curdir else above, "the parent of the main file's folder"


def _below(path: str, folder: str) -> bool:
    return f"{path}/".startswith(folder.rstrip("/") + "/")
