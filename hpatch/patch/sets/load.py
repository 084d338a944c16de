"""Reading the catalogue: `patches/`, and folders of a user's own sets. patches/README.md describes the form."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hpatch import resources
from hpatch.errors import InputError
from hpatch.patch.sets.model import Catalog, Correction, Mark, PatchSet, Project, SetRevision, Variant
from hpatch.versions import Range

if TYPE_CHECKING:
    from datetime import datetime

SET_FILE = "set.toml"
PROJECTS_FILE = "projects.toml"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LINE = re.compile(r"\w[\w.-]*")
_SHA1 = re.compile(r"[0-9a-f]{40}")
CREATED = "new"
"""Stands for git's name of a file that a revision creates."""
_SET = (
    *("id", "title", "cures", "project", "applies", "contained", "prerequisites", "revisions", "merges", "variants"),
    *("recognise", "scenario", "changes", "corrections", "notes"),
)
_REVISION = ("number", "commit", "parent", "author", "date", "patch_id", "patch_id_svn", "files", "line")

_T = TypeVar("_T")


def load(folders: Iterable[str | Path] = ()) -> Catalog:
    """The sets that come with hpatch, and those in a user's own folders.

    Raises InputError for a file that does not keep to the schema: file, key, and what is wanted.
    """
    shipped = resources.folder("patches")
    projects = {one.id: one for one in _projects(shipped / PROJECTS_FILE)}
    sets: dict[str, PatchSet] = {}
    for folder in (shipped, *map(Path, folders)):
        for file in _set_files(folder):
            one = read(file, projects)
            if one.id in sets:
                raise InputError(f"{file}: id: there is a set '{one.id}' already, in {sets[one.id].folder}")
            sets[one.id] = one
    for one in sets.values():
        for id in (id for variant in one.variants for id in variant.upon):
            if id not in sets:
                raise InputError(f"{one.folder / SET_FILE}: variants: upon: there is no set '{id}'")
        for needed in one.prerequisites:
            if needed not in sets:
                raise InputError(f"{one.folder / SET_FILE}: prerequisites: there is no set '{needed}'")
            if sets[needed].project != one.project:
                raise InputError(f"{one.folder / SET_FILE}: prerequisites: '{needed}' is for {sets[needed].project}")
    ordered = sorted(sets.values(), key=lambda one: (*_place(one, sets), one.id))
    return Catalog(tuple(ordered), tuple(projects.values()))


def _place(one: PatchSet, sets: Mapping[str, PatchSet]) -> tuple[float, int]:
    """A set's first number; sets without numbers come last, each after those that it needs."""
    if one.trunk:
        return one.trunk[0], 0
    needed, todo = {one.id}, list(one.prerequisites)
    while todo:
        id = todo.pop()
        if id not in needed:
            needed.add(id)
            todo += sets[id].prerequisites
    return float("inf"), len(needed)


def is_id(text: str) -> bool:
    """Whether a set can have this name."""
    return _ID.fullmatch(text) is not None


def _set_files(folder: Path) -> list[Path]:
    """The set files below a folder; it may also be one set's own."""
    if not folder.is_dir():
        raise InputError(f"{folder}: not a folder of patch sets")
    found = [folder / SET_FILE] if (folder / SET_FILE).is_file() else sorted(folder.glob(f"*/{SET_FILE}"))
    if not found:
        raise InputError(f"{folder}: no patch set in this folder ({SET_FILE}, or SET/{SET_FILE})")
    return found


class _Table:
    """A table of a file that is being read. A key that is not `known` is an error before any other."""

    def __init__(
        self,
        file: Path,
        text: str,
        data: Mapping[str, Any],
        known: Sequence[str],
        path: tuple[tuple[str, int], ...] = (),
    ) -> None:
        self.file = file
        self._text = text
        self._data = data
        self._path = path
        for key in data:
            if key not in known:
                from hpatch.suggest import closest  # only failures pay for it

                near = closest(key, known)
                raise self.error(key, "unknown key" + (f"; did you mean '{near}'?" if near else ""))

    def error(self, key: str, wanted: str) -> InputError:
        """What is wrong with a key."""
        line = line_of(self._text, self._path, key)
        where = "".join(f"{name}[{number}]." for name, number in self._path)
        return InputError(f"{self.file}:{'' if line is None else f'{line}:'} {where}{key}: {wanted}")

    def take(self, key: str, read: Callable[[Any], _T]) -> _T:
        """A key that must be there; `read` raises ValueError with what is wanted."""
        if key not in self._data:
            raise self.error(key, "missing")
        return self._read(key, read)

    def may(self, key: str, read: Callable[[Any], _T], default: _T) -> _T:
        """A key that may be there."""
        return self._read(key, read) if key in self._data else default

    def tables(self, key: str, known: Sequence[str]) -> list[_Table]:
        """An array of tables, `[[key]]`; none where the key is missing."""
        none: list[Mapping[str, Any]] = []
        found = self.may(key, _tables, none)
        return [
            _Table(self.file, self._text, data, known, (*self._path, (key, number)))
            for number, data in enumerate(found, 1)
        ]

    def _read(self, key: str, read: Callable[[Any], _T]) -> _T:
        try:
            return read(self._data[key])
        except ValueError as error:
            raise self.error(key, str(error)) from None


