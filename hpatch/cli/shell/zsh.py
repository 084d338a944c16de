"""Completion for zsh, as a file for a folder of `fpath`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from hpatch.cli.shell.model import CommandPage, KnownWords, OptionPage, TakenWord


def script(pages: Sequence[CommandPage], known: KnownWords) -> str:
    """The script."""
    return "\n".join(_lines(pages, known)) + "\n"


def _lines(pages: Sequence[CommandPage], known: KnownWords) -> Iterator[str]:
    yield "#compdef hpatch"
    yield "# zsh completion of hpatch, written by `hpatch completion zsh`"
    for name, words in known._asdict().items():
        yield f"_hpatch_{name}() {{"
        yield "    local -a words=("
        yield from (f"        {quote(f'{_plain(word)}:{text}')}" for word, text in words)
        yield "    )"
        yield f'    _describe -t {name} {name} words "$@"'
        yield "}"
    for page in pages:
        yield f"{_function(page)} {{"
        yield "    local line state curcontext=$curcontext"
        yield "    _arguments -C -s -S \\"
        yield from (f"        {quote(_option(option))} \\" for option in page.options for option in _each(option))
        if page.commands:
            yield "        '1: :->command' '*:: :->rest'"
            yield "    case $state in"
            yield "        command)"
            yield "            local -a commands=("
            inner = {one.words: one for one in pages}
            for name in page.commands:
                yield f"                {quote(f'{name}:{inner[(*page.words, name)].summary}')}"
            yield "            )"
            yield "            _describe -t commands command commands ;;"
            yield f"        rest) (( $+functions[{_name(page)}_$line[1]] )) && {_name(page)}_$line[1] ;;"
            yield "    esac"
        elif page.arguments:
            taken = page.arguments[0].taken
            yield f"        {quote(f'*:{_text(taken.metavar)}:{_action(taken)}')}"
        else:
            yield "        '*: :'"
        yield "}"
    yield 'if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hpatch "$@"; else compdef _hpatch hpatch; fi'


def _name(page: CommandPage) -> str:
    return "_".join(("_hpatch", *page.words))


def _function(page: CommandPage) -> str:
    return f"{_name(page)}()"


def _plain(word: str) -> str:
    return word.replace(":", "\\:")


def _each(option: OptionPage) -> Iterator[OptionPage]:
    """The option once for each of its names."""
    for name in option.names:
        yield option._replace(names=(name, *(other for other in option.names if other != name)))


def _option(option: OptionPage) -> str:
    name, *others = option.names
    excluded = "*" if option.repeatable else f"({' '.join((name, *others))})" if others else ""
    if option.taken is None:
        return f"{excluded}{name}[{_text(option.help)}]"
    mark = "=" if name.startswith("--") else "+"
    return f"{excluded}{name}{mark}[{_text(option.help)}]:{_text(option.taken.metavar)}:{_action(option.taken)}"


def _text(text: str) -> str:
    """A text in a specification, without what has a meaning there."""
    for char in "\\[]:":
        text = text.replace(char, f"\\{char}")
    return text


def _action(taken: TakenWord) -> str:  # noqa: PLR0911 - one for each kind
    match taken.kind:
        case "choice":
            listed = f"({' '.join(taken.choices)})"
            return f"_sequence compadd - {' '.join(taken.choices)}" if taken.many else listed
        case "file":
            return "_files"
        case "folder":
            return "_files -/"
        case "rules":
            return "_sequence _hpatch_rules" if taken.metavar == "RULES" else "_hpatch_rules"
        case "severities":
            return "_hpatch_rules -S ="
        case "sets" | "scenarios":
            return f"_hpatch_{taken.kind}"
    return " "
