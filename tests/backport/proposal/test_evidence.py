"""What is told of a proposal's checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backport.history.revisions import Revisions
from hpatch.backport.proposal.evidence import gather
from hpatch.backport.proposal.proposal import Wish, make
from tests.support.backport.mirror import MMN, Mirror

pytestmark = pytest.mark.git


def test_a_follow_up_without_what_it_follows_up(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.edit(1000101, "mod_a: ten.", "modules/a.c", b"line_10(void)", b"line_10(int)")
    mirror.edit(1000102, "Follow up to r1000101: thirty.", "modules/a.c", b"line_30(void)", b"line_30(int)")
    history = Revisions(mirror.build())

    def told(*words: str) -> list[tuple[str, str]]:
        found = gather(make(history, history.find(words), Wish()), "2.4.x")
        return [(one.result, one.text) for one in found if one.what == "prerequisites"]

    assert told("r1000102") == [("no", "r1000102 follows up r1000101, which the branch lacks: mod_a: ten.")]
    assert told("r1000101,r1000102") == [("yes", "none is missing: all lines that it changes are there")]


def test_a_name_that_the_branch_does_not_have(tmp_path: Path) -> None:
    header = b"int old_name;\n"
    mirror = Mirror(tmp_path / "mirror.git", base={"include/a.h": header, "modules/a.c": b"int a;\n"})
    mirror.add(1000101, "A name.", {"include/a.h": header + b"int new_name;\n"})
    mirror.add(1000102, "Use it.", {"modules/a.c": b"int a = new_name;\n"})
    history = Revisions(mirror.build())
    found = gather(make(history, history.find(["r1000102"]), Wish()), "2.4.x")
    assert [(one.result, one.text) for one in found if one.what == "prerequisites"] == [
        (
            "no",
            "modules/a.c uses new_name, which the branch does not have (trunk has it from r1000101):"
            " it would not compile",
        )
    ]


MAKE = b"INSTALL_HEADERS = \\\n\t$(srcdir)/modules/proxy/mod_proxy.h \\\n\t$(srcdir)/os/$(OS_DIR)/*.h\n\nx = y.h\n"


@pytest.mark.parametrize(
    ("path", "after", "noted"),
    [
        ("include/httpd.h", b"int one; /* first */\nint two;\n", True),
        ("include/httpd.h", b"int one; /* the\nfirst */\n", False),
        ("modules/proxy/mod_proxy.h", b"int two; /* first */\n", True),
        ("os/unix/unixd.h", b"int two; /* first */\n", True),
        ("modules/proxy/ajp.h", b"int two; /* first */\n", False),
        ("y.h", b"int two; /* first */\n", False),
        ("include/ap_release.h", b"int two; /* first */\n", False),
    ],
)
def test_a_public_header_and_the_mmn(tmp_path: Path, path: str, after: bytes, noted: bool) -> None:
    mirror = Mirror(
        tmp_path / "mirror.git", base={path: b"int one; /* first */\n", "include/ap_mmn.h": MMN, "Makefile.in": MAKE}
    )
    mirror.add(1000101, "Two.", {path: after})
    mirror.add(1000102, "Bump.", {"include/ap_mmn.h": MMN.replace(b"MINOR 2 ", b"MINOR 3 ")})
    mirror.add(1000103, "A new one.", {"include/new.h": b"int new;\n"})
    history = Revisions(mirror.build())

    def told(*words: str) -> list[tuple[str, str]]:
        found = gather(make(history, history.find(words), Wish()), "2.4.x")
        return [(one.result, one.text) for one in found if one.what == "MMN"]

    said = [("note", f"{path} changes, and include/ap_mmn.h does not: is a minor bump due?")]
    assert told("r1000101") == (said if noted else [])
    assert told("r1000101,r1000102") == []
    assert told("r1000103") == []


def test_a_project_without_an_mmn(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git", base={"include/a.h": b"int one;\n"})
    mirror.add(1000101, "Two.", {"include/a.h": b"int two;\n"})
    history = Revisions(mirror.build())
    found = gather(make(history, history.find(["r1000101"]), Wish()), "2.4.x")
    assert "MMN" not in [one.what for one in found]


def test_what_goes_on_with_it(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.edit(1000101, "mod_a: ten.", "modules/a.c", b"line_10(void)", b"line_10(int)")
    mirror.edit(1000102, "mod_a: a long ten.", "modules/a.c", b"line_10(int)", b"line_10(long)")
    history = Revisions(mirror.build())
    found = gather(make(history, history.find(["r1000101"]), Wish()), "2.4.x")
    told = [(one.result, one.text) for one in found if one.what == "follow-ups"]
    assert told == [("note", "r1000102 goes on with r1000101: mod_a: a long ten.")]
