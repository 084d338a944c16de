"""Repositories and sources for the tests of sources."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from hpatch.patch.diff.blob import blob_id
from hpatch.patch.diff.fingerprint import canonical, fingerprint
from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.read import read
from hpatch.patch.sets.model import SetRevision

URL = "https://svn.example.org/repos/asf/httpd/httpd"
UUID = "13f79535-47bb-0310-9956-ffa450edef68"

BEFORE = b"".join(b"line %d\n" % number for number in range(1, 21))
AFTER = BEFORE.replace(b"line 10\n", b"line ten\n")
DIFF = (
    b"diff --git a/modules/a.c b/modules/a.c\n--- a/modules/a.c\n+++ b/modules/a.c\n@@ -7,7 +7,7 @@\n"
    b" line 7\n line 8\n line 9\n-line 10\n+line ten\n line 11\n line 12\n line 13\n"
)


Make = Callable[..., SetRevision]
"""Makes revision 5, which turns BEFORE into AFTER, with changes."""


def as_checked(data: bytes) -> Diff:
    """Revision 5's diff as a source that was checked gives it."""
    return canonical(read(data, "r5"))


def make(**changes: object) -> SetRevision:
    """Revision 5."""
    made = SetRevision(
        number=5,
        commit=None,
        parent=None,
        patch_id=fingerprint(as_checked(DIFF)),
        files=("modules/a.c",),
        blobs=(blob_id(BEFORE),),
    )
    return made._replace(**changes)  # type: ignore[arg-type]


class Repository:
    """A git repository whose commits carry git-svn-id lines, as a mirror's do: a new one, or one that is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.exists():
            folder.mkdir()
            self.git("init", "--quiet", "--initial-branch=trunk")

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git in it."""
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
        }
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, env=env, input=stdin, check=True, capture_output=True
        ).stdout

    def commit(self, number: int | None, files: dict[str, bytes | None], line: str = "trunk") -> str:
        """Write files (None: delete), and commit them as a revision of Subversion; the commit."""
        for path, content in files.items():
            file = self.folder / path
            if content is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        self.git("add", "--all")
        where = "trunk" if line == "trunk" else f"branches/{line}"
        told = "" if number is None else f"\n\ngit-svn-id: {URL}/{where}@{number} {UUID}\n"
        self.git("commit", "--quiet", "--allow-empty", "--message", f"change{told}")
        return self.git("rev-parse", "HEAD").decode().strip()


class Told:
    """A source that gives what it was told to, and counts."""

    name = "told"

    def __init__(self, diff: bytes = DIFF, before: bytes | None = BEFORE) -> None:
        self.given = diff
        self.file = before
        self.asked = 0

    def diff(self, revision: SetRevision) -> bytes:
        self.asked += 1
        return self.given

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        self.asked += 1
        return self.file

    def files(self, names: Collection[str]) -> dict[str, bytes]:
        return {}

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> None:
        return None
