"""Areas that need no votes."""

from __future__ import annotations

import pytest

from hpatch.backport.status.exempt import exemption, titled
from tests.support.backport.status_text import TEXT, read

HEADER = TEXT.replace(
    "    . mod_example\n    . pages and\n    . non-Unix build\n",
    "    . mod_proxy_http2\n    . http/2 - mod_http2\n    . mod_md\n    . documentation\n    . non-Unix build\n"
    "    . non-Unix, single-platform code\n    . routine APLOGNO() backports\n    . .gdbinit\n"
    "    . CI configuration and scripts\n    . Travis integration: .travis.yml and test/travis*.sh\n",
)


@pytest.mark.parametrize(
    ("files", "areas"),
    [
        (["docs/manual/mod/core.xml", "CHANGES"], ["documentation"]),
        (["CHANGES", "docs/manual/mod/core.xml"], ["documentation"]),
        (["modules/md/md_acme.c", "changes-entries/x.txt"], ["mod_md"]),
        (["modules/experimental/mod_md.c", "modules/mod_md.h"], ["mod_md"]),
        (["modules/http2/h2_proxy_session.c", "modules/http2/mod_proxy_http2.c"], ["mod_proxy_http2"]),
        (["modules/http2/h2_mplx.c"], ["http/2 - mod_http2"]),
        (["libhttpd.dsp", "Makefile.win", "CMakeLists.txt", "modules/x/NWGNUx"], ["non-Unix build"]),
        (["server/mpm/winnt/child.c"], ["non-Unix, single-platform code"]),
        ([".gdbinit"], [".gdbinit"]),
        ([".github/workflows/linux.yml"], ["CI configuration and scripts"]),
        (["docs/manual/mod/core.xml", ".gdbinit"], ["documentation", ".gdbinit"]),
    ],
)
def test_what_is_exempt(files: list[str], areas: list[str]) -> None:
    found = exemption(read(HEADER), files)
    assert found.whole
    assert list(found.areas) == areas


def test_files_that_only_number_messages() -> None:
    files = ["server/core.c", "modules/ssl/mod_ssl.c"]
    found = exemption(read(HEADER), [*files, "modules/md/md_acme.c"], {*files, "modules/md/md_acme.c"})
    assert found == (("routine APLOGNO() backports", "mod_md"), ())
    assert exemption(read(HEADER), files, {"server/core.c"}).others == ("modules/ssl/mod_ssl.c",)
    assert exemption(read(), files, files).others == tuple(files)


@pytest.mark.parametrize(
    "files",
    [
        ["server/core.c"],
        ["CHANGES", "server/core.c"],
        ["modules/experimental/mod_mod_md.c"],
        ["docs/manual/mod/core.xml", "server/core.c"],
        ["docs/conf/httpd.conf.in"],
        ["modules/ssl/mod_ssl.c"],
        ["modules/proxy/mod_proxy.c"],
        ["CHANGES"],
        [],
    ],
)
def test_what_is_not(files: list[str]) -> None:
    assert not exemption(read(HEADER), files).whole


@pytest.mark.parametrize(
    "below", ["", "\n", "\n\n    . mod_example\n", "\n  * Another list:\n    . mod_example\n", "\n\n  * A note.\n"]
)
def test_the_list_of_areas_ends_at_a_blank_line_another_note_or_the_end(below: str) -> None:
    text = f"CURRENT RELEASE NOTES:\n\n  * Current exceptions for RTC:\n    . mod_md\n    . mod_http2{below}"
    assert read(text).exempt == ("mod_md", "mod_http2")


def test_an_area_by_a_title() -> None:
    status = read(HEADER)
    assert titled(status, "mod_md: Update.") == "mod_md"
    assert titled(status, "mod_mdx: Update.") is None
