"""Titles from log messages."""

from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.backport.proposal.title import area, summary, title
from hpatch.backport.status.read import read_entry
from hpatch.backport.status.style import EntryContent, entry
from tests.support.backport.revision import revision


@pytest.mark.parametrize(
    ("message", "paths", "expected"),
    [
        ("mod_a: Fix it", ["CHANGES"], "mod_a: Fix it."),
        ("ensure it", ["modules/loggers/mod_log_config.c", "CHANGES"], "mod_log_config: Ensure it."),
        ("* modules/proxy/mod_proxy_http.c (f):\n  Treat it.", ["x"], "mod_proxy_http: Treat it."),
        ("* modules/ssl/ssl_x.c (f, g) Don't\n  stop.", ["x"], "mod_ssl: Don't stop."),
        ("* modules/ssl/ssl_x.c (f) is gone.", ["x"], "modules/ssl/ssl_x.c (f) is gone."),
        ("fix it", ["support/apxs.in"], "apxs: Fix it."),
        ("* support/htpasswd.c (main): Check.\n\nPR: 61631", ["support/htpasswd.c"], "htpasswd: Check. PR 61631."),
        ("*) mod_ssl: clear it. Fixes PR 62880. [Ann Example]", ["x"], "mod_ssl: clear it. Fixes PR 62880."),
        ("PR60647: It is\nnot there", ["modules/http/http_core.c"], "http: It is not there. PR 60647."),
        ("Fix typo [skip ci]", ["docs/manual/mod/core.xml"], "docs: Fix typo."),
        (
            "missed one in r1538490:\n\nIt counts.",
            ["server/mpm/event/event.c"],
            "mpm_event: Missed one in r1538490: It counts.",
        ),
        ("On the trunk:\n\nmod_http2: Less memory.", ["x"], "mod_http2: Less memory."),
        ("Fix it\nSubmitted by: Cid\nReviewed by: dan", ["modules/ssl/ssl_x.c"], "mod_ssl: Fix it."),
        ("many things", ["modules/ssl/ssl_x.c", "modules/lua/x.c"], "mod_lua, mod_ssl: Many things."),
        ("many things", ["modules/ssl/ssl_x.c", "modules/lua/x.c", "server/core.c"], "many things."),
        ("Print it", [".gdbinit"], "gdbinit: Print it."),
        ("mod_a: One, e.g. 2.50.\n2.4.x does " + "more " * 50, ["x"], "mod_a: One, e.g. 2.50."),
        ("core: Much. " + "Very much " * 20 + "of:\n - one\n - two", ["x"], "core: Much."),
        (
            "Follow-up to r1900000:\n\n* modules/ssl/ssl_x.c (f): As g() does\n  all, call it.\n  (h): Removed.\n"
            "* modules/ssl/ssl_y.h: Likewise.",
            ["modules/ssl/ssl_x.c", "modules/ssl/ssl_y.h"],
            "mod_ssl: Follow-up to r1900000: As g() does all, call it.",
        ),
        (
            "Use it at last:\n* server/x.c (f): Call it.\n* configure.in: Look for it.",
            ["server/x.c", "configure.in", "support/ab.c"],
            "core: Use it at last: Call it.",
        ),
        (
            " *) mod_http2: news.\n    - on newer ones, it\n      waits. It did not.\n    - spelling\n"
            "    - more of it. And so on.\n",
            ["modules/http2/h2_c1.c"],
            "mod_http2: news: on newer ones, it waits; spelling; more of it.",
        ),
        (
            "mod_http2: two things:\n\n  * one " + "word " * 40 + "\n\n  * two\n\nNo item.",
            ["x"],
            "mod_http2: two things: one " + "word " * 39 + "word; two.",
        ),
        ("- mod_a: one\n- core: two\n- mod_a: one", ["x"], "mod_a: one; core: two."),
        ("* core: One thing", ["server/core.c"], "core: One thing."),
        ("Fix it:\n\nPR 60001\n\nAs it was", ["modules/ssl/x.c"], "mod_ssl: Fix it: As it was. PR 60001."),
        ("do it", ["modules/proxy/balancers/mod_lbmethod_x.c", "modules/proxy/proxy_util.c"], "mod_proxy: Do it."),
        ("exporting mod_x.h", ["Makefile.in"], "mod_x: Exporting mod_x.h."),
        ("take mod_x.h from mod_y", ["Makefile.in"], "take mod_x.h from mod_y."),
        ("as other mod_auth modules, and mod_z_* too", ["Makefile.in"], "as other mod_auth modules, and mod_z_* too."),
        ("core: One. " + "Very long sentence " * 12 + "ends.", ["x"], "core: One."),
    ],
)
def test_titles(message: str, paths: list[str], expected: str) -> None:
    assert title([revision(message, *paths)]) == expected


