"""A rule's manual, which is a docstring: its summary, its paragraphs and its examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from hpatch.records import NamedTuple


class Block(NamedTuple):
    """A part of a manual: `text` is a paragraph as one line, `list` one item, `code` lines to be kept as they are."""

    kind: Literal["text", "list", "code"]
    text: str


def blocks(manual: str) -> Iterator[Block]:
    """The parts of a manual after its summary. The `::` before an example comes back as `:`."""
    lines = manual.split("\n")[1:]
    paragraph: list[str] = []
    at, code = 0, False
    while at < len(lines):
        line = lines[at]
        if code and line.startswith("    "):
            end = at
            while end < len(lines) and (not lines[end] or lines[end].startswith("    ")):
                end += 1
            yield Block("code", "\n".join(text[4:] for text in lines[at:end]).rstrip())
            at, code = end, False
            continue
        item = line.startswith(("- ", "* "))
        if paragraph and (not line.strip() or item):
            yield _paragraph(paragraph)
            paragraph = []
        if line.strip():
            paragraph.append(line.strip())
            code = line.endswith("::")
        at += 1
    if paragraph:
        yield _paragraph(paragraph)


def _paragraph(lines: list[str]) -> Block:
    text = " ".join(lines)
    if text.endswith("::"):
        text = text[:-1]
    if text.startswith(("- ", "* ")):
        return Block("list", text[2:])
    return Block("text", text)


def plain(manual: str) -> str:
    """The parts after the summary as plain text."""
    return "\n\n".join(_plain(block) for block in blocks(manual))


def _plain(block: Block) -> str:
    if block.kind == "code":
        return "\n".join(f"    {line}".rstrip() for line in block.text.split("\n"))
    return f"- {block.text}" if block.kind == "list" else block.text


def markdown(manual: str) -> str:
    """The parts after the summary as GitHub's Markdown."""
    return "\n\n".join(_markdown(block) for block in blocks(manual))


def _markdown(block: Block) -> str:
    if block.kind == "code":
        return f"```apache\n{block.text}\n```"
    text = _escaped(block.text.replace("``", "`"))
    return f"- {text}" if block.kind == "list" else text


def _escaped(text: str) -> str:
    """The text with the characters that Markdown or HTML would take for theirs escaped, outside `code`."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts = [text.replace("`", "\\`")]
    for index in range(0, len(parts), 2):
        parts[index] = "".join(f"\\{char}" if char in "\\*<>[]" else char for char in parts[index])
    return "`".join(parts)
