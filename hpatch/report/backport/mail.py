"""A proposal as a mail to the developers' list: RFC 5322, text as it is to be copied, 7 or 8 bits.

No line ends with a blank, so a mailer that flows text (RFC 3676) leaves the lines of the entry where they are.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from hpatch.report.backport.proposal import ProposalReport
from hpatch.report.common.renderer import Form
from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from email.headerregistry import Address

LIST = "dev@httpd.apache.org"
_WIDTH = 76
_LONGEST = 998
"""Bytes of a line that a mail may have as it is (RFC 5322, 2.1.1)."""
_WORD = r"[\w!#$%&'*+/=?^`{|}~-]+"
_PLACE = rf"({_WORD}(?:\.{_WORD})*@[A-Za-z\d](?:[A-Za-z\d.-]*[A-Za-z\d])?)"
_ADDRESS = re.compile(rf"{_PLACE}|\"?([^\"<>\\]*?)\"?\s*<{_PLACE}>", re.ASCII)


def address(text: str) -> Address | None:
    """`jdoe@example.org` or `Jane Doe <jdoe@example.org>`, None for another text. A name may have any characters."""
    from email.headerregistry import Address

    found = _ADDRESS.fullmatch(text)
    if found is None or not text.isprintable():
        return None
    return Address(_header(found[2] or ""), addr_spec=found[1] or found[3])


def form(sender: Address, recipient: Address, date: datetime) -> Form[ProposalReport]:
    """The form of a mail from someone to a list."""
    return lambda answer, page: render(answer, sender, recipient, date)


def render(answer: ProposalReport, sender: Address, recipient: Address, date: datetime) -> bytes:
    """The mail, its lines ended by line feeds: for `sendmail -t` or a mailer's drafts."""
    from email.message import EmailMessage
    from email.policy import EmailPolicy
    from email.utils import format_datetime, make_msgid

    body = "".join(f"{visible(line.expandtabs()).rstrip()}\n" for line in _body(answer))
    mail = EmailMessage(EmailPolicy(linesep="\n", max_line_length=78, cte_type="8bit"))
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = _header(f"[PROPOSAL] Backport to {answer.proposal.branch}: {answer.proposal.title}")
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = make_msgid(domain=sender.domain)
    if any(len(line) > _LONGEST for line in body.encode().splitlines()):
        mail.set_content(body, charset="utf-8", cte="quoted-printable")
    elif body.isascii():
        mail.set_content(body, charset="us-ascii", cte="7bit")
    else:
        mail.set_content(body, charset="utf-8", cte="8bit")
    return mail.as_bytes()


def _body(answer: ProposalReport) -> Iterator[str]:
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
        yield from (f"  {line}" for line in each.message.strip().splitlines())
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


def _names(answer: ProposalReport) -> str:
    return ", ".join(each.name for each in answer.proposal.revisions)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(_plain(text), _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _plain(text: str) -> str:
    """One line of what can be printed."""
    return visible(" ".join(text.split()))


def _header(text: str) -> str:
    """Text for a header, which must not have more lines.

    Python decodes encoded words (RFC 2047) in what a header is set to, line ends in them too: there are none here.
    """
    return _plain(text).replace("=?", "= ?")
