"""A history with accepted proposals in the branch's STATUS: `two_lines` with numbers that a test's server can have."""

from __future__ import annotations

from tests.support.backport.two_lines import Commit, lines

A, B, NEW = "modules/proxy/mod_a.c", "modules/proxy/mod_b.c", "modules/proxy/mod_new.c"
MMN = b"""/*
 * 20120211.1 (2.4.1-dev)  Add ap_one
 */
#define MODULE_MAGIC_NUMBER_MAJOR 20120211
#define MODULE_MAGIC_NUMBER_MINOR 1                   /* 0...n */
"""
TRUNK = b"Changes with Apache 2.5.0\n\n"
CHANGES = b"Changes with Apache 2.4.9\n\n  *) core: Older.  [Bob]\n"
NEXT = "docs/log-message-tags/next-number"
NOTE = b"  *) mod_a: Fix it. PR 60001.  [Cid]\n\n"
HOSTILE = "$(touch /tmp/owned) `touch owned` ; touch owned"
STATUS = f"""\
EXAMPLE 2.4 STATUS:

CURRENT RELEASE NOTES:

  * Current exceptions for RTC for this branch:
    . mod_md
    . documentation

PATCHES ACCEPTED TO BACKPORT FROM TRUNK:

  *) mod_a: Fix it. PR 60001.
     trunk patch: https://svn.apache.org/r1003
                  https://svn.apache.org/r1004
     2.4.x patch: svn merge -c 1003,1004 ^/httpd/httpd/trunk .
     PR: https://github.com/apache/httpd/pull/12
     +1: ann, bob (twice), cid
     -0: dan

  *) mod_b: A patch of its own.
     trunk patch: https://svn.apache.org/r1005
     2.4.x patch: https://example.org/{HOSTILE.replace(" ", "%20")}/b.diff
     +1: ann, bob, cid

PATCHES PROPOSED TO BACKPORT FROM TRUNK:

  *) mod_md: Change the other thing.
     trunk patch: https://svn.apache.org/r1006
     2.4.x patch: trunk patch works
     +1: ann

  *) {HOSTILE}
     trunk patch: https://svn.apache.org/r1006
     2.4.x patch: svn merge -c 1006 {HOSTILE} .
     +1: ann, bob, cid, dan
     -1: eve (it breaks)

PATCHES/ISSUES THAT ARE STALLED

  *) mod_b: Forgotten.
     trunk patch: https://svn.apache.org/r1006
     2.4.x patch: trunk patch works
     +1: ann, bob, cid
"""
HISTORY = (
    Commit(
        "trunk",
        1001,
        "Start.",
        {
            A: lines("a"),
            B: lines("b"),
            "include/ap_mmn.h": MMN,
            "CHANGES": TRUNK,
            "STATUS": b"trunk\n",
            "free": b"x\n",
            "modules/only_trunk.c": lines("t"),
            NEXT: b"1\n",
        },
    ),
    Commit(
        "2.4.x",
        1002,
        "Branch.",
        {"STATUS": STATUS.encode(), "CHANGES": CHANGES, B: lines("b", {10: "own;"}), "modules/only_trunk.c": None},
    ),
    Commit(
        "trunk",
        1003,
        "mod_a: Fix the first thing.\n\nIt was \x1b[31mbroken.  \n\nPR: 60001\nSubmitted by: Cid <cid example org>",
        {
            A: lines("a", {5: "fixed;"}),
            NEW: lines("new", count=5),
            "CHANGES": TRUNK + NOTE,
            "include/ap_mmn.h": MMN.replace(b" */\n#", b" * 20120211.2 (2.5.0-dev)  Add ap_two\n */\n#").replace(
                b"MINOR 1 ", b"MINOR 2 "
            ),
        },
    ),
    Commit(
        "trunk",
        1004,
        "Follow up to r1003: fix the comment.",
        {A: lines("a", {5: "fixed; /* so */"}), "modules/only_trunk.c": lines("t", {5: "fixed;"}), NEXT: b"2\n"},
    ),
    Commit("trunk", 1005, "mod_b: Over a change of the branch.", {B: lines("b", {10: "other;"})}),
    Commit("trunk", 1006, "mod_b: The other thing.", {B: lines("b", {10: "other;", 30: "thirty;"}), "free": None}),
)
PATCH = b"""\
diff --git a/modules/proxy/mod_b.c b/modules/proxy/mod_b.c
--- a/modules/proxy/mod_b.c
+++ b/modules/proxy/mod_b.c
@@ -9,3 +9,3 @@
 b 9;
-own;
+our own;
 b 11;
diff --git a/CHANGES b/CHANGES
--- a/CHANGES
+++ b/CHANGES
@@ -1,2 +1,4 @@
 Changes with Apache 2.4.8
+
+  *) mod_b: As it was voted on.  [Dan]
   *) core: Oldest.  [Bob]
"""
"""What a pull request has: its change, and an entry for CHANGES where that has moved on."""
