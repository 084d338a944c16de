"""The configurations in a folder: which of its files are main files, parts, .htaccess files or a backend's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial

from hpatch.backends.kinds import UNITS, kind_of
from hpatch.backends.uwsgi import formats
from hpatch.conf.foreign.recognise import foreign
from hpatch.conf.parts import MAIN
from hpatch.conf.templates import presence
from hpatch.conf.view import MACHINE, View
from hpatch.records import NamedTuple

_LEFTOVER = (
    r"(?i)~$|\.(?:dpkg-\w+|ucf-\w+|rpmnew|rpmsave|rpmorig|bak|orig|old|save|sav|backup|disabled|sw[op]|rej)(?:\.conf)?$"
)
_PART = r"(?im)^[ \t]*(?:<VirtualHost|ProxyPass|<Proxy[ \t]|BalancerMember)"
_HTTPDS = (
    r"(?im)^[ \t]*(?:<(?:VirtualHost|Directory|Location|Proxy|IfModule|Files)(?:Match)?[ \t]|ProxyPass|BalancerMember"
    r"|LoadModule|RewriteRule[ \t]|DocumentRoot[ \t])"
)
"""A line that no other program has in its configuration."""

_INCLUDE = r"(?im)^[ \t]*Include"
_MAP = r"(?m)^[ \t-]*kind:[ \t]*[\"']?ConfigMap\b"
YAML = (".yaml", ".yml")
"""How the names of YAML files end."""
_SIZE = 1 << 18
"""How large a file may be that is looked into only because of its name's end."""

_SECTION = r"(?m)^[ \t]*\[[^\]\n]+\][ \t]*\r?$"
_FPM = r"(?m)^[ \t]*(?:pm|pm\.max_children|listen|include)[ \t]*="
_SYSTEMD = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_DROP_IN = r"\.(?:service|socket)\.d/?$"


class FolderFiles(NamedTuple):
    """The files in a folder: main files, other configurations, uWSGI instances, pools of PHP-FPM, other backends', and
    ConfigMaps.

    Templates with a directive of httpd are among the other configurations.
    `set_aside` has the `*.conf` files that are no roots, each with the reason. `unread` are the folders that cannot be
    read.
    """

    main: list[str]
    other: list[str]
    uwsgi: list[str]
    fpm: list[str]
    backends: list[str]
    maps: list[str]
    set_aside: dict[str, str]
    unread: list[OSError]


class BackendFiles(NamedTuple):
    """Files of backends: of uWSGI, with pools of PHP-FPM, and others."""

    uwsgi: list[str]
    fpm: list[str]
    others: list[str]


def backend(path: str, view: View = MACHINE) -> BackendFiles:
    """One file, by its kind; uWSGI's may be `FILE:SECTION`. None of the lists has a file that is of none."""
    found = BackendFiles(uwsgi=[], fpm=[], others=[])
    file, colon, _ = path.rpartition(":")
    whole = path if not colon or os.path.exists(path) else file  # noqa: PTH110 - the path stays text, as written
    name = os.path.basename(whole)  # noqa: PTH119 - text only
    sign = formats.sign(name)
    if name.endswith(UNITS) or kind_of(name, partial(_text, path, view)) is not None:
        found.others.append(path)
    elif name.endswith(".ini") or (sign is not None and _has(whole, sign, view)):
        found.uwsgi.append(path)
    elif name.endswith((".py", ".xml")):
        found.others.append(path)
    elif _has(path, _SECTION, view) and _has(path, _FPM, view):
        found.fpm.append(path)
    return found


def system_units(view: View) -> list[str]:
    """The units of backends in the folders of systemd below a root; of one name, the one that systemd takes."""
    found: dict[str, str] = {}
    for folder in _SYSTEMD:
        try:
            names, here = view.names(folder), view.host(folder)
        except OSError:
            continue
        for name in names:
            full = os.path.join(here, name)  # noqa: PTH118 - the path stays text, as written
            if name.endswith(UNITS) and name not in found and kind_of(name, partial(_text, full, view)) is not None:
                found[name] = full
    return list(found.values())


