"""Files whose last line fills httpd's first buffer, or nearly: httpd loses some of these lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hpatch.conf.feed import ROOM

BEFORE = (
    "",
    "a {203}\n",
    "a {204}\n",
    "a {202}\r\n",
    "a {203}\r\n",
    "#{300}\n",
    "a {202}\\\nb\n",
    "a {203}\\\nb\n",
    "<IfModule core.c>\n",
    "<IfModule core.c>\na {300}\n",
    "<IfModule core.c>\na {300}\n</IfModule>\n",
    "a {300}\n<IfModule core.c>\n",
    "a {300}\n<IfModule core.c>\n</IfModule>\n",
    "<IfModule none.c>\n",
    "<IfModule none.c>\na {300}\n</IfModule>\n",
    "<Macro m>\n",
    "<Macro m>\na {300}\n</Macro>\n",
    "<Macro m>\na {300}\n</Macro>\nUse m\n",
    "<Macro m>\na {203}\n</Macro>\nUse m\nb\n",
    "<Macro m>\na {204}\n</Macro>\nUse m\nb\n",
)
"""What comes before the last line; `{300}` stands for 300 letters."""

LAST = (
    "x {}", "é {}", "  {}  ", "# {}", "</IfModule>  {}", "x \\\n{}", "x \\\r\n{}", "x {}\\\ny", "x {}\\", "x {}\\\n",
    "x {}\\\r\n", "x {}\\\n\\\n", "x {}\\\\\n\nz", "x \0{}",
)  # fmt: skip
"""The last line; `{}` is filled up."""


LENGTHS = (ROOM - 1, ROOM, ROOM + 1)
"""How many bytes the last line has once its continuation is joined."""


def file(before: str, last: str, length: int) -> str:
    """The text of a file with this last line, filled up to a length."""
    begin = re.sub(r"\{(\d+)\}", lambda match: "y" * int(match[1]), before)
    joined = last.replace("\\\r\n", "").replace("\\\n", "").replace("{}", "")
    return begin + last.replace("{}", "y" * (length - len(joined.encode())))


def files(before: str) -> Iterator[str]:
    """The files with each of the last lines, in each of the lengths."""
    for last in LAST:
        for length in LENGTHS:
            if "\0" in last and length > ROOM:
                continue  # where the NUL's line ends, the buffer decides
            yield file(before, last, length)