def test_the_first_that_changes_code_gives_the_title() -> None:
    records = revision("note it. PR 1000", "CHANGES")
    code = revision("mod_a: Fix. PR 1001", "modules/a/mod_a.c")
    assert title([records, code]) == "mod_a: Fix. PR 1001, PR 1000."
    assert (
        title([code, revision("Another. PR 1002, PR 1003", "modules/a/mod_a.c")])
        == "mod_a: Fix. PR 1001, PR 1002, PR 1003."
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "  *) mod_a: Stop the loss\n     of it.  PR 1001.\n     [Ann, Bob <bob example org>]\n",
            "mod_a: Stop the loss of it. PR 1001.",
        ),
        ("  *) Stop it [Ann]\n", "mod_a: Stop it. PR 1001."),
        ("  *) Event MPM: Stop it, PR1001 [Ann]\n", "mpm_event: Stop it, PR 1001."),
        ("  *) mod_a: Stop it.\n     PR: 1001 [Ann]\n", "mod_a: Stop it. PR 1001."),
        ("  *) mod_a: Stop it. BZ#1001.\n", "mod_a: Stop it. PR 1001."),
        ("  *) MPM worker: Call f()\n", "mpm_worker: Call f(). PR 1001."),
        ("", "mod_a: fix. PR 1001."),
    ],
)
def test_what_changes_says_gives_the_title(entry: str, expected: str) -> None:
    assert title([revision("mod_a: fix\n\nPR: 1001\nGithub: PR 344", "modules/a/mod_a.c")], entry) == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["modules/http2/h2_proxy_session.c"], "mod_proxy_http2"),
        (["modules/http2/h2_mplx.c", "modules/http2/h2_version.h"], "mod_http2"),
        (["modules/proxy/proxy_util.c", "include/ap_mmn.h"], "mod_proxy"),
        (["server/core.c", "modules/aaa/mod_authz_core.c"], "mod_authz_core"),
        (["modules/dav/main/props.c"], "mod_dav"),
        ([".github/workflows/linux.yml"], "CI"),
        (["modules/filters/sed1.c"], "mod_sed"),
        (["modules/cache/cache_util.c"], "mod_cache"),
        (["README"], None),
        (["modules/proxy/mod_proxy_ajp.c", "modules/proxy/mod_proxy.c", "modules/proxy/mod_proxy.h"], "mod_proxy"),
        (["modules/proxy/mod_proxy_ajp.c", "modules/proxy/mod_proxy_http.c"], None),
        (["modules/proxy/mod_proxy.c", "modules/ssl/mod_ssl.c"], None),
        (["modules/proxy/mod_proxy.c", "x"], "mod_proxy"),
    ],
)
def test_areas(paths: list[str], expected: str | None) -> None:
    assert area(paths) == expected


def content(title: str) -> EntryContent:
    """An entry with this title."""
    return EntryContent(
        title=title,
        trunk=("https://svn.apache.org/r1900001",),
        branch="2.4.x",
        way="works",
        modulo=(),
        merge="svn merge -c 1900001 .",
        place="",
        voter="ann",
    )


