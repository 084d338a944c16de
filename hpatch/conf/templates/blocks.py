"""The blocks of a template: conditions with their arms, and loops."""

from __future__ import annotations

import re

from hpatch.conf import limits
from hpatch.conf.templates.model import Arm
from hpatch.conf.templates.presence import REASON
from hpatch.conf.templates.tokens import CodePiece
from hpatch.conf.tree import Condition
from hpatch.records import NamedTuple
from hpatch.text import Source

_SECTION = re.compile(r"^[ \t]*<(/?)([^\s>]+)", re.M)
"""The first word of a line that opens or closes a section."""
_LONGEST = 60


class Stretch(NamedTuple):
    """A part of a text: `text[start:end]`."""

    start: int
    end: int


class Blocks(NamedTuple):
    """The arms that are read, in order; the other arms of conditions whose arms open or close a section; and whether
    all arms close what they open."""

    arms: list[Arm]
    dropped: list[Stretch]
    balanced: bool


class _Open:
    """An arm that is being read: its sections that it closes and opens without their other ends."""

    __slots__ = ("closes", "opens", "start", "token")

    def __init__(self, token: CodePiece | None, start: int) -> None:
        self.token = token
        self.start = start
        self.closes = 0
        self.opens: list[str] = []

    @property
    def balanced(self) -> bool:
        return not self.closes and not self.opens

    def take(self, closes: int, opens: list[str]) -> None:
        """Add what a piece of the text closes and opens."""
        for _ in range(closes):
            if self.opens:
                self.opens.pop()
            else:
                self.closes += 1
        self.opens += opens


class _Block:
    """A condition or loop: its finished arms, and the arm that is being read."""

    __slots__ = ("arm", "done")

    def __init__(self, token: CodePiece) -> None:
        self.arm = _Open(token, token.end)
        self.done: list[tuple[_Open, int]] = []


def read(masked: str, tokens: list[CodePiece], source: Source) -> Blocks:
    """The blocks that pieces of control make. `masked` is the text without template code.

    Raises ExceededError where too many are inside one another.
    """
    found = Blocks([], [], True)
    outer = _Open(None, 0)
    stack: list[_Block] = []
    balanced = True
    at, blank = 0, True

    def advance(to: int) -> None:
        nonlocal at, blank
        arm = stack[-1].arm if stack else outer
        piece = masked[at:to]
        for match in _SECTION.finditer(piece):
            if blank or match.start():
                arm.take(*((1, []) if match[1] else (0, [match[2]])))
        _, line_feed, last = piece.rpartition("\n")
        blank = (bool(line_feed) or blank) and not last.strip(" \t")
        at = max(at, to)

    def end(to: int) -> None:
        nonlocal balanced
        block = stack.pop()
        block.done.append((block.arm, to))
        chosen = next((one for one in block.done if not one[0].balanced), None)
        if chosen is not None:
            balanced = False
            (stack[-1].arm if stack else outer).take(chosen[0].closes, chosen[0].opens)
        for arm, stop in block.done:
            assert arm.token is not None
            if chosen is not None and len(block.done) > 1 and arm is not chosen[0]:
                found.dropped.append(Stretch(arm.start, stop))
            else:
                found.arms.append(Arm(arm.start, stop, _condition(arm.token, source)))

    for token in tokens:
        if not token.structural:
            continue
        advance(token.start)
        for _ in range(token.closes):
            if stack:
                end(token.start)
            else:
                balanced = False
        if token.middle:
            if stack:
                stack[-1].done.append((stack[-1].arm, token.start))
                stack[-1].arm = _Open(token, token.end)
            else:
                balanced = False
        for _ in range(token.opens):
            stack.append(_Block(token))
        if len(stack) > limits.TEMPLATE_BLOCKS:
            what = f"more than {limits.TEMPLATE_BLOCKS:,} conditions and loops are inside one another"
            raise limits.ExceededError(what, source.place(token.start, token.end))
    advance(len(masked))
    balanced = balanced and not stack
    while stack:
        end(len(masked))
    return found._replace(balanced=balanced)


def _condition(token: CodePiece, source: Source) -> Condition:
    text = " ".join(source.text[token.start : token.end].split())
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 3] + "..."
    return Condition(text, source.place(token.start, token.end), None, REASON)
