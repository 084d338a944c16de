"""Names that revisions use and the branch does not have: they go in line by line, and then it does not compile.

A name counts that stands in code they add, that a header of trunk which the code may include declared before the last
of them, and that no C file or header of the branch has with them. What is compiled only on a condition may never be.

Measured on 1,199 real merges that go in: three have such a name. One was adapted (AP_MPM_PODX_GRACEFUL, r1528962), the
other two broke the branch's build (ap_casecmpstrn, r1747056; MODSSL_LIBRARY_NAME, r1679199).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence

from hpatch.backport.check.answer import Lacking
from hpatch.backport.check.trial import CommitFiles, Trial, is_number
from hpatch.backport.history.changes import Change, Objects, TreeEntry
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.errors import HpatchError

_CODE = (".c", ".cc", ".cpp")
_HEADERS = (".h", ".hpp")
_NAME = re.compile(rb"\b[A-Za-z_]\w{3,}")
_ASIDE = re.compile(rb'"(?:\\.|[^"\\\n])*"|/\*.*?(?:\*/|$)|//.*|^\s*\*(?:\s.*|/.*|$)')
"""What is no code in a line: strings and comments."""
_COMMENT = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_CONDITION = re.compile(rb"[ \t]*#[ \t]*(if|else|endif)")
_VERSION = re.compile(rb"AT_LEAST|VERSION|MAGIC")
_MOST = 8
"""Of how many names it is asked who brought them."""
_ASKED = 50
"""How many names are searched for in all of the branch's code."""
_FILES = 3000
"""With more headers than this it is not asked: reading them takes seconds."""


def lacking(
    history: Revisions, objects: Objects, branch: CommitFiles, changes: Sequence[Change], trial: Trial
) -> tuple[Lacking, ...]:
    """The names, in the order of the code that uses them."""
    used = _used(changes, {one.path for one in trial.files if one.state == "clean"})
    contents = {one.path: one.after or b"" for one in trial.files}
    for path in {path for _, path in used.values()}:
        stays = set(_NAME.findall(_always(_COMMENT.sub(b" ", contents[path]))))
        for name in [name for name, (_, place) in used.items() if place == path and name not in stays]:
            del used[name]  # a later one took it away again, or it is compiled on a condition
    for one in trial.files:
        content = one.after if one.path.endswith(_HEADERS) else one.before if one.path.endswith(_CODE) else None
        for name in used.keys() & set(_NAME.findall(content or b"")):
            del used[name]
    if not used:
        return ()
    git, onto, before = history.git, history.onto.commit, f"{changes[-1].revision.commit}^"
    try:
        trunk = objects.tree(before)
        headers, others = _some(branch.tree, _HEADERS), _some(trunk, _HEADERS)
        if max(len(headers), len(others)) > _FILES:
            return ()
        known = _names(objects, trunk, others, _COMMENT) - _names(objects, branch.tree, headers)
        asked = [name for name in used if name in known][:_ASKED]
        there = git.words(asked, onto, _some(branch.tree, _CODE))
        on_trunk = git.words([name for name in asked if name not in there], before, others)
    except HpatchError:
        return ()  # a clone that is shallow or partial does not have the files
    found: list[Lacking] = []
    for name in (name for name in asked if name in on_trunk):
        user, path = used[name]
        counts = Counter(
            header
            for header, _ in on_trunk[name]
            if not is_number(header) and _sees(path, contents[path], header)  # there, news is told and nothing declared
        )
        if not counts:
            continue
        ((header, _),) = counts.most_common(1)  # a list of news has it once
        lines = [line for place, line in on_trunk[name] if place == header]
        supplier = _supplier(history, before, header, lines) if len(found) < _MOST else None
        merged = supplier is not None and history.is_merged(supplier)
        found.append(
            Lacking(
                name=name.decode("ascii"), revision=user, path=path, header=header, supplier=supplier, merged=merged
            )
        )
    return tuple(found)


def _sees(path: str, content: bytes, header: str) -> bool:
    """Whether a file may include a header: one beside it, one in a folder of headers, or one that it names."""
    folder, _, name = header.rpartition("/")
    return (
        folder == path.rpartition("/")[0]
        or "include" in folder.split("/")
        or re.search(rb'#[ \t]*include[ \t]+["<](?:[^">\n]*/)?%s[">]' % re.escape(name.encode()), content) is not None
    )


def _always(content: bytes) -> bytes:
    """What is compiled on no condition, or on one that has an `#else`; but none that asks for a version."""
    groups: list[list[bytes]] = [[]]
    kept: list[bool | None] = [True]
    for line in content.split(b"\n"):
        found = _CONDITION.match(line)
        if found is None:
            groups[-1].append(line)
        elif found[1] == b"if":
            groups.append([])
            kept.append(None if _VERSION.search(line) else False)
        elif found[1] == b"else":
            kept[-1] = None if kept[-1] is None else True
        elif len(groups) > 1:
            inner = groups.pop()
            groups[-1] += inner if kept.pop() else []
    return b"\n".join(groups[0])


def _supplier(history: Revisions, commit: str, header: str, lines: Sequence[int]) -> Revision | None:
    """Who brought the oldest of the lines."""
    known = (one for one in map(history.commit, history.git.blame(commit, header, lines)) if one is not None)
    return min(known, key=lambda one: one.order, default=None)


def _used(changes: Sequence[Change], paths: Container[str]) -> dict[bytes, tuple[Revision, str]]:
    """The names in code that changes add to files, and who uses them first."""
    found: dict[bytes, tuple[Revision, str]] = {}
    for change in changes:
        for patch in change.files:
            if patch.path in paths and patch.path.endswith(_CODE):
                lines = (line for hunk in patch.hunks for operation, line in hunk.lines if operation == "+")
                added = (line for line in lines if not line.lstrip().startswith(b"#"))
                for line in added:
                    for name in _NAME.findall(_ASIDE.sub(b" ", line)):
                        found.setdefault(name, (change.revision, patch.path))
    return found


def _names(
    objects: Objects, tree: Mapping[str, TreeEntry], paths: Sequence[str], without: re.Pattern[bytes] | None = None
) -> set[bytes]:
    """All names in files of a tree, but for those in a kind of text."""
    blobs = [tree[path].blob for path in paths]
    objects.want(blobs)
    texts = map(objects.blob, blobs)
    return set().union(*(_NAME.findall(text if without is None else without.sub(b" ", text)) for text in texts))


def _some(tree: Mapping[str, TreeEntry], ends: tuple[str, ...]) -> tuple[str, ...]:
    """A tree's files, no links, whose paths end so."""
    return tuple(path for path, entry in tree.items() if path.endswith(ends) and entry.mode & 0o170000 == 0o100000)
