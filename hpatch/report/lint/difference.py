"""What fixing would change, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hpatch.lint.fixes.difference import unified
from hpatch.report.common.renderer import FORMS, Form, Page
from hpatch.report.common.terminal import paint, visible
from hpatch.report.lint.forms import FindingsReport

if TYPE_CHECKING:
    from hpatch.lint.fixes.passes import Fixing

_STYLES = {"-": "red", "+": "green", "@": "cyan"}


@dataclass(frozen=True)
class DiffReport:
    """What fixing would change. In a pipe, the diff has what the files have, to the byte."""

    schema: ClassVar[str] = FindingsReport.schema
    fixing: Fixing

    def text(self, page: Page) -> Iterator[str]:
        """The diff, in lines without their ends."""
        for file in self.fixing.files:
            for line in unified(file.name, file.before, file.after):
                text = line[:-1]
                shown = text if page.width is None else visible(text)
                yield paint(shown, _STYLES.get(text[:1], ""), page.color) if text[:1] in _STYLES else shown

    def data(self) -> dict[str, Any]:
        """For programs: what would remain, and the diff."""
        return FindingsReport(self.fixing.result, fixing=self.fixing, made=False).data()


DIFF_FORMS: Mapping[str, Form[DiffReport]] = {name: FORMS[name] for name in ("text", "json")}
