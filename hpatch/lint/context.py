"""All that a rule may look at. Nothing in it is to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.conf.tree import Configuration
from hpatch.versions import Version

if TYPE_CHECKING:
    from hpatch.proxy.model import Proxy
    from hpatch.uwsgi.model import Instance


class Context:
    """One configuration, what mod_proxy would make of it, and the uWSGI instances given with it.

    `uwsgi_version` is the version that those instances run; None when it is not known. `environment` tells whether
    httpd's environment is known.
    """

    __slots__ = ("configuration", "environment", "proxy", "uwsgi", "uwsgi_version")

    def __init__(
        self,
        configuration: Configuration,
        proxy: Proxy,
        uwsgi: tuple[Instance, ...] = (),
        uwsgi_version: Version | None = None,
        environment: bool = False,
    ) -> None:
        self.configuration = configuration
        self.proxy = proxy
        self.uwsgi = uwsgi
        self.uwsgi_version = uwsgi_version
        self.environment = environment

    @property
    def version(self) -> Version | None:
        """The httpd version that is linted for; None when it is not known."""
        return self.configuration.version

    def before(self, version: str) -> bool:
        """Whether httpd is known to be older than `version`."""
        return self.version is not None and self.version < Version.parse(version)

    def maybe_before(self, version: str) -> bool:
        """Whether httpd is older than `version`, or may be."""
        return self.version is None or self.version < Version.parse(version)
