"""What stands in a patch before its first file: a description, DEP-3's fields, a mail's headers.

DEP-3: https://dep-team.pages.debian.net/deps/dep3/
"""

from __future__ import annotations

import re
from contextlib import suppress

from hpatch.patch.series.mail import plain_subject, word
from hpatch.records import NamedTuple

_START = re.compile(rb"(?m)^(?:(?:---|\*\*\*|Index:)[ \t][^ \t\n]|diff -)")
"""Where the diff begins: as quilt tells a patch's header from its body."""
_FIELD = re.compile(rb"([A-Za-z][\w-]*):[ \t]*(.*)")
_MAIL_FROM = re.compile(rb"From \S+ .*\d{1,2}:\d{2}.*\n")
_IN_BODY = re.compile(r"(From|Date|Subject): (.*(?:\n[ \t]+\S.*)*)")
_MERCURIAL = re.compile(rb"# HG changeset patch\n((?:# .*\n)*)")
_SCISSORS = re.compile(rb"(?m)^---[ \t]*$")
_CHARSET = re.compile(r"(?i)\bcharset=\"?([\w.:+-]+)")


def header(text: bytes) -> bytes:
    """A patch's text before its first file."""
    found = _START.search(text)
    return text if found is None else text[: found.start()]


def body(text: bytes) -> bytes:
    """A patch's text from its first file on."""
    return text[len(header(text)) :]


class About(NamedTuple):
    """What a patch says of itself. `author` (`Name <address>`) and `date` are empty where it does not tell them.

    `fields` are its header's, by their names in lower case; `mail`: it is a mail.
    """

    title: str
    message: str
    author: str
    date: str
    fields: dict[str, str]
    mail: bool = False


def about(text: bytes) -> About:
    """What a patch's header says, whether a mail's, DEP-3's or free text."""
    head = header(text).replace(b"\r\n", b"\n")
    head = _MAIL_FROM.sub(b"", head, count=1) if head.startswith(b"From ") else _of_mercurial(head)
    fields, rest, mail = _fields(head)
    free = _decoded(_SCISSORS.split(rest, maxsplit=1)[0], fields.get("content-type", "") if mail else "").strip("\n")
    at = 0
    while mail and (own := _IN_BODY.match(free, at)) is not None:
        fields[own[1].lower()] = " ".join(own[2].split())
        at = own.end() + 1
        while free.startswith("\n", at):
            at += 1
    free = free[at:]
    title, _, more = (fields.get("subject") or fields.get("description") or "").partition("\n")
    long = _unfolded(more)
    if not title and free:
        title, _, free = free.partition("\n")
        free = free.strip("\n")
    message = "\n\n".join(part for part in (long, free) if part)
    author = fields.get("from") or fields.get("author") or ""
    return About(
        title=plain_subject(title.strip()),
        message=message,
        author=author.partition("\n")[0].strip(),
        date=fields.get("date", "").partition("\n")[0].strip(),
        fields=fields,
        mail=mail,
    )


def _of_mercurial(head: bytes) -> bytes:
    """What `hg export` writes above a diff, with a mail's names for its fields."""
    found = _MERCURIAL.match(head)
    if found is None:
        return head
    said = dict(line[2:].split(b" ", 1) for line in found[1].splitlines() if line.count(b" ") > 1)
    fields = b""
    if b"User" in said:
        fields += b"From: %s\n" % said[b"User"]
    date = re.fullmatch(rb"(\d{1,11}) (-?)(\d{1,5})", said.get(b"Date", b"").strip())
    if date is not None:  # Mercurial counts seconds west of UTC
        minutes = int(date[3]) // 60
        fields += b"Date: @%s %s%02d%02d\n" % (date[1], b"+" if date[2] else b"-", *divmod(minutes, 60))
    return fields + b"\n" + head[found.end() :]


def _decoded(text: bytes, kind: str) -> str:
    """A mail's text in the character set that its Content-Type tells."""
    charset = _CHARSET.search(kind)
    if charset is not None and charset[1].lower() not in ("utf-8", "us-ascii"):
        with suppress(LookupError, UnicodeError):
            return text.decode(charset[1])
    return text.decode("utf-8", "surrogateescape")


def _fields(head: bytes) -> tuple[dict[str, str], bytes, bool]:
    """The fields at a header's start, the text after them, and whether they are a mail's."""
    said: dict[str, list[str]] = {}
    raw: dict[str, list[bytes]] = {}
    lines = head.split(b"\n")
    at = 0
    name = ""
    while at < len(lines):
        line = lines[at]
        found = _FIELD.match(line)
        if found is not None:
            name = found[1].decode("ascii").lower()
            if name not in said:
                said[name] = [word(found[2])]
                raw[name] = [found[2]]
            else:
                name = ""
        elif line[:1] in (b" ", b"\t") and (name or said):
            if name:
                said[name].append(line[1:].decode("utf-8", "surrogateescape"))
                raw[name].append(line)
        else:
            break
        at += 1
    fields = {key: "\n".join(parts) for key, parts in said.items()}
    mail = "subject" in fields and "from" in fields
    if mail:
        for name in ("from", "subject"):
            fields[name] = word(b"\n".join(raw[name]))
    return fields, b"\n".join(lines[at:]), mail


