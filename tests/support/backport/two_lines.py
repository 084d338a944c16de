"""A small mirror of a Subversion repository in git: trunk and 2.4.x, with made-up revisions of every kind."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.backport.status_text import TEXT

_ID = "git-svn-id: https://svn.apache.org/repos/asf/httpd/httpd/{}@{} 13f79535-47bb-0310-9956-ffa450edef68"
ENVIRONMENT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": "/usr/bin:/bin"}


def lines(prefix: str, changed: Mapping[int, str | None] | None = None, count: int = 40) -> bytes:
    """A file of numbered lines, some of them others or gone."""
    some = {number: f"{prefix} {number};" for number in range(1, count + 1)} | dict(changed or {})
    return "".join(f"{line}\n" for line in some.values() if line is not None).encode()


A, B, C = "modules/proxy/mod_a.c", "modules/proxy/mod_b.c", "modules/http2/h2_c.c"
MANUAL = "docs/manual/mod/mod_a.xml"
BASE = {
    A: lines("a"),
    B: lines("b"),
    MANUAL: lines("page"),
    "CHANGES": b"Changes with Apache 2.5.0\n\n  *) trunk: Old.  [Ann]\n",
    "STATUS": b"trunk\n",
}
GONE = {21: None, 22: None, 23: None}
CHANGES = b"Changes with Apache 2.4.9\n\n  *) core: Older.  [Bob]\n\nChanges with Apache 2.4.8\n"


class Commit(NamedTuple):
    """A revision: where, its number, message and files (None: it goes)."""

    line: str
    number: int
    message: str
    files: Mapping[str, bytes | None]


HISTORY = (
    Commit("trunk", 1800001, "Start.", BASE),
    Commit(
        "2.4.x",
        1800002,
        "Branch.",
        {"STATUS": TEXT.encode(), "CHANGES": CHANGES, B: lines("b", {10: "own;", 22: None})},
    ),
    Commit(
        "trunk",
        1950001,
        "mod_a: Fix the first thing.\n\nIt was broken.\n\nPR: 60001\nSubmitted by: Cid <cid example org>",
        {A: lines("a", {5: "fixed;"}), "CHANGES": BASE["CHANGES"][:27] + b"  *) mod_a: Fix it. PR 60001.  [Cid]\n\n"},
    ),
    Commit("trunk", 1950002, "Follow up to r1950001: fix the comment.", {A: lines("a", {5: "fixed; /* so */"})}),
    Commit("trunk", 1950003, "* modules/proxy/mod_b.c (b): Some is gone on the branch.", {B: lines("b", GONE)}),
    Commit("trunk", 1950004, "over a change of the branch", {B: lines("b", {10: "other;", **GONE})}),
    Commit("trunk", 1950005, "A typo in the manual.", {MANUAL: lines("page", {3: "Page 3;"})}),
    Commit("trunk", 1950006, "mod_http2: Only there.", {C: lines("c")}),
    Commit("trunk", 1950007, "mod_http2: Change it.", {C: lines("c", {7: "seven;"})}),
    Commit("trunk", 1910001, "mod_c: The newest form.", {A: lines("a", {5: "fixed; /* so */", 30: "thirty;"})}),
    Commit("trunk", 1950008, "mod_a: Merged.", {A: lines("a", {5: "fixed; /* so */", 30: "thirty;", 39: "end;"})}),
    Commit("2.4.x", 1950009, "Merge r1950008 from trunk:\n\nmod_a: Merged.", {A: lines("a", {39: "end;"})}),
)


def build(folder: Path, commits: tuple[Commit, ...] = HISTORY) -> Path:
    """Make the repository, bare."""
    stream: list[bytes] = []
    seen: dict[str, int] = {}
    for mark, one in enumerate(commits, 1):
        path = "trunk" if one.line == "trunk" else f"branches/{one.line}"
        message = f"{one.message}\n\n{_ID.format(path, one.number)}\n".encode()
        stream.append(f"commit refs/heads/{one.line}\nmark :{mark}\n".encode())
        stream.append(f"author Ann Example <ann@example.org> {1700000000 + mark} +0000\n".encode())
        stream.append(f"committer Ann Example <ann@example.org> {1700000000 + mark} +0000\n".encode())
        stream.append(b"data %d\n%s" % (len(message), message))
        if one.line not in seen and seen:
            stream.append(f"from :{seen['trunk']}\n".encode())
        seen[one.line] = mark
        for name, content in one.files.items():
            if content is None:
                stream.append(f"D {name}\n".encode())
            else:
                stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content))
        stream.append(b"\n")
    subprocess.run(["git", "init", "--bare", "--quiet", "-b", "trunk", folder], check=True, env=ENVIRONMENT)
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=b"".join(stream), check=True, env=ENVIRONMENT)
    return folder


def checkout(repository: Path, folder: Path, name: str = "2.4.x") -> Path:
    """A line's files, in a folder without a repository."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "-C", repository, "archive", name], check=True, capture_output=True, env=ENVIRONMENT
    ).stdout
    subprocess.run(["tar", "-xf", "-"], cwd=folder, input=archive, check=True)
    return folder
