"""An answer as a command shows it."""

from __future__ import annotations

from collections.abc import Mapping

from hpatch.report.common.renderer import FORMS, AnswerT, Form, Page


def shown(
    answer: AnswerT,
    format: str = "text",
    *,
    width: int | None = None,
    color: bool = False,
    forms: Mapping[str, Form[AnswerT]] = FORMS,  # type: ignore[assignment] # of any answer
) -> str:
    """An answer's text in one of its forms."""
    pieces = forms[format](answer, Page(width, color))
    return pieces.decode() if isinstance(pieces, bytes) else "".join(pieces)
