"""All that the reader tells of a configuration, as lines of text: to be compared with what is known to be right."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.conf.tree import Condition, Configuration, Node, Problem
from hpatch.text import Place


def told(configuration: Configuration) -> str:
    """The files, directives, conditionals and problems, each with its place; and what `by_key` and the counts say."""
    written = configuration.as_written or str
    return "".join(f"{_visible(written(line))}\n" for line in _lines(configuration))


def _lines(configuration: Configuration) -> Iterator[str]:
    words = ("built", "whole", "main", "check_files", "dumped")
    yield " ".join(word if getattr(configuration, word) else f"not-{word}" for word in words)
    modules = configuration.modules
    if configuration.server_root:
        yield f"server root {configuration.server_root}"
    for file in configuration.files[1:]:
        yield f"file {file.name}{f' by {file.link}' if file.link else ''}, {_place(file.named_at)}"
    for name, template in configuration.templates.items():
        marks = ", named" * template.named + f", code at {_place(template.code)}" * (template.code is not None)
        lines = f"{template.unjudged} of {template.lines} lines not judged"
        yield f"template {name}: {' '.join(template.languages)}, {lines}, first at {_place(template.first)}{marks}"
    for name, value in configuration.defines.items():
        yield f"define {name}{'' if value is None else f'={value}'}"
    for name, place in modules.loaded_at.items():
        yield f"module {name} {modules.paths[name]}, {_place(place)}"
    if configuration.mpm is not None:
        yield f"mpm {configuration.mpm}"
    for node in configuration.walk():
        yield _node(node)
    for condition in configuration.conditions:
        yield f"condition {_condition(condition)}: {condition.reason}, {_place(condition.place)}"
    for problem in configuration.problems:
        yield from _problem(problem)
    walked = list(configuration.walk())
    if configuration.directives != len(walked):
        yield f"counted {configuration.directives}, there are {len(walked)}"
    by_key: dict[str, list[Node]] = {}
    for node in walked:
        by_key.setdefault(node.key, []).append(node)
    for key in sorted(by_key.keys() | configuration.by_key.keys()):
        if by_key.get(key) != configuration.by_key.get(key):
            yield f"by key {key}: {len(configuration.by_key.get(key, ()))}, there are {len(by_key.get(key, ()))}"


def _node(node: Node) -> str:
    depth = sum(1 for _ in node.ancestors())
    args = f" {node.args}" if node.args else ""
    file, span = node.place.file, _span(node.place)
    frame = "" if node.frame.name == file else f" in {node.frame.name}"
    line = "" if node.line == node.place.end_line and not frame else f" line {node.line}"
    used = "" if node.used_at is None else f", used at {_place(node.used_at)}"
    maybe = "".join(f", if {_condition(condition)}" for condition in node.conditions)
    return f"{'  ' * depth}{node.name}{args} @ {file}:{span}{line}{frame}{used}{maybe}"


def _condition(condition: Condition) -> str:
    return f"{condition.text} is {condition.verdict}"


def _problem(problem: Problem) -> Iterator[str]:
    yield f"{'fault' if problem.fatal else 'remark'} {problem.kind}: {problem.message}, {_place(problem.place)}"
    for place, text in problem.related:
        yield f"  {text}, {_place(place)}"
    if problem.help is not None:
        yield f"  help: {problem.help}"
    for condition in problem.conditions:
        yield f"  if {_condition(condition)}"


def _place(place: Place | None) -> str:
    return "nowhere" if place is None else f"{place.file}:{_span(place)}"


def _span(place: Place) -> str:
    end = f"{place.end_column}" if place.end_line == place.line else f"{place.end_line}:{place.end_column}"
    return f"{place.line}:{place.column}-{end}"


def _visible(line: str) -> str:
    """The line in ASCII, without control characters."""
    escaped = line.replace("\\", "\\\\").encode("ascii", "backslashreplace").decode()
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in escaped)
