"""Which files fixes may change: those that the given paths stand for."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

from hpatch.lint.engine.root import Root


class Reach:
    """The files and folders that were given: a folder stands for the files in it, a file for itself.

    A main file stands for its configuration: the files in its folder, and of `ServerRoot/conf/httpd.conf` those in
    ServerRoot. All of it is behind links: a file is changed where it is, and only if that is in what was given.
    """

    def __init__(self, paths: Iterable[str], roots: Iterable[Root], parts: Collection[str]) -> None:
        self.tops: list[str] = []
        self._files: dict[str, str] = {}
        self._config_maps = {os.path.dirname(root.path) for root in roots if root.options.given.mounted}  # noqa: PTH120 - the path stays text, as written
        mains = {root.path for root in roots if root.source is None and root.path not in parts}
        for path in paths:
            real = os.path.realpath(path)
            if os.path.isdir(real):  # noqa: PTH112 - the path stays text, as written
                self.tops.append(real)
                continue
            self._files[real] = os.path.dirname(real)  # noqa: PTH120 - the path stays text, as written
            if path in mains and os.path.basename(path) != ".htaccess":  # noqa: PTH119 - the path stays text, as written
                self.tops.append(_home(real))

    def top(self, path: str) -> str | None:
        """The folder within which a file, by its path without links, may be replaced; None where it may not."""
        holders = [top for top in self.tops if path.startswith(top.rstrip("/") + "/")]
        return min(holders, key=len, default=self._files.get(path))

    def bar(self, name: str) -> str | None:
        """Why a file must not be changed; None if it may."""
        if name in self._config_maps:
            return "hpatch does not change ConfigMaps"
        path = os.path.realpath(name)
        if not os.path.isfile(path):  # noqa: PTH113 - the path stays text, as written
            return "it is not a regular file"
        if self.top(path) is None:
            return "the file is outside the given paths"
        return None if os.access(path, os.W_OK) else "the file is write-protected"


def _home(main: str) -> str:
    folder = os.path.dirname(main)  # noqa: PTH120 - the path stays text, as written
    return os.path.dirname(folder) if os.path.basename(folder) == "conf" else folder  # noqa: PTH119, PTH120 - the same
