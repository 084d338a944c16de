"""The `---` and `+++` lines of a file: its name, and what the label after it says."""

from __future__ import annotations

import re

from hpatch.patch.diff.names import unquote
from hpatch.patch.diff.reading.scan import Scan
from hpatch.records import NamedTuple

_LABEL = re.compile(
    rb"(?<! ) ++(\((?:revision \d+|working copy|nonexistent|original|added|removed)\)"
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d.*|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] [ 0-3]?\d \d\d:\d\d:\d\d.*)$"
)
"""What follows a name where blanks took the tab's place (mails, web pages)."""
_EPOCH = re.compile(rb"(1969-12-31|1970-01-01) (\d\d):(\d\d):00(?:\.0+)?(?: ([+-])(\d\d):?(\d\d))?$")
_EPOCH_OLD = re.compile(rb"\w{3} Jan  ?0?1 00:00:00 1970(?: \+0000)?$")


class Side(NamedTuple):
    """A `---` or `+++` line: the name (None for /dev/null) and what the label after it says of the file.

    `absent`: it is not there; `perhaps`: it is not there if this side has no lines (GNU diff gives such a file the date
    of the epoch, old Subversion revision 0).
    """

    name: bytes | None
    absent: bool = True
    perhaps: bool = True


def side(scan: Scan, *, git: bool) -> Side:
    """Read a `---` or `+++` line; in `git`'s form a name with blanks ends in a tab, so that no label needs guessing."""
    text = scan.header()[4:]
    if text.startswith(b'"'):
        quoted = unquote(text)
        if quoted is None or quoted[1][:1] not in (b"", b"\t", b" "):
            scan.fail("the quotes of this name are broken")
        name, label = quoted[0], quoted[1].strip()
    else:
        name, tab, label = text.partition(b"\t")
        if not tab and not git and (found := _LABEL.search(text)) is not None:
            name, label = text[: found.start()], found[1]
        label = label.rpartition(b"\t")[2]
    if not name:
        scan.fail("a header without a name")
    scan.at += 1
    if name == b"/dev/null":
        return Side(None)
    return Side(
        name, label in (b"(nonexistent)", b"(added)", b"(removed)"), label == b"(revision 0)" or _is_epoch(label)
    )


def _is_epoch(label: bytes) -> bool:
    if _EPOCH_OLD.match(label) is not None:
        return True
    found = _EPOCH.match(label)
    if found is None:
        return False
    if found[4] is None:
        return found[1] == b"1970-01-01" and found[2] == found[3] == b"00"
    zone = (int(found[5]) * 60 + int(found[6])) * (-1 if found[4] == b"-" else 1)
    minutes = int(found[2]) * 60 + int(found[3]) - (0 if found[1] == b"1970-01-01" else 24 * 60)
    return minutes == zone
