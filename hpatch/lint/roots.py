"""The configurations that a path on the command line stands for: one, or all in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable

from hpatch.conf.load import Options, load
from hpatch.conf.modules import Modules
from hpatch.conf.parts import MAIN
from hpatch.conf.tree import Configuration
from hpatch.conf.view import RealPaths, Rooted, View, view_of
from hpatch.conf.walk import names
from hpatch.errors import InputError, UsageError
from hpatch.lint import folder as folders
from hpatch.lint.engine.root import Root
from hpatch.lint.folder import BackendFiles, FolderFiles
from hpatch.records import NamedTuple
from hpatch.text import Source

STDIN = "<stdin>"
"""How the standard input is shown."""


class NotRead(NamedTuple):
    """A configuration in a given folder that was not read. `seems` says what it seems to be, if it is not httpd's.

    It was `passed_over` if nothing says that it should not be read: no configuration includes it, that is all.
    """

    name: str
    reason: str
    passed_over: bool = False
    seems: str | None = None


class _Chosen(NamedTuple):
    """The roots among a folder's files, with the configurations that had to be read to tell."""

    files: list[str]
    read: dict[str, Configuration]


def standard_input(text: str, name: str | None, options: Options, *, environment: bool = True) -> Root:
    """The configuration that comes through the standard input, as if it were the file of this name."""
    source = Source(name or STDIN, text)
    return Root(path=source.name, options=_options(source.name, options, environment), source=source)


