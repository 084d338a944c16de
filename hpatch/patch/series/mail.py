"""Git's mails: an mbox taken apart, and what a mail says of itself.

As `git am` reads them (git-mailsplit, git-mailinfo).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hpatch.patch.diff.lines import split as lines

_FROM = re.compile(rb"From .*\d{1,2}:\d{2}(?::\d{2})? .*\d{4}\b", re.I)
"""The line that begins a mail in an mbox; `From here on` in a message does not look so."""
_LINE = 998
"""Bytes of a mail's line at most (RFC 5322): a longer one begins no mail."""
_HEADER = re.compile(rb"(?i)(?:From|Subject|Date|To|Message-Id|Return-Path|Received|MIME-Version|X-[\w-]+):[ \t]")
_SUBJECT = re.compile(rb"(?im)^Subject:[ \t]*(.*(?:\n[ \t].*)*)\n")
_TAG = re.compile(r"^(?:[\s:]|\[[^\]]*\]|re:)+", re.I)
_WORD = re.compile(rb"=\?([\w*.:+-]+)\?([bBqQ])\?([^?\s]*)\?=")
_SLUG = 52
"""Letters of a subject in a file's name, as in git format-patch."""


def is_mbox(data: bytes) -> bool:
    """Whether a file is mails one after the other."""
    return _FROM.match(data, 0, _LINE) is not None


def is_mail(data: bytes) -> bool:
    """Whether a file is one mail."""
    return _HEADER.match(data) is not None


def split(data: bytes) -> list[bytes]:
    """The mails of an mbox, each with its `From ` line."""
    mails: list[list[bytes]] = []
    for line in lines(data):
        if _FROM.match(line, 0, _LINE) or not mails:
            mails.append([])
        mails[-1].append(line)
    return [b"".join(mail) for mail in mails]


def subject(mail: bytes) -> str:
    """A mail's subject without `[PATCH 1/2]`, in one line; empty where it has none."""
    found = _SUBJECT.search(mail.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n")
    return "" if found is None else plain_subject(word(found[1]))


def plain_subject(text: str) -> str:
    """A subject without the words in brackets that tools put before it."""
    return _TAG.sub("", text).strip()


def word(text: bytes) -> str:
    """A header's text: folded lines in one, words in other character sets (RFC 2047) decoded.

    As git does it, also within a word, and a character that two words share.
    """
    line = b" ".join(part.strip(b" \t") for part in text.split(b"\n")).strip()
    pieces: list[tuple[str, bytes]] = []
    at = 0
    for found in _WORD.finditer(line):
        between = line[at : found.start()]
        if between.strip(b" ") or not at:
            pieces.append(("utf-8", between))
        charset = found[1].partition(b"*")[0].decode("ascii", "replace").lower()
        piece = _in_word(found[2], found[3])
        if pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + piece)
        else:
            pieces.append((charset, piece))
        at = found.end()
    pieces.append(("utf-8", line[at:]))
    try:
        return "".join(
            piece.decode(charset, "surrogateescape" if charset == "utf-8" else "strict") for charset, piece in pieces
        ).strip()
    except (LookupError, UnicodeError):
        return line.decode("utf-8", "surrogateescape")


def _in_word(way: bytes, text: bytes) -> bytes:
    import binascii

    if way in b"qQ":
        return binascii.a2b_qp(text, header=True)
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return text


def named(mails: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Mails with names as git format-patch gives them: `0001-subject.patch`."""
    for number, mail in enumerate(mails, 1):
        slug = re.sub(r"[^A-Za-z0-9_.]+", "-", subject(mail))
        slug = re.sub(r"\.{2,}", ".", slug).strip("-.")[:_SLUG].rstrip("-.")
        yield f"{number:04}-{slug or 'patch'}.patch", mail
