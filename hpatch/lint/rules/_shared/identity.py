"""Whom httpd's processes run as, and which sockets of backends they may open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.effective import in_server
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.backends.model import Permissions
    from hpatch.lint.context import Context
    from hpatch.text import Place

_WRITE = 2


class Identity(NamedTuple):
    """The user and the groups of httpd's processes, by name, and the place of the User line."""

    user: str
    groups: frozenset[str]
    place: Place

    def may_write(self, permissions: Permissions) -> bool | None:
        """Whether they may write to a file, such as a socket. None if that is not known."""
        return permissions.permits(self.user, self.groups, _WRITE)


def identity(context: Context) -> Identity | None:
    """Whom httpd runs as. None if the configuration has no User line, or tells the user or group by number or variable.

    The groups are the Group line's and those in `SupplementaryGroups=` of httpd's unit, if that was read.
    """
    user, group = in_server(context, "user", None), in_server(context, "group", None)
    if user is None or not user.words:
        return None
    names = [user.words[0], *([] if group is None else group.words[:1])]
    if any(name.startswith(("#", "${")) for name in names):
        return None
    groups = frozenset(names[1:]).union(*(file.groups for file in context.backends))
    return Identity(user=names[0], groups=groups, place=user.place)
