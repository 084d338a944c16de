"""Which files of a tree a diff is about: its leading folders stripped, its paths safe.

The number of folders to strip is found by what the tree has. Where that speaks for several, git's form (`a/` and `b/`)
decides, or one that is best both by files and by folders; else the diff is refused, for a guess could patch the wrong
file: a diff of `modules/README` must not patch the `README` of a tree without that module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hpatch.patch.diff.model import Diff, DiffError, FilePatch
from hpatch.patch.diff.names import unsafe

Exists = Callable[[str], bool]
"""Whether there is a file or folder at a path of the tree."""


def strip(diff: Diff, exists: Exists, count: int | None = None) -> Diff:
    """The diff with paths of the tree; `count` is the number of leading folders to strip, None: found out.

    A file's two names become one (that which the tree has, the new one if it has both), except for renames and copies.
    A hunk that puts lines into nothing makes a new file where the tree has none of that name. Raises DiffError for an
    unsafe path, a number that does not fit, and a sequence that makes no sense (a file made twice, or changed when
    it is gone).
    """
    known: dict[str, bool] = {}

    def there(path: str) -> bool:
        if path not in known:
            known[path] = bool(path) and unsafe(path) is None and exists(path)
        return known[path]

    if count is None:
        count = _find(diff, there)
    files = tuple(_strip(diff, file, count, there) for file in diff.files)
    _check_sequence(diff, files)
    return diff._replace(files=files)


def _cut(path: str, count: int) -> str | None:
    """The path without its first folders; None if it has not so many."""
    path = path.removeprefix("./") if not count else path
    parts = path.split("/", count)
    return parts[count] if len(parts) > count else None


def _strip(diff: Diff, file: FilePatch, count: int, there: Exists) -> FilePatch:
    old, new = (_safe(diff, file, name, count) for name in (file.old, file.new))
    if file.kind == "modify":
        if old is None and new is None:
            raise DiffError(diff.name, file.at, f"'{file.path}' has no {count} leading folders to strip")
        path = new if new is not None and (old in (None, new) or there(new) or not there(old or "")) else old
        if _fills_nothing(file) and path is not None and not there(path):
            return file._replace(kind="create", old=None, new=path, old_mode=None)
        return file._replace(old=path, new=path)
    for name, cut in ((file.old, old), (file.new, new)):
        if name is not None and cut is None:
            raise DiffError(diff.name, file.at, f"'{name}' has no {count} leading folders to strip")
    return file._replace(old=old, new=new)


def _safe(diff: Diff, file: FilePatch, name: str | None, count: int) -> str | None:
    cut = None if name is None else _cut(name, count)
    reason = None if cut is None else unsafe(cut)
    if reason is not None:
        raise DiffError(diff.name, file.at, f"'{cut}': {reason}")
    return cut


def _fills_nothing(file: FilePatch) -> bool:
    return (
        len(file.hunks) == 1
        and file.hunks[0].old_start == 0
        and file.hunks[0].new_start == 1
        and all(operation == "+" for operation, _ in file.hunks[0].lines)
    )


# How many folders


def _find(diff: Diff, there: Exists) -> int:
    names = [name for file in diff.files for name in _both(file)]
    least = 1 if all(name.startswith("./") for name in names) else 0
    most = max(name.count("/") for name in names)
    ranks = {count: rank for count in range(least, most + 1) if any(rank := _rank(diff, count, there))}
    usual = _usual(diff)
    if usual is not None and (usual in ranks or not ranks):
        return usual
    if not ranks and most == 0:
        return 0
    if not ranks:
        raise DiffError(
            diff.name,
            diff.files[0].at,
            f"the tree has no file of the diff ('{diff.files[0].path}' is the first), however many leading folders are"
            " stripped; check the tree, or give the number with -p",
        )
    best = [
        count
        for count, (files, folders) in ranks.items()
        if all(files >= other[0] and folders >= other[1] for other in ranks.values())
    ]
    if len(best) == 1:
        return best[0]
    raise DiffError(
        diff.name,
        diff.files[0].at,
        f"the tree has files of the diff with {' and with '.join(map(str, ranks))} leading folders stripped; give -p",
    )


def _both(file: FilePatch) -> Iterable[str]:
    return (name for name in (file.old, file.new) if name is not None)


def _rank(diff: Diff, count: int, there: Exists) -> tuple[int, int]:
    """With so many folders stripped: how many files to patch the tree has, and of how many it has the folder."""
    files = folders = 0
    made: set[str] = set()
    for file in diff.files:
        cuts = [cut for name in _both(file) if (cut := _cut(name, count))]
        if not cuts:
            continue
        sources = cuts if file.kind in ("modify", "delete") else cuts[:1] if file.kind != "create" else []
        files += any(cut in made or there(cut) for cut in sources)
        folders += any("/" in cut and there(cut.rpartition("/")[0]) for cut in cuts)
        if file.kind in ("create", "rename", "copy"):
            made.add(cuts[-1])
    return files, folders


def _usual(diff: Diff) -> int | None:
    """1 where git's form, or two folders side by side, tell that the first folder is none of the tree."""
    sure = False
    for file in diff.files:
        old, new = file.old, file.new
        if old is not None and new is not None and file.kind == "modify":
            first, other = old.partition("/"), new.partition("/")
            if first[0] == other[0] or not first[1] or first[2] != other[2]:
                return None
            sure = True
        elif (old is not None and not old.startswith(("a/", "i/", "c/"))) or (
            new is not None and not new.startswith(("b/", "w/", "i/"))
        ):
            return None
        else:
            sure = True
    return 1 if sure else None


# The sequence


def _check_sequence(diff: Diff, files: Iterable[FilePatch]) -> None:
    """Files apply one after the other: each must find what those before it leave."""
    there: dict[str, bool] = {}
    for file in files:
        if file.old is not None:
            if there.get(file.old) is False:
                raise DiffError(diff.name, file.at, f"'{file.old}': the diff has already removed this file")
            there[file.old] = file.kind not in ("delete", "rename")
        if file.new is not None and file.new != file.old:
            if there.get(file.new) is True:
                raise DiffError(diff.name, file.at, f"'{file.new}': the diff has already created or changed this file")
            there[file.new] = True
