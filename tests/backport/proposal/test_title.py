"""Titles from log messages."""

from __future__ import annotations

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
        ("many things", ["modules/ssl/ssl_x.c", "modules/lua/x.c"], "many things."),
        ("core: One. " + "Very long sentence " * 12 + "ends.", ["x"], "core: One."),
    ],
)
def test_titles(message: str, paths: list[str], expected: str) -> None:
    assert title([revision(message, *paths)]) == expected


def test_the_first_that_changes_code_gives_the_title() -> None:
    records = revision("note it. PR 1000", "CHANGES")
    code = revision("mod_a: Fix. PR 1001", "modules/a/mod_a.c")
    assert title([records, code]) == "mod_a: Fix. PR 1001, PR 1000."
    assert title([code, revision("Another. PR 1002, PR 1003", "a")]) == "mod_a: Fix. PR 1001, PR 1002, PR 1003."


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
    ],
)
def test_areas(paths: list[str], expected: str | None) -> None:
    assert area(paths) == expected


@given(st.text(max_size=300), st.sampled_from(["2014", "2020", "2023"]))
def test_any_message_gives_an_entry_that_is_one(message: str, style: str) -> None:
    text = title([revision(message, "modules/a/mod_a.c")])
    assert "\n" not in text
    content = EntryContent(
        title=text,
        trunk=("https://svn.apache.org/r1900001",),
        branch="2.4.x",
        way="works",
        modulo=(),
        merge="svn merge -c 1900001 .",
        place="",
        voter="ann",
    )
    found = read_entry(entry(content, style))  # type: ignore[arg-type]
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
    st.sampled_from(["2014", "2020", "2023"]),
)
def test_no_line_of_a_title_is_a_field(words: list[str], style: str) -> None:
    text = "mod_a: " + " ".join(words)
    content = EntryContent(
        title=text,
        trunk=("https://svn.apache.org/r1900001",),
        branch="2.4.x",
        way="works",
        modulo=(),
        merge="svn merge -c 1900001 .",
        place="",
        voter="ann",
    )
    written = entry(content, style)  # type: ignore[arg-type]
    found = read_entry(written)
    assert (found.title, found.trunk) == (text, (1900001,))
    assert [(vote.weight, vote.name) for vote in found.votes] == [("+1", "ann")]
    assert style == "2014" or found.branch.merges == ("svn merge -c 1900001 .",)


@given(st.text())
def test_any_message_has_a_summary_in_one_line(message: str) -> None:
    assert "\n" not in summary(message)
