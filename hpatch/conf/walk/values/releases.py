"""Words that a release does not know yet."""

from __future__ import annotations

from hpatch.conf.walk.values import rewrite
from hpatch.conf.walk.values.model import Arguments, Wrong
from hpatch.conf.words import SPACE
from hpatch.facts import values


def too_new(given: Arguments) -> Wrong | None:
    """A word that came with a later release than the one that is asked about.

    A distribution may have given it to the older release, and so it is never certain.
    """
    version = given.configuration.version
    known = values.words(given.node.key)
    if version is None or not known:
        return None
    for index, word in _words(given):
        name, equals, _ = word.lstrip("+-").lower().partition("=")
        spelt, since = known.get(name + equals) or known.get(name) or (None, version)
        if spelt is not None and version < since:
            says = f'takes "{spelt}" from httpd {since} on, and the version is {version}'
            return Wrong(index, says, f"Remove it, or use httpd {since} or later.", certain=False)
    return None


def _words(given: Arguments) -> list[tuple[int, str]]:
    """The words and their indexes; of a RewriteRule, the flags."""
    if given.node.key != "rewriterule":
        return list(enumerate(given.words))
    parts = rewrite.split(given.node.args.strip(SPACE)) or []
    return [(2, flag.strip(SPACE)) for part in parts[2:] for flag in part.strip("[]").split(",")]
