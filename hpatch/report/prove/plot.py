"""The lab's results as a picture: a bar a cell, in the shares of its outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Literal

from hpatch.errors import ToolError
from hpatch.lab.model import OUTCOMES, Outcome, Result
from hpatch.report.common.terminal import visible

FORMATS: tuple[Literal["svg", "png"], ...] = ("svg", "png")
_COLORS: dict[Outcome, str] = {
    "full": "#4c9f70",
    "cut": "#e0a030",
    "empty": "#b06ab3",
    "503": "#c8443c",
    "error": "#7d3c2f",
    "none": "#5a5a66",
}
_TITLES: dict[Outcome, str] = {"empty": "empty 200", "error": "other error", "none": "no answer"}
_NOTHING = "#d8d8de"
_BAR, _MARGIN, _WIDTH = 0.34, 1.5, 9.0
"""Inches."""


def check() -> None:
    """Raises ToolError where there is no matplotlib that works."""
    try:
        import matplotlib.figure  # noqa: F401 - only to see whether it is installed
    except ImportError as error:
        raise ToolError(f"--plot needs matplotlib ({error}): pip install matplotlib") from error


def render(results: Sequence[Result], form: Literal["svg", "png"]) -> bytes:
    """The picture. Raises ToolError as `check` does."""
    check()
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    with rc_context({"svg.hashsalt": "hpatch", "svg.fonttype": "none", "text.parse_math": False}):
        figure = Figure(figsize=(_WIDTH, _MARGIN + _BAR * max(len(results), 1)), layout="constrained")
        axes = figure.subplots()
        rows = range(len(results))
        shares = [_shares(one) for one in results]
        left = [0.0] * len(results)
        for outcome in OUTCOMES:
            widths = [share.get(outcome, 0.0) for share in shares]
            axes.barh(rows, widths, left=left, height=0.75, color=_COLORS[outcome])
            left = [start + size for start, size in zip(left, widths, strict=True)]
        axes.barh(rows, [0.0 if share else 100.0 for share in shares], height=0.75, color=_NOTHING, hatch="//")
        for row, one in enumerate(results):
            word = one.verdict if not one.figures.requests else f"{one.verdict}, {one.figures.requests:,}"
            axes.text(101.0, row, word, va="center", fontsize=8)
        axes.set_yticks(rows, [_label(one) for one in results], fontsize=8)
        axes.set_ylim(len(results) - 0.4, -0.6)
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("percent of the requests")
        axes.spines[["top", "right"]].set_visible(False)
        seen = [one for one in OUTCOMES if any(share.get(one) for share in shares)]
        handles = [Patch(color=_COLORS[one], label=_TITLES.get(one, one)) for one in seen]
        if not all(shares):
            handles.append(Patch(facecolor=_NOTHING, hatch="//", label="no requests"))
        figure.legend(handles=handles, loc="outside upper center", ncols=7, frameon=False, fontsize=8)
        picture = BytesIO()
        # Without the date, which would make every picture another.
        figure.savefig(picture, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
    return picture.getvalue()


def _shares(one: Result) -> dict[Outcome, float]:
    total = sum(one.figures.outcomes.values())
    return {name: 100.0 * count / total for name, count in one.figures.outcomes.items() if count}


def _label(one: Result) -> str:
    cell = one.cell
    gateway = f"{cell.gateway.kind} {one.gateway or ''}".strip()
    backend = f"{cell.backend.kind} {one.backend or cell.backend.release or ''}".strip()
    words = [one.scenario, gateway, backend, cell.transport]
    if cell.threads is not None:
        words.append(f"{cell.threads} thread{'s' * (cell.threads != 1)}")
    return visible(" · ".join(words))
