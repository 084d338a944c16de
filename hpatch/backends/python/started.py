"""Which program a command line runs: the name behind `env`, `python -m`, `sh -c`, `poetry run` and their like."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from posixpath import basename

from hpatch.backends.python.process import ProgramWord
from hpatch.records import NamedTuple

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*")
_SHELL = re.compile(r"(?:ba|da|z|k)?sh")
_RUNNERS = frozenset({"poetry", "pipenv", "uv", "pdm", "hatch", "rye"})
_VARIABLE = re.compile(r"[A-Za-z_]\w*=")
_SYNTAX = re.compile(r"[;&|<>$`(){}*?\n]")
_DEPTH = 4


class Started(NamedTuple):
    """The program's own name (`gunicorn`), the words after it, and the variables that `env` gives it."""

    program: str
    words: tuple[ProgramWord, ...]
    variables: Mapping[str, ProgramWord]


def started(words: Sequence[ProgramWord]) -> Started | None:
    """The program that a command line runs in the end; None if hpatch cannot tell. The first word is a program."""
    rest = list(words)
    variables: dict[str, ProgramWord] = {}
    for _ in range(_DEPTH):
        if not rest or not rest[0].known:
            return None
        name, rest = basename(rest[0].text), rest[1:]
        if name in ("env", "exec", "nice"):
            while rest and (rest[0].text.startswith("-") or _VARIABLE.match(rest[0].text)):
                key, equals, value = rest[0].text.partition("=")
                if equals:
                    variables[key] = rest[0]._replace(text=value)
                rest = rest[1:]
        elif _PYTHON.fullmatch(name):
            while rest and rest[0].text in ("-u", "-O", "-OO", "-B", "-I", "-s", "-E"):
                rest = rest[1:]
            if rest and rest[0].text == "-m":
                rest = rest[1:]
        elif _SHELL.fullmatch(name):
            rest = _of_shell(rest)
        elif name in _RUNNERS and rest and rest[0].text == "run":
            rest = rest[1:]
        else:
            return Started(_plain(name), tuple(rest), variables)
    return None


def _of_shell(rest: list[ProgramWord]) -> list[ProgramWord]:
    """The words of `sh -c 'program …'`, if there is nothing in it that needs a shell."""
    while rest and re.fullmatch(r"-[a-z]*c|-[a-z]+", rest[0].text) and not rest[0].text.endswith("c"):
        rest = rest[1:]
    if len(rest) < 2 or not rest[0].text.startswith("-") or not rest[0].text.endswith("c"):
        return []
    text, place = rest[1].text.strip(), rest[1].place
    if not rest[1].known or _SYNTAX.search(text) is not None:
        return []
    try:
        return [ProgramWord(word, place) for word in shlex.split(text)]
    except ValueError:
        return []


def _plain(name: str) -> str:
    """A program's name without its version: `gunicorn3`, `php-fpm8.2`."""
    return re.sub(r"[-_]?[\d.]+$", "", name.removesuffix(".py")) or name
