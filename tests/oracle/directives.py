"""Ask a real httpd what it says of directives: it reads and executes each configuration of thousands in one process.

`Judge` starts one httpd with every module that is installed beside it, and a module of our own (`mod_verdict.c`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.oracle.httpd import Asked

SERVER = -1
"""A server's configuration, instead of what AllowOverride leaves to a .htaccess file."""

OVERRIDES = {"None": 0, "Limit": 1, "Options": 2, "FileInfo": 4, "AuthConfig": 8, "Indexes": 16, "All": 31}
"""The words of AllowOverride, as httpd's bits."""


class Refusal(NamedTuple):
    """Why httpd refuses a configuration, and the line of the directive; 0 where it names none.

    A message of "httpd ended" is a crash, an exit or a wait of 20 seconds: no verdict.
    """

    line: int
    message: str


class Command(NamedTuple):
    """A directive of httpd's, by its module's table: `contexts` are `req_override`, `form` is a `cmd_how`."""

    name: str
    module: str
    contexts: int
    form: int


class Judge(Asked):
    """A running httpd that executes configurations, each by itself.

    It serves nothing: hooks that run behind the directives (check_config, open_logs, post_config) do not run, and ports
    are not opened. Files that arguments name are looked for where httpd does so while it executes directives.
    """

    def __init__(self, work: Path, environment: Mapping[str, str]) -> None:
        super().__init__(work, environment, "mod_verdict.c")
        self.commands = [Command(*command) for command in self.lines()]
        """All directives, the sections as `<Name`, in httpd's order; a name of several modules more than once."""
        self.modules = frozenset(command.module for command in self.commands)
        """The source files of the modules that have directives."""

    def verdict(self, text: str, override: int = SERVER) -> Refusal | None:
        """What httpd says of a configuration, or of a .htaccess file with an override: None if it accepts it."""
        data = text.encode("utf-8", "surrogateescape")
        self.ask(b"%d %d\n" % (override, len(data)) + data)
        answer = json.loads(self.line().decode("utf-8", "surrogateescape"))
        return None if answer is None else Refusal(*answer)
