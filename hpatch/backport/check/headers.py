"""Public headers that change without a word in ap_mmn.h: what other people's modules are compiled against.

Of 98 merges to 2.4.x that changed more than comments there, 53 counted the module magic number (MMN) up; whether a
change needs that is for people to judge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatch

from hpatch.backport.check.answer import CheckedFile
from hpatch.backport.check.trial import CommitFiles

_MMN = "include/ap_mmn.h"
_ASIDE = (_MMN, "include/ap_release.h")
_LIST = re.compile(rb"^INSTALL_HEADERS[ \t]*=((?:[^\n]*\\\r?\n)*[^\n]*)", re.MULTILINE)
_VARIABLE = re.compile(r"\$\([A-Z_]+\)")
_COMMENT = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_TOKEN = re.compile(rb"\w+|[^\s\w]")


def uncounted(branch: CommitFiles, files: Sequence[CheckedFile]) -> tuple[str, ...]:
    """The headers that the branch installs and that differ in more than comments; none where the MMN changes, too."""
    if branch.read(_MMN) is None or any(one.path == _MMN and one.before != one.after for one in files):
        return ()
    some = [one for one in files if one.path.endswith(".h") and one.path not in _ASIDE and one.before is not None]
    patterns = _installed(branch) if some else ()
    return tuple(
        one.path
        for one in some
        if any(fnmatch(one.path, pattern) for pattern in patterns) and _code(one.before) != _code(one.after)
    )


def _installed(branch: CommitFiles) -> tuple[str, ...]:
    """What `make install` installs, as Makefile.in names it: patterns of paths."""
    found = _LIST.search(branch.read("Makefile.in") or b"")
    words = () if found is None else found[1].decode("utf-8", "replace").replace("\\", " ").split()
    return ("include/*.h", *(_VARIABLE.sub("*", word.removeprefix("$(srcdir)/")) for word in words))


def _code(content: bytes | None) -> list[bytes]:
    return _TOKEN.findall(_COMMENT.sub(b" ", content or b""))
