"""What is known of one httpd's known problems beyond its number: whether its vendor has mended them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from hpatch.records import NamedTuple

Verdict = Literal["not affected", "affected", "fixed by the vendor", "vendor says no", "unknown"]
"""`vendor says no`: the vendor says that its build does not have the problem. `fixed by the vendor`: it had."""


class ProblemAnswer(NamedTuple):
    """Whether one httpd has a known problem.

    `problem` is its id. `because` is a sentence that says how that is known, or why it is not; `source` names the file
    and the advisory, or what else was looked at; `reference` is where to look further (a URL, or empty). `fixed` is the
    first version without the problem, in the numbering of who built this httpd; empty where none is known. `claim`
    tells that the answer rests on a changelog, which nobody has checked.
    """

    problem: str
    verdict: Verdict
    because: str
    source: str = ""
    reference: str = ""
    fixed: str = ""
    claim: bool = False


def concerns(answer: ProblemAnswer, *, published: bool) -> bool:
    """Whether a problem is to be told of: it is there, or may be. `published`: a release of this number has it."""
    return answer.verdict == "affected" or (answer.verdict == "unknown" and published)


class Build(NamedTuple):
    """An httpd that a vendor built: `name` as in `Debian's apache2 2.4.57-2`, and the answers by a problem's id."""

    name: str
    answers: Mapping[str, ProblemAnswer]
