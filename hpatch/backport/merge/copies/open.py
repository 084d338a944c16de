"""Which kind of working copy a folder is."""

from __future__ import annotations

import os
from pathlib import Path

from hpatch.backport.merge.copies.git import GitCopy
from hpatch.backport.merge.copies.model import WorkingCopy
from hpatch.backport.merge.copies.svn import SvnCopy


def open_copy(root: Path) -> WorkingCopy:
    """The working copy whose top is `root`. Raises InputError for what is none."""
    if (root / ".svn").is_dir() and not os.path.lexists(root / ".git"):
        return SvnCopy(root)
    return GitCopy(root)
