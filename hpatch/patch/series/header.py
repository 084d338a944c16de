"""What stands in a patch before its first file: a description, DEP-3's fields, a mail's headers.

DEP-3: https://dep-team.pages.debian.net/deps/dep3/
"""

from __future__ import annotations

import re

from hpatch.patch.series.mail import plain_subject, word
from hpatch.records import NamedTuple

_START = re.compile(rb"(?m)^(?:(?:---|\*\*\*|Index:)[ \t][^ \t\n]|diff -)")
"""Where the diff begins: as quilt tells a patch's header from its body."""
_FIELD = re.compile(rb"([A-Za-z][\w-]*):[ \t]*(.*)")
_MAIL_FROM = re.compile(rb"From [0-9a-f]{40,64} .*\n")
_IN_BODY = re.compile(r"(From|Date|Subject): (.*)")
_SCISSORS = re.compile(rb"(?m)^---[ \t]*$")


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
    head = header(text)
    head = _MAIL_FROM.sub(b"", head, count=1) if head.startswith(b"From ") else head
    fields, rest, mail = _fields(head)
    free = _SCISSORS.split(rest, maxsplit=1)[0].decode("utf-8", "surrogateescape").strip("\n")
    at = 0
    while mail and (own := _IN_BODY.match(free, at)) is not None:
        fields[own[1].lower()] = own[2].strip()
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


def _fields(head: bytes) -> tuple[dict[str, str], bytes, bool]:
    """The fields at a header's start, the text after them, and whether they are a mail's."""
    said: dict[str, list[str]] = {}
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
            else:
                name = ""
        elif line[:1] in (b" ", b"\t") and (name or said):
            if name:
                said[name].append(line[1:].decode("utf-8", "surrogateescape"))
        else:
            break
        at += 1
    fields = {key: "\n".join(parts) for key, parts in said.items()}
    mail = "subject" in fields and "from" in fields
    if mail:
        subject = fields["subject"].replace("\n", " ") if "description" not in fields else fields["subject"]
        fields["subject"] = word(subject.encode("utf-8", "surrogateescape"))
        fields["from"] = word(fields["from"].replace("\n", " ").encode("utf-8", "surrogateescape"))
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
    return ("\n".join(kept).rstrip("\n") + "\n").encode("utf-8", "surrogateescape")


_LATEST = 1 << 35
"""Seconds of the latest date that a commit gets, in the year 3058."""
_FURTHEST = 14 * 60
"""Minutes from UTC that git takes for a time zone."""


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
    name, address = (re.sub(r"[<>\n\0]", "", part).strip() for part in (name, address))
    if address and "@" not in address:
        name, address = name or address, ""
    if name or address:
        who = f"{name or address.partition('@')[0]} <{address}>".encode("utf-8", "surrogateescape")
    try:
        parsed = parsedate_tz(said.date)
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
    for name, value in fields.items():
        line = f"{name}: {value}\n".encode("utf-8", "surrogateescape")
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
