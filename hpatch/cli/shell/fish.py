"""Completion for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.cli.shell.model import CommandPage, KnownWords, TakenWord


def script(pages: Sequence[CommandPage], known: KnownWords) -> str:
    """The script."""
    return "\n".join(_lines(pages, known)) + "\n"


def _lines(pages: Sequence[CommandPage], known: KnownWords) -> Iterator[str]:
    yield "# fish completion of hpatch, written by `hpatch completion fish`"
    for name, words in known._asdict().items():
        yield f"function __hpatch_{name}"
        yield "    printf '%s\\t%s\\n' \\"
        yield " \\\n".join(f"        {_quoted(word)} {_quoted(text)}" for word, text in words)
        yield "end"
    commands = " ".join(_quoted(" ".join(page.words)) for page in pages if page.words)
    yield _AT.format(commands=commands)
    yield "complete -c hpatch -f"
    inner = {page.words: page for page in pages}
    for page in pages:
        here = f"__hpatch_at {_quoted(' '.join(page.words))}"
        way = f"complete -c hpatch -n {_quoted(here)}"
        for name in page.commands:
            yield f"{way} -a {name} -d {_quoted(inner[(*page.words, name)].summary)}"
        for argument in page.arguments[:1]:
            yield f"{way} {_takes(argument.taken)}".rstrip()
        for option in page.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            value = f" -r {_takes(option.taken)}".rstrip() if option.taken is not None else ""
            yield f"{way} {names}{value} -d {_quoted(option.help)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _takes(taken: TakenWord) -> str:  # noqa: PLR0911 - one for each kind
    match taken.kind:
        case "choice":
            words = " ".join(taken.choices)
            return f"-f -a {_quoted(f'(__hpatch_list (commandline -ct) {words})' if taken.many else words)}"
        case "file":
            return "-F"
        case "folder":
            return "-f -a '(__fish_complete_directories)'"
        case "rules":
            listed = (
                "__hpatch_list (commandline -ct) (__hpatch_rules)" if taken.metavar == "RULES" else "__hpatch_rules"
            )
            return f"-f -a '({listed})'"
        case "severities":
            return '-f -a \'(__hpatch_rules | string replace -r "\\t" "=\\t")\''
        case "sets":
            return "-F -a '(__hpatch_sets)'" if "FILE" in taken.metavar else "-f -a '(__hpatch_sets)'"
        case "scenarios":
            return "-f -a '(__hpatch_scenarios)'"
    return "-f"


_AT = """\
function __hpatch_at
    set -l command ''
    for word in (commandline -opc)[2..-1]
        set -l longer (string trim -- "$command $word")
        if contains -- $longer {commands}
            set command $longer
        end
    end
    test "$command" = "$argv[1]"
end
function __hpatch_list
    # The words after what was given of a list, up to its last comma.
    set -l head (string match -r '^.*,' -- $argv[1])
    for word in $argv[2..-1]
        echo "$head"$word # quoted, for an empty list gives no word at all
    end
end"""
