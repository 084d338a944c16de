"""Manual pages in man(7), one a command, from the texts of --help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from hpatch.cli.shell.model import CommandPage, OptionPage, TakenWord


def page(page: CommandPage, pages: Sequence[CommandPage], version: str, panels: Mapping[str, Sequence[str]]) -> str:
    """The page of a command. `panels` has hpatch's own commands by headings."""
    return "\n".join(_lines(page, {one.words: one for one in pages}, version, panels)) + "\n"


def name(words: Sequence[str]) -> str:
    """The name of a page: `hpatch-backport-check`."""
    return "-".join(("hpatch", *words))


def _lines(
    page: CommandPage,
    pages: Mapping[tuple[str, ...], CommandPage],
    version: str,
    panels: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    yield f'.TH {_escaped(name(page.words)).upper()} 1 "" "hpatch {version}" "User Commands"'
    yield ".SH NAME"
    summary = page.summary.rstrip(".")
    yield f"{_escaped(name(page.words))} \\- {_escaped(summary[:1].lower() + summary[1:])}"
    yield ".SH SYNOPSIS"
    yield f".B {_escaped(' '.join(('hpatch', *page.words)))}"
    yield "[\\fIOPTIONS\\fR]"
    yield from (f"\\fI{_escaped(_argument(one.taken, one.required))}\\fR" for one in page.arguments)
    if page.commands:
        yield "\\fICOMMAND\\fR [\\fIARGS\\fR]..."
    yield ".SH DESCRIPTION"
    yield from _paragraphs(page.help)
    if page.commands:
        yield ".SH COMMANDS"
        headings = panels if not page.words else {"": page.commands}
        for heading, names in headings.items():
            if heading:
                yield f".SS {_escaped(heading)}"
            for inner in names:
                way = (*page.words, inner)
                if way in pages:
                    yield ".TP"
                    yield f"\\fB{_escaped(name(way))}\\fR(1)"
                    yield _line(pages[way].summary)
    if any(one.help for one in page.arguments):
        yield ".SH ARGUMENTS"
        for argument in page.arguments:
            yield ".TP"
            yield f"\\fI{_escaped(argument.taken.metavar)}\\fR"
            yield _line(argument.help)
    yield ".SH OPTIONS"
    named: dict[str, list[OptionPage]] = {}
    for option in page.options:
        named.setdefault(option.heading, []).append(option)
    for heading, options in named.items():
        if len(named) > 1:
            yield f".SS {_escaped(heading if heading != 'Options' else 'Others')}"
        for option in options:
            yield ".TP"
            taken = f" \\fI{_escaped(option.taken.metavar)}\\fR" if option.taken is not None else ""
            yield ", ".join(f"\\fB{_escaped(one)}\\fR" for one in option.names) + taken
            yield _line(option.help)
    yield from _epilog(page.epilog)
    yield ".SH SEE ALSO"
    others = [page.words[:-1]] if page.words else [(one,) for one in page.commands]
    yield ", ".join(f"\\fB{_escaped(name(one))}\\fR(1)" for one in others)


def _argument(taken: TakenWord, required: bool) -> str:
    return taken.metavar if required or taken.metavar.startswith("[") else f"[{taken.metavar}]"


def _epilog(text: str) -> Iterator[str]:
    """Examples as they are written; the paragraph about exit codes below its own heading."""
    for paragraph in text.strip("\n").split("\n\n"):
        if not paragraph.strip():
            continue
        if paragraph.strip() == "Examples:":
            yield ".SH EXAMPLES"
        elif paragraph.startswith("  "):
            yield ".nf"
            yield from (_line(line[2:]) for line in paragraph.split("\n"))
            yield ".fi"
        elif paragraph.startswith("Exit codes:"):
            yield ".SH EXIT STATUS"
            for each in re.split(r"[;:]\s+", " ".join(paragraph.rstrip(".").split()))[1:]:
                code, _, meaning = each.partition(" ")
                yield ".TP"
                yield f"\\fB{_escaped(code)}\\fR"
                yield _line(f"{meaning[:1].upper()}{meaning[1:]}.")
        else:
            yield ".PP"
            yield _line(" ".join(paragraph.split()))


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield _line(" ".join(paragraph.split()))


def _line(text: str) -> str:
    """A line of text: what begins like a request does not begin it."""
    escaped = _escaped(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _escaped(text: str) -> str:
    """Text as it is: a hyphen is the character that one types."""
    return (
        text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("^", "\\(ha").replace("`", "\\(ga")
    )
