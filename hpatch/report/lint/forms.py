"""The forms that findings can be given in: `hpatch.lint/1` (docs/output.md) and those that other programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from hpatch.report.common import renderer
from hpatch.report.common.renderer import Form, Page

if TYPE_CHECKING:
    from hpatch.lint.engine import LintResult


@dataclass(frozen=True)
class FindingsReport:
    """What linting found."""

    schema: ClassVar[str] = "hpatch.lint/1"
    result: LintResult

    def text(self, page: Page) -> Iterator[str]:
        """For people: findings with their source lines, then a summary."""
        from hpatch.report.lint import text

        return text.lines(self.result, page)

    def data(self) -> dict[str, Any]:
        """For programs."""
        from hpatch.report.lint import json

        return json.data(self.result)


def _by_module(name: str) -> Form[FindingsReport]:
    """The form of a module of this package, `render(result) -> str`; only a run that asks for it imports it."""

    def show(answer: FindingsReport, page: Page) -> Iterable[str]:
        return (import_module(f"{__package__}.{name}").render(answer.result),)

    return show


FORMS: Mapping[str, Form[FindingsReport]] = {
    **renderer.FORMS,
    "sarif": _by_module("sarif"),
    "github": _by_module("github"),
    "checkstyle": _by_module("checkstyle"),
}
