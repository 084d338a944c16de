"""Names of files as others want them: from the root of what was linted."""

from __future__ import annotations

import os.path


def relative(file: str, root: str) -> str | None:
    """The path from `root`; None for a file that is not under it."""
    path = absolute(file, root)
    inside = absolute(root, root).rstrip("/") + "/"
    return path.removeprefix(inside) if path.startswith(inside) else None


def absolute(file: str, root: str) -> str:
    """The path from the top; a relative name is taken from `root`."""
    return os.path.abspath(os.path.join(root, file))  # noqa: PTH100, PTH118 (names are bytes, not paths to follow)
