"""Users and groups that this machine does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_unixd.html"
_USERS = {"user": (0,), "suexecusergroup": (0,)}
_GROUPS = {"group": (0,), "suexecusergroup": (1,)}
"""Directives that name users or groups, and the words that do."""


@rule("CF059", "account-missing", "error", references=(f"{_MANUAL}#user", f"{_MANUAL}#group"))
def account_missing(context: Context) -> Iterator[Found]:
    """This machine does not have the user or the group that httpd is to run as.

    httpd refuses to start: AH00543, "bad user name", or AH00544, "bad group name". A number needs a `#` before it:
    `User 33` is a user whose name is "33".

    The rule needs `--httpd`, because only the machine that runs httpd has the accounts.

    Create the account, or correct the name.

    Fires on::

        # options: --httpd apache2
        User no-such-user

    Write instead::

        # options: --httpd apache2
        User nobody

    Silent on (a number)::

        # options: --httpd apache2
        User #33

    Source: unixd_set_user and unixd_set_group (mod_unixd.c), ap_uname2id and ap_gname2id (util.c); tested on httpd
    2.4.71.
    """
    if not context.configuration.check_files:
        return
    users, groups = _lookups()
    for kind, lines, there in (("user", _USERS, users), ("group", _GROUPS, groups)):
        known: dict[str, bool] = {}
        for key, words in lines.items():
            for node, word in ((node, word) for node in context.configuration.by_key.get(key, ()) for word in words):
                name = node.words[word] if len(node.words) > word else ""
                if not name or name.startswith("#") or "${" in name or not node.certain:
                    continue
                if name not in known:
                    known[name] = there(name)
                if not known[name]:
                    yield _found(node, word, kind, name)


def _found(node: Node, word: int, kind: str, name: str) -> Found:
    number = f" A number is written with #: {node.name} #{name}." if name.isascii() and name.isdigit() else ""
    return Found(
        node.word_place(word),
        f'this machine has no {kind} "{name}": httpd refuses to start',
        help=f"Create the {kind}, or correct the name.{number}",
        node=node,
    )


def _lookups() -> tuple[Callable[[str], bool], Callable[[str], bool]]:
    """What tells whether a user, and whether a group, is there. Everything is where the system has no such lists."""
    try:
        import grp
        import pwd
    except ImportError:
        return (lambda _: True), (lambda _: True)
    return (lambda name: _has(pwd.getpwnam, name)), (lambda name: _has(grp.getgrnam, name))


def _has(ask: Callable[[str], object], name: str) -> bool:
    try:
        ask(name)
    except KeyError:
        return False
    except (OSError, ValueError):
        return True
    return True
