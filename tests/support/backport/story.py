"""The story that the tests of revisions, checks and candidates share."""

from __future__ import annotations

from pathlib import Path

from tests.support.backport.mirror import BASE, CHANGES, MMN, Mirror

NEW = b"int made(void);\nint more(void);\n"
STATUS = """APACHE 2.4 STATUS

PATCHES ACCEPTED TO BACKPORT FROM TRUNK:

  *) mod_a: Take an argument.
     Trunk version of patch:
        https://svn.apache.org/r1000101
     Backport version for 2.4.x of patch:
        Trunk version of patch works
        svn merge -c 1000101 ^/httpd/httpd/trunk .
     +1: ann, bob, cid

PATCHES PROPOSED TO BACKPORT FROM TRUNK:

  *) mod_a: A long one.
     Trunk version of patch:
        https://svn.apache.org/r1000102
     Backport version for 2.4.x of patch:
        Trunk version of patch works
        svn merge -c 1000102 ^/httpd/httpd/trunk .
     +1: ann

  *) mod_a: A long one, adapted.
     Trunk version of patch:
        https://svn.apache.org/r1000102
     Backport version for 2.4.x of patch:
        https://people.example.org/patch.diff
     +1: ann

  *) mod_b: Merged long ago.
     Trunk version of patch:
        https://svn.apache.org/r1000108
     Backport version for 2.4.x of patch:
        Trunk version of patch works
     +1: ann

  *) mod_c: Nobody knows.
     Trunk version of patch:
        https://svn.apache.org/r1999999
     Backport version for 2.4.x of patch:
        Trunk version of patch works
     +1: ann

PATCHES/ISSUES THAT ARE BEING WORKED

PATCHES/ISSUES THAT ARE STALLED
"""


def tell(folder: Path, *, numbered: bool = True) -> Mirror:
    """The repository."""
    one = Mirror(folder, numbered=numbered)
    entry = b"  *) mod_a: Take an argument. PR 12345. [Ann]\n\n"
    one.add(
        1000101,
        "mod_a: Take an argument. Fix a crash. PR 12345.",
        {
            "CHANGES": CHANGES.replace(b"\n\n  *) core: Old", b"\n\n" + entry + b"  *) core: Old"),
            "modules/a.c": one.file("modules/a.c").replace(b"line_10(void)", b"line_10(int)"),
        },
    )
    one.edit(1000102, "Follow up to r1000101: a long one.", "modules/a.c", b"line_10(int)", b"line_10(long)")
    one.add(
        1000103,
        "mod_b: A new function, ap_three.",
        {
            "include/ap_mmn.h": MMN.replace(b"ap_two\n", b"ap_two\n * 20120211.3 (2.5.0-dev)  Add ap_three\n").replace(
                b"MINOR 2 ", b"MINOR 3 "
            ),
            "modules/b.c": one.file("modules/b.c").replace(b"other_05(void)", b"other_05(int)"),
        },
    )
    one.edit(1000104, "SECURITY: CVE-2024-12345: overflow.", "modules/b.c", b"other_20(void)", b"other_20(int)")
    one.edit(1000105, "Revert r1000104, it breaks more.", "modules/b.c", b"other_20(int)", b"other_20(void)")
    one.add(1000106, "A new module.", {"modules/new.c": NEW})
    one.edit(1000107, "new: fix a leak.", "modules/new.c", b"more(void)", b"more(int)")
    one.edit(1000108, "mod_b: thirty.", "modules/b.c", b"other_30(void)", b"other_30(int)")
    one.edit(1000109, "mod_b: thirty-five.", "modules/b.c", b"other_35(void)", b"other_35(int)")
    one.add(1000110, "Votes.", {"STATUS": b"trunk's own\n"})
    one.edit(1000111, "mod_b: only on trunk\x1b[31m\u202e.", "modules/b.c", b"other_39(void)", b"other_39(int)")

    branch = "2.4.x"
    own = CHANGES.replace(b"\n\n  *) core: Old", b"\n\n  *) core: The branch's own. [A]\n\n  *) core: Old")
    mmn = MMN.replace(b"ap_two\n", b"ap_two\n * 20120211.3 (2.4.3-dev)  Add ap_own\n").replace(b"MINOR 2 ", b"MINOR 3 ")
    one.add(1000150, "The branch's own.", {"CHANGES": own, "include/ap_mmn.h": mmn}, branch)
    one.edit(1000151, "Merge r1000108 from trunk:\n\nthirty", "modules/b.c", b"_30(void)", b"_30(int)", branch)
    one.add(1000152, "Propose to merge r1000101.", {"STATUS": STATUS.encode()}, branch)
    one.tag("2.4.2-rc1")
    one.tag("2.4.3")
    one.edit(1000153, "Merge r1000109 from trunk.", "modules/b.c", b"_35(void)", b"_35(int)", branch)
    one.edit(1000154, "Revert r1000153, not voted.", "modules/b.c", b"_35(int)", b"_35(void)", branch)
    one.tag("2.4.10")
    one.edit(1000155, "The same, by hand.", "modules/b.c", b"_39(void)", b"_39(int)", branch)
    one.build()
    return one


__all__ = ["BASE", "STATUS", "tell"]
