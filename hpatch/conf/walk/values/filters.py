"""Filters of content, and the notes that compressing ones leave for the log."""

from __future__ import annotations

import re

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, argv, suggestion, unknown
from hpatch.conf.walk.values.providers import fault
from hpatch.conf.words import SPACE


def filters(_: str) -> Judge:
    """`filter_bytype` (mod_filter.c): output filters, divided by `;`, and media types."""

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        if len(found) < 2:
            return None if any(map(unknown, found)) else Wrong(None, "needs a filter and media types")
        if unknown(found[0]):
            return None
        for name in filter(None, found[0].split(";")):
            wrong = fault(given, 0, "filter", name)
            if wrong is not None:
                return wrong._replace(help=f'Remove the blank in "{found[0]}".') if name != name.strip() else wrong
        return None

    return judged


def filter_provider(_: str) -> Judge:
    """`add_filter` (mod_filter.c): a name, the output filter that it stands for, and a condition."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        return fault(given, 1, "filter", found[1]) if len(found) > 1 and found[1] else None

    return judged


def declared_filter(_: str) -> Judge:
    """`filter_debug` and `filter_protocol` (mod_filter.c): a filter that FilterDeclare or FilterProvider has named."""

    def judged(given: Arguments) -> Wrong | None:
        configuration = given.configuration
        if not given.words or not given.words[0] or unknown(given.words[0]) or not configuration.whole:
            return None
        name = given.words[0]
        for key in ("filterdeclare", "filterprovider", "addoutputfilterbytype"):
            for node in configuration.by_key.get(key, ()):
                own = node.words[:1]
                if own == [name] or name.startswith("BYTYPE:") or any(map(unknown, own)):
                    return None
        return Wrong(0, f'needs a filter that FilterDeclare names, and none names "{name}"')

    return judged


_NOTES = ("Ratio", "Input", "Output")


def note(_: str) -> Judge:
    """`deflate_set_note` (mod_deflate.c) and `set_filter_note` (mod_brotli.c): with two words, the first is a kind."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if len(found) != 2 or not found[1] or unknown(found[0]):
            return None
        if found[0].lower() in (name.lower() for name in _NOTES):
            return None
        return Wrong(0, f'takes Ratio, Input or Output before a name, not "{found[0]}"', suggestion(found[0], _NOTES))

    return judged


_PLAIN = ("ftype", "enableenv", "disableenv", "intype", "outtype")
_COMMAND = re.compile(r'cmd=(?:"(?:[^"\\]|\\.)*"|(?!")[^ \t\n\v\f\r]*)', re.I | re.S)
_PARAMETER = re.compile(r"[^ \t\n\v\f\r]*")


def defined_filter(_: str) -> Judge:
    """`define_filter` (mod_ext_filter.c), which reads its parameters without regard to quotes, but for `cmd=`."""

    def judged(given: Arguments) -> Wrong | None:
        args = given.node.args
        if unknown(args):
            return None
        _, _, rest = args.strip(SPACE).partition(" ")
        rest = rest.lstrip(SPACE)
        while rest:
            command = _COMMAND.match(rest)
            word = _PARAMETER.match(rest) if command is None else command
            assert word is not None
            says = None if command is not None else _parameter(word[0])
            if says is not None:
                return Wrong(None, says)
            rest = rest[word.end() :].lstrip(SPACE)
        return None

    return judged


def _parameter(word: str) -> str | None:
    key, equals, value = word.partition("=")
    key = key.lower()
    if equals and key == "mode":
        return None if value.lower() in ("input", "output") else f'takes mode=input or mode=output, not "{word}"'
    if (equals and key in _PLAIN) or word.lower() == "preservescontentlength":
        return None
    if key == "cmd":
        return f'has a command without a " at its end, "{word}"'
    return f'knows no parameter "{word}": it has cmd, mode, intype, outtype, ftype, enableenv and disableenv'
