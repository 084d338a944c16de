"""Follow a whole configuration as httpd reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from hpatch.conf.modules import Modules
from hpatch.conf.reader import Reader
from hpatch.conf.tree import Configuration
from hpatch.text import Source
from hpatch.versions import Version


class Options(NamedTuple):
    """What decides a conditional or a path and is not in the configuration.

    `defines` are those of httpd's `-D`, all of them (`NAME` or `NAME=VALUE`); None: not known, so that an
    `<IfDefine>` of something that the configuration does not define stays undecided. `environment` is what
    `${}` falls back to; `modules` what is known of the modules (None: only what the configuration loads);
    `server_root` overrides the configuration's; `check_files` tells to hold ServerRoot, `<IfFile>` and, where
    the modules are known, LoadModule's files against this machine.
    """

    defines: tuple[str, ...] | None = None
    version: Version | None = None
    modules: Modules | None = None
    environment: Mapping[str, str] = {}
    server_root: str | None = None
    mpm: str | None = None
    check_files: bool = False


DEFAULTS = Options()


def load(path: str, options: Options = DEFAULTS) -> Configuration:
    """Read a configuration from its main file, or a `.htaccess` by that name.

    What is wrong with it, an unreadable file included, is in the result's `problems`.
    """
    reader = _reader(path, options)
    reader.root_file(path, htaccess=os.path.basename(path) == ".htaccess")  # noqa: PTH119 - the path stays text, as written
    return reader.finish()


def load_text(text: str, options: Options = DEFAULTS, name: str = "test.conf") -> Configuration:
    """Read a configuration from a text (for tests, examples and editors)."""
    reader = _reader(name, options)
    reader.source(Source(name, text), name, htaccess=os.path.basename(name) == ".htaccess")  # noqa: PTH119 - the path stays text, as written
    return reader.finish()


def _reader(path: str, options: Options) -> Reader:
    modules = Modules() if options.modules is None else options.modules.copy()
    configuration = Configuration(path, modules, options.version, options.mpm)
    return Reader(
        configuration,
        server_root=options.server_root,
        environment=options.environment,
        defines=options.defines,
        check_files=options.check_files,
    )
