"""The site: every page is built, every link leads somewhere, nothing comes from elsewhere, every command is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer
from typer.main import get_command

from hpatch.cli.help import HelpGroup
from hpatch.cli.main import COMMANDS
from hpatch.cli.shell.model import CommandPage, pages


class Linked(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a tag says."""
        given: dict[str, Any] = dict(attrs)
        self.places.update(filter(None, (given.get("id"), given.get("name"))))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") not in ("canonical", "prev", "next"):
            self.loaded.append(given["href"])
        if tag in ("script", "img", "iframe") and given.get("src"):
            self.loaded.append(given["src"])


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    environment = {**os.environ, "PYTHONPATH": str(root), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.proof
def test_every_link_leads_somewhere_and_nothing_comes_from_elsewhere(site: Path) -> None:
    read = {path: Linked(path.read_text(encoding="utf-8")) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(read) > 250
    lost = []
    for path, page in read.items():
        lost += [(str(path), one) for one in page.loaded if urlsplit(one).netloc]
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            there = target.is_file() and (
                not parts.fragment or target not in read or unquote(parts.fragment) in read[target].places
            )
            if not there:
                lost.append((str(path.relative_to(site)), link))
    assert lost == []


@pytest.mark.proof
def test_there_is_a_page_for_each_rule_set_and_scenario(site: Path) -> None:
    from hpatch.lab.registry import scenarios
    from hpatch.lint.registry import own_rules
    from hpatch.patch.sets.load import load

    for rule in own_rules():
        page = (site / "rules" / f"{rule.code}.html").read_text(encoding="utf-8")
        assert f"{rule.code} {rule.name}" in page
    assert all((site / "sets" / f"{one.id}.html").is_file() for one in load().sets)
    assert all((site / "scenarios" / f"{one.name}.html").is_file() for one in scenarios())
    assert not list(site.rglob("*.py"))


@pytest.fixture(scope="module")
def known() -> dict[tuple[str, ...], CommandPage]:
    """Every command by its words."""
    from importlib import import_module

    app = typer.Typer(cls=HelpGroup, add_completion=False)
    app.callback()(lambda: None)
    for module in COMMANDS.values():
        import_module(module).register(app)
    return {one.words: one for one in pages(get_command(app))}


def commands(text: str) -> Iterator[list[str]]:
    """The commands of hpatch in the blocks of code of a page, by words."""
    for block in re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.M | re.S):
        for line in block.split("\n"):
            if line.removeprefix("$ ").startswith("hpatch "):
                yield shlex.split(line.removeprefix("$ "), comments=True)


@pytest.mark.parametrize("name", ["index", "guides/operators", "guides/packagers", "guides/committers"])
def test_the_commands_of_a_page_are_there(root: Path, known: dict[tuple[str, ...], CommandPage], name: str) -> None:
    found = list(commands((root / "docs" / f"{name}.md").read_text(encoding="utf-8")))
    assert found
    for words in found:
        way = tuple(words[1:3]) if tuple(words[1:3]) in known else tuple(words[1:2])
        assert way in known, words
        options = {option for one in known[way].options for option in one.names}
        given = {word.partition("=")[0] for word in words[1:] if word.startswith("-") and word != "-"}
        assert given <= options, words
