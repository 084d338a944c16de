"""What a bundle does not tell of the machine: where things lie, who the user is, what the host is called."""

from __future__ import annotations

import os
import pwd
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_SESSION = re.compile(r"/[\w./+-]*?/hpatch-[0-9a-f]{12}(?![\w-])")
_HOMES = re.compile(r"/(?:home|Users)/[^/\s\"':,;]+")
_COMMON = frozenset(
    "root www-data nobody daemon apache apache2 httpd nginx proxy user admin test build builder debian ubuntu fedora "
    "localhost web server host event worker http main local linux".split()
)
"""Names that tell nothing of anybody, and are words of httpd's."""
_SHORTEST = 3


class Mask:
    """Replaces private words; `places` are folders and what stands for them (`TREE`)."""

    def __init__(self, places: Mapping[Path, str]) -> None:
        folders = {str(path): word for place, word in places.items() for path in (place.absolute(), place.resolve())}
        home = Path(os.environ.get("HOME") or "/").absolute()
        for path in (home, _home()):
            if path is not None:
                folders.setdefault(str(path), "~")
        self._patterns = [
            (_folder(path), word)
            for path, word in sorted(folders.items(), key=lambda item: -len(item[0]))
            if path != "/"
        ]
        self._patterns += [(_SESSION, "SESSION"), (_HOMES, "~")]
        self._patterns += [
            (re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.I), word)
            for name, word in _names()
            if len(name) >= _SHORTEST and name.lower() not in _COMMON
        ]

    def text(self, text: str) -> str:
        """A text without them."""
        for pattern, word in self._patterns:
            text = pattern.sub(word, text)
        return text

    def data(self, data: Any) -> Any:
        """The same for each text in JSON's data; names of fields stay."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            return {name: self.data(one) for name, one in data.items()}
        if isinstance(data, list | tuple):
            return [self.data(one) for one in data]
        return data


def _folder(path: str) -> re.Pattern[str]:
    """The folder itself and what lies below it, also after `-I`; one directly below / not as the end of another."""
    before = "" if path.count("/") > 1 else r"(?:(?<![\w./-])|(?<=-[ILBo]))"
    return re.compile(rf"{before}{re.escape(path)}(?![\w.+-]*\w)")


def _home() -> Path | None:
    with suppress(KeyError):
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    return None


def _names() -> Iterator[tuple[str, str]]:
    host = socket.gethostname()
    yield host, "HOST"
    yield host.partition(".")[0], "HOST"
    with suppress(KeyError):
        yield pwd.getpwuid(os.getuid()).pw_name, "USER"
    for variable in ("USER", "LOGNAME", "SUDO_USER"):
        yield os.environ.get(variable, ""), "USER"
