"""Completion for bash: one function, which runs nothing. bash-completion is not needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from shlex import quote

from hpatch.cli.shell.model import CommandPage, KnownWords, TakenWord


def script(pages: Sequence[CommandPage], known: KnownWords) -> str:
    """The script."""
    return "\n".join(_lines(pages, known)) + "\n"


def _lines(pages: Sequence[CommandPage], known: KnownWords) -> Iterator[str]:
    yield "# bash completion of hpatch, written by `hpatch completion bash`"
    for name, words in known._asdict().items():
        yield f"_hpatch_{name}={quote(' '.join(word for word, _ in words))}"
    yield _HEAD
    yield from _case(
        '"$command $word"',
        ((_ways(page), 'command="${command:+$command }$word"; given=0') for page in pages if page.words),
    )
    yield _MIDDLE
    yield from _case(
        '"$command"',
        (
            (quote(" ".join(page.words)), f"options={quote(_options(page))} names={quote(' '.join(page.commands))}")
            for page in pages
        ),
    )
    yield '    [[ $cur == -* && $kind == "" ]] && kind=options'
    yield "    if [[ -z $kind ]]; then"
    takers: dict[str, list[str]] = {}
    for page in pages:
        for option in page.options:
            if option.taken is not None:
                for name in option.names:
                    takers.setdefault(_kind(option.taken), []).append(quote(f"{' '.join(page.words)}:{name}"))
    yield from _case('"$command:$prev"', (("|".join(ways), f"kind={quote(kind)}") for kind, ways in takers.items()))
    yield "    fi"
    yield "    if [[ -z $kind ]]; then"
    yield from _case(
        '"$command"',
        (
            (quote(" ".join(page.words)), f"kind={quote(_kind(page.arguments[0].taken))}")
            for page in pages
            if page.arguments
        ),
    )
    yield "    fi"
    yield _TAIL


def _case(word: str, ways: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"    case {word} in"
    yield from (f"        {way}) {does} ;;" for way, does in ways)
    yield "    esac"


def _ways(page: CommandPage) -> str:
    return quote(f"{' '.join(page.words[:-1])} {page.words[-1]}")


def _options(page: CommandPage) -> str:
    return " ".join(name for option in page.options for name in option.names)


def _kind(taken: TakenWord) -> str:
    if taken.kind == "choice":
        return f"={',' if taken.many else ' '}{' '.join(taken.choices)}"
    return taken.kind or "none"


_HEAD = """\
_hpatch() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    local command= word kind= options= names= head= words= index given IFS=$' \\t\\n'
    COMPREPLY=()
    # bash splits --option=value.
    [[ $cur == = ]] && cur= && prev=${COMP_WORDS[COMP_CWORD-1]}
    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}"""
_MIDDLE = """\
    done"""
_TAIL = """\
    case $kind in
        options) words=$options ;;
        file) compopt -o filenames 2>/dev/null; IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); return ;;
        folder) compopt -o filenames 2>/dev/null; IFS=$'\\n'; COMPREPLY=($(compgen -d -- "$cur")); return ;;
        rules) words=$_hpatch_rules; [[ $cur == *,* ]] && head=${cur%,*}, ;;
        severities) words="$_hpatch_rules"; compopt -o nospace 2>/dev/null ;;
        sets) words=$_hpatch_sets ;;
        scenarios) words=$_hpatch_scenarios ;;
        =,*) words=${kind#=,}; [[ $cur == *,* ]] && head=${cur%,*}, ;;
        "= "*) words=${kind#= } ;;
        none) return ;;
        *) words=$names ;;
    esac
    if [[ $kind == sets && ($cur == ./* || $cur == ../* || $cur == /*) ]]; then
        compopt -o filenames 2>/dev/null; IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); return
    fi
    COMPREPLY=($(compgen -P "$head" -W "$words" -- "${cur#"$head"}"))
    [[ $kind != severities ]] || COMPREPLY=("${COMPREPLY[@]/%/=}")
}
complete -F _hpatch hpatch"""
