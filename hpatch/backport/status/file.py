"""httpd's STATUS file of a stable branch, read and edited by spans: the name to import it by above this package.

`status_model` says what is in it, `status_read` reads its structure (`grammars/status.lark`), `status_words` the words
of its parts, and `status_edit` changes it.
"""

from hpatch.backport.status.amend import amend
from hpatch.backport.status.edit import apply, move, propose, remove, vote, withdraw
from hpatch.backport.status.model import (
    WANTED,
    Branch,
    Comment,
    Entry,
    Kind,
    Needs,
    Part,
    PartKind,
    Span,
    StatusFile,
    StatusSection,
    TextEdit,
    Vote,
)
from hpatch.backport.status.read import read, read_entry
from hpatch.backport.status.words import is_name, weighs

__all__ = [
    "WANTED",
    "Branch",
    "Comment",
    "Entry",
    "Kind",
    "Needs",
    "Part",
    "PartKind",
    "Span",
    "StatusFile",
    "StatusSection",
    "TextEdit",
    "Vote",
    "amend",
    "apply",
    "is_name",
    "move",
    "propose",
    "read",
    "read_entry",
    "remove",
    "vote",
    "weighs",
    "withdraw",
]