def located(path: str, root: str | None) -> str:
    """The path on this machine of a path that may be one below `root`. Raises UsageError for one that is neither."""
    if root is None:
        return path
    view = Rooted(root)
    if view.inner(path) is not None:
        return path
    if path.startswith("/"):
        try:
            return view.host(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be read below {root}: {error.strerror}") from None
    raise UsageError(f"{path}: is not below the root {root}")


def roots(
    path: str, options: Options, *, environment: bool = True, exclude: Iterable[str] = (), parts: bool = True
) -> list[Root]:
    """The configurations that a path stands for.

    A file is one, whatever it is called. In a folder, they are the files called `apache2.conf` or `httpd.conf`, at any
    depth, and with `parts` beside them the virtual hosts' files that none of them includes; where there is no main
    file, all `*.conf` and `.htaccess` files, and templates of such files; in both cases without those that another of
    them includes, without leftovers (`hpatch.lint.folder`), and without what a pattern of `exclude` matches. Files
    of uWSGI in any of its formats, `*.conf` with pools of PHP-FPM, and those of other backends go with the
    configurations nearest above or beside them. With `environment`, an `envvars` beside a main file is what it gets for
    its environment; so do the parts that belong to it. Raises InputError for a folder without any, and for one that
    cannot be looked into, unless it belongs to a configuration: then its includes tell. A path that does not exist is a
    root that cannot be read.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - text as given, also in what follows
        mounted = _mounted(path, options) if path.endswith(folders.YAML) else []
        return mounted or [Root(path=path, options=_options(path, options, environment))]
    options = options._replace(given=options.given._replace(tree=path))
    found = folders.look(path, exclude, _view(options))
    homes = {os.path.dirname(file) for file in found.main}  # noqa: PTH120 - the path stays text, as written
    for error in found.unread:
        unread = os.path.join(folders.below(error.filename, path), "")  # noqa: PTH118 - the path stays text, as written
        if homes.isdisjoint(folders.up(unread, path)):
            raise _unreadable(error)
    chosen = _outermost(found.main or found.other, options, environment)
    mounted = [root for file in found.maps for root in _mounted(file, options)]
    if not chosen.files and mounted:
        return mounted
    if not chosen.files:
        raise InputError(f"{path}: no configuration in this folder (apache2.conf, httpd.conf or *.conf)")
    if found.main and parts:
        chosen = _with_parts(chosen, found.other, options, environment)
    instances = _nearest(found.uwsgi, chosen.files, path)
    pools = _nearest(found.fpm, chosen.files, path)
    others = _nearest(_services(found.backends), chosen.files, path)
    return [
        Root(
            path=file,
            options=_options(file, options, environment),
            uwsgi=tuple(instances.get(file, ())),
            fpm=tuple(pools.get(file, ())),
            backends=tuple(others.get(file, ())),
            configuration=chosen.read.get(file) if len(chosen.read) == 1 else None,
        )
        for file in chosen.files
    ] + mounted


def not_read(path: str, read: Iterable[str], exclude: Iterable[str] = ()) -> list[NotRead]:
    """The configurations in a folder that were not read, by name. `read` are the names of those that were, and of the
    links to them.

    A file has none. Folders that cannot be looked into are left out.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - the path stays text, as written
        return []
    real_path = RealPaths()
    real = {real_path(name) for name in read}
    found = folders.look(path, exclude)
    reasons = {**dict.fromkeys(found.main, "another configuration includes it"), **found.set_aside}
    left = [NotRead(name=name, reason=why) for name, why in reasons.items() if real_path(name) not in real]
    left += [_unnamed(name) for name in found.other if real_path(name) not in real]
    return sorted(left)


def _unnamed(path: str) -> NotRead:
    """A file that no Include names. One in Debian's `sites-available` and its like is not enabled: that is meant."""
    seems = folders.seems(path)
    why = "no Include names it, and it has neither a virtual host nor a proxy"
    if (unreadable := folders.unreadable(path)) is not None:
        why = unreadable
    elif seems is not None:
        why = f"no Include names it, and it looks like {seems}"
    disabled = os.path.basename(os.path.dirname(path)).endswith("-available")  # noqa: PTH119, PTH120 - text only
    return NotRead(name=path, reason=why, passed_over=not disabled, seems=seems)


def instances(path: str) -> list[str]:
    """The uWSGI files that a path stands for: the file itself, or those of uWSGI in the folder.

    Raises InputError for a folder without such files, and for a folder that cannot be read.
    """
    folder = _folder(path)
    if folder is None:
        return [path]
    if not folder.uwsgi:
        raise InputError(f"{path}: no file of uWSGI in this folder (*.ini with [uwsgi], *.yaml, *.json, *.xml)")
    return folder.uwsgi


def pools(path: str) -> list[str]:
    """The files of PHP-FPM that a path stands for: the file itself, or the folder's `*.conf` files with pools.

    Raises InputError for a folder without such files, and for a folder that cannot be read.
    """
    folder = _folder(path)
    if folder is None:
        return [path]
    if not folder.fpm:
        raise InputError(f"{path}: no *.conf file with a pool of PHP-FPM in this folder")
    return folder.fpm


def backends(path: str) -> BackendFiles:
    """The files of backends that a path stands for: the file itself, or those in the folder, each with its kind.

    Raises InputError for a folder without such files or that cannot be read, and for a file of no known kind.
    """
    folder = _folder(path)
    if folder is None:
        found = folders.backend(path)
    else:
        found = BackendFiles(uwsgi=folder.uwsgi, fpm=folder.fpm, others=folder.backends)
    if not any(found) and not os.path.exists(path):  # noqa: PTH110 - the path stays text, as written
        raise InputError(f"{path}: cannot be read: No such file or directory")
    if not any(found):
        raise InputError(
            f"{path}: not a backend's configuration that hpatch knows (a unit of systemd, uWSGI, PHP-FPM, gunicorn, "
            "Tomcat's server.xml)"
        )
    return found._replace(others=_services(found.others))


def _folder(path: str) -> FolderFiles | None:
    """The files in a folder; None for a path that is none. Raises InputError for one that cannot be read."""
    if not os.path.isdir(path):  # noqa: PTH112 - the path stays text, as written
        return None
    folder = folders.look(path)
    if folder.unread:
        raise _unreadable(folder.unread[0])
    return folder


def below_root(root: str | None) -> list[str]:
    """The units of backends below a root, each socket unit's service in its place."""
    return [] if root is None else _services(folders.system_units(Rooted(root)))


def _services(paths: list[str]) -> list[str]:
    """Files of backends, each socket unit's service in its place."""
    if not paths:
        return []
    from hpatch.backends.systemd.service import service_of  # few have one

    return list(dict.fromkeys(map(service_of, paths)))


def _view(options: Options) -> View:
    return view_of(options.given.root, options.texts)


def _unreadable(error: OSError) -> InputError:
    return InputError(f"{error.filename}: cannot be read: {error.strerror}")


def in_tree(root: Root, own: str, mains: dict[str, Configuration], *, environment: bool = True) -> Root:
    """A part of a configuration with the modules of the main file that reads it.

    That is the main file of the tree in which it lies or, if this one does not read it, `own`. A part that neither
    reads stays as it is: what enables it may load more modules. `mains` keeps the main files that have been read.
    """
    if root.source is not None or os.path.basename(root.path) in (*MAIN, ".htaccess"):  # noqa: PTH119 - as above
        return root
    for main in dict.fromkeys((root.options.given.home, own)):
        if main is None or not os.path.isfile(main):  # noqa: PTH113 - the path stays text, as written
            continue
        if main not in mains:
            options = root.options._replace(given=root.options.given._replace(home=main))
            mains[main] = load(main, _options(main, options, environment))
        configuration = mains[main]
        known = configuration.modules
        undecided = set(known.paths) - known.loaded_at.keys() - known.names
        if not names.listed(configuration) or undecided or not _reads(configuration, root.path):
            continue
        modules = Modules({*known.names, *known.loaded_at}, complete=True, static=known.static)
        options = root.options._replace(modules=modules, mpm=root.options.mpm or configuration.mpm)
        return root._replace(options=options, configuration=None)
    return root


def _reads(configuration: Configuration, path: str) -> bool:
    real = os.path.realpath(path)
    return any(os.path.realpath(file.name) == real for file in configuration.files)


def _options(path: str, options: Options, environment: bool) -> Options:
    """The options for a file: with the main file that it belongs to, and that one's environment."""
    name = os.path.basename(path)  # noqa: PTH119 - the path stays text, as written
    main: str | None = path
    if name not in MAIN:
        main = None if name == ".htaccess" else folders.home(path)
        options = options._replace(given=options.given._replace(home=main))
    if main is None or not environment:
        return options
    beside = os.path.join(os.path.dirname(main), "envvars")  # noqa: PTH118, PTH120 - the path stays text, as written
    view = _view(options)
    try:
        beside = view.host(view.inner(beside) or beside)
    except OSError:
        return options
    if not os.path.isfile(beside):  # noqa: PTH113 - the path stays text, as written
        return options
    from hpatch.conf import envvars  # most have none

    return options._replace(environment=envvars.read(beside))


def _outermost(files: list[str], options: Options, environment: bool) -> _Chosen:
    """The files that no other file includes. Of files that include each other, the first; no file twice by links."""
    by_real: dict[str, str] = {}
    real_path, view = RealPaths(), _view(options)
    for file in files:
        by_real.setdefault(real_path(file), file)
    read: dict[str, Configuration] = {}
    includes = {}
    if len(by_real) > 1:
        for real, file in by_real.items():
            if folders.includes(file, view):
                read[file] = load(file, _options(file, options, environment))
                includes[real] = {real_path(name) for name in read[file].sources} - {real}
    included = set().union(*includes.values())
    chosen = [real for real in by_real if real not in included]
    covered = set(chosen).union(*(includes.get(real, ()) for real in chosen))
    for real in by_real:
        if real not in covered:
            chosen.append(real)
            covered |= {real, *includes.get(real, ())}
    wanted = set(chosen)
    return _Chosen([file for real, file in by_real.items() if real in wanted], read)


def _with_parts(mains: _Chosen, others: list[str], options: Options, environment: bool) -> _Chosen:
    """The main files, and the parts that none of them includes."""
    if not others:
        return mains
    read = dict(mains.read)
    for file in mains.files:
        if file not in read:
            read[file] = load(file, _options(file, options, environment))
    real, view = RealPaths(), _view(options)
    included = {real(name) for file in mains.files for name in read[file].sources}
    parts = [file for file in others if real(file) not in included and folders.is_part(file, view)]
    alone = _outermost(parts, options, environment)
    return _Chosen([*mains.files, *alone.files], read)


def _mounted(path: str, options: Options) -> list[Root]:
    """The configurations in the ConfigMaps of a YAML file: each of their files that no other one includes."""
    from hpatch.conf import configmap  # few have one

    try:
        view = _view(options)
        texts = configmap.files(view.read(view.inner(path) or path, path))
    except (OSError, ValueError):
        return []  # `load` reports it
    options = options._replace(given=options.given._replace(mounted=texts))
    mains = [one for one in texts.values() if one.is_httpds]
    roots = [Root(path=f"{path}/{one.name}", options=options) for one in mains]
    including = [root for root, one in zip(roots, mains, strict=True) if folders.has_include(one.text.text)]
    included = set().union(*(_frames(load(root.path, options)) - {root.path} for root in including))
    return [root for root in roots if root.path not in included] or roots[:1]


def _frames(configuration: Configuration) -> set[str]:
    """The files that its directives come from, as httpd names them."""
    return {node.frame.name for node in configuration.walk()}


def _nearest(instances: Iterable[str], chosen: Iterable[str], top: str) -> dict[str, list[str]]:
    """For each root, the backends' files whose nearest folder with a root contains that root."""
    holders: dict[str, list[str]] = {}
    for root in chosen:
        for folder in folders.up(root, top):
            holders.setdefault(folder, []).append(root)
    found: dict[str, list[str]] = {}
    for instance in instances:
        for folder in folders.up(instance, top):
            if folder in holders:
                for root in holders[folder]:
                    found.setdefault(root, []).append(instance)
                break
    return found
