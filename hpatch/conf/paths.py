"""Paths as httpd resolves them, and the files that an Include reads."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import lru_cache

from hpatch.conf.view import MACHINE, View
from hpatch.conf.wildcards import is_wildcard

MAX_DEPTH = 1024
"""The number of nested folders that one Include follows (`AP_MAX_FNMATCH_DIR_DEPTH`)."""


class NoMatchError(Exception):
    """An Include that httpd refuses; the text gives the reason."""


_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
"""How an absolute path of Windows begins."""


def unix(path: str) -> str:
    """A path as Unix writes it: one of Windows without its drive, which stands for `/` in a copy."""
    return path[2:].replace("\\", "/") if path[1:2] == ":" and _DRIVE.match(path) is not None else path


def resolve(root: str, path: str) -> str:
    """A path relative to ServerRoot, without `//`, `/./` and `/../`; links are not followed.

    A slash at the end stays, because only a folder may have one.
    """
    path = unix(path)
    joined = os.path.join(root, path)  # noqa: PTH118 - text only, and httpd keeps a trailing slash's meaning
    plain = os.path.normpath(joined)
    if plain.startswith("//"):
        plain = "/" + plain.lstrip("/")
    return plain + "/" if path.endswith(("/", "/.")) and not plain.endswith("/") else plain


class AbsentError(NoMatchError):
    """There is nothing that an Include could read."""


Test = frozenset[int] | None
"""The bytes that one step of a pattern matches; None for `*`."""

_ANY = frozenset(range(256))


@lru_cache(maxsize=256)
def _steps(pattern: bytes) -> tuple[Test, ...]:
    """A pattern as steps. Like httpd it knows bytes, not characters; the bytes of a range are signed."""
    steps: list[Test] = []
    at = 0
    while at < len(pattern):
        byte = pattern[at]
        at += 1
        if byte == ord("*"):
            steps.append(None)
        elif byte == ord("?"):
            steps.append(_ANY)
        elif byte == ord("[") and (found := _set(pattern, at)) is not None:
            members, at = found
            steps.append(members)
        elif byte == ord("\\") and at < len(pattern):
            steps.append(frozenset({pattern[at]}))
            at += 1
        else:
            steps.append(frozenset({byte}))
    return tuple(steps)


def _set(pattern: bytes, at: int) -> tuple[frozenset[int], int] | None:
    """The set that starts after a `[`, and where the pattern goes on; None when it is never closed."""
    negated = pattern[at : at + 1] in (b"!", b"^")
    at += negated
    members: set[int] = set()
    first = True
    while at < len(pattern) and (first or pattern[at] != ord("]")):
        first = False
        low, at = _member(pattern, at)
        if pattern[at : at + 1] == b"-" and at + 1 < len(pattern) and pattern[at + 1] != ord("]"):
            high, at = _member(pattern, at + 1)
            members.update(byte for byte in range(256) if _signed(low) <= _signed(byte) <= _signed(high))
        else:
            members.add(low)
    if at >= len(pattern):
        return None
    return (_ANY - members if negated else frozenset(members)), at + 1


def _member(pattern: bytes, at: int) -> tuple[int, int]:
    if pattern[at] == ord("\\") and at + 1 < len(pattern):
        at += 1
    return pattern[at], at + 1


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def matches(pattern: str, name: str) -> bool:
    """Whether a file's name matches (`apr_fnmatch`); a leading dot is matched only by a dot."""
    if name.startswith(".") and not pattern.startswith((".", "\\.")):
        return False
    steps, data = _steps(os.fsencode(pattern)), os.fsencode(name)
    at = step = 0
    star, resume = -1, 0
    while at < len(data):
        if step < len(steps) and (test := steps[step]) is None:
            star, resume = step, at
            step += 1
        elif step < len(steps) and test is not None and data[at] in test:
            step += 1
            at += 1
        elif star >= 0:
            step, resume = star + 1, resume + 1
            at = resume
        else:
            return False
    return all(test is None for test in steps[step:])


def included(path: str, *, optional: bool, view: View = MACHINE) -> Iterator[str]:
    """The files that an Include of this resolved path reads, in httpd's order: by byte value, depth first.

    The files need not exist or be readable. Raises NoMatchError at the point where httpd gives up, after it has
    yielded the files before that point.
    """
    if not any(is_wildcard(part) for part in path.split("/")):
        yield from _everything(path, optional, 0, view)
    elif path.startswith("/"):
        yield from _match("/", path.lstrip("/"), optional, view)
    else:
        yield from _match("", path, optional, view)


def _join(folder: str, name: str) -> str:
    return folder + name if not folder or folder.endswith("/") else f"{folder}/{name}"


def _everything(path: str, optional: bool, depth: int, view: View) -> Iterator[str]:
    try:
        mode = view.stat(path).st_mode
    except (OSError, ValueError):
        if not optional:
            yield path
        return
    if not stat.S_ISDIR(mode):
        yield path
        return
    if depth >= MAX_DEPTH:
        raise NoMatchError(f'the folders below "{path}" are nested more than {MAX_DEPTH:,} levels deep')
    try:
        names = view.names(path)
    except OSError as error:
        raise NoMatchError(f'the folder "{path}" cannot be read: {error.strerror}') from None
    for name in names:
        yield from _everything(_join(path, name), optional, depth + 1, view)


def _match(folder: str, pattern: str, optional: bool, view: View) -> Iterator[str]:
    first, slash, rest = pattern.partition("/")
    if not is_wildcard(first):
        path = _join(folder, first)
        if slash:
            yield from _match(path, rest, optional, view)
        else:
            yield from _everything(path, optional, 0, view)
        return
    try:
        names = view.names(folder)
    except FileNotFoundError:
        if optional:
            return
        raise AbsentError(f'the folder "{folder}" does not exist') from None
    except OSError as error:
        raise NoMatchError(f'the folder "{folder}" cannot be read: {error.strerror}') from None
    found = [
        _join(folder, name)
        for name in names
        if matches(first, name) and not (slash and _not_folder(folder, name, view))
    ]
    if not found and not optional:
        raise AbsentError(f'nothing in "{folder or "."}" matches "{first}"')
    for path in found:
        if slash:
            yield from _match(path, rest, optional, view)
        else:
            yield from _everything(path, optional, 0, view)


def _not_folder(folder: str, name: str, view: View) -> bool:
    """As `apr_dir_read` has it: a link to a folder is not one."""
    try:
        return not view.is_entry_folder(folder, name)
    except OSError:
        return True
