"""A STATUS file in the forms that httpd's had over the years, with made-up proposals."""

from __future__ import annotations

from hypothesis import strategies as st

from hpatch.backport.status import file as status_file
from hpatch.backport.status.file import Entry, StatusFile
from hpatch.text import Source

TEXT = """\
EXAMPLE 2.4 STATUS:                        -*- mode: text -*-
Release history:
    2.4.2   : In development

  * A mission that is no proposal

CURRENT RELEASE NOTES:

  * Nothing may break.

  * Current exceptions for RTC for this branch:
    . mod_example
    . pages and
    . non-Unix build

RELEASE SHOWSTOPPERS:

PATCHES ACCEPTED TO BACKPORT FROM TRUNK:
  [ start below ]

  *) mod_a: Ready to go. PR 4711.
     trunk patch: https://svn.apache.org/r1900001
                  https://svn.apache.org/r1900002
     2.4.x patch: svn merge -c 1900001,1900002 ^/httpd/httpd/trunk .
     +1: ann, bob (by inspection, twice), cid

PATCHES PROPOSED TO BACKPORT FROM TRUNK:
  [ New proposals go to the end ]

   * mod_b: An old form
     mod_b: of two lines.
     Submitted by: dan
     trunk patch: http://svn.apache.org/viewvc?view=revision&revision=1300001
     2.4.x patch: trunk patch works modulo CHANGES
     +1 ann, bob,
     -.8: cid
          Free text, and more.
     ann says: and why?
        bob: because.

  *) mod_c: The newest form.
     Trunk version of patch:
        https://svn.apache.org/r1910001
     Backport version for 2.4.x of patch:
        https://example.org/c.patch
        PR: https://github.com/apache/httpd/pull/12
     +1:
     -1: dan: It breaks, as I said.

Further ones are elsewhere.
PATCHES/ISSUES THAT ARE STALLED

  *) Something to think about.
     eve: Is it?
"""

NEW = """\
  *) mod_d: New.
     trunk patch: https://svn.apache.org/r1920001
     2.4.x patch: svn merge -c 1920001 ^/httpd/httpd/trunk .
     +1: eve
"""


def read(text: str = TEXT) -> StatusFile:
    return status_file.read(Source("STATUS", text))


def entry(start: str, status: StatusFile | None = None) -> Entry:
    (found,) = (one for one in (status or read()).entries if one.title.startswith(start))
    return found


LINES = st.lists(st.sampled_from([*TEXT.splitlines(), "", "\t\x0b", "*", " *)", "\xa0x", "text\r", "+1", "\udcff"]))
TEXTS = st.text() | LINES.map("\n".join)
