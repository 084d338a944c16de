"""A set as `set.toml`, and its folder in a catalogue."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hpatch.errors import InputError, ToolError, UsageError
from hpatch.patch.sets.load import CREATED, SET_FILE
from hpatch.patch.sets.load import read as read_set
from hpatch.patch.sets.model import Catalog, Mark, PatchSet, SetRevision

_ESCAPED = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n"}


def text(one: PatchSet) -> str:
    """The set's file: what `hpatch.patch.sets.load` reads as this set."""
    return "\n".join(_lines(one)) + "\n"


def _lines(one: PatchSet) -> Iterator[str]:
    yield f"id = {_string(one.id)}"
    yield f"title = {_string(one.title)}"
    yield f"cures = {_paragraphs(one.cures)}"
    if one.project != "httpd":
        yield f"project = {_string(one.project)}"
    yield f"applies = {_string(str(one.applies))}"
    if one.contained is not None:
        yield f"contained = {_string(str(one.contained))}"
    if one.prerequisites:
        yield f"prerequisites = {_list(one.prerequisites)}"
    if one.notes:
        yield f"notes = {_paragraphs(one.notes)}"
    for revision in one.revisions:
        yield from _revision("revisions", revision)
    for merge in one.merges:
        trunk = [each.number for each in one.revisions if merge.number in each.branch]
        yield from _revision("merges", merge, f"trunk = [{', '.join(map(str, trunk))}]")
    for mark in one.recognise:
        yield from _mark(mark)


def _revision(table: str, one: SetRevision, more: str = "") -> Iterator[str]:
    yield from ("", f"[[{table}]]")
    if one.number is not None:
        yield f"number = {one.number}"
    if more:
        yield more
    for key in ("commit", "parent", "author"):
        if (value := getattr(one, key)) is not None:
            yield f"{key} = {_string(value)}"
    if one.date is not None:
        yield f"date = {one.date.isoformat().replace('+00:00', 'Z')}"
    yield f"patch_id = {_string(one.patch_id)}"
    if table == "merges" and one.line != "2.4.x":
        yield f"line = {_string(one.line)}"
    yield f"[{table}.files]"
    for path, blob in zip(one.files, one.blobs, strict=True):
        yield f"{_string(path)} = {_string(blob or CREATED)}"


def _mark(one: Mark) -> Iterator[str]:
    yield from ("", "[[recognise]]", f"file = {_string(one.file)}")
    if one.present:
        yield f"present = {_list(one.present)}"
    if one.absent:
        yield f"absent = {_list(one.absent)}"
    if one.revision is not None:
        yield f"revision = {one.revision}"


def _string(value: str) -> str:
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if "\ud800" <= character <= "\udfff":
        return "\\ufffd"  # a byte that is not UTF-8
    return f"\\u{ord(character):04x}" if ord(character) < 32 or ord(character) == 127 else character


def _paragraphs(value: str) -> str:
    """A text of several lines; a short one stays on one line."""
    value = value.strip()
    if "\n" not in value and len(value) <= 100:
        return _string(value)
    lines = [re.sub(r'"""', '""\\"', "".join(map(_in_lines, line.rstrip()))) for line in value.splitlines()]
    return '"""\n' + "\n".join(lines) + '\n"""'


def _in_lines(character: str) -> str:
    return '"' if character == '"' else _escaped(character)


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_string, values))}]"


def save(one: PatchSet, catalog: Catalog, folder: Path, *, force: bool = False) -> Path:
    """Write a set's file below a catalogue's folder, as a whole or not at all; where it is.

    Raises UsageError for one that is there already and not to be replaced, InputError where the set's folder is
    something else, ToolError when it cannot be written.
    """
    content = text(one)
    with tempfile.TemporaryDirectory() as name:
        there = Path(name, one.id)
        there.mkdir()
        (there / SET_FILE).write_text(content, encoding="utf-8")
        read_set(there / SET_FILE, {each.id: each for each in catalog.projects})  # what is written can be read
    home = folder / one.id
    target = home / SET_FILE
    made = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            home.mkdir()
            made = True
        except FileExistsError:
            if not stat.S_ISDIR(home.lstat().st_mode):
                raise InputError(f"{home}: is not a folder") from None
        _put(target, content.encode("utf-8"), force=force)
    except OSError as error:
        if made:
            with suppress(OSError):
                home.rmdir()
        raise ToolError(
            f"{error.filename or target}: cannot be written: {error.strerror}; nothing was changed"
        ) from None
    return target


def _put(target: Path, content: bytes, *, force: bool) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if force:
            part.replace(target)
            return
        try:
            os.link(part, target)  # unlike a renaming it takes no other file's place
        except FileExistsError:
            raise UsageError(f"{target}: is there already; --force replaces it") from None
    finally:
        with suppress(OSError):
            part.unlink()
