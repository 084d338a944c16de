"""What is linted as one: a configuration and what belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.conf.load import Options, load, load_source
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.checked import SyntaxCheck
    from hpatch.conf.tree import Configuration
    from hpatch.text import Source


class Root(NamedTuple):
    """A configuration to lint: its main file, the options for its conditionals, and the files of backends.

    `checked` is what httpd's own syntax check said of it, if it was run.
    `configuration` is given if it has been read already, with these options. `source` is the main file's text, if it is
    no file.
    """

    path: str
    options: Options = Options()
    uwsgi: tuple[str, ...] = ()
    fpm: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    checked: SyntaxCheck | None = None
    configuration: Configuration | None = None
    source: Source | None = None


def read(root: Root) -> Configuration:
    """The configuration of a root."""
    return load(root.path, root.options) if root.source is None else load_source(root.source, root.options)
