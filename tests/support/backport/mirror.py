"""A mirror of a small project in Subversion: trunk, a branch 2.4.x that left it at r1000100, revisions on both."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

URL = "https://svn.example.org/repos/asf/httpd/httpd"
UUID = "13f79535-47bb-0310-9956-ffa450edef68"
START = 1000100
"""The last revision that both lines have."""

CODE = b"".join(b"int line_%02d(void);\n" % number for number in range(1, 41))
CHANGES = b"Changes with Apache 2.4.2\n\n  *) core: Old. [A]\n\nChanges with Apache 2.4.1\n\n  *) core: Older. [A]\n"
MMN = b"""/*
 * 20120211.1 (2.4.1-dev)  Add ap_one
 * 20120211.2 (2.4.2-dev)  Add ap_two
 */
#define MODULE_MAGIC_COOKIE 0x41503234UL /* "AP24" */
#define MODULE_MAGIC_NUMBER_MAJOR 20120211
#define MODULE_MAGIC_NUMBER_MINOR 2                   /* 0...n */
"""
RELEASE = b"".join(
    b"#define AP_SERVER_%s %d\n" % pair
    for pair in (
        (b"MAJORVERSION_NUMBER", 2),
        (b"MINORVERSION_NUMBER", 4),
        (b"PATCHLEVEL_NUMBER", 3),
        (b"DEVBUILD_BOOLEAN", 1),
    )
)
BASE: dict[str, bytes | None] = {
    "CHANGES": CHANGES,
    "STATUS": b"APACHE 2.4 STATUS\n",
    "include/ap_mmn.h": MMN,
    "include/ap_release.h": RELEASE,
    "modules/a.c": CODE,
    "modules/b.c": CODE.replace(b"line", b"other"),
}


class Mirror:
    """Made with one call of git, `build`. What a file becomes is what `files` says, None: it goes."""

    def __init__(self, folder: Path, *, numbered: bool = True, base: dict[str, bytes | None] | None = None) -> None:
        self.folder = folder
        self.numbered = numbered
        self._stream: list[bytes] = []
        self._marks: dict[str, int] = {}
        self._count = 0
        self._tips: dict[str, dict[str, bytes | None]] = {}
        self.add(START, "the start", BASE if base is None else base)
        self._tips["2.4.x"] = dict(self._tips["trunk"])
        self._marks["2.4.x"] = self._marks["trunk"]

    def file(self, path: str, line: str = "trunk") -> bytes:
        """A file as a line has it."""
        content = self._tips[line][path]
        assert content is not None
        return content

    def edit(self, number: int, message: str, path: str, old: bytes, new: bytes, line: str = "trunk") -> None:
        """A revision that replaces some text."""
        content = self.file(path, line)
        assert content.count(old) == 1
        self.add(number, message, {path: content.replace(old, new)}, line)

    def add(
        self,
        number: int,
        message: str,
        files: dict[str, bytes | None],
        line: str = "trunk",
        written: int | None = None,
        author: str = "Ann",
    ) -> None:
        """A revision, in the order of calls, an hour apart; `written`: as that one of them, the start being 1."""
        self._count += 1
        where = "trunk" if line == "trunk" else f"branches/{line}"
        text = message + (f"\n\ngit-svn-id: {URL}/{where}@{number} {UUID}\n" if self.numbered else "\n")
        data = text.encode("utf-8", "surrogateescape")
        when = 1_400_000_000 + self._count * 3600
        self._stream.append(b"commit refs/heads/%s\nmark :%d\n" % (line.encode(), self._count))
        date = when if written is None else 1_400_000_000 + written * 3600
        self._stream.append(b"author %s <%s@example.org> %d +0000\n" % (author.encode(), author.lower().encode(), date))
        self._stream.append(b"committer Ann <ann@example.org> %d +0000\n" % when)
        self._stream.append(b"data %d\n%s\n" % (len(data), data))
        if line in self._marks:
            self._stream.append(b"from :%d\n" % self._marks[line])
        for path, content in files.items():
            name = b'"%s"' % path.encode("utf-8", "surrogateescape").replace(b'"', b'\\"')
            if content is None:
                self._stream.append(b"D %s\n" % name)
            else:
                self._stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(content), content))
        self._marks[line] = self._count
        self._tips.setdefault(line, {}).update(files)

    def tag(self, name: str, line: str = "2.4.x") -> None:
        """A tag on a line's latest revision."""
        self._stream.append(b"reset refs/tags/%s\nfrom :%d\n\n" % (name.encode(), self._marks[line]))

    def build(self) -> str:
        """Write the repository; its path."""
        if not self.folder.exists():
            self.git("init", "--quiet", "--bare", str(self.folder))
        stream = b"".join(self._stream)
        if not self._marks.get("2.4.x") or b"refs/heads/2.4.x" not in stream:
            stream += b"reset refs/heads/2.4.x\nfrom :%d\n\n" % self._marks["2.4.x"]
        self.git("-C", str(self.folder), "fast-import", "--quiet", "--force", stdin=stream)
        return str(self.folder)

    def commit(self, name: str) -> str:
        """The commit of a branch or tag."""
        return self.git("-C", str(self.folder), "rev-parse", name).decode().strip()

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git without anybody's configuration."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        return subprocess.run(["git", *arguments], env=env, input=stdin, check=True, capture_output=True).stdout
