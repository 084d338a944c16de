"""A small tree that passes for httpd 2.4.9, sets for it that carry their own diffs, and what they make of it."""

from __future__ import annotations

from pathlib import Path

HEADER = """\
#define AP_SERVER_MAJORVERSION_NUMBER 2
#define AP_SERVER_MINORVERSION_NUMBER 4
#define AP_SERVER_PATCHLEVEL_NUMBER   9
#define AP_SERVER_DEVBUILD_BOOLEAN    0
"""
MODULE = "modules/proxy/mod_small.c"
BASE = "".join(f"line {number}\n" for number in range(1, 31))


def changed(text: str, number: int, word: str) -> str:
    """The text with one of its lines changed."""
    return text.replace(f"line {number}\n", f"{word} {number}\n")


def hunk(number: int, word: str) -> str:
    """A hunk that changes a line."""
    context = [f" line {n}\n" for n in range(number - 3, number + 4) if n != number]
    change = [f"-line {number}\n", f"+{word} {number}\n"]
    return "".join([f"@@ -{number - 3},7 +{number - 3},7 @@\n", *context[:3], *change, *context[3:]])


def diff(number: int, word: str) -> str:
    """A diff that changes a line of the module."""
    return f"--- a/{MODULE}\n+++ b/{MODULE}\n{hunk(number, word)}"


SETS = {"one": (5, "first", ()), "two": (12, "second", ("one",)), "three": (20, "third", ())}
"""By name: the line, what becomes of it, what it needs."""


def make(folder: Path) -> Path:
    """A tree."""
    root = folder / "tree"
    for path, text in {"include/ap_release.h": HEADER, MODULE: BASE, "README": "read me\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def catalog(folder: Path) -> Path:
    """A folder of sets."""
    sets = folder / "sets"
    for id, (number, word, needs) in SETS.items():
        (sets / id).mkdir(parents=True)
        (sets / id / "change.diff").write_text(diff(number, word))
        prerequisites = f"prerequisites = {list(needs)}\n" if needs else ""
        (sets / id / "set.toml").write_text(
            f'id = "{id}"\ntitle = "The set {id}"\ncures = "Cures {id}."\napplies = "<2.4.10"\n'
            f'contained = ">=2.4.10"\n{prerequisites}'
            '[[variants]]\nversions = ">=2.4.8,<2.4.10"\ndiff = "change.diff"\n'
            f'[[recognise]]\nfile = "{MODULE}"\npresent = ["{word} {number}"]\n'
        )
    return sets


def snapshot(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """All files of a tree: content, permissions, time of change."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode & 0o777, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }
