"""What is wrong with the words of a command line, in hpatch's words: typer's parser speaks of int ranges."""

from __future__ import annotations

import re
from typing import Any

_REWORDED = (
    (r"No such command ('.*')\. Did you mean ('.*')\?", r"there is no command \1; did you mean \2?"),
    (r"No such command ('.*')", r"there is no command \1"),
    (r"Missing command", r"the command is missing"),
    (r"Got unexpected extra arguments? ?(?:\(s\) )?\((.*)\)", r"too many arguments: \1"),
    (r"Option '?(\S+?)'? requires an argument", r"\1 needs a value"),
    (r"Option '?(\S+?)'? does not take a value", r"\1 takes no value"),
    (r"(.*) is not a valid (?:int|integer)(?: range)?", r"\1 is not a whole number"),
    (r"(.*) is not in the range x>=(\S+)", r"\1 is less than \2"),
    (r"(.*) is not in the range (\S+)<=x<=(\S+)", r"\1 is not from \2 to \3"),
)
"""What the parser says, in any version of typer, and what hpatch says instead."""
_CHOICE = re.compile(r"(.*) is not one of ((?:'[^']*'(?:, )?)+)")


def said(error: Any, name: str) -> str:
    """One line for an error of typer's parser. `name` is the command, where the error does not know it."""
    context = getattr(error, "ctx", None)
    command = name if context is None else context.command_path
    return f"{_said(error)} (see '{command} --help')"


def _said(error: Any) -> str:
    if hasattr(error, "possibilities") and hasattr(error, "option_name"):  # typer 0.26 shows them as Python's tuple
        near = ", ".join(sorted(error.possibilities or ()))
        return f"there is no option {error.option_name}" + (f"; did you mean {near}?" if near else "")
    param = getattr(error, "param", None)
    if param is None:
        return _reworded(str(error.format_message()))
    name = str(param.metavar) if param.param_type_name == "argument" else max(param.opts, key=len)
    if type(error).__name__ != "MissingParameter":
        return f"{name}: {_reworded(str(error.message))}"
    choices = getattr(param.type, "choices", ())
    return f"{name} is missing" + (f"; give one of {', '.join(map(str, choices))}" if choices else "")


def _reworded(text: str) -> str:
    """The parser's text in hpatch's words; as it is, but for the full stop, where hpatch has none."""
    text = " ".join(text.split()).removesuffix(".")
    choice = _CHOICE.fullmatch(text)
    if choice is not None:
        return f"{choice[1]} is none of {choice[2].replace(chr(39), '')}"
    for pattern, words in _REWORDED:
        match = re.fullmatch(pattern, text)
        if match is not None:
            return match.expand(words)
    return text