def line_of(text: str, path: Sequence[tuple[str, int]], key: str) -> int | None:
    """The line of a key, from 1, in the table that a path leads to; without the key, where the table begins.

    None where that cannot be told: TOML has more ways to write a table than this looks for.
    """
    start, end = 0, None
    lines = text.splitlines()
    for name, number in path:
        heads = [at for at, line in enumerate(lines) if _heads(line, f"[[{name}]]")]
        if len(heads) < number:
            return None
        start, end = heads[number - 1] + 1, heads[number] if len(heads) > number else None
    own = next((at for at in range(start, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
    for at in range(start, min(own, len(lines) if end is None else end)):
        if re.match(rf"\s*(?:{re.escape(key)}|\"{re.escape(key)}\"|'{re.escape(key)}')\s*[=.]", lines[at]):
            return at + 1
    prefix = "".join(f"{name}." for name, _ in path)
    for at in range(start, len(lines) if end is None else end):
        if any(_heads(lines[at], head) for head in (f"[{prefix}{key}]", f"[[{prefix}{key}]]")):
            return at + 1
    return start if path else None


def _heads(line: str, head: str) -> bool:
    return line.partition("#")[0].strip() == head


def _parsed(file: Path, known: Sequence[str]) -> _Table:
    import tomllib  # only commands that need the catalogue pay for it

    try:
        text = file.read_text(encoding="utf-8")
        return _Table(file, text, tomllib.loads(text), known)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not valid TOML: {error}") from error
    except RecursionError:
        raise InputError(f"{file}: not valid TOML: nested too deeply") from None


def _projects(file: Path) -> list[Project]:
    table = _parsed(file, ("projects",))
    found = []
    for one in table.tables("projects", Project._fields):
        found.append(
            Project(
                id=one.take("id", _id),
                title=one.take("title", _text),
                tags=one.take("tags", _tags),
                shows=one.take("shows", _path),
                svn=one.may("svn", _text, None),
                web=one.may("web", _text, None),
                web_file=one.may("web_file", _text, None),
            )
        )
    return found


def read(file: Path, projects: Mapping[str, Project]) -> PatchSet:
    """One set's file. Raises InputError as `load` does."""
    table = _parsed(file, _SET)
    folder = file.parent
    id = table.take("id", _id)
    if id != folder.absolute().name:
        raise table.error("id", f"'{id}' is not the folder's name, '{folder.absolute().name}'")
    project = table.may("project", _one_of(projects), "httpd")
    merges = [
        (_revision(one, project, "2.4.x"), one.take("trunk", _numbers), one)
        for one in table.tables("merges", (*_REVISION, "trunk"))
    ]
    revisions = [_revision(one, project, "trunk") for one in table.tables("revisions", _REVISION)]
    numbers = {one.number for one in revisions}
    for _, merged, table_ in merges:
        if not numbers.intersection(merged):
            raise table_.error("trunk", "is not a revision of the set")
    found = PatchSet(
        id=id,
        title=table.take("title", _text),
        cures=table.take("cures", _text),
        project=project,
        applies=table.take("applies", _range),
        contained=table.may("contained", _range, None),
        prerequisites=table.may("prerequisites", _ids, ()),
        revisions=tuple(
            one._replace(
                branch=tuple(
                    merge.number for merge, trunk, _ in merges if one.number in trunk and merge.number is not None
                )
            )
            for one in revisions
        ),
        merges=tuple(one for one, *_ in merges),
        variants=tuple(_variant(one, folder) for one in table.tables("variants", Variant._fields)),
        recognise=tuple(_mark(one, numbers) for one in table.tables("recognise", Mark._fields)),
        scenario=table.may("scenario", _id, None),
        changes=table.may("changes", _texts, ()),
        corrections=tuple(_correction(one) for one in table.tables("corrections", Correction._fields)),
        notes=table.may("notes", _text, ""),
        folder=folder,
    )
    if bool(found.revisions) == bool(found.variants):
        raise table.error("revisions", "a set has either [[revisions]] or [[variants]]")
    if sorted(found.trunk) != list(found.trunk):
        raise table.error("revisions", "must be in the order of their numbers")
    return found


def _revision(table: _Table, project: str, line: str) -> SetRevision:
    number = table.may("number", _positive, None)
    commit = table.may("commit", _sha1, None)
    if number is None and commit is None:
        raise table.error("number", "a revision needs a number or a commit")
    files, blobs = table.take("files", _files)
    return SetRevision(
        number=number,
        commit=commit,
        parent=table.may("parent", _sha1, None),
        patch_id=table.take("patch_id", _sha1),
        files=files,
        blobs=blobs,
        line=table.may("line", _line, line),
        project=project,
        patch_id_svn=table.may("patch_id_svn", _sha1, None),
        author=table.may("author", _author, None),
        date=table.may("date", _date, None),
    )


def _mark(table: _Table, numbers: set[int | None]) -> Mark:
    mark = Mark(
        table.take("file", _path),
        table.may("present", _texts, ()),
        table.may("absent", _texts, ()),
        table.may("revision", _positive, None),
    )
    if not mark.present and not mark.absent:
        raise table.error("present", "a mark needs a text that is present or absent")
    if mark.revision is not None and mark.revision not in numbers:
        raise table.error("revision", "is not a revision of the set")
    return mark


def _variant(table: _Table, folder: Path) -> Variant:
    def beside(value: object) -> Path:
        name = _text(value)
        if name in (".", "..") or os.sep in name or not (folder / name).is_file():
            raise ValueError(f"'{name}' is not a file beside {SET_FILE}")
        return folder / name

    return Variant(table.take("versions", _range), table.take("diff", beside), table.may("upon", _ids, ()))


def _correction(table: _Table) -> Correction:
    return Correction(table.take("said", _text), table.take("true", _text), table.take("source", _text))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a string that is not empty")
    return value.strip()


def _tags(value: object) -> str:
    text = _text(value)
    if text.count("{version}") != 1:
        raise ValueError("must have {version} in it, once")
    return text


def _id(value: object) -> str:
    text = _text(value)
    if not is_id(text):
        raise ValueError(f"'{text}' must be lower-case letters and digits, in words joined by '-'")
    return text


def _author(value: object) -> str:
    text = _text(value)
    if re.fullmatch(r"[^<>\x00-\x1f]+ <[^<>\s]+>", text) is None:
        raise ValueError("must be a name and an address: Name <address>")
    return text


def _date(value: object) -> datetime:
    from datetime import datetime  # tomllib has imported it already

    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be a date with time and offset, without quotes: 2014-05-02T20:33:57Z")
    return value


def _ids(value: object) -> tuple[str, ...]:
    return tuple(_id(one) for one in _list(value))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(one) for one in _list(value))


def _line(value: object) -> str:
    text = _text(value)
    if _LINE.fullmatch(text) is None:
        raise ValueError(f"'{text}' must be trunk, or a branch's name such as 2.4.x")
    return text


def _positive(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise ValueError("must be a revision's number, without 'r'")
    return value


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(_positive(one) for one in _list(value))


def _sha1(value: object) -> str:
    if not isinstance(value, str) or _SHA1.fullmatch(value) is None:
        raise ValueError("must be 40 hexadecimal digits")
    return value


def _range(value: object) -> Range:
    return Range.parse(_text(value))


def _path(value: object) -> str:
    text = _text(value)
    if any(part in ("", ".", "..") for part in text.split("/")) or not text.isprintable():
        raise ValueError(f"'{text}' must be a path below the tree's top")
    return text


def _files(value: object) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """Paths, and what each was before the change if that is told."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(map(_path, value))), ()
    if not isinstance(value, dict) or not value:
        raise ValueError("must be a list of paths, or a table of paths and git object names before the change")
    return tuple(map(_path, value)), tuple(None if blob == CREATED else _sha1(blob) for blob in value.values())


def _one_of(choices: Collection[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return read


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or not value:
        raise ValueError("must be a list that is not empty")
    return value


def _tables(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("must be an array of tables")
    return value
