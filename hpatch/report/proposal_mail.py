"""A proposal as a mail to the developers' list: RFC 5322, text as it is to be copied, 7 or 8 bits.

No line ends with a blank, so a mailer that flows text (RFC 3676) leaves the lines of the entry where they are.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from hpatch.report.proposal import Answer
from hpatch.report.terminal import visible

LIST = "dev@httpd.apache.org"
_WIDTH = 76


def render(answer: Answer, sender: str, recipient: str, date: datetime) -> bytes:
    """The mail, its lines ended by line feeds: for `sendmail -t` or a mailer's drafts."""
    from email.message import EmailMessage
    from email.policy import EmailPolicy
    from email.utils import format_datetime, make_msgid

    body = "".join(f"{visible(line.expandtabs()).rstrip()}\n" for line in _body(answer))
    mail = EmailMessage(EmailPolicy(linesep="\n", max_line_length=78, cte_type="8bit"))
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = _plain(f"[PROPOSAL] Backport to {answer.proposal.branch}: {answer.proposal.title}")
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip("> ") or "localhost")
    if body.isascii():
        mail.set_content(body, charset="us-ascii", cte="7bit")
    else:
        mail.set_content(body, charset="utf-8", cte="8bit")
    return mail.as_bytes()


def _body(answer: Answer) -> Iterator[str]:
    one = answer.proposal
    yield from _wrapped(f"I propose to merge {_names(answer)} from trunk to {one.branch}.")
    yield ""
    yield "The entry for STATUS:"
    yield ""
    yield from one.entry.rstrip("\n").split("\n")
    yield ""
    for each in one.revisions:
        yield from _wrapped(f"{each.name} ({each.author}, {each.date[:10]}):")
        yield ""
        yield from (f"  {line.rstrip()}" if line.strip() else "" for line in each.message.strip().splitlines())
        yield ""
    if one.note.origin == "trunk":
        yield f"The entry for CHANGES{'' if one.note.path in (None, 'CHANGES') else f', in {one.note.path}'}:"
        yield ""
        yield from one.note.text.rstrip("\n").split("\n")
        yield ""
    yield from _wrapped(f"Checked on {answer.place}:")
    yield ""
    for shown in answer.evidence:
        yield from _wrapped(f"- {shown.what}: {_WORDS[shown.result]}{shown.text}", "  ")


_WORDS = {"yes": "", "no": "NO: ", "note": "to judge: ", "unknown": ""}


def _names(answer: Answer) -> str:
    return ", ".join(each.name for each in answer.proposal.revisions)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(_plain(text), _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _plain(text: str) -> str:
    """One line of what can be printed: a header must not have more."""
    return visible(" ".join(text.split()))