def look(path: str, exclude: Iterable[str] = (), view: View = MACHINE) -> FolderFiles:
    """The configurations below a folder, in byte order. Hidden folders are skipped, and links are not followed.

    What packagers and editors leave behind is set aside, and so is what a pattern of `exclude` matches. Those below the
    current folder (`.`) have paths relative to it, without `./`.
    """
    found = FolderFiles(main=[], other=[], uwsgi=[], fpm=[], backends=[], maps=[], set_aside={}, unread=[])
    for walked, folders, files in os.walk(path, onerror=found.unread.append):
        folder = below(walked, path)
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=os.fsencode)
        copies = os.path.basename(folder) == "original" and os.path.basename(os.path.dirname(folder)) == "conf"  # noqa: PTH119, PTH120 - text only
        for name in sorted(files, key=os.fsencode):
            full = os.path.join(folder, name)  # noqa: PTH118 - the path stays text, as written
            configuration = name.endswith(".conf") or name == ".htaccess"
            if re.search(_LEFTOVER, name) is not None:
                if ".conf" in name:
                    found.set_aside[full] = "a package manager or an editor left it behind"
            elif configuration and copies:
                found.set_aside[full] = "conf/original holds copies of httpd's own files"
            elif configuration and excluded(full, exclude):
                found.set_aside[full] = "the settings exclude it"
            elif configuration and re.search(_DROP_IN, folder) is not None:
                found.set_aside[full] = "it belongs to a unit of systemd"
            elif name in MAIN:
                found.main.append(full)
            elif kind_of(name, partial(_text, full, view)) is not None:
                found.backends.append(full)
            elif configuration and _has(full, _SECTION, view) and _has(full, _FPM, view):
                found.fpm.append(full)
            elif configuration or (_is_template(full, view) and not excluded(full, exclude)):
                found.other.append(full)
            elif name.endswith(YAML) and _has(full, _MAP, view) and not excluded(full, exclude):
                found.maps.append(full)
            elif (sign := formats.sign(name)) is not None and _is_small(full) and _has(full, sign, view):
                found.uwsgi.append(full)
    return found


def _is_template(path: str, view: View) -> bool:
    """Whether a file is a template of a configuration of httpd, by its name and a line."""
    return presence.is_named(path) and _has(path, _HTTPDS, view)


def _is_small(path: str) -> bool:
    """Whether a file may be a program's configuration, by its size."""
    try:
        return os.path.getsize(path) <= _SIZE  # noqa: PTH202 - the path stays text, as written
    except OSError:
        return False


def below(path: str, top: str) -> str:
    """A path that a walk through `top` gave, as it is shown: without `./` for the current folder."""
    return path[len("./") :] if top == os.curdir else path


def excluded(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern matches a file, or a folder that it is in.

    A pattern with a slash is a path, one without is a name; `*` also stands for slashes.
    """
    for pattern in patterns:
        if "/" in pattern:
            full = os.path.abspath(path)  # noqa: PTH100 - text only
            wanted = os.path.abspath(pattern)  # noqa: PTH100 - text only
            if fnmatchcase(full, wanted) or fnmatchcase(full, f"{wanted}/*"):
                return True
        elif any(fnmatchcase(part, pattern) for part in path.split("/")):
            return True
    return False


def is_part(path: str, view: View = MACHINE) -> bool:
    """Whether a file has what a virtual host's file has."""
    return _has(path, _PART, view)


def seems(path: str, view: View = MACHINE) -> str | None:
    """What a file seems to be that is not a configuration of httpd.

    None for one that may be, for a template, and for one that cannot be read.
    """
    try:
        text = view.read(view.inner(path) or path, path).text
    except (OSError, ValueError):
        return None
    found = None if presence.may_be(path, text) else foreign(text)
    return None if found is None else found.kind


def unreadable(path: str) -> str | None:
    """Why a file cannot be read; None for one that can be."""
    if os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114 - the path stays text, as written
        return f"a link that leads nowhere: {os.readlink(path)}"  # noqa: PTH115 - as above
    if not os.access(path, os.R_OK):
        return "hpatch has no permission to read it"
    return None


def includes(path: str, view: View = MACHINE) -> bool:
    """Whether a file may have an Include."""
    return _has(path, _INCLUDE, view)


def has_include(text: str) -> bool:
    """Whether a text may have an Include."""
    return re.search(_INCLUDE, text) is not None


def home(path: str) -> str | None:
    """The main file that a part belongs to: in its folder or up to two above, also where these have it in `conf`."""
    folder = os.path.dirname(path)  # noqa: PTH120 - the path stays text, as written
    for _ in range(3):
        for name in ("apache2.conf", "httpd.conf", "conf/httpd.conf"):
            main = os.path.join(folder, name)  # noqa: PTH118 - the path stays text, as written
            if main != path and os.path.isfile(main):  # noqa: PTH113 - the path stays text, as written
                return main
        folder = os.path.normpath(os.path.join(folder, os.pardir))  # noqa: PTH118 - the path stays text, as written
        if os.path.basename(os.path.abspath(folder)) == "":  # noqa: PTH100, PTH119 - text only
            break
    return None


def up(path: str, top: str) -> Iterator[str]:
    """The folders that a file is in, the innermost first, up to `top`. The current folder is called ""."""
    top = "" if top == os.curdir else top
    folder = os.path.dirname(path)  # noqa: PTH120 - the path stays text, as written
    while True:
        yield folder
        above = os.path.dirname(folder)  # noqa: PTH120 - the path stays text, as written
        if len(folder) <= len(top.rstrip("/")) or above == folder:
            return
        folder = above


def _text(path: str, view: View) -> str:
    """A file's text; empty for one that cannot be read, which its reader reports."""
    try:
        return view.read(view.inner(path) or path, path).text
    except (OSError, ValueError):
        return ""


def _has(path: str, pattern: str | re.Pattern[str], view: View) -> bool:
    """Whether a file has a line that starts so. False for an unreadable file, which `load` reports."""
    return re.search(pattern, _text(path, view)) is not None
