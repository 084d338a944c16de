"""Options of the commands that apply diffs: how hunks are placed."""

from __future__ import annotations

from typing import Annotated

import typer

PLACING = "How hunks are placed"
"""The panel of these options in the help."""
MISFITS = "Where something does not fit"
"""The panel of the options for that."""

Fuzz = Annotated[
    int,
    typer.Option(
        "--fuzz",
        metavar="N",
        min=0,
        max=9,
        help="Let this many context lines at a hunk's ends differ.",
        rich_help_panel=PLACING,
    ),
]
IgnoreWhitespace = Annotated[
    bool, typer.Option("--ignore-whitespace", help="Let white space differ.", rich_help_panel=PLACING)
]
ByWords = Annotated[
    bool,
    typer.Option(
        "--by-words",
        help="Change, word by word, lines that the tree has in other words, too. git reports a conflict there: check "
        "the result.",
        rich_help_panel=PLACING,
    ),
]
AcceptPlace = Annotated[
    bool,
    typer.Option(
        "--accept-place",
        help="Take a hunk's only place even if its heading (after @@) names another function, or its own place has "
        "most of its lines.",
        rich_help_panel=PLACING,
    ),
]
AnyVersion = Annotated[
    bool,
    typer.Option("--any-version", help="Try sets that are not meant for this version, too.", rich_help_panel=PLACING),
]
