"""Git's mails: an mbox taken apart, a mail as the patch that it brings, and what it says of its author.

As `git am` reads them (git-mailsplit, git-mailinfo).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hpatch.errors import InputError

_FROM = re.compile(rb"From .*\d{1,2}:\d{2}(?::\d{2})? .*\d{4}\b", re.I)
"""The line that begins a mail in an mbox; `From here on` in a message does not look so."""
_LINE = 998
"""Bytes of a mail's line at most (RFC 5322): a longer one begins no mail."""
_HEADER = re.compile(rb"(?i)(?:From|Subject|Date|To|Message-Id|Return-Path|Received|MIME-Version|X-[\w-]+):[ \t]")
_ENCODING = re.compile(rb"(?im)^Content-Transfer-Encoding:[ \t]*([\w-]+)[ \t]*\n")
_SUBJECT = re.compile(rb"(?im)^Subject:[ \t]*(.*(?:\n[ \t].*)*)\n")
_TAG = re.compile(r"^(?:\s*(?:\[[^\]]*\]|re:))+\s*", re.I)
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
    for line in data.splitlines(keepends=True):
        if _FROM.match(line, 0, _LINE) or not mails:
            mails.append([])
        mails[-1].append(line)
    return [b"".join(mail) for mail in mails]


def decoded(mail: bytes, name: str) -> bytes:
    """A mail whose text stands as it is: without an encoding for its way, without the carriage returns of its lines.

    Raises InputError for a text that is not in the encoding that the mail names, or in parts.
    """
    head, gap, body = _halves(mail)
    if re.search(rb"(?im)^Content-Type:[ \t]*multipart/", head):
        raise InputError(f"{name}: a mail in parts (multipart); save the part with the patch")
    found = _ENCODING.search(head)
    way = b"" if found is None else found[1].lower()
    if found is not None and way not in (b"7bit", b"8bit", b"binary"):
        body = _body(body, way, name)
        head = head[: found.start()] + b"Content-Transfer-Encoding: 8bit\n" + head[found.end() :]
    return head + gap + body


def _halves(mail: bytes) -> tuple[bytes, bytes, bytes]:
    text = mail.replace(b"\r\n", b"\n")
    head, gap, body = text.partition(b"\n\n")
    return head + b"\n", gap[1:], body


def _body(body: bytes, way: bytes, name: str) -> bytes:
    import binascii

    try:
        if way == b"base64":
            return binascii.a2b_base64(body)
        if way == b"quoted-printable":
            return binascii.a2b_qp(body)
    except binascii.Error as error:
        raise InputError(f"{name}: the mail's text is not {way.decode()}: {error}") from None
    raise InputError(f"{name}: a mail in the unknown encoding '{way.decode()}'; save its decoded text")


def subject(mail: bytes) -> str:
    """A mail's subject without `[PATCH 1/2]`, in one line; empty where it has none."""
    found = _SUBJECT.search(_halves(mail)[0])
    return "" if found is None else plain_subject(word(found[1]))


def plain_subject(text: str) -> str:
    """A subject without the words in brackets that tools put before it."""
    return _TAG.sub("", text).strip()


def word(text: bytes) -> str:
    """A header's text: folded lines in one, words in other character sets (RFC 2047) decoded."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    line = b" ".join(part.strip(b" \t") for part in text.split(b"\n")).decode("utf-8", "surrogateescape").strip()
    if "=?" not in line:
        return line
    try:
        return str(make_header(decode_header(line)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return line


def named(mails: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Mails with names as git format-patch gives them: `0001-subject.patch`."""
    for number, mail in enumerate(mails, 1):
        slug = re.sub(r"[^A-Za-z0-9_.]+", "-", subject(mail))
        slug = re.sub(r"\.{2,}", ".", slug).strip("-.")[:_SLUG].rstrip("-.")
        yield f"{number:04}-{slug or 'patch'}.patch", mail
