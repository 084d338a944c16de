"""Paths as httpd resolves them, and the files that an Include means."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import lru_cache

MAX_DEPTH = 1024
"""Folders within folders that one Include follows (`AP_MAX_FNMATCH_DIR_DEPTH`)."""


class NoMatchError(Exception):
    """An Include that httpd would refuse; the text says why, in httpd's sense."""


def resolve(root: str, path: str) -> str:
    """A path relative to ServerRoot, made plain: `//`, `/./` and `/../` go, links are not followed.

    A slash at the end stays: only a folder answers to it.
    """
    joined = os.path.join(root, path)  # noqa: PTH118 - text only, and httpd keeps a trailing slash's meaning
    plain = os.path.normpath(joined)
    if plain.startswith("//"):
        plain = "/" + plain.lstrip("/")
    return plain + "/" if path.endswith("/") and not plain.endswith("/") else plain


def is_wild(pattern: str) -> bool:
    """Whether httpd takes it for a wildcard (`apr_fnmatch_test`)."""
    if "*" in pattern or "?" in pattern:
        return True
    opened = pattern.find("[")
    return opened >= 0 and "]" in pattern[opened:]


@lru_cache(maxsize=256)
def _translate(pattern: str) -> re.Pattern[str]:
    out, at = [], 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            out.append(".*")
        elif character == "?":
            out.append(".")
        elif character == "[" and (close := pattern.find("]", at + 1)) >= 0:
            inner = pattern[at:close]
            negated = inner[:1] in ("!", "^")
            inner = inner[1:] if negated else inner
            body = re.sub(r"([\\\]\[&~|^])", r"\\\1", inner)
            out.append(f"[{'^' if negated else ''}{body}]")
            at = close + 1
        elif character == "\\" and at < len(pattern):
            out.append(re.escape(pattern[at]))
            at += 1
        else:
            out.append(re.escape(character))
    return re.compile("".join(out), re.S)


def matches(pattern: str, name: str) -> bool:
    """Whether a file's name matches; a leading dot is matched only by a dot."""
    if name.startswith(".") and not pattern.startswith("."):
        return False
    try:
        return _translate(pattern).fullmatch(name) is not None
    except re.error:
        return False


def included(path: str, *, optional: bool) -> Iterator[str]:
    """The files that an Include of this resolved path reads, in httpd's order: by byte value, folders in their place.

    Files need not exist or be readable. Raises NoMatchError where httpd gives up, after the files before it.
    """
    if not any(is_wild(part) for part in path.split("/")):
        yield from _everything(path, optional, 0)
    elif path.startswith("/"):
        yield from _match("/", path.lstrip("/"), optional)
    else:
        yield from _match("", path, optional)


def _join(folder: str, name: str) -> str:
    return folder + name if not folder or folder.endswith("/") else f"{folder}/{name}"


def _everything(path: str, optional: bool, depth: int) -> Iterator[str]:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except (OSError, ValueError):
        if not optional:
            yield path
        return
    if not stat.S_ISDIR(mode):
        yield path
        return
    if depth >= MAX_DEPTH:
        raise NoMatchError(f"the folders below {path} are nested more than {MAX_DEPTH} deep")
    try:
        names = os.listdir(path)  # noqa: PTH208
    except OSError as error:
        raise NoMatchError(f"the folder {path} cannot be read: {error.strerror}") from None
    for name in sorted(names, key=os.fsencode):
        yield from _everything(_join(path, name), optional, depth + 1)


def _match(folder: str, pattern: str, optional: bool) -> Iterator[str]:
    first, slash, rest = pattern.partition("/")
    if not is_wild(first):
        path = _join(folder, first)
        if slash:
            yield from _match(path, rest, optional)
        else:
            yield from _everything(path, optional, 0)
        return
    try:
        names = os.listdir(folder or ".")  # noqa: PTH208
    except FileNotFoundError:
        if optional:
            return
        raise NoMatchError(f"the folder {folder} does not exist") from None
    except OSError as error:
        raise NoMatchError(f"the folder {folder} cannot be read: {error.strerror}") from None
    found = [
        _join(folder, name)
        for name in sorted(names, key=os.fsencode)
        if matches(first, name) and not (slash and _not_folder(_join(folder, name)))
    ]
    if not found and not optional:
        raise NoMatchError(f"nothing in {folder or '.'} matches {first}")
    for path in found:
        if slash:
            yield from _match(path, rest, optional)
        else:
            yield from _everything(path, optional, 0)


def _not_folder(path: str) -> bool:
    """As `apr_dir_read` has it: a link to a folder is not one."""
    try:
        return not stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return True
