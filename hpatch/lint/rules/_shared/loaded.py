"""Whether the modules that httpd loads are known for certain, those of other people included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.conf.walk.names import listed, strangers

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration


_MOST = 100
"""More modules than an httpd loads. `--modules all` names every module of httpd, and leaves out other people's."""


def httpd_only(configuration: Configuration) -> bool:
    """Whether httpd surely loads its own modules only, and which."""
    return len(configuration.modules.names) < _MOST and listed(configuration) and not strangers(configuration)
