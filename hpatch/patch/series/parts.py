"""A mail as the text that it stands for: its parts put together, their encodings and flowed lines undone.

As git-mailinfo reads mails: a patch is text of the mail's own, or an attachment. Parts that can be no patch, such as a
page or a signature, are left out.
"""

from __future__ import annotations

import re
from email.message import Message

from hpatch.errors import InputError
from hpatch.patch.diff.lines import split

_ENCODING = re.compile(rb"(?im)^Content-Transfer-Encoding:[ \t]*([\w-]*).*\n(?:[ \t].*\n)*")
_TYPE = re.compile(rb"(?im)^Content-Type:.*\n(?:[ \t].*\n)*")
_PARTS = re.compile(rb"(?i)Content-Type:\s*multipart/")
_FLOWED = re.compile(rb"(?i)\bformat=\"?flowed\b")
_AS_IT_IS = ("7bit", "8bit", "binary", "")
_DECODED = ("base64", "quoted-printable")
_PAGES = ("html", "calendar", "richtext", "enriched")
_PATCHES = (".patch", ".diff", ".txt")
_SIGNATURE = b"-- "


def decoded(mail: bytes, name: str) -> bytes:
    """A mail whose text stands as it is, below its header; where all lines end in CR LF, they still do.

    Raises InputError for a text that is not in the encoding that the mail names, and for a mail without text.
    """
    start = mail.index(b"\n") + 1 if mail.startswith(b"From ") and b"\n" in mail else 0
    returns = mail.count(b"\n", start) == mail.count(b"\r\n", start)
    if returns:  # a mailbox's own line need not have it
        mail = mail[:start].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + mail[start:]
    text = mail.replace(b"\r\n", b"\n") if returns else mail
    head, gap, body = _halves(text)
    kind, way = _found(_TYPE, head), _found(_ENCODING, head)
    if not (_PARTS.match(kind) or _FLOWED.search(kind) or _way(way) not in _AS_IT_IS):
        return mail
    parts = _parts(kind + way + b"\n" + body, name)
    texts = b"".join(_text(part, name, among=len(parts)) for part in parts)
    text = _head(head, parts[0].get_content_charset("utf-8")) + gap + texts
    return text.replace(b"\n", b"\r\n") if returns else text


def _halves(mail: bytes) -> tuple[bytes, bytes, bytes]:
    head, gap, body = mail.partition(b"\n\n")
    return head + b"\n", gap[1:], body


def _found(field: re.Pattern[bytes], head: bytes) -> bytes:
    found = field.search(head)
    return b"" if found is None else found[0]


def _way(field: bytes) -> str:
    found = _ENCODING.match(field)
    return "" if found is None else found[1].decode("ascii", "replace").lower()


def _head(head: bytes, charset: str) -> bytes:
    """A mail's header, with what is true of the decoded text."""
    kind = b"text/plain; charset=" + re.sub(rb"[^\w.:+-]", b"", charset.encode("ascii", "replace"))
    own = b"Content-Type: %s\nContent-Transfer-Encoding: 8bit\n" % kind
    return _TYPE.sub(b"", _ENCODING.sub(b"", head)) + own


def _parts(mail: bytes, name: str) -> list[Message]:
    """The parts of text."""
    from email import message_from_bytes
    from email.policy import compat32

    try:
        parts = [part for part in message_from_bytes(mail, policy=compat32).walk() if _is_text(part)]
    except RecursionError:
        raise InputError(f"{name}: a mail of too many parts in parts; save the patch from it") from None
    if not parts:
        raise InputError(f"{name}: a mail without a part of text; save the patch from it")
    return parts


def _is_text(part: Message) -> bool:
    if part.is_multipart():
        return False
    if part.get_content_maintype() == "text":
        return part.get_content_subtype() not in _PAGES
    return part.get_content_subtype() in ("x-patch", "x-diff") or (part.get_filename() or "").endswith(_PATCHES)


def _text(part: Message, name: str, *, among: int) -> bytes:
    """A part's text, in lines."""
    way = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if way not in (*_AS_IT_IS, *_DECODED):
        raise InputError(f"{name}: a mail in the unknown encoding '{way}'; save its decoded text")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    if any(type(defect).__name__.startswith("InvalidBase64") for defect in part.defects):
        raise InputError(f"{name}: the mail's text is not {way}")
    if body.count(b"\n") == body.count(b"\r\n"):
        body = body.replace(b"\r\n", b"\n")
    if str(part.get_param("format", "")).lower() == "flowed":
        body = _unflowed(body, joined=str(part.get_param("delsp", "")).lower() == "yes")
    return body if among == 1 or body.endswith(b"\n") or not body else body + b"\n"


def _unflowed(body: bytes, *, joined: bool) -> bytes:
    """Lines that a mail program broke and stuffed, whole again (RFC 3676); `joined`: without the blank at the break."""
    out: list[bytes] = []
    begun = b""
    for line in split(body):
        text = line.rstrip(b"\r\n")
        if text == _SIGNATURE:
            out += [begun, line]
            begun = b""
            continue
        text = text.removeprefix(b" ")
        if text.endswith(b" "):
            begun += text[: len(text) - joined]
        else:
            out.append(begun + text + line[len(line.rstrip(b"\r\n")) :])
            begun = b""
    return b"".join((*out, begun))
