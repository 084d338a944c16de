"""Names that revisions use and the branch does not have: they go in line by line, and then it does not compile.

A name counts that stands in code they add, that a header of trunk had before them, and that no C file of the branch has
with them. Measured on 302 real merges that go in: three have such a name. One was adapted; the other two broke the
branch (`ap_casecmpstrn` in r1747056, `ap_log_rdata` in r1542330).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from hpatch.backport.answer import Lacking
from hpatch.backport.changes import Change, Objects
from hpatch.backport.revisions import Revision, Revisions
from hpatch.backport.trial import Branch, Trial
from hpatch.sources.process import FailedError

_C = (".c", ".h", ".cc", ".cpp", ".hpp")
_HEADERS = (".h", ".hpp")
_NAME = re.compile(rb"\b[A-Za-z_]\w{3,}")
_ASIDE = re.compile(rb'"(?:\\.|[^"\\\n])*"|/\*.*?(?:\*/|$)|//.*|^\s*\*(?:\s.*|/.*|$)')
"""What is no code in a line: strings and comments."""
Use = tuple[Revision, str]
"""Who uses a name, and in which file."""
_MOST = 8
"""Of how many names it is asked who brought them."""
_PATHS = 100_000
"""With more bytes of paths than a command line should have, all files are searched."""


def lacking(
    history: Revisions, objects: Objects, branch: Branch, changes: Sequence[Change], trial: Trial
) -> tuple[Lacking, ...]:
    """The names, in the order of the code that uses them."""
    used = _used(changes, {one.path for one in trial.files if one.state == "clean"})
    for one in trial.files:
        known = one.after if one.path.endswith(_HEADERS) else one.before if one.path.endswith(_C) else None
        for name in used.keys() & set(_NAME.findall(known or b"")):
            del used[name]
    try:
        for name in history.git.words(used, history.onto.commit, _some(branch.tree, _HEADERS)):
            used.pop(name, None)
        places = dict(_on_trunk(history, objects, used))
        there = history.git.words(places, history.onto.commit, _some(branch.tree, _C))
    except FailedError:
        return ()  # a clone that is shallow or partial does not have the files
    found: list[Lacking] = []
    for name, at in places.items():
        if name not in there:
            user, path = used[name]
            supplier = _supplier(history, user, at) if len(found) < _MOST else None
            merged = supplier is not None and history.is_merged(supplier)
            found.append(Lacking(name.decode("ascii"), user, path, at[0][0], supplier, merged))
    return tuple(found)


def _on_trunk(
    history: Revisions, objects: Objects, used: Mapping[bytes, Use]
) -> Iterator[tuple[bytes, list[tuple[str, int]]]]:
    """Where the header of trunk's that is about a name had it, before the revision that uses it."""
    for revision in dict.fromkeys(user for user, _ in used.values()):
        names = [name for name, (user, _) in used.items() if user == revision]
        before = f"{revision.commit}^"
        found = history.git.words(names, before, _some(objects.tree(before), _HEADERS))
        for name in names:
            headers = Counter(path for path, _ in found.get(name, ()) if path.endswith(_HEADERS))
            if headers:
                (path, _), *_ = headers.most_common(1)  # a list of news has it once
                yield name, [place for place in found[name] if place[0] == path]


def _supplier(history: Revisions, user: Revision, places: Sequence[tuple[str, int]]) -> Revision | None:
    """Who brought the oldest line of the header that has the name."""
    commits = history.git.blame(f"{user.commit}^", places[0][0], [line for _, line in places])
    known = (one for one in map(history.commit, commits) if one is not None)
    return min(known, key=lambda one: one.order, default=None)


def _used(changes: Sequence[Change], paths: Container[str]) -> dict[bytes, Use]:
    """The names in code that changes add to files, and who uses them first."""
    found: dict[bytes, Use] = {}
    for change in changes:
        for patch in change.files:
            if patch.path in paths and patch.path.endswith(_C):
                added = (line for hunk in patch.hunks for operation, line in hunk.lines if operation == "+")
                for line in added:
                    for name in _NAME.findall(_ASIDE.sub(b" ", line)):
                        found.setdefault(name, (change.revision, patch.path))
    return found


def _some(paths: Iterable[str], ends: tuple[str, ...]) -> tuple[str, ...]:
    """The paths that end so; none, which is all, where they are too many for a command."""
    found = tuple(path for path in paths if path.endswith(ends))
    return found if sum(map(len, found)) < _PATHS else ()
