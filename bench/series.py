"""Series of Debian's source packages: hpatch against quilt and git am, byte for byte and in time.

    python bench/series.py FOLDER [PACKAGE...]

FOLDER has a folder of each package, as `apt-get source --download-only` and `dpkg-source -x` unpack it. Those of
PACKAGES that are there are compared, or those that are named. For each, in one run, on copies of the tree without its
patches:

- apply: `quilt push -a` and `hpatch apply --series`; the trees must be the same;
- refresh: `quilt refresh -p ab --no-timestamps --no-index` patch by patch, and `hpatch refresh --all --as quilt`; the
  patches must be the same, but for headings and for what quilt's form cannot say;
- export: what hpatch gives back before the refresh must be the package's own patches;
- pop: `quilt pop -a` and `hpatch pop --all`; the tree must be as it was;
- am: `git am` and `hpatch apply --series --into-git`, where all patches are mails; the commits must be the same.

Ends with 1 if anything differs.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("apache2", "nginx", "uwsgi", "exim4", "openssh", "perl", "php8.2", "krb5")
"""With 7, 25, 12, 66, 53, 60, 47 and 16 patches in Debian 12."""
_SERIES = "debian/patches"
_AM = {
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@example.org",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Row(NamedTuple):
    """A comparison: how long both took, in seconds, and what differs."""

    package: str
    what: str
    other: float
    hpatch: float
    different: Sequence[str]


def compare(tree: Path, work: Path) -> Iterator[Row]:
    """Compare all on copies of a package's tree in an empty folder."""
    package = tree.name
    plain = work / "plain"
    shutil.copytree(tree, plain, symlinks=True)
    quilt = _Quilt(work / "quilt")
    if (plain / ".pc").is_dir():
        _Quilt(plain).run("pop", "-a")
        shutil.rmtree(plain / ".pc", ignore_errors=True)
    ours, refreshed = work / "hpatch", work / "refreshed"
    for copy in (ours, quilt.tree):
        shutil.copytree(plain, copy, symlinks=True)
    other = _timed(lambda: quilt.run("push", "-a"))
    own = _timed(lambda: _hpatch("apply", "--series", ours / _SERIES, "--tree", ours))
    yield Row(package, "apply", other, own, list(_differing(quilt.tree, ours)))
    out = work / "out"
    _hpatch("export", "--tree", ours, "--output", out)
    yield Row(package, "export", 0, 0, [name for name in _patches(out) if not _same(out, plain / _SERIES, name)])
    own = _timed(lambda: _hpatch("refresh", "--all", "--as", "quilt", "--tree", ours))
    other = _timed(lambda: quilt.run("pop", "-a"))
    popped = _timed(lambda: _hpatch("pop", "--all", "--tree", ours))
    yield Row(package, "pop", other, popped, list(_differing(plain, ours)))
    _hpatch("push", "--all", "--tree", ours)
    _hpatch("export", "--tree", ours, "--output", refreshed)
    begun = time.monotonic()
    refused = quilt.refresh()
    other = time.monotonic() - begun
    mine = [name for name in _patches(refreshed) if name not in refused]
    unlike = [name for name in mine if not _same(refreshed, quilt.tree / _SERIES, name, plain=True)]
    yield Row(package, "refresh", other, own, unlike)
    names = [line.split()[0] for line in (plain / _SERIES / "series").read_text().splitlines() if _names(line)]
    texts = [(plain / _SERIES / name).read_bytes() for name in names]
    if all(text.startswith((b"From: ", b"From ")) and b"\nSubject: " in text for text in texts):
        yield _am(package, plain, [plain / _SERIES / name for name in names])


class _Quilt:
    """Quilt in a tree, with nobody's settings."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree

    def run(self, *arguments: str) -> bool:
        """Run a command; whether it did something."""
        env = {**os.environ, "QUILT_PATCHES": _SERIES, "QUILT_PC": ".pc", "LC_ALL": "C.UTF-8"}
        command = ("quilt", "--quiltrc", "/dev/null", *arguments)
        return subprocess.run(command, cwd=self.tree, env=env, capture_output=True, check=False).returncode == 0

    def refresh(self) -> set[str]:
        """Push and refresh patch by patch; the names of those that it refuses, such as those of binary files."""
        refused = set[str]()
        while self.run("push"):
            if not self.run("refresh", "-p", "ab", "--no-timestamps", "--no-index"):
                refused.add((self.tree / ".pc/applied-patches").read_text().splitlines()[-1])
        return refused


def _names(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _am(package: str, plain: Path, mails: Sequence[Path]) -> Row:
    def git(*arguments: str | Path) -> str:
        # No work in the background: the folder goes as soon as this ends.
        command = ("git", "-C", plain, "-c", "gc.auto=0", "-c", "maintenance.auto=false", *arguments)
        done = subprocess.run(command, env={**os.environ, **_AM}, capture_output=True, check=True)
        return done.stdout.decode().strip()

    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all", "--force")
    git("-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "--quiet", "--message=start")
    own = _timed(lambda: _hpatch("apply", "--series", plain / _SERIES, "--into-git", "ours", "--tree", plain, **_AM))
    # The patches are part of the tree, which am does not touch.
    other = _timed(lambda: git("am", "--quiet", *mails))
    same = git("rev-parse", "HEAD") == git("rev-parse", "ours")
    return Row(package, "git am", other, own, [] if same else ["the commits"])


def _hpatch(*arguments: str | Path, **env: str) -> None:
    command = (sys.executable, "-m", "hpatch", *map(str, arguments))
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{(done.stdout + done.stderr).decode()[-2000:]}")


def _timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _differing(one: Path, other: Path) -> Iterator[str]:
    """Files that differ or are missing, but for what quilt and hpatch keep for themselves."""
    names = {path.relative_to(root) for root in (one, other) for path in root.rglob("*")}
    for name in sorted(names):
        if name.parts[0] in (".pc", ".hpatch") or (one / name).is_dir() or (one / name).is_symlink():
            continue
        left, right = one / name, other / name
        if not (left.is_file() and right.is_file() and filecmp.cmp(left, right, shallow=False)):
            yield str(name)
        elif left.stat().st_mode & 0o111 != right.stat().st_mode & 0o111:
            yield f"{name} (mode)"


def _patches(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "series"
    )


def _same(one: Path, other: Path, name: str, *, plain: bool = False) -> bool:
    left, right = (_text(folder / name, plain=plain) for folder in (one, other))
    return left == right


def _text(path: Path, *, plain: bool) -> bytes:
    text = path.read_bytes() if path.exists() else b""
    if not plain:
        return text
    made = rb"(?m)^diff --git .*\nnew file mode (?:\d+\nindex 0+\.\.e69de29.*\n|100755\nindex .*\n)"
    text = re.sub(made, b"", text)
    return re.sub(rb"(?m)^(@@ [^@]* @@).*", rb"\1", text)


def main() -> None:
    """Compare the packages of a folder and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("package", nargs="*")
    arguments = parser.parse_args()
    wrong = 0
    print(f"{'package':10} {'':8} {'other':>8} {'hpatch':>8}")
    for package in arguments.package or PACKAGES:
        tree = arguments.folder / package
        if not (tree / _SERIES / "series").is_file():
            print(f"{package:10} is not in {arguments.folder}")
            continue
        with tempfile.TemporaryDirectory() as work:
            for row in compare(tree, Path(work)):
                wrong += len(row.different)
                told = f"differs: {', '.join(row.different)}" if row.different else "the same"
                print(f"{row.package:10} {row.what:8} {row.other:7.2f}s {row.hpatch:7.2f}s  {told}", flush=True)
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
