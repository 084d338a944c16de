"""Follow a whole configuration as httpd reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hpatch.conf.base import Surroundings
from hpatch.conf.modules import Modules
from hpatch.conf.reader import Reader
from hpatch.conf.tree import Configuration
from hpatch.records import NamedTuple
from hpatch.text import Source
from hpatch.versions import Version


class Options(NamedTuple):
    """Facts outside the configuration that decide its conditionals and paths.

    `defines` are all arguments of httpd's `-D` (`NAME` or `NAME=VALUE`). None: they are not known, so an
    `<IfDefine>` of a name that the configuration does not define stays undecided. `environment` supplies the
    variables that the configuration does not define. `modules` are the known modules (None: only those that the
    configuration loads). `server_root` overrides the configuration's. With `check_files`, ServerRoot, `<IfFile>`
    and, if the modules are known, the files of LoadModule are checked on this machine. `main` tells whether the file is
    a main file (None: its name and its content tell), `given` where its files are. `texts` stand for what files have on
    disk, by their real paths: unsaved documents, or texts that are to be tried.
    """

    defines: tuple[str, ...] | None = None
    version: Version | None = None
    modules: Modules | None = None
    environment: Mapping[str, str] = {}
    server_root: str | None = None
    mpm: str | None = None
    check_files: bool = False
    main: bool | None = None
    given: Surroundings = Surroundings()
    texts: Mapping[str, str] = {}


DEFAULTS = Options()


def load(path: str, options: Options = DEFAULTS) -> Configuration:
    """Read a configuration from its main file. A file named `.htaccess` is read as such.

    The faults found, unreadable files included, are in the result's `problems`.
    """
    reader = _reader(path, options)
    reader.root_file(path, htaccess=os.path.basename(path) == ".htaccess")  # noqa: PTH119 - the path stays text, as written
    return reader.finish()


def load_source(source: Source, options: Options = DEFAULTS) -> Configuration:
    """Read a configuration whose main file is this text, such as what comes through the standard input."""
    reader = _reader(source.name, options)
    reader.source(source, source.name, htaccess=os.path.basename(source.name) == ".htaccess")  # noqa: PTH119 - the path stays text, as written
    return reader.finish()


def load_text(text: str, options: Options = DEFAULTS, name: str = "test.conf") -> Configuration:
    """Read a configuration from a text (for tests, examples and editors).

    The text is a main file, unless `options` or the name `.htaccess` say otherwise.
    """
    if options.main is None:
        options = options._replace(main=os.path.basename(name) != ".htaccess")  # noqa: PTH119 - the path stays text, as written
    return load_source(Source(name, text), options)


def _reader(path: str, options: Options) -> Reader:
    modules = Modules() if options.modules is None else options.modules.copy()
    if not modules.complete:
        modules.mpm = options.mpm
    configuration = Configuration(path, modules, options.version, options.mpm)
    return Reader(
        configuration,
        server_root=options.server_root,
        given=options.given,
        environment=options.environment,
        defines=options.defines,
        check_files=options.check_files,
        main=options.main,
        texts=options.texts,
    )
