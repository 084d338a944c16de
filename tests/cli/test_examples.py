"""The examples in the help, the README and docs: hpatch has their options, and what needs nothing else runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.cli.commands import commands, examples

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.y*ml"))]
ALONE = re.compile(r"(lint|config (tree|workers|who|map)|rule|(set|lab) (list|show)|completion|man)\b")
"""Commands that need nothing but a configuration."""
MORE = re.compile(
    r"--(httpd|tree|package|root|watch|git|svn|web|catalog|output|write-baseline|baseline|fix|diff)\b|-o |\$"
)
"""Options that need a program, a tree or files, or write."""


def written() -> Iterator[tuple[str, str]]:
    """Each example, without what stands behind it, and where it stands."""
    for words, command in commands().items():
        yield from ((line, f"hpatch {' '.join(words)} --help") for line in joined("\n".join(examples(command))))
    for file in TEXTS:
        yield from ((line, file.relative_to(ROOT).as_posix()) for line in joined(code(file)))


def code(file: Path) -> str:
    """The lines of a text that are code: all of a file of YAML, those between fences, and those that are indented."""
    parts = re.split(r"(?m)^ *```.*\n?", file.read_text(encoding="utf-8"))
    if file.suffix != ".md":
        return parts[0]
    return "\n".join([*parts[1::2], *(line for text in parts[::2] for line in re.findall(r"(?m)^ {4}.*", text))])


def joined(text: str) -> Iterator[str]:
    """The calls of hpatch among lines of a shell."""
    for line in re.split(r"\n|; |&& ", re.sub(r"\\\n\s*", " ", text)):
        found = re.match(r"\s*(?:\$ )?(?:- (?:run: )?)?(hpatch [a-z].*)", line)
        if found is not None:
            call = re.split(r" {2,}| (?:\||>|#) ?", found[1])[0]
            if not re.search(r"[a-z]\|[a-z]|\[|…|\.\.\.| COMMAND|\.$|^[^']*'[^']*$", call):
                yield call


EXAMPLES = dict(written())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 150
    assert {"README.md", "docs/cli.md", "docs/guides/operators.md"} <= set(EXAMPLES.values())


def fault(call: str) -> str:
    """What hpatch would say against the words of a call; empty where nothing."""
    words = shlex.split(call)[1:]
    name = next((tuple(words[:size]) for size in (2, 1) if tuple(words[:size]) in commands()), ())
    if not name:
        return "no such command"
    command = commands()[name]
    context = command.context_class(command)
    try:
        options, rest, _ = command.make_parser(context).parse_args(words[len(name) :])
        for param in command.params:
            value = options.get(param.name)
            if value:
                param.type_cast_value(context, value)
            elif param.required:
                return f"{param.name} is missing"
    except Exception as error:  # of typer's parser; where its class lives differs between versions
        return str(error)
    return f"too much: {rest}" if rest else ""


def test_each_example_is_a_call_that_hpatch_takes() -> None:
    assert {call: (where, said) for call, where in EXAMPLES.items() if (said := fault(call))} == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("lnt a.conf", "no such command"),
        ("lint --fx a.conf", "--fx"),
        ("lint --jobs x a.conf", "'x'"),
        ("lint", "path is missing"),
        ("config tree a b", "too much"),
    ],
)
def test_a_wrong_call_is_seen(wrong: str, said: str) -> None:
    assert said in fault(f"hpatch {wrong}")


def test_examples_that_need_nothing_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("etc/apache2/apache2.conf", "etc/httpd/httpd.conf", "apache2.conf", "httpd.conf", "sites/a.conf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        text = "Listen 80\nListen 8080\nServerName shop.example\nProxyPass / http://127.0.0.1:8000/\n"
        (tmp_path / name).write_text(text)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    codes = {}
    for one in EXAMPLES:
        if ALONE.match(one.removeprefix("hpatch ")) and not MORE.search(one) and not one.endswith(" -"):
            words = shlex.split(one.replace("/etc/", "etc/").replace("*", "a"))[1:]
            codes[one] = call(capsys, *words)
    assert len(codes) > 25
    assert {one: answer for one, answer in codes.items() if answer.code not in (0, 1) or not answer.out} == {}


@pytest.mark.parametrize(("name", "whole"), [("README.md", True), ("docs/index.md", False)])
def test_the_first_answer_that_a_reader_sees_is_hpatch_s(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, whole: bool
) -> None:
    """Apart from where its lines break, and how much of long ones is shown."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.search(r"(?ms)^\$ hpatch (lint .*?)\n(.*?)^```", text)
    assert found is not None
    monkeypatch.chdir(ROOT)
    out = call(capsys, *found[1].split()).out
    shown, said = (re.sub(r"[\s|^…-]+", "", one) for one in (found[2], out))
    if whole:
        assert shown == said
    else:
        assert shown.partition("18")[0] == said.partition("18")[0]
