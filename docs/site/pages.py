"""What mkdocs shows besides docs/: a page for each rule, set, scenario and command, from hpatch's own texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from hpatch.cli.shell.model import CommandPage

_OUTSIDE = re.compile(
    r"\[([^\]]+)\]\((?:\.\./)*(?:\.\./(?:patches|examples|bench|tests|hpatch)/|(?:\.\./)+[A-Z]+\.md)[^)]*\)"
)
"""A link from docs/ to a file of the checkout, which is not on the site."""


class SitePage(NamedTuple):
    """A page that nobody writes: its path in docs/, its title in the navigation, its text."""

    path: str
    title: str
    text: str


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages to the navigation."""
    for title, pages in _parts().items():
        config.nav.append({title: [page.path if "index" in page.path else {page.title: page.path} for page in pages]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the files."""
    for pages in _parts().values():
        for page in pages:
            files.append(File.generated(config, page.path, content=page.text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Leave the name of a file of the checkout, and no link to it."""
    return _OUTSIDE.sub(r"\1", markdown)


def _parts() -> dict[str, list[SitePage]]:
    if not _made:
        _made.update(Rules=_rules(), Sets=_sets(), Scenarios=_scenarios(), Commands=_commands())
    return _made


_made: dict[str, list[SitePage]] = {}


def _text(text: str) -> str:
    """Text as it is: what Markdown or HTML would take for theirs is escaped."""
    return re.sub(r"([\\`*_{}\[\]|#])", r"\\\1", escape(text, quote=False))


def _prose(text: str) -> str:
    """Paragraphs as they are, each in one line."""
    return "\n\n".join(_text(" ".join(part.split())) for part in text.strip().split("\n\n"))


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def _rules() -> list[SitePage]:
    from hpatch.lint.registry import own_rules
    from hpatch.report.lint.manual import markdown

    pages = []
    rules = own_rules()
    for rule in rules:
        kind = "advice" if rule.advice else rule.severity
        fix = {"safe": " · safe fix", "unsafe": " · unsafe fix"}.get(rule.fix or "", "")
        parts = [
            f"# {rule.code} {rule.name}",
            f"**{_text(rule.summary)}**",
            f"Family [{rule.family}](index.md#{rule.family}) · {kind} · {rule.confidence} confidence{fix}",
            markdown(rule.manual),
            *(["## See", "\n".join(f"- <{one}>" for one in rule.references)] if rule.references else []),
            "## In use",
            f"```sh\nhpatch lint --select {rule.code} /etc/apache2\n```",
            f"`# hpatch: ignore[{rule.name}] REASON` above a line silences the rule there.",
        ]
        pages.append(SitePage(f"rules/{rule.code}.md", f"{rule.code} {rule.name}", "\n\n".join(parts) + "\n"))
    index = [f"# Rules\n\n{len(rules)} rules, by what they are about. `hpatch rule CODE` shows the same pages."]
    for family in dict.fromkeys(rule.family for rule in rules):
        here = [rule for rule in rules if rule.family == family]
        rows = [
            (
                f"[{one.code}]({one.code}.md)",
                one.name,
                _text(one.summary),
                "advice" if one.advice else one.severity,
            )
            for one in here
        ]
        index.append(f"## {family}\n\n" + _table(("rule", "name", "summary", "severity"), rows))
    return [SitePage("rules/index.md", "Rules", "\n\n".join(index) + "\n"), *pages]


def _sets() -> list[SitePage]:
    from hpatch.patch.sets.load import load

    catalog = load()
    pages = []
    for one in catalog.sets:
        facts = [
            ("for", _text(f"{catalog.project(one.project).title} {one.applies}")),
            ("contained in", _text(str(one.contained or "none"))),
            ("needs", ", ".join(f"[{name}]({name}.md)" for name in one.prerequisites) or "nothing"),
            ("revisions", _text(", ".join(revision.name for revision in one.revisions)) or "carried in the catalogue"),
            ("files", ", ".join(f"`{file}`" for file in one.files)),
            ("scenario", f"[{one.scenario}](../scenarios/{one.scenario}.md)" if one.scenario else "none"),
        ]
        parts = [
            f"# {one.id}",
            f"**{_text(one.title)}**",
            _prose(one.cures),
            _table(("property", "value"), [row for row in facts if row[1]]),
            *([f"## Notes\n\n{_prose(one.notes)}"] if one.notes else []),
            f"## In use\n\n```sh\nhpatch verify {one.id} --tree TREE\nhpatch apply {one.id} --tree TREE --dry-run\n```",
        ]
        pages.append(SitePage(f"sets/{one.id}.md", one.id, "\n\n".join(parts) + "\n"))
    rows = [
        (f"[{one.id}]({one.id}.md)", _text(one.title), _text(f"{one.project} {one.applies}")) for one in catalog.sets
    ]
    text = "# Patch sets\n\nThe sets of the catalogue. `hpatch set show SET` shows the same pages.\n\n"
    return [SitePage("sets/index.md", "Sets", text + _table(("set", "what it does", "for"), rows) + "\n"), *pages]


def _scenarios() -> list[SitePage]:
    from hpatch.lab.registry import scenarios

    pages = []
    every = scenarios()
    for one in every:
        sets = ", ".join(f"[{name}](../sets/{name}.md)" for name in one.sets)
        parts = [
            f"# {one.name}",
            f"**{_text(one.title)}**",
            _prose(one.manual),
            f"Tells the presence of: {sets}" if sets else "",
            f"## In use\n\n```sh\nhpatch lab run {one.name}\n```",
        ]
        pages.append(SitePage(f"scenarios/{one.name}.md", one.name, "\n\n".join(filter(None, parts)) + "\n"))
    rows = [(f"[{one.name}]({one.name}.md)", _text(one.title)) for one in every]
    text = "# Scenarios\n\nExperiments with real gateways and backends. `hpatch lab list SCENARIO` shows the same.\n\n"
    return [
        SitePage("scenarios/index.md", "Scenarios", text + _table(("scenario", "what it tells"), rows) + "\n"),
        *pages,
    ]


def _commands() -> list[SitePage]:
    from importlib import import_module

    import typer
    from typer.main import get_command

    from hpatch.cli.help import HelpGroup
    from hpatch.cli.main import COMMANDS
    from hpatch.cli.shell.model import pages as walk

    app = typer.Typer(cls=HelpGroup, name="hpatch", add_completion=False)
    app.callback()(lambda: None)
    for module in COMMANDS.values():
        import_module(module).register(app)
    every = [one for one in walk(get_command(app)) if one.words]
    summaries = {one.words: one.summary for one in every}
    pages = [
        SitePage(f"commands/{'-'.join(one.words)}.md", " ".join(one.words), "\n".join(_command(one, summaries)))
        for one in every
    ]
    rows = [
        (f"[hpatch {page.title}]({'-'.join(one.words)}.md)", _text(one.summary))
        for page, one in zip(pages, every, strict=True)
    ]
    text = "# Commands\n\nWhat `hpatch COMMAND --help` and the manual pages say.\n\n" + _table(
        ("command", "what it does"), rows
    )
    return [SitePage("commands/index.md", "Commands", text + "\n"), *pages]


def _command(one: CommandPage, summaries: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    arguments = " ".join(argument.taken.metavar for argument in one.arguments)
    yield f"# hpatch {' '.join(one.words)}\n"
    yield f"```\nhpatch {' '.join(one.words)} [OPTIONS] {arguments}{'COMMAND [ARGS]...' if one.commands else ''}\n```\n"
    yield _prose(one.help) + "\n"
    if one.commands:
        rows = [
            (f"[{name}]({'-'.join((*one.words, name))}.md)", _text(summaries[(*one.words, name)]))
            for name in one.commands
        ]
        yield _table(("command", "what it does"), rows) + "\n"
    named: dict[str, list[tuple[str, str]]] = {}
    for argument in one.arguments:
        named.setdefault("Arguments", []).append((_cell(argument.taken.metavar), _text(argument.help)))
    for option in one.options:
        value = f" {option.taken.metavar}" if option.taken is not None else ""
        named.setdefault(option.heading, []).append((_cell(", ".join(option.names) + value), _text(option.help)))
    for heading, rows in named.items():
        yield f"## {heading}\n\n{_table(('argument' if heading == 'Arguments' else 'option', 'what it is'), rows)}\n"
    for paragraph in one.epilog.strip("\n").split("\n\n"):
        if paragraph.strip() == "Examples:":
            yield "## Examples\n"
        elif paragraph.startswith("  "):
            yield "```sh\n" + "\n".join(line[2:] for line in paragraph.split("\n")) + "\n```\n"
        elif paragraph.strip():
            yield _prose(paragraph) + "\n"


def _cell(text: str) -> str:
    """Code in a table's cell; a bar in backticks would show its backslash."""
    return f"<code>{escape(text, quote=False).replace('|', '&#124;')}</code>"
