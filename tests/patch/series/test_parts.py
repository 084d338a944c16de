"""Mails in parts, in encodings and in flowed lines, as the text that they stand for."""

from __future__ import annotations

import base64
import quopri

import pytest

from hpatch.patch.series.header import about, message
from hpatch.patch.series.parts import decoded

DIFF = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+caf\xe9 = 2\n"
HEAD = b"From: Ann <a@example.org>\nSubject: s\n"
PARTED = HEAD + b'MIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary="=-x"\n\nparts follow\n'
TEXT = b"Why\n---\n"


def part(kind: bytes, body: bytes, more: bytes = b"") -> bytes:
    return b"--=-x\nContent-Type: " + kind + b"\n" + more + b"\n" + body + b"\n"


@pytest.mark.parametrize("kind", [b"text/x-patch; name=x.patch", b"application/octet-stream; name=x.diff"])
@pytest.mark.parametrize(
    ("way", "body"),
    [(b"8bit", DIFF), (b"base64", base64.encodebytes(DIFF)), (b"quoted-printable", quopri.encodestring(DIFF))],
)
def test_a_patch_that_is_attached(kind: bytes, way: bytes, body: bytes) -> None:
    patch = part(kind, body, b"Content-Transfer-Encoding: " + way + b"\nContent-Disposition: attachment\n")
    page = part(b"text/html", b"<html>\n") + part(b"application/pgp-signature; name=s.asc", b"-----BEGIN\n")
    text = decoded(PARTED + part(b"text/plain; charset=latin1", TEXT) + patch + page + b"--=-x--\n", "m")
    assert text.endswith(b"charset=latin1\nContent-Transfer-Encoding: 8bit\n\n" + TEXT + DIFF)
    assert about(text).message == "Why"


def test_lines_keep_their_carriage_returns_where_all_have_them() -> None:
    mail = b"From x Mon Sep 17 00:00:00 2001\n" + (HEAD + b"\n" + DIFF).replace(b"\n", b"\r\n")
    text = decoded(mail, "m")
    assert text.count(b"\n") == text.count(b"\r\n") == mail.count(b"\n")
    assert about(text).title == "s"
    mixed = HEAD + b"\n" + DIFF.replace(b"1\n", b"1\r\n")
    assert decoded(mixed, "m") == mixed


def test_flowed_lines() -> None:
    stuffed = b"some text that \nflows\n---\n" + DIFF.replace(b"\n+", b"\n +") + b"-- \n2.39\n"
    text = decoded(HEAD + b"Content-Type: text/plain; format=flowed\n\n" + stuffed, "m")
    assert text.endswith(b"\n\nsome text that flows\n---\n" + DIFF.replace(b"\n+", b"\n+") + b"-- \n2.39\n")


def test_a_message_in_its_character_set() -> None:
    latin = b"Content-Type: text/plain; charset=%s\n\nGr\xf6\xdfe \xa4\n"
    assert message(HEAD + latin % b"iso-8859-15", "m").decode() == "s\n\nGröße €\n"
    assert message(HEAD + latin % b"no-such", "m").decode() == "s\n\nGröße ¤\n"
