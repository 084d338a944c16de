"""The lines as httpd's reader gives them: which last line it loses, and what a macro's last line is joined to."""

from __future__ import annotations

import pytest

from hpatch.conf.feed import ROOM
from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from tests.support.conf.lastlines import BEFORE, LAST, LENGTHS, file

OPTIONS = Options(modules=Modules.everything(), defines=())

LARGER = {
    "a {204}\n",
    "a {203}\r\n",
    "#{300}\n",
    "a {203}\\\nb\n",
    "<IfModule core.c>\na {300}\n",
    "a {300}\n<IfModule core.c>\n</IfModule>\n",
    "<Macro m>\n",
    "<Macro m>\na {300}\n</Macro>\nUse m\n",
    "<Macro m>\na {204}\n</Macro>\nUse m\nb\n",
}
"""After these the buffer does not have its first size any more, or it is another one."""

READ = {"x {}\\\ny", "x {}\\\\\n\nz", "x \0{}"}
"""httpd reads these last lines in any case: they end with less than the buffer, or in another line."""


SKIPPED = {"<Macro m>\n", "<IfModule none.c>\n"}
"""What comes after these is no directive."""


@pytest.mark.parametrize("before", BEFORE)
def test_a_last_line_that_fills_the_buffer(before: str) -> None:
    """The comparison with httpd (`test_oracle.py`) has the same files."""
    first = load_text(file(before, "", 0), OPTIONS).directives
    for last in LAST:
        for length in LENGTHS:
            found = load_text(file(before, last, length), OPTIONS)
            problems = [problem for problem in found.problems if problem.message.startswith("httpd ignores this line")]
            lost = length == ROOM and before not in LARGER and last not in READ and last[0] != "#"
            assert [(problem.place.line, problem.fatal) for problem in problems] == [
                (before.count("\n") + 1, False)
            ] * lost
            read = not lost and last[0] != "#" and not last.startswith("</") and before not in SKIPPED
            if before.endswith("Use m\n"):
                read &= "\n" in last  # mod_macro's reader drops a last line without a line feed
            if length <= ROOM or "\0" not in last:
                assert found.directives - first == read, (last, length)
