"""The strategies for placing a hunk, in the order in which they are tried. The first that settles the hunk decides.

To add a strategy, write a function from `Situation` to `Settled | None` in a module of this folder and enter it in
`ORDER`: below every strategy that is surer, above every one that is less sure. Its docstring says what it accepts, what
evidence it demands and what it refuses. Its tests stand in `tests/patch/place/strategies/`.
"""

from __future__ import annotations

from hpatch.patch.place.situation import Strategy
from hpatch.patch.place.strategies.alike import alike
from hpatch.patch.place.strategies.ambiguous import equal_places, here_and_there
from hpatch.patch.place.strategies.applied import applied
from hpatch.patch.place.strategies.conflict import conflict
from hpatch.patch.place.strategies.exact import exact, moved
from hpatch.patch.place.strategies.last import last
from hpatch.patch.place.strategies.loose import loose
from hpatch.patch.place.strategies.merged import merged
from hpatch.patch.place.strategies.resolved import resolved
from hpatch.patch.place.strategies.reworded import reworded

ORDER: tuple[Strategy, ...] = (
    resolved,  # the file's resolver says what the hunk means here
    exact,  # all of its lines, at its own line
    moved,  # all of its lines, at an offset
    equal_places,  # all of its lines, at several places: ambiguous
    merged,  # three-way, by the file before the revision
    here_and_there,  # all of its lines, and elsewhere all that it leaves: ambiguous
    applied,  # all that it leaves: it is there already
    alike,  # all of its lines, some that go with other white space or another log number
    reworded,  # three-way, beside lines that the tree has in other words; by option in them
    loose,  # by option: with fuzz, with white space aside
    last,  # with fuzz, where there is one place only and it is in the hunk's function
    conflict,  # whatever is left
)