@given(st.text(max_size=300), st.sampled_from(["2014", "2020", "2023", "2024"]))
def test_any_message_gives_an_entry_that_is_one(message: str, style: str) -> None:
    text = title([revision(message, "modules/a/mod_a.c")])
    assert "\n" not in text
    found = read_entry(entry(content(text), style))  # type: ignore[arg-type]
    assert found.trunk == (1900001,)
    assert [vote.name for vote in found.votes] == ["ann"]


WORDS = (
    "+1",
    "-0.5:",
    "2.4.x:",
    "2.4.x",
    "trunk",
    "patch:",
    "Backport",
    "of:",
    "Submitted",
    "by:",
    "*)",
    "*",
    "PR",
    "9999",
)


@given(
    st.lists(st.sampled_from((*WORDS, "a", "longer", "mod_a:")), min_size=1, max_size=60),
    st.sampled_from(["2014", "2020", "2023", "2024"]),
)
def test_no_line_of_a_title_is_a_field(words: list[str], style: str) -> None:
    text = "mod_a: " + " ".join(words)
    written = entry(content(text), style)  # type: ignore[arg-type]
    found = read_entry(written)
    assert (found.title, found.trunk) == (text, (1900001,))
    assert [(vote.weight, vote.name) for vote in found.votes] == [("+1", "ann")]
    assert style == "2014" or found.branch.merges == ("svn merge -c 1900001 .",)


@given(st.text())
def test_any_message_has_a_summary_in_one_line(message: str) -> None:
    assert "\n" not in summary(message)


@pytest.mark.git
@pytest.mark.httpd_git
@pytest.mark.parametrize(
    ("commit", "start", "items", "columns"),
    [
        ("12194873838e03a5288742c6a15fcf0d7c4e9a72", "mod_ssl: Follow-up to r1825120: S", 1, 220),  # r1825124
        ("c69a51bff8157e403121f8436d85dde21ad28bd2", "mod_http2: ", 3, 230),  # r1918003
        ("bc0e56cdd3eebbe0fae3f9f5770b09236e8a4a17", "mod_http2: v2.0.26 ", 2, 180),  # r1915281
        ("d57a750cc3ebc9bd975163fc03c61e4ce3028384", "mod_proxy: D", 1, 140),  # r1916004
        ("8b8f8fd0624e86820a058d7a4bdcf95b7ead847a", "mod_http2: E", 1, 50),  # r1727934
    ],
)
def test_real_messages(commit: str, start: str, items: int, columns: int) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-C", os.environ["HPATCH_HTTPD_GIT"], *arguments, commit]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    paths = git("diff-tree", "-r", "--no-commit-id", "--name-only").split()
    found = title([revision(git("show", "-s", "--format=%B"), *paths)])
    assert found.startswith(start)
    assert (found.count("; ") + 1, found.count("*"), found.count(" - ")) == (items, 0, 0)
    assert len(found) < columns


def test_several_changes_are_all_named() -> None:
    a = revision("* modules/a/mod_a.c\n  (a_out): Fix a typo.\n  (a_in): Another.", "modules/a/mod_a.c")
    same = revision("* modules/b/mod_b.c: Fix a typo.", "modules/b/mod_b.c")
    further = revision("mod_a: Tag the pool. PR 1001", "modules/a/other.c")
    assert title([a, same]) == "mod_a, mod_b: Fix a typo."
    assert title([a, further]) == "mod_a: Fix a typo; Tag the pool. PR 1001."
    # What follows one up, or changes its files, is no change of its own.
    assert (
        title([a, revision("mod_b: Follow up to r1900001.", "modules/b/mod_b.c")._replace(order=2)])
        == "mod_a: Fix a typo."
    )
    assert title([a, revision("More.", "modules/a/mod_a.c")]) == "mod_a: Fix a typo."


def test_areas_with_a_stroke_are_no_path() -> None:
    assert title([revision("  * core/mpm: add a hook.", "server/mpm_common.c")]) == "core/mpm: add a hook."
    assert title([revision("* server/core: add a hook.", "server/core.c")]) == "core: add a hook."
