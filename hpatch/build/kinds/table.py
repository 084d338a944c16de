"""The kinds of trees that can be built, by their projects' names in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hpatch.build.kinds.httpd import HttpdTree
from hpatch.build.kinds.model import TreeKind
from hpatch.build.kinds.nginx import NginxTree
from hpatch.build.kinds.uwsgi import UwsgiTree
from hpatch.errors import UsageError

KINDS: Mapping[str, TreeKind] = {"httpd": HttpdTree(), "uwsgi": UwsgiTree(), "nginx": NginxTree()}


def kind(project: str) -> TreeKind:
    """The kind of a project's trees. Raises UsageError for one that cannot be built."""
    found = KINDS.get(project)
    if found is None:
        titles = ", ".join(one.title for one in KINDS.values())
        raise UsageError(f"hpatch builds trees of {titles}, and not of {project}")
    return found


def refuse(project: str, given: Sequence[str]) -> None:
    """Raises UsageError where one of these options does not apply to the project's trees."""
    one = kind(project)
    wrong = [f"--{name}" for name in dict.fromkeys(given) if name not in one.options]
    if wrong:
        verb = "do not apply" if len(wrong) > 1 else "does not apply"
        raise UsageError(
            f"{' and '.join(wrong)} {verb} to a tree of {one.title}; leave {'them' if len(wrong) > 1 else 'it'} out"
        )
