"""LoadModule lines whose file does not have the module that they name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve, unix
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import objects

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_so.html#loadmodule"


@rule("CF062", "module-misnamed", "error", references=(_MANUAL,))
def module_misnamed(context: Context) -> Iterator[Found]:
    """The file that LoadModule names does not have the module that it names.

    httpd refuses to start: "Can't locate API module structure". The first word is the module's identifier, such as
    `ssl_module`, not the name of its file.

    The rule knows the identifiers of httpd's own modules by the names of their files. With `--httpd`, it also looks
    into the files on this machine, those of other modules included.

    Write the identifier of the file's module, or name the module's file.

    Fires on::

        LoadModule mod_ssl modules/mod_ssl.so

    Write instead::

        LoadModule ssl_module modules/mod_ssl.so

    Silent on (a module that is not httpd's)::

        LoadModule security2_module modules/mod_security2.so

    Source: load_module (mod_so.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    for name, place in configuration.modules.loaded_at.items():
        path = configuration.modules.paths.get(name, "")
        if not path or "${" in name or "${" in path or name in configuration.modules.static:
            continue
        known = _identifiers().get(posixpath.basename(unix(path)))
        says = _fault(configuration, name, path, known)
        if says is not None:
            yield Found(
                place,
                f"{says}: httpd refuses to start",
                help="Write the module's identifier, or name its file."
                if known in (None, name)
                else f"Write LoadModule {known} {path}",
                confidence=None if configuration.check_files else "medium",
            )


def _fault(configuration: Configuration, name: str, path: str, known: str | None) -> str | None:
    """What is wrong with a line: by the file on this machine, or else by the file's name."""
    if configuration.check_files:
        full = resolve(configuration.server_root, path)
        there = objects.is_object(full)
        if there is False:
            return f'"{full}" is not a module'
        own = known is not None and known != name and there and not objects.lacks(full, known)
        return f'"{full}" has no module "{name}"' if own or (there and objects.lacks(full, name)) else None
    return None if known in (None, name) else f'"{path}" has the module {known}, not "{name}"'


@cache
def _identifiers() -> dict[str, str]:
    """httpd's own modules by the names of their files: by those of their sources, and mod_ldap.so of util_ldap.c."""
    from hpatch.facts import modules

    found = {}
    for module in modules.everything():
        for stem in (module.source, f"mod_{module.identifier.removesuffix('_module')}"):
            found[f"{stem}.so"] = module.identifier
    return found
