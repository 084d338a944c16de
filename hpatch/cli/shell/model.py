"""The commands, their options and what each takes, as typer knows them: from the texts of --help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal

from hpatch.records import NamedTuple

Kind = Literal["", "file", "folder", "rules", "severities", "sets", "scenarios", "choice"]
"""What a word of the command line is: anything, a path, words that hpatch knows (the first five), or a choice."""

_KINDS: dict[str, Kind] = {
    "RULES": "rules",
    "RULE": "rules",
    "RULES=SEVERITY": "severities",
    "SET": "sets",
    "SET|FILE|rN": "sets",
    "SCENARIO": "scenarios",
    "DIR": "folder",
    "TREE": "folder",
    "BUNDLE": "file",
    "BUNDLE|TREE": "file",
    "CONFIG": "file",
    "PATH": "file",
    "PREFIX": "folder",
    "PROGRAM": "file",
    "PREFIX|PROGRAM": "file",
    "STATUS": "file",
    "DIR|FILE.tar": "file",
    "FILE": "file",
    "FILE.svg|FILE.png": "file",
    "FILE|DIR": "file",
    "LIST": "file",
    "PACKAGE": "",
}
"""What is taken, by the word that stands for it in --help."""


class TakenWord(NamedTuple):
    """What an option or an argument takes."""

    metavar: str
    kind: Kind
    choices: tuple[str, ...] = ()
    many: bool = False


class OptionPage(NamedTuple):
    """An option: its names, what it is, and what it takes (None: nothing)."""

    names: tuple[str, ...]
    help: str
    heading: str
    taken: TakenWord | None
    repeatable: bool


class ArgumentPage(NamedTuple):
    """An argument."""

    taken: TakenWord
    help: str
    required: bool


class CommandPage(NamedTuple):
    """A command or a group of commands. `words` are its names from the top; hpatch itself has none."""

    words: tuple[str, ...]
    help: str
    epilog: str
    options: tuple[OptionPage, ...]
    arguments: tuple[ArgumentPage, ...]
    commands: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The first line of its help."""
        return self.help.split("\n")[0]


def pages(root: Any) -> list[CommandPage]:
    """hpatch, and all of its commands, from the command that typer made."""
    return list(_pages(root, ()))


def _pages(command: Any, words: tuple[str, ...]) -> Iterator[CommandPage]:
    inner = getattr(command, "commands", {})
    context = command.context_class(command, info_name=" ".join(("hpatch", *words)))
    params = [one for one in command.get_params(context) if not getattr(one, "hidden", False)]
    yield CommandPage(
        words=words,
        help=str(command.help or "").strip(),
        epilog=str(command.epilog or ""),
        options=tuple(_option(one) for one in params if one.param_type_name == "option"),
        arguments=tuple(
            ArgumentPage(_taken(one), str(one.help or ""), bool(one.required))
            for one in params
            if one.param_type_name == "argument"
        ),
        commands=tuple(inner),
    )
    for name, one in inner.items():
        yield from _pages(one, (*words, name))


def _option(param: Any) -> OptionPage:
    return OptionPage(
        names=tuple(sorted((*param.opts, *param.secondary_opts), key=len)),
        help=str(param.help or ""),
        heading=getattr(param, "rich_help_panel", None) or "Options",
        taken=None if param.is_flag else _taken(param),
        repeatable=bool(param.multiple),
    )


def _taken(param: Any) -> TakenWord:
    choices = tuple(map(str, getattr(param.type, "choices", ())))
    metavar = str(param.metavar or "|".join(choices))
    word = re.sub(r"^\[(\w+)\]", r"\1", metavar).removesuffix("...")
    if choices:
        return TakenWord(metavar, "choice", choices)
    listed = re.fullmatch(r"[a-z]+(,[a-z]+)+", metavar)
    if listed:
        return TakenWord(metavar, "choice", tuple(metavar.split(",")), many=True)
    return TakenWord(metavar, _KINDS.get(word, ""), many=getattr(param, "nargs", 1) == -1)


class KnownWords(NamedTuple):
    """Words that hpatch knows, each with what it stands for."""

    rules: Sequence[tuple[str, str]]
    sets: Sequence[tuple[str, str]]
    scenarios: Sequence[tuple[str, str]]


@cache
def known() -> KnownWords:
    """The rules by name, code and family, the sets and the scenarios."""
    from hpatch.lab.registry import scenarios
    from hpatch.lint.registry import own_rules
    from hpatch.patch.sets.load import load

    every = own_rules()
    return KnownWords(
        rules=(
            *((rule.name, rule.summary) for rule in every),
            *((rule.code, rule.summary) for rule in every),
            *((family, f"the rules about {family}") for family in dict.fromkeys(rule.family for rule in every)),
        ),
        sets=[(one.id, one.title) for one in load().sets],
        scenarios=[(one.name, one.title) for one in scenarios()],
    )
