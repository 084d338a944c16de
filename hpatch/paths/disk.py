"""This machine's files, as httpd would find them."""

from __future__ import annotations

import os
import stat

from hpatch.paths.model import FileKind


class Machine:
    """This machine's files. What may not be looked at is not known."""

    def kind(self, path: str) -> FileKind | None:
        """What stands at an absolute path, links followed; None: not known."""
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - the path stays text, as written
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return FileKind.NOTHING
        except OSError:
            return None
        return FileKind.FILE if stat.S_ISREG(mode) else FileKind.FOLDER if stat.S_ISDIR(mode) else None
