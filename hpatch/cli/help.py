"""The pages of --help: plain text in the width that there is, options under headings, examples as they are written.

Not by rich, which takes longer to load than a small lint takes, and which folds the lines of examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from hpatch.cli import output
from hpatch.cli.options.color import option
from hpatch.cli.options.groups import spread
from hpatch.cli.options.verbose import group_options
from hpatch.records import NamedTuple
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import cells, paint, visible, wrap

if TYPE_CHECKING:
    Context = Any
    """Of click, whichever of its versions typer uses: the later ones bring their own."""

_PIPE = 80
"""The width where there is no terminal."""
_COLUMN = 26
"""Where a row's second column starts at most: what is longer has its text below it."""


class NoCommandError(Exception):
    """A group was called by itself: its argument is its page."""


class HelpCommand(TyperCommand):
    """A command whose page this module writes."""

    def get_params(self, ctx: Context) -> list[Any]:
        """Its parameters, and --color."""
        return _with_color(super().get_params(ctx))

    def get_help_option(self, ctx: Context) -> Any:
        """--help, which writes as answers are written."""
        return _writing(super().get_help_option(ctx))

    def format_help(self, ctx: Context, formatter: Any) -> None:
        """Write the page."""
        formatter.write(_page(self, ctx, ()))


class HelpGroup(TyperGroup):
    """A group whose page this module writes."""

    panels: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Headings, and the commands below each; all are below `Commands` if there are none."""

    def get_params(self, ctx: Context) -> list[Any]:
        """Its parameters, and --color."""
        return _with_color(super().get_params(ctx))

    def get_help_option(self, ctx: Context) -> Any:
        """--help, which writes as answers are written."""
        return _writing(super().get_help_option(ctx))

    def format_help(self, ctx: Context, formatter: Any) -> None:
        """Write the page."""
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        panels = self.panels or {"Commands": list(commands)}
        sections = [
            (heading, [_Row(name, _first(commands[name])) for name in names if name in commands])
            for heading, names in panels.items()
        ]
        formatter.write(_page(self, ctx, sections))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """As typer does, but for a call without words, which some versions answer with exit code 0."""
        if not args:
            raise NoCommandError(ctx.get_help())
        return super().parse_args(ctx, args)


def _with_color(params: list[Any]) -> list[Any]:
    """Parameters with --color before --help, which comes last."""
    at = len(params) - (1 if params and params[-1].name == "help" else 0)
    return [*params[:at], option(), *params[at:]]


def _writing(option: Any) -> Any:
    if option is not None:
        option.callback = _show
    return option


def _show(ctx: Context, _option: Any, value: bool) -> None:
    """Write a page and end. Typer's own way ends with 1 where nobody reads it."""
    if value and not ctx.resilient_parsing:
        output.write(f"{ctx.get_help()}\n")
        ctx.exit()


def command(app: typer.Typer, name: str, function: Callable[..., int | None], examples: str) -> None:
    """Add a command. Its docstring is its help, and `examples` come below its options.

    Its parameters are its options, and groups of options (`hpatch.cli.options.groups`).
    """
    app.command(name, cls=HelpCommand, epilog=examples)(spread(function))


def group(app: typer.Typer, name: str, help: str, examples: str) -> typer.Typer:
    """Add a group of commands, which come into what is returned."""
    made = typer.Typer(cls=HelpGroup, rich_markup_mode=None, help=help, epilog=examples)
    made.callback()(group_options)
    app.add_typer(made, name=name)
    return made


class _Row(NamedTuple):
    """A line of a list: a name, what it is, and a remark in brackets, which is kept together."""

    name: str
    text: str
    remark: str = ""


def _first(command: Any) -> str:
    """The first line of a command's help."""
    return str(command.help or "").strip().split("\n")[0]


def _page(command: Any, ctx: Context, sections: Sequence[tuple[str, Sequence[_Row]]]) -> str:
    found = output.page()
    page = Page(found.measure if found.width is not None else _PIPE, found.color)
    return "\n".join(line.rstrip() for line in _lines(command, ctx, sections, page)) + "\n"


def _lines(command: Any, ctx: Context, sections: Sequence[tuple[str, Sequence[_Row]]], page: Page) -> Iterator[str]:
    usage = f"Usage: {ctx.command_path} "
    arguments = [param for param in command.get_params(ctx) if param.param_type_name == "argument"]
    words = [*map(_argument, arguments), *(["COMMAND [ARGS]..."] if sections else [])]
    first, *more = wrap(f"{usage}[OPTIONS] {' '.join(words)}".rstrip(), page.width, len(usage))
    yield paint("Usage:", "bold", page.color) + first.removeprefix("Usage:")
    yield from more
    for paragraph in str(command.help or "").strip().split("\n\n"):
        yield ""
        yield from wrap(" ".join(paragraph.split()), page.width)
    options = [param for param in command.get_params(ctx) if param.param_type_name == "option"]
    named: dict[str, list[_Row]] = {"Arguments": [_row(param) for param in arguments]}
    named.update((heading, list(rows)) for heading, rows in sections)
    for param in options:
        heading = getattr(param, "rich_help_panel", None) or "Options"
        named.setdefault(heading, []).append(_row(param))
    for heading, rows in named.items():
        if rows:
            yield ""
            yield paint(f"{heading}:", "bold", page.color)
            yield from _columns(rows, page)
    yield from _epilog(command.epilog or "", page)


def _argument(param: Any) -> str:
    name = str(param.metavar)
    return name if param.required or name.startswith("[") else f"[{name}]"


def _row(param: Any) -> _Row:
    """An argument or an option, and what it is. Written here, for typer's versions write it in different ways."""
    if param.param_type_name == "argument":
        return _Row(str(param.metavar), str(param.help))
    names = ", ".join(sorted(param.opts, key=len))
    if param.is_flag:
        return _Row(names, str(param.help))
    value = param.metavar or "|".join(map(str, param.type.choices))
    remark = "[required]" if param.required else f"[default: {param.default}]" if _is_told(param.default) else ""
    return _Row(f"{names} {value}", str(param.help), remark)


def _is_told(default: object) -> bool:
    """Whether a default tells more than that there is none. A folder's `.` is in words in its option's help."""
    return isinstance(default, (str, int)) and default != ""


def _columns(rows: Sequence[_Row], page: Page) -> Iterator[str]:
    width = page.width or _PIPE
    column = min(max(cells(row.name) for row in rows) + 4, _COLUMN, max(width // 3, 12))
    for name, text, remark in rows:
        first, *more = _noted(list(wrap(" " * column + visible(text), width, column, 0)), remark, column, width)
        if cells(name) + 4 > column:
            yield f"  {name}"
            yield first
        else:
            yield f"  {name}".ljust(column) + first[column:]
        yield from more


def _noted(lines: list[str], remark: str, column: int, width: int) -> list[str]:
    """Lines with a remark at their end, or below them where it does not fit."""
    if remark and cells(lines[-1]) + 2 + cells(remark) <= width:
        return [*lines[:-1], f"{lines[-1]}  {remark}"]
    return [*lines, *([" " * column + remark] if remark else [])]


def _epilog(text: str, page: Page) -> Iterator[str]:
    """Paragraphs in the page's width; one that is indented, such as an example, keeps its lines."""
    for paragraph in text.strip("\n").split("\n\n"):
        if not paragraph.strip():
            continue
        yield ""
        if paragraph.startswith("  "):
            yield from paragraph.split("\n")
        elif paragraph == "Examples:":
            yield paint(paragraph, "bold", page.color)
        else:
            yield from wrap(" ".join(paragraph.split()), page.width)
