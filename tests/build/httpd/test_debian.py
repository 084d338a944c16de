"""What Debian's rules would say, where they are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd.debian import preprocessor

MARK = "const char *built = BUILD_DATETIME;\n"
TRAILER = " -- A Maintainer <a@example.org>  Fri, 12 Jun 2026 07:08:45 +0200\n"


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(text)


@pytest.mark.parametrize(
    ("changelog", "told"),
    [
        (f"apache2 (2.4.68-1) unstable; urgency=medium\n\n{TRAILER}", "2026-06-12T07:08:45"),
        (TRAILER.replace("Fri, 12 Jun", "one day in June"), "unknown"),
        ("", "unknown"),
    ],
)
def test_the_date_of_the_changelog_stands_for_that_of_compilation(tmp_path: Path, changelog: str, told: str) -> None:
    _write(tmp_path, "server/buildmark.c", MARK)
    _write(tmp_path, "debian/changelog", changelog)
    assert preprocessor(tmp_path) == f"-DBUILD_DATETIME='\"{told}\"'"


def test_any_other_tree_is_told_nothing(tmp_path: Path) -> None:
    assert preprocessor(tmp_path) is None
    _write(tmp_path, "server/buildmark.c", "const char *built = __DATE__;\n")
    _write(tmp_path, "debian/changelog", TRAILER)
    assert preprocessor(tmp_path) is None
