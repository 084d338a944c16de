"""Options in the environment: `UWSGI_HTTP_SOCKET=:80` is `http-socket = :80` (`parse_sys_envs` of `core/utils.c`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

PREFIX = "UWSGI_"
_OWN = frozenset(
    """UWSGI_RELOADS UWSGI_VASSALS_DIR UWSGI_EMPEROR_FD UWSGI_BROODLORD_NUM UWSGI_EMPEROR_FD_CONFIG UWSGI_EMPEROR_PROXY
    UWSGI_JAIL_PID UWSGI_ORIGINAL_PROC_NAME""".split()
)
"""Variables by which uWSGI speaks to its own processes."""


def options(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The name of each variable that is an option, and the option's."""
    for name in names:
        if name.startswith(PREFIX) and name not in _OWN:
            yield name, name.removeprefix(PREFIX).lower().replace("_", "-")
