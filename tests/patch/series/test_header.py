"""What patches say of themselves."""

from __future__ import annotations

import pytest

from hpatch.patch.series.header import about, authorship, body, header, message, with_fields

DIFF = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n"
DEP3 = b"Description: a title\n More of it,\n .\n and more.\nAuthor: Ann <a@example.org>\nForwarded: no\n---\n"


@pytest.mark.parametrize(
    ("start", "rest"),
    [(DEP3, DIFF), (b"", DIFF), (b"text\n", b"Index: x\n" + DIFF), (b"a\n---\n x | 2\n\n", b"diff --git a/x b/x\n")],
)
def test_a_header_ends_where_the_diff_begins(start: bytes, rest: bytes) -> None:
    assert (header(start + rest), body(start + rest)) == (start, rest)


def test_dep3() -> None:
    said = about(DEP3 + DIFF)
    assert (said.title, said.message, said.author) == ("a title", "More of it,\n\nand more.", "Ann <a@example.org>")
    assert said.fields["forwarded"] == "no"


def test_a_mail() -> None:
    mail = (
        b"From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\n"
        b"From: =?UTF-8?q?J=C3=B6rg?= <j@example.org>\nDate: Sun, 9 Feb 2014 16:09:48 +0000\n"
        b"Subject: [PATCH v2 1/9] a title that\n goes on\n\nFirst.\n\nSecond.\n---\n x | 2 +-\n\n"
    )
    said = about(mail + DIFF)
    assert said.title == "a title that goes on"
    assert (said.message, said.author, said.date) == (
        *("First.\n\nSecond.", "Jörg <j@example.org>", "Sun, 9 Feb 2014 16:09:48 +0000"),
    )


def test_free_text() -> None:
    said = about(b"a title\n\nwhy\n" + DIFF)
    assert (said.title, said.message, said.author) == ("a title", "why", "")


def test_fields_are_set_and_added() -> None:
    text = with_fields(DEP3 + DIFF, {"Forwarded": "https://x.example/1", "Bug": "https://x.example/2"})
    assert b"Author: Ann <a@example.org>\nForwarded: https://x.example/1\nBug: https://x.example/2\n---\n" in text
    assert text.endswith(DIFF)
    assert with_fields(DIFF, {"Bug": "b"}) == b"Bug: b\n" + DIFF


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("Author: Ann <a@example.org>\nDate: Sun, 9 Feb 2014 16:09:48 -0530", b"Ann <a@example.org> 1391981988 -0530"),
        ("Author: Ann <a@example.org>, Bob <b@example.org>", b"Ann <a@example.org> 5 +0100"),
        ("From: a@example.org", b"a@example.org <a@example.org> 5 +0100"),
        ("Author: Ann", b"Ann <> 5 +0100"),
        ("Author: Ann\nDate: @1700000000 -0530", b"Ann <> 1700000000 -0530"),
        ("Author: Ann\nDate: 2023-11-14 22:13:20 Z", b"Ann <> 1700000000 +0000"),
        ("Origin: vendor", b"C <c@example.org> 5 +0100"),
        ("Date: Sun, 9 Feb 99999999 99:99:99 +9999999999", b"C <c@example.org> 5 +0100"),
        ("Date: Mon, 31 Mar 2020 10:00:00 -2359", b"C <c@example.org> 5 +0100"),
        ("Date: Sun, 9 Feb 1914 16:09:48 +0000", b"C <c@example.org> 5 +0100"),
    ],
)
def test_who_wrote_it_and_when(fields: str, told: bytes) -> None:
    text = f"Description: x\n{fields}\n\n".encode() + DIFF
    assert authorship(text, b"C <c@example.org> 5 +0100") == told


def test_what_mercurial_exports() -> None:
    head = (
        b"# HG changeset patch\n# User Ann <a@example.org>\n# Date 1700000000 -12600\n#      Tue Nov 14\n# Node ID 12\n"
    )
    text = head + b"# Parent  34\nCore: fix it.\n\nWhy.\n\n" + DIFF
    assert authorship(text, b"C <c@example.org> 5 +0100") == b"Ann <a@example.org> 1700000000 +0330"
    assert message(text, "x") == b"Core: fix it.\n\nWhy.\n"


def test_an_author_that_cannot_be_read_is_the_committer() -> None:
    mail = f"From: {'(' * 10_000} <a@example.org>\nSubject: a title\n\n".encode()
    assert authorship(mail + DIFF, b"Me <m@example.org> 7 +0100") == b"Me <m@example.org> 7 +0100"


def test_senders_in_the_body_and_folded_lines() -> None:
    """Of any number; the last sender in a row counts, and blank lines below it are no text."""
    mail = b"From: a <a@x>\nSubject: a title\nX-Long: 1\n 2\n\t3 \n\n"
    said = about(mail + b"From: b <b@x>\nFrom: c <c@x>\n\n\nDate: d\n\nwhy\n---\n" + DIFF)
    assert (said.author, said.date, said.message) == ("c <c@x>", "d", "why")
    assert said.fields["x-long"] == "1\n2\n3 "