def _unfolded(text: str) -> str:
    """The lines of a long description: a dot alone stands for an empty line."""
    return "\n".join("" if line.strip() == "." else line for line in text.split("\n")).strip("\n")


_TOLD = frozenset(("subject", "description", "from", "author", "date"))
"""Fields that a commit has in other places."""


def message(text: bytes, name: str) -> bytes:
    """A commit's message, as `git am` makes it of a mail; of another header, with its further fields at the end."""
    said = about(text)
    title = " ".join(said.title.split()) or name
    lines = [title, "", *said.message.split("\n")]
    if not said.mail:
        more = [
            f"{field.title()}: {' '.join(value.split())}" for field, value in said.fields.items() if field not in _TOLD
        ]
        lines += ["", *more]
    kept: list[str] = []
    for line in (line.rstrip() for line in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return _in_utf8("\n".join(kept).rstrip("\n") + "\n")


def _in_utf8(text: str) -> bytes:
    """A commit's text, which has no zero bytes. Bytes that are not UTF-8 are taken for Latin-1, as git takes them."""
    text = re.sub("[\udc80-\udcff]", lambda found: chr(ord(found[0]) & 0xFF), text.replace("\0", ""))
    return text.encode("utf-8", "surrogateescape")


_LATEST = 1 << 35
"""Seconds of the latest date that a commit gets, in the year 3058."""
_FURTHEST = 14 * 60
"""Minutes from UTC that git takes for a time zone."""
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d:\d\d) ?(Z|[+-]\d\d:?\d\d)")
_RAW = re.compile(r"@(\d{1,11}) ([+-]\d{4})")
_CRUD = " \t.,:;\"\\'"
"""What git drops at the ends of a name and an address."""


def _mail_date(text: str) -> str:
    """A date as mails have it, of ISO 8601's form and of git's raw one (`@SECONDS ZONE`), too."""
    raw = _RAW.fullmatch(text)
    if raw is not None:
        from datetime import UTC, datetime

        hours, minutes = int(raw[2][:3]), int(raw[2][0] + raw[2][3:])
        local = datetime.fromtimestamp(int(raw[1]) + hours * 3600 + minutes * 60, UTC)
        text = f"{local:%Y-%m-%d %H:%M:%S} {raw[2]}"
    found = _ISO.fullmatch(text)
    if found is None:
        return text
    year, month, day, time, zone = found.groups()
    name = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[(int(month) - 1) % 12]
    return f"{day} {name} {year} {time} {'+0000' if zone == 'Z' else zone.replace(':', '')}"


def authorship(text: bytes, committer: bytes) -> bytes:
    """A patch's author and date in git's raw form; the committer's where the patch does not tell."""
    from email.utils import mktime_tz, parseaddr, parsedate_tz

    said = about(text)
    who, _, when = committer.rpartition(b"> ")
    who += b">"
    try:
        name, address = parseaddr(said.author.partition(">")[0] + ">" if "<" in said.author else said.author)
    except RecursionError:  # comments in comments
        name = address = ""
    name, address = (re.sub(r"[<>\n\0]", "", part).strip(_CRUD) for part in (name, address))
    if address and "@" not in address and "<" not in said.author:
        name, address = name or address, ""
    if name or address:
        who = _in_utf8(f"{name or address} <{address}>")
    try:
        parsed = parsedate_tz(_mail_date(said.date))
        seconds = -1 if parsed is None else mktime_tz(parsed)
    except (ValueError, OverflowError, IndexError, TypeError, RecursionError):  # what Python's own reader trips over
        parsed, seconds = None, -1
    offset = 0 if parsed is None else (parsed[9] or 0) // 60
    if 0 <= seconds < _LATEST and abs(offset) <= _FURTHEST:
        hours, minutes = divmod(abs(offset), 60)
        when = b"%d %c%02d%02d" % (seconds, b"-"[0] if offset < 0 else b"+"[0], hours, minutes)
    return who + b" " + when


def with_fields(text: bytes, fields: dict[str, str]) -> bytes:
    """A patch with DEP-3's fields set: in the place of a field of the same name, or after the others."""
    head, rest = header(text), body(text)
    end = "\r\n" if text.count(b"\n") == text.count(b"\r\n") > 0 else "\n"
    for name, value in fields.items():
        line = f"{name}: {value}{end}".encode("utf-8", "surrogateescape")
        own = re.compile(rb"(?mi)^%s:.*\n(?:[ \t].*\n)*" % re.escape(name.encode()))
        found = own.search(head)
        if found is not None:
            head = head[: found.start()] + line + head[found.end() :]
        else:
            at = _end_of_fields(head)
            head = head[:at] + line + head[at:]
    return head + rest


def _end_of_fields(head: bytes) -> int:
    """Where a further field goes: before the blank line or the `---` that ends the fields; at the start without any."""
    at = 0
    if (found := _MAIL_FROM.match(head)) is not None:
        at = found.end()
    for line in head[at:].splitlines(keepends=True):
        if not (_FIELD.match(line) or (line[:1] in (b" ", b"\t") and line.strip())):
            break
        at += len(line)
    return at
