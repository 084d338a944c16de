"""Finding things by the first segment of a path."""

from __future__ import annotations

from hpatch.paths.starts import ByStart


def test_the_order_is_kept() -> None:
    starts: ByStart[str] = ByStart()
    for path in ("/a/b", None, "/b", "//a", "/", "/a", "x"):
        starts.add(path, str(path))
    assert starts.find("/a/c") == ["/a/b", "None", "//a", "/", "/a", "x"]
    assert starts.find("//a") == starts.find("/a") == starts.find("/a/c")
    assert starts.find("/b/") == ["None", "/b", "/", "x"]
    assert starts.find("/ab") == starts.find("/") == ["None", "/", "x"]
