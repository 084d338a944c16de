"""Finding things by the first segment of a path."""

from __future__ import annotations

import re

import pytest

from hpatch.paths.starts import ByStart, start_of


def test_the_order_is_kept() -> None:
    starts: ByStart[str] = ByStart()
    for path in ("/a/b", None, "/b", "//a", "/", "/a", "x"):
        starts.add(path, str(path))
    assert starts.find("/a/c") == ["/a/b", "None", "//a", "/", "/a", "x"]
    assert starts.find("//a") == starts.find("/a") == starts.find("/a/c")
    assert starts.find("/b/") == ["None", "/b", "/", "x"]
    assert starts.find("/ab") == starts.find("/") == ["None", "/", "x"]


@pytest.mark.parametrize(
    ("pattern", "start"),
    [
        ("^/app/(.*)$", "/app"),
        ("^/my-app~1/", "/my-app~1"),
        ("^/app/?$", None),
        ("^/app/*", None),
        ("^/app/{2}", None),
        ("^/app", None),
        ("^/app$", None),
        ("/app/", None),
        ("^/ap+/", None),
        ("^/(app)/", None),
        ("^/app/|^/shop/", None),
        ("^/app/(a|b)", None),
        (r"^/app\.x/", None),
        ("(?i)^/app/", None),
    ],
)
def test_the_start_of_a_pattern(pattern: str, start: str | None) -> None:
    assert start_of(pattern) == start
    others = [path for path in ("/app/x", "/app", "/apq", "/shop/", "/APP/x", "/x/app/") if re.search(pattern, path)]
    assert start is None or all(path.startswith(f"{start}/") for path in others)
