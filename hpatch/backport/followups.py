"""Later revisions of trunk that name, repair or take back others: a backport without its fix is the worst outcome.

Two signs: a message that names the revision, and a change that takes away lines which the revision brought.
"""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.backport.answer import Followup
from hpatch.backport.changes import Objects
from hpatch.backport.messages import Relation
from hpatch.backport.revisions import Revision, Revisions

_LATER = 40
"""How many later revisions of the same files are read for changes of the same lines."""


def find(history: Revisions, objects: Objects, chosen: Sequence[Revision]) -> tuple[Followup, ...]:
    """The follow-ups of revisions, the oldest first; those of follow-ups too."""
    asked = {one.order for one in chosen}
    found: dict[int, Followup] = {}
    open_ = list(chosen)
    while open_:
        of = open_.pop(0)
        said: dict[int, tuple[Revision, Relation | None]] = {
            one.order: (one, relation) for one, relation in history.mentions(of)
        }
        for one, relation in said.values():
            if one.order not in found and (relation != "mention" or not set(one.paths).isdisjoint(of.paths)):
                found[one.order] = Followup(one, of, relation, False, history.is_merged(one), one.order in asked)
                if relation != "mention" and one.order not in asked:
                    open_.append(one)
    return tuple(found[order] for order in sorted(found))
