"""What httpd refuses when it executes the directives that it has read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from hpatch.facts import names
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition, Configuration, Node
    from hpatch.text import Place

Kind = Literal["name", "module", "context", "arguments", "value", "expression"]

_CONDITION = re.compile(r"""<(?:IfVersion\b|IfModule\s+["']?!?(?P<module>[^\s"'>]+))""", re.I)


class Refused(NamedTuple):
    """A directive that httpd refuses, and what is wrong with it.

    `certain` is False if the module list or httpd's version is not known, and an httpd may accept the directive.
    `near` is the name that a misspelt one is most likely meant to be.
    """

    node: Node
    kind: Kind
    place: Place
    message: str
    help: str | None = None
    certain: bool = True
    near: str | None = None


def consequence(configuration: Configuration) -> str:
    """What httpd does with a configuration that it refuses. It reads a .htaccess file for each request."""
    if configuration.root.endswith(".htaccess"):
        return "httpd answers requests there with status 500"
    return "httpd refuses to start"


def walked(node: Node) -> bool:
    """Whether the facts tell what the httpd that executes a directive knows of it.

    Not inside another module's section, which may hold anything (`<Perl>` holds Perl); nor inside an undecided
    conditional for an httpd of another version, or for a module that is not httpd's.
    """
    if any(names.spelling(section.key) is None for section in node.ancestors()):
        return False
    return not any(map(_another, node.conditions))


def _another(condition: Condition) -> bool:
    match = _CONDITION.match(condition.text)
    if match is None:
        return False
    module = match["module"]
    return module is None or (names.identifier(module.removesuffix(".c")) is None and names.source(module) is None)
