"""Files whose every change collides: numbers that each branch counts for itself, and lists that each branch keeps.

A resolver takes the hunks that it understands and says what they mean on this tree; the others are placed as usual. It
is asked only when the hunks do not all go where they say, so a branch's own diff on that branch stays as it is. What
does not follow from the tree is not guessed: the hunk is then placed as usual, and mostly fails.
"""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.patch.diff.model import Hunk, Result
from hpatch.patch.place.resolvers.changes import changes
from hpatch.patch.place.resolvers.magic import magic_number
from hpatch.patch.place.resolvers.model import NextRelease, Resolved, Resolver
from hpatch.patch.place.resolvers.translation import PATH as TRANSLATIONS
from hpatch.patch.place.resolvers.translation import english_revision
from hpatch.patch.place.resolvers.version import module_version


def find(path: str) -> Resolver | None:
    """The resolver of a file by its path in the tree."""
    return _RESOLVERS.get(path) or (_TRANSLATION if TRANSLATIONS.fullmatch(path) else None)


def _nothing(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    return {}


_LIST: frozenset[Result] = frozenset({"exact", "applied"})
"""Enough for a list: an entry that is moved could get into an older release's list."""

_TRANSLATION = Resolver(english_revision)
_RESOLVERS: dict[str, Resolver] = {
    "include/ap_mmn.h": Resolver(magic_number),
    "modules/http2/h2_version.h": Resolver(module_version(b"MOD_HTTP2", between=False)),
    "modules/md/md_version.h": Resolver(module_version(b"MOD_MD", between=True)),
    "CHANGES": Resolver(changes, _LIST, optional=True),
    # Each branch's own book-keeping: proposals and votes, and the next number of a log message, which trunk gives out.
    "STATUS": Resolver(_nothing, optional=True),
    "docs/log-message-tags/next-number": Resolver(_nothing, optional=True),
}
