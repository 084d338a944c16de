"""The forms that findings can be given in."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.lint.engine import LintResult

FORMATS = {
    "text": "text",
    "json": "json",
    "sarif": "sarif",
    "github": "github",
    "checkstyle": "checkstyle",
}
"""Each format's module in this package; it has `render(result, *, width, color) -> str`."""


def render(format: str, result: LintResult, *, width: int | None = None, color: bool = False) -> str:
    """The result in a format, ended by a newline where it is not empty.

    `width` is the terminal's in columns, None where there is none; `width` and `color` concern `text` only.
    Raises KeyError for a format that is not in FORMATS.
    """
    rendered: str = import_module(f"hpatch.report.lint.{FORMATS[format]}").render(result, width=width, color=color)
    return rendered
