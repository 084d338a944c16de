"""uWSGI's command line, as getopt_long takes it apart (`uwsgi_commandline_config` of `core/init.c`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.facts import uwsgi
from hpatch.facts.uwsgi import CommandOption
from hpatch.records import NamedTuple
from hpatch.text import Place


class Word(NamedTuple):
    """A word of a command line as the program gets it, and its place.

    `known` is False if a part of it is not known; `text` then has that part as written.
    """

    text: str
    place: Place
    known: bool = True


class GivenOption(NamedTuple):
    """An option of the command line; "" is the key of a file that is named without one."""

    key: str
    value: str
    place: Place
    known: bool = True


class CommandError(Exception):
    """A word at which uWSGI ends, or at which hpatch cannot go on. The message says why."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


def options(words: Sequence[Word]) -> Iterator[GivenOption]:
    """The options in the words after the program's name, then the files. Raises CommandError."""
    files: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.text == "--":
            files += words[at:]
            break
        if not word.text.startswith("-") or word.text == "-":
            files.append(word)
            continue
        given, taken = _long(word, words[at:]) if word.text.startswith("--") else _letters(word, words[at:])
        yield from given
        at += taken
    for word in files:
        if not word.text.startswith("["):
            yield GivenOption(key="", value=word.text, place=word.place, known=word.known)


def _long(word: Word, following: Sequence[Word]) -> tuple[list[GivenOption], int]:
    """An option of more than one letter, and how many of the following words belong to it."""
    name, equals, value = word.text[2:].partition("=")
    found = uwsgi.find(name)
    if len(found) != 1:
        what = "is the beginning of several options" if found else "is no option of uWSGI that hpatch knows"
        raise CommandError(f'"--{name}" {what}: the rest of this command line was not read', word.place)
    option = found[0]
    if equals:
        if option.argument == "no":
            raise CommandError(f'"--{option.name}" takes no value: uWSGI does not start', word.place)
        return [GivenOption(key=option.name, value=value, place=word.place, known=word.known)], 0
    return _with_argument(option, word, following)


def _letters(word: Word, following: Sequence[Word]) -> tuple[list[GivenOption], int]:
    """Options of one letter each, the last perhaps with its value."""
    found: list[GivenOption] = []
    for index, letter in enumerate(word.text[1:], start=2):
        option = uwsgi.letters().get(letter)
        if option is None:
            what = "is no option of uWSGI that hpatch knows: the rest of this command line was not read"
            raise CommandError(f'"-{letter}" {what}', word.place)
        rest = word.text[index:]
        if option.argument != "no" and rest:
            return [*found, GivenOption(key=option.name, value=rest, place=word.place, known=word.known)], 0
        if option.argument == "required":
            last, taken = _with_argument(option, word, following)
            return [*found, *last], taken
        found.append(GivenOption(key=option.name, value="true", place=word.place))
    return found, 0


def _with_argument(option: CommandOption, word: Word, following: Sequence[Word]) -> tuple[list[GivenOption], int]:
    if option.argument != "required":
        return [GivenOption(key=option.name, value="true", place=word.place)], 0
    if not following:
        raise CommandError(f'"{word.text}" needs a value: uWSGI does not start', word.place)
    value = following[0]
    return [GivenOption(key=option.name, value=value.text, place=value.place, known=value.known)], 1
