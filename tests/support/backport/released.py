"""A mirror whose branch has releases: 2.4.3 is the first with a fix of trunk's and its follow-up."""

from __future__ import annotations

from pathlib import Path

from tests.support.backport.mirror import Mirror

FILE = "modules/a.c"
FIX, FOLLOW_UP, LONELY, RENAMED = 1000101, 1000102, 1000103, 1000104


def tell(folder: Path) -> Mirror:
    """Tell it."""
    mirror = Mirror(folder)
    mirror.tag("2.4.1", "2.4.x")
    mirror.edit(FIX, "Fix the answer.\n\nIt was wrong.", FILE, b"line_20(void)", b"fixed_value_of(void)")
    mirror.edit(FOLLOW_UP, "Follow up to r1000101.", FILE, b"fixed_value_of(void)", b"fixed_value_of(int depth_of_it)")
    mirror.edit(LONELY, "Never merged.", FILE, b"line_35(void)", b"lonely_name_here(void)")
    mirror.edit(RENAMED, "Rename it.", FILE, b"lonely_name_here", b"another_name_now")
    mirror.edit(1000109, "Something else.", "modules/b.c", b"other_03", b"changed", "2.4.x")
    mirror.tag("2.4.2", "2.4.x")
    mirror.edit(
        1000110,
        "Merge r1000101 from trunk:\n\nFix the answer.",
        FILE,
        b"line_20(void)",
        b"fixed_value_of(void)",
        "2.4.x",
    )
    mirror.edit(
        1000111,
        "Merge r1000102 from trunk:\n\nFollow up.",
        FILE,
        b"fixed_value_of(void)",
        b"fixed_value_of(int depth_of_it)",
        "2.4.x",
    )
    mirror.tag("2.4.3", "2.4.x")
    mirror.edit(1000112, "Something new.", "modules/b.c", b"other_05", b"newer", "2.4.x")
    mirror.tag("2.4.4", "2.4.x")
    mirror.tag("2.4.5-rc1-candidate", "2.4.x")
    mirror.build()
    return mirror
