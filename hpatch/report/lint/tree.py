"""The directives and sections that httpd would read; forms described in docs/output.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Frame, Node

_INDENT = "    "


def _walk(nodes: list[Node]) -> Iterator[tuple[int, Node]]:
    stack = [iter(nodes)]
    while stack:
        depth = len(stack) - 1
        for node in stack[-1]:
            yield depth, node
            if node.children:
                stack.append(iter(node.children))
                break
        else:
            stack.pop()


def _json_lines(configuration: Configuration, page: Page) -> Iterator[str]:
    from json.encoder import encode_basestring_ascii as quoted

    written = configuration.as_written or str
    frames: dict[Frame, str] = {}
    for depth, node in _walk(configuration.nodes):
        file = frames.get(node.frame)
        if file is None:
            file = frames[node.frame] = quoted(node.frame.name)
        yield f"[{depth}, {quoted(node.name)}, {quoted(written(node.args))}, {file}, {node.line}]\n"


def _outline(configuration: Configuration, page: Page) -> Iterator[str]:
    """Each run of lines from one file, or from one use of a macro, below that one's name, with line numbers."""
    color = page.color
    written = configuration.as_written or str
    frame = None
    for depth, node in _walk(configuration.nodes):
        if node.frame is not frame:
            yield f"{'' if frame is None else chr(10)}{paint(_origin(node), 'blue', color)}\n"
            frame = node.frame
        name = paint(visible(node.name), "bold", color) if node.children is not None else visible(node.name)
        line = paint(f"{node.source.position(node.start)[0]:>6}", "dim", color)
        text = f"{name} {visible(written(node.args))}".rstrip()
        doubt = paint("  # undecided", "yellow", color) if node.conditions else ""
        yield f"{line}  {_INDENT * depth}{text}{doubt}\n"


def _origin(node: Node) -> str:
    used = node.used_at
    name = visible(node.source.name)
    return name if used is None else f"{name} (a macro, used at {visible(used.file)}:{used.line})"


TreeForm: TypeAlias = "Callable[[Configuration, Page], Iterator[str]]"
FORMS: Mapping[str, TreeForm] = {"text": _outline, "jsonl": _json_lines}
"""Each gives the tree line by line, so that a large one need not be held as text: there is no object of all of it."""
