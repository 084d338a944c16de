"""The message of a merge, as committers of httpd write it.

Of the merges to 2.4.x of 2022 to 2024, most begin "Merge r1, r2 from trunk:", give the logs of trunk's revisions as
they are, and end with the authors of these (Submitted by), those who voted for it (Reviewed by), and the pull request
that the commit closes. Where an area needs no votes, the first line says so: "[CTR for CI changes]".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.backport.status.model import Entry

_TRUNKS = re.compile(r"(?im)^[ \t]*(?:github|gh):?[ \t]+closes[ \t]+#\d+.*$|\[skip ci\]")
"""What a log says of trunk alone: a pull request that is closed, a commit that needs no test."""
_APACHE = "@apache.org"


def message(history: Revisions, revisions: Sequence[Revision], entry: Entry, area: str | None) -> str:
    """The message. `area` is what needs no votes, where votes are missing; empty: not known which."""
    names = ", ".join(one.name for one in revisions)
    without = "" if area is None else f" [CTR for {area}]" if area else " [CTR]"
    logs = "\n\n\n".join(filter(None, (_log(one.message) for one in revisions)))
    trailers = "\n".join(_trailers(history, revisions, entry))
    pulls = "".join(f"\nGithub: closes #{number}\n" for number in entry.branch.pulls)
    return f"Merge {names} from {history.trunk.branch}:{without}\n\n{logs}\n\n{trailers}\n{pulls}"


def _log(text: str) -> str:
    """A log without blanks at the lines' ends, without characters that a terminal obeys, and what it says of trunk."""
    lines = (line.rstrip() for line in _TRUNKS.sub("", text).strip().splitlines())
    return "\n".join("".join(char for char in line if char.isprintable() or char == "\t") for line in lines).strip("\n")


def _trailers(history: Revisions, revisions: Sequence[Revision], entry: Entry) -> Iterator[str]:
    yield f"Submitted by: {', '.join(dict.fromkeys(_committers(history, revisions)))}"
    against = {vote.name for vote in entry.votes if vote.value <= -1}
    voters = dict.fromkeys(vote.name for vote in entry.votes if vote.value >= 1 and vote.name not in against)
    if voters:
        yield f"Reviewed by: {', '.join(voters)}"


def _committers(history: Revisions, revisions: Sequence[Revision]) -> Iterator[str]:
    """Who committed to trunk: by the name that votes have, where the address tells it."""
    commits = [one.commit for one in revisions]
    told = history.git.run("log", "--no-walk=unsorted", "--no-show-signature", "--format=%H%x00%ae", *commits)
    rows = (row.split("\0") for row in told.decode("utf-8", "surrogateescape").splitlines())
    addresses = {row[0]: row[1] for row in rows}
    for one in revisions:
        address = addresses.get(one.commit, "")
        name = address.removesuffix(_APACHE) if address.endswith(_APACHE) else one.author
        yield "".join(char for char in name if char.isprintable())
