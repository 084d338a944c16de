"""What a vendor's advisory says, whatever form it has."""

from __future__ import annotations

from typing import Literal

from hpatch.facts.vendors import Vendor
from hpatch.records import NamedTuple

Says = Literal["fixed", "affected", "not affected", "undecided"]


class Statement(NamedTuple):
    """What an advisory says of one problem in one package.

    `release` is that of the vendor's system (`12`, `22.04`, `9`, `3.19`); empty where the advisory speaks of all.
    `fixed` is the first version with the fix (`says` is `fixed`; older ones are affected), `first` the first version
    with the problem, empty where the advisory does not tell, `last` the last one. `source` names the file and the
    advisory. `note` is a sentence on what the vendor plans, or empty.
    """

    problem: str
    says: Says
    package: str
    vendor: Vendor
    release: str
    source: str
    fixed: str = ""
    first: str = ""
    last: str = ""
    note: str = ""
